/* test_direction.c - specifies decode/direction.c: who is client when no handshake says so. */
#include "decode/direction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "decode/decoder.h"

static const struct decoder with_ports = {.name = "rpc", .ports = {50051, 60000}};
const struct decoder *const decoders[] = {&with_ports, NULL};

static const struct hash_key key = {{3, 4}};

static struct endpoint at(uint32_t host, uint16_t port)
{
    uint8_t four[4] = {10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host};
    return (struct endpoint){.address = address_v4(four), .port = port, .protocol = IPPROTO_TCP};
}

/* Guesses the client of a flow between two ports of hosts 1 and 2 that host 2 speaks on first. */
static unsigned guess(struct direction *d, uint16_t port, uint16_t other, uint16_t protocol)
{
    struct endpoint ends[2] = {at(1, port), at(2, other)};
    ends[0].protocol = ends[1].protocol = protocol;
    return direction_guess(d, ends, 1);
}

/* Ports alone: one that belongs to a protocol or is below 1024, else the lower for TCP and who
 * spoke first for UDP. */
static void ports_alone(void **state)
{
    (void)state;
    static const struct {
        uint16_t port, other, protocol;
        unsigned client;
    } table[] = {
        {80, 40000, IPPROTO_TCP, 1},    {40000, 80, IPPROTO_TCP, 0},
        {50051, 40000, IPPROTO_TCP, 1}, {40000, 60000, IPPROTO_TCP, 0},
        {50051, 80, IPPROTO_TCP, 0},    {9000, 9001, IPPROTO_TCP, 1},
        {9001, 9000, IPPROTO_TCP, 0},   {9000, 9000, IPPROTO_TCP, 1},
        {53, 40000, IPPROTO_UDP, 1},    {40000, 53, IPPROTO_UDP, 0},
        {9000, 9001, IPPROTO_UDP, 1},   {9001, 9000, IPPROTO_UDP, 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct direction *d = direction_new(&key);
        assert_int_equal(guess(d, table[i].port, table[i].other, table[i].protocol),
                         table[i].client);
        direction_free(d);
    }
    direction_free(NULL);
}

/* An endpoint that was seen to listen is the server, against all ports; two of them leave the
 * question open. */
static void known_listeners(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    struct endpoint high = at(2, 45000), low = at(1, 80);
    direction_learn(d, &high);
    assert_int_equal(guess(d, 80, 45000, IPPROTO_TCP), 0);
    assert_int_equal(guess(d, 80, 45001, IPPROTO_TCP), 1);
    direction_learn(d, &low);
    assert_int_equal(guess(d, 80, 45000, IPPROTO_TCP), 1);
    direction_free(d);
    d = direction_new(&key);
    struct endpoint elsewhere = high; /* the same address in another network is another */
    elsewhere.tenant = 7;
    direction_learn(d, &elsewhere);
    assert_int_equal(guess(d, 80, 45000, IPPROTO_TCP), 1);
    direction_free(d);
}

/* That one port is lower than the other is a guess, and so is who spoke first. */
static void told_or_guessed(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    static const struct {
        uint16_t port, other;
        bool told;
    } table[] = {{80, 40000, true},     {40000, 50051, true}, {80, 50051, false},
                 {40000, 45000, false}, {9000, 9000, false},  {50051, 60000, false}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct endpoint ends[2] = {at(1, table[i].port), at(2, table[i].other)};
        assert_int_equal(direction_is_told(d, ends), table[i].told);
    }
    struct endpoint ends[2] = {at(1, 40000), at(2, 45000)};
    direction_learn(d, &ends[0]);
    assert_true(direction_is_told(d, ends));
    direction_learn(d, &ends[1]);
    assert_false(direction_is_told(d, ends));
    direction_free(d);
}

/* The table has a fixed size: ten times more than fits is forgotten, the oldest first. */
static void table_is_bounded(void **state)
{
    (void)state;
    struct direction *d = direction_new(&key);
    struct endpoint server = at(1, 45000);
    for (uint32_t i = 0; i < 80000; i++) {
        struct endpoint another = at(i + 2, 45000);
        if (i % 1000 == 0)
            direction_learn(d, &server);
        direction_learn(d, &another);
    }
    struct endpoint recent[2] = {at(80001, 45000), at(7, 80)};
    struct endpoint kept[2] = {server, at(7, 80)};
    struct endpoint old[2] = {at(2, 45000), at(7, 80)};
    assert_int_equal(direction_guess(d, recent, 0), 1);
    assert_int_equal(direction_guess(d, kept, 0), 1);
    assert_int_equal(direction_guess(d, old, 1), 0);
    direction_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_alone),
        cmocka_unit_test(known_listeners),
        cmocka_unit_test(told_or_guessed),
        cmocka_unit_test(table_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
