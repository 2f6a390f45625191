/* test_vantage.c - rows by vantage: found again, in order, capped, moved. */
#include "capture/vantage.h"

#include "tests/check.h"

static const struct hash_key key = {{3, 4}};

/* Past the cap packets are counted as dropped; rows that are there go on. */
static void test_cap(void **state)
{
    (void)state;
    static struct vantages v;
    static struct vantage row[VANTAGES_MAX];
    uint64_t dropped;
    vantages_init(&v, &key);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < VANTAGES_MAX + 10; i++) {
            struct packet p = {.tunnel_id = (VANTAGES_MAX + 10 - i) * 3, .tunnels = 1};
            struct vantage *at = vantages_of(&v, &p);
            if (at)
                at->packets++;
            assert_int_equal(at != NULL, i < VANTAGES_MAX);
        }
    }
    assert_int_equal(vantages_take(&v, row, &dropped), VANTAGES_MAX);
    assert_int_equal(dropped, 20);
    for (unsigned i = 0; i < VANTAGES_MAX; i++) {
        assert_int_equal(row[i].packets, 2);
        assert_true(!i || vantage_compare(&row[i - 1], &row[i]) < 0);
    }
    assert_int_equal(vantages_take(&v, row, &dropped), 0);
    assert_int_equal(dropped, 0);
}

static void test_move(void **state)
{
    (void)state;
    static struct vantages a, b;
    static struct vantage row[VANTAGES_MAX];
    uint64_t dropped;
    vantages_init(&a, &key);
    vantages_init(&b, &key);
    struct packet plain = {0}, tagged = {.vlan = 20};
    vantages_of(&a, &plain)->packets = 3;
    vantages_of(&b, &tagged)->packets = 5;
    vantages_of(&b, &plain)->duplicates = 2;
    b.dropped = 7;
    vantages_move(&a, &b);
    assert_int_equal(vantages_take(&b, row, &dropped), 0);
    assert_int_equal(vantages_take(&a, row, &dropped), 2);
    assert_int_equal(row[0].packets, 3);
    assert_int_equal(row[0].duplicates, 2);
    assert_int_equal(row[1].vlan, 20);
    assert_int_equal(row[1].packets, 5);
    assert_int_equal(dropped, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
