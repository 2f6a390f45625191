/* test_copies.c - why a packet came twice. */
#include "doctor/copies.h"

#include <string.h>

#include "tests/check.h"
#include "tests/doctor/packets.h"

#define P "10.0.0.1:40000 > 10.0.0.2:80 A seq 7 ack 9 len 5 id 3 "

static const struct hash_key key = {{1, 2}};

static struct copies_result take(const char *first, const char *second)
{
    struct copies *c = copies_new(&key);
    struct packet a = packet_of(first, NULL, 0), b = packet_of(second, NULL, 0);
    copies_packet(c, &a);
    copies_packet(c, &b);
    struct copies_result result = *copies_result(c);
    copies_free(c);
    return result;
}

static void test_patterns(void **state)
{
    static const struct {
        const char *first, *second;
        enum copy_pattern pattern;
    } cases[] = {
        {P "link 1", P "link 1 copy", COPY_SAME},
        {P "link 1", P "link 2 copy", COPY_LINK},
        {P "vlan 10", P "vlan 20 copy", COPY_VLAN},
        {P, P "vlan 20 copy", COPY_TAG},
        {P "vlan 10", P "copy", COPY_TAG},
        {P "vlan 10 ttl 64", P "vlan 20 ttl 63 copy", COPY_ROUTED},
        {P, P "tunnel 5 ttl 63 copy", COPY_TUNNEL},
        {P "tunnel 6", P "tunnel 5 copy", COPY_TUNNEL},
        {P "port 0", P "port 1 ttl 63 copy", COPY_INTERFACE},
        {P, "10.0.0.1:40000 > 10.0.0.2:80 A seq 8 ack 9 len 5 id 3 copy", COPY_UNKNOWN},
        {P, "10.0.0.1:40000 > 10.0.0.2:80 A seq 7 ack 9 len 5 id 4 copy", COPY_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct copies_result r = take(cases[i].first, cases[i].second);
        assert_int_equal(r.packets, 2);
        assert_int_equal(r.copies, 1);
        if (r.by_pattern[cases[i].pattern] != 1)
            fail_msg("%s, then %s: not pattern %d", cases[i].first, cases[i].second,
                     cases[i].pattern);
    }
}

/* What is no copy is none here, however alike it is. */
static void test_only_copies_count(void **state)
{
    (void)state;
    assert_int_equal(take(P, P).copies, 0);
}

static void test_example(void **state)
{
    (void)state;
    struct copies_result r = take(P "vlan 10 ttl 64", P "vlan 20 ttl 63 copy");
    const struct copy_example *e = &r.example[COPY_ROUTED];
    assert_int_equal(e->vlan[0], 10);
    assert_int_equal(e->vlan[1], 20);
    assert_int_equal(e->ttl[0], 64);
    assert_int_equal(e->ttl[1], 63);
}

/* A third copy is held against the packet, not against the second. */
static void test_third(void **state)
{
    struct copies *c = copies_new(&key);
    const char *const packets[] = {P "vlan 1", P "vlan 2 copy", P "vlan 1 copy"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct packet p = packet_of(packets[i], NULL, 0);
        copies_packet(c, &p);
    }
    assert_int_equal(copies_result(c)->by_pattern[COPY_VLAN], 1);
    assert_int_equal(copies_result(c)->by_pattern[COPY_SAME], 1);
    copies_free(c);
    copies_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_only_copies_count),
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_third),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
