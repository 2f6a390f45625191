/* test_clock.c - when windows end, in packet time. */
#include "daemon/clock.h"

#include "tests/check.h"

static const uint64_t s = 1000000000;

static struct clock five_seconds(void)
{
    return (struct clock){.window_ns = 5 * s};
}

static void begin(struct clock *c, uint64_t time_ns)
{
    struct tick t;
    assert_true(clock_advance(c, time_ns, &t));
    assert_false(t.window_ends);
    assert_true(t.at_ns == time_ns - time_ns % s && t.to_ns == t.at_ns);
    assert_false(clock_advance(c, time_ns, &t));
}

/* The first packet opens the window that its time falls into, and tells when time begins; nothing
 * ends. */
static void test_first_packet_opens_a_window(void **state)
{
    struct clock c = five_seconds();
    (void)state;
    begin(&c, 1003 * s + 7);
    assert_true(c.start_ns == 1000 * s && c.end_ns == 1005 * s);
}

/* Each whole second ticks; the fifth ends the window, once. */
static void test_seconds_tick_and_windows_end(void **state)
{
    struct clock c = five_seconds();
    struct tick t;
    (void)state;
    begin(&c, 1003 * s);
    assert_false(clock_advance(&c, 1003 * s + s / 2, &t));
    assert_true(clock_advance(&c, 1004 * s + 1, &t));
    assert_false(t.window_ends);
    assert_true(t.at_ns == 1004 * s);
    assert_false(clock_advance(&c, 1004 * s + 1, &t));
    assert_true(clock_advance(&c, 1005 * s, &t));
    assert_true(t.window_ends);
    assert_true(t.at_ns == 1005 * s && t.start_ns == 1000 * s && t.end_ns == 1005 * s);
    assert_false(clock_advance(&c, 1005 * s, &t));
    assert_true(c.start_ns == 1005 * s);
}

/* An hour without a packet is one tick, and no row of empty windows. */
static void test_long_silence_is_one_tick(void **state)
{
    struct clock c = five_seconds();
    struct tick t;
    (void)state;
    begin(&c, 1001 * s);
    assert_true(clock_advance(&c, 4601 * s, &t));
    assert_true(t.window_ends && t.end_ns == 1005 * s);
    assert_true(t.at_ns == 1005 * s && t.to_ns == 4601 * s);
    assert_false(clock_advance(&c, 4601 * s, &t));
    assert_true(c.start_ns == 4600 * s);
}

/* A packet stamped earlier counts in the window that is open. */
static void test_time_never_goes_back(void **state)
{
    struct clock c = five_seconds();
    struct tick t;
    (void)state;
    begin(&c, 1007 * s);
    assert_false(clock_advance(&c, 1001 * s, &t));
    assert_true(c.start_ns == 1005 * s && c.now_ns == 1007 * s);
}

/* The end of a capture ends the open window, at the latest time seen; another capture may follow.
 */
static void test_stop(void **state)
{
    struct clock c = five_seconds();
    struct tick t;
    (void)state;
    begin(&c, 1007 * s + 3);
    t = clock_stop(&c);
    assert_true(t.window_ends && t.at_ns == 1007 * s + 3 && t.end_ns == 1010 * s);
    begin(&c, 1008 * s);
    assert_true(c.start_ns == 1005 * s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_packet_opens_a_window),
        cmocka_unit_test(test_seconds_tick_and_windows_end),
        cmocka_unit_test(test_long_silence_is_one_tick),
        cmocka_unit_test(test_time_never_goes_back),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
