/* test_follow.c - specifies capture/follow.c. */
#include "capture/follow.h"

#include "capture/spread.h"
#include "tests/check.h"

enum { PACKETS = 20000 };

static const struct hash_key key = {{0x123456789abcdef1, 0xfedcba9876543211}};

/* Clients with rising ports, of a few hosts, as one sees them. */
static struct packet packet(uint32_t i)
{
    const uint8_t from[4] = {10, 0, (uint8_t)(i / 97 % 3), (uint8_t)(i % 7)}, to[4] = {10, 0, 9, 1};
    return (struct packet){.source = address_v4(from),
                           .destination = address_v4(to),
                           .source_port = (uint16_t)(32768 + i),
                           .destination_port = 80};
}

static struct packet answer_to(const struct packet *p)
{
    return (struct packet){.source = p->destination,
                           .destination = p->source,
                           .source_port = p->destination_port,
                           .destination_port = p->source_port};
}

/* Both directions are followed, or none. */
static void directions_are_alike(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct packet p = packet(i), back = answer_to(&p);
        assert_int_equal(follow_packet(&key, 3, &p), follow_packet(&key, 3, &back));
    }
}

/* One in 2^level; what is followed at one level is so at the one before. Within five standard
 * deviations of chance. */
static void levels_halve(void **state)
{
    (void)state;
    for (unsigned level = 0; level <= FOLLOW_LEVEL_MAX; level++) {
        uint32_t followed = 0;
        for (uint32_t i = 0; i < PACKETS; i++) {
            struct packet p = packet(i);
            bool is = follow_packet(&key, level, &p);
            assert_true(!is || !level || follow_packet(&key, level - 1, &p));
            followed += is;
        }
        double mean = (double)PACKETS / (1 << level), off = followed - mean;
        assert_true(off * off <= 25 * mean * (1 - 1.0 / (1 << level)));
    }
}

/* Each of several workers has its share of what is followed. */
static void workers_are_alike(void **state)
{
    enum { WORKERS = 4 };
    uint32_t of[WORKERS] = {0}, all = 0;
    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct packet p = packet(i);
        if (!follow_packet(&key, 2, &p))
            continue;
        of[spread_packet(&key, &p, WORKERS)]++;
        all++;
    }
    for (int w = 0; w < WORKERS; w++)
        assert_in_range(of[w], all / WORKERS * 8 / 10, all / WORKERS * 12 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_are_alike),
        cmocka_unit_test(levels_halve),
        cmocka_unit_test(workers_are_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
