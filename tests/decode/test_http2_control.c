/* test_http2_control.c - specifies decode/http2_control.c: flow-control windows, settings, pings,
 * and how what was counted moves into a report. */
#include "decode/http2_control.h"

#include "tests/check.h"

enum { FIRST = 65535 };

static struct http2_control known(void)
{
    struct http2_control c;
    http2_control_init(&c, true);
    return c;
}

/* Before anything is said all windows are 65,535 bytes, of the connection and of each stream. */
static void windows_at_first(void **state)
{
    (void)state;
    struct http2_control c = known();
    for (int dir = 0; dir < 2; dir++) {
        assert_int_equal(c.window[dir].left, FIRST);
        assert_int_equal(http2_window_of_stream(&c, (enum dir)dir).left, FIRST);
        assert_false(http2_window_of_stream(&c, (enum dir)dir).stalled);
    }
}

/* A sender that uses up its window has stalled, once, until the window is opened: however little
 * or nothing it sends beyond. */
static void a_stall_is_counted_once(void **state)
{
    (void)state;
    static const struct {
        int64_t take, give; /* give, if take is 0 */
        int64_t left;
        unsigned stalls;
    } steps[] = {
        {65534, 0, 1, 0},
        {1, 0, 0, 1},
        {0, 0, 0, 1},
        {5, 0, -5, 1},
        {0, 5, 0, 1}, /* not open yet */
        {7, 0, -7, 1},
        {0, 10, 3, 1},
        {2, 0, 1, 1},
        {1, 0, 0, 2},
        {0, 1 << 20, 1 << 20, 2},
        {1 << 20, 0, 0, 3},
    };
    struct http2_control c = known();
    struct http2_window w = http2_window_of_stream(&c, TO_CLIENT);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].take)
            http2_window_take(&c, &w, TO_CLIENT, (uint32_t)steps[i].take);
        else
            http2_window_give(&w, steps[i].give);
        assert_int_equal(w.left, steps[i].left);
        assert_int_equal(c.stalls[TO_CLIENT], steps[i].stalls);
        assert_int_equal(c.stalls[TO_SERVER], 0);
    }
}

/* The windows of a stream and of its connection are used up each on its own, and each counts. */
static void stream_and_connection(void **state)
{
    (void)state;
    struct http2_control c = known();
    struct http2_window one = http2_window_of_stream(&c, TO_SERVER), other = one;
    http2_window_take(&c, &c.window[TO_SERVER], TO_SERVER, 40000);
    http2_window_take(&c, &one, TO_SERVER, 40000);
    assert_int_equal(c.stalls[TO_SERVER], 0);
    http2_window_take(&c, &c.window[TO_SERVER], TO_SERVER, 25535);
    http2_window_take(&c, &other, TO_SERVER, 25535);
    assert_int_equal(c.stalls[TO_SERVER], 1);
    http2_window_take(&c, &one, TO_SERVER, 25535);
    assert_int_equal(c.stalls[TO_SERVER], 2);
}

/* On a connection that was joined in its middle no window is known, and no stall is counted. */
static void unknown_windows_do_not_stall(void **state)
{
    (void)state;
    struct http2_control c;
    http2_control_init(&c, false);
    http2_window_take(&c, &c.window[TO_CLIENT], TO_CLIENT, 1 << 20);
    assert_int_equal(c.stalls[TO_CLIENT], 0);
    assert_false(c.window[TO_CLIENT].stalled);
}

/* SETTINGS_INITIAL_WINDOW_SIZE bounds the data of the other side: streams to come begin with it,
 * those that are open grow or shrink by the difference; the connection's window does not. Of
 * several the last counts; a size past 2^31 - 1 is none; a setting cut short is none. */
static void settings_change_windows(void **state)
{
    (void)state;
#define WINDOW(a, b, c, d) "\0\4" a b c d
    static const struct {
        const char *payload;
        size_t len;
        int64_t grows, first;
    } cases[] = {
        {"", 0, 0, FIRST},
        {WINDOW("\0", "\1", "\0", "\0"), 6, 1, 65536},
        {WINDOW("\0", "\0", "\0", "\0"), 6, -FIRST, 0},
        {WINDOW("\x7f", "\xff", "\xff", "\xff"), 6, INT32_MAX - FIRST, INT32_MAX},
        {WINDOW("\x80", "\0", "\0", "\0"), 6, 0, FIRST},
        {WINDOW("\0", "\0", "\0", "\5") WINDOW("\0", "\0", "\0", "\7"), 12, 7 - FIRST, 7},
        {"\0\3\0\0\0\x64" WINDOW("\0", "\0", "\0", "\5"), 12, 5 - FIRST, 5},
        {"\0\5\0\0\x80\0", 6, 0, FIRST},
        {WINDOW("\0", "\0", "\0", "\5"), 5, 0, FIRST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int dir = 0; dir < 2; dir++) {
            struct http2_control c = known();
            struct bytes payload = bytes_of(cases[i].payload, cases[i].len);
            assert_int_equal(http2_read_settings(&c, (enum dir)dir, payload), cases[i].grows);
            assert_int_equal(http2_window_of_stream(&c, (enum dir) !dir).left, cases[i].first);
            assert_int_equal(http2_window_of_stream(&c, (enum dir)dir).left, FIRST);
            assert_int_equal(c.window[!dir].left, FIRST);
        }
    }
}

/* A window may be negative after a setting (RFC 9113, 6.9.2): what has stalled stays so until it
 * is open. */
static void a_window_may_be_negative(void **state)
{
    (void)state;
    struct http2_control c = known();
    struct http2_window w = http2_window_of_stream(&c, TO_CLIENT);
    http2_window_take(&c, &w, TO_CLIENT, FIRST);
    http2_window_give(&w, -1000);
    assert_int_equal(w.left, -1000);
    http2_window_give(&w, 1000);
    assert_true(w.stalled);
    http2_window_give(&w, 1);
    assert_false(w.stalled);
    assert_int_equal(c.stalls[TO_CLIENT], 1);
}

static void ping(struct http2_control *c, enum dir dir, bool ack, const char *opaque, uint64_t ns)
{
    http2_read_ping(c, dir, ack, bytes_of(opaque, 8), ns);
}

/* A ping and its answer are one round trip; the least counts. */
static void least_round_trip(void **state)
{
    (void)state;
    struct http2_control c = known();
    ping(&c, TO_SERVER, false, "pingpong", 100);
    assert_int_equal(c.ping_rtt_ns, 0);
    ping(&c, TO_CLIENT, true, "pingpong", 150);
    assert_int_equal(c.ping_rtt_ns, 50);
    ping(&c, TO_SERVER, false, "pingpong", 200);
    ping(&c, TO_CLIENT, true, "pingpong", 290);
    assert_int_equal(c.ping_rtt_ns, 50);
    ping(&c, TO_CLIENT, false, "toclient", 300);
    ping(&c, TO_SERVER, true, "toclient", 310);
    assert_int_equal(c.ping_rtt_ns, 10);
}

/* What is no answer gives no time: other bytes, the wrong side, a second answer, one that was
 * never asked for, one from before it was asked, one cut short. */
static void no_round_trip(void **state)
{
    (void)state;
    static const struct {
        enum dir dir;
        uint64_t asked_ns, answered_ns;
        const char *opaque;
        size_t len;
        uint64_t rtt_ns;
    } cases[] = {
        {TO_CLIENT, 100, 130, "pingpong", 8, 30},      {TO_CLIENT, 100, 130, "pingpang", 8, 0},
        {TO_SERVER, 100, 130, "pingpong", 8, 0},       {TO_CLIENT, 100, 99, "pingpong", 8, 0},
        {TO_CLIENT, 100, 130, "pingpo", 6, 0},         {TO_CLIENT, 0, 130, "pingpong", 8, 0},
        {TO_CLIENT, 0, 130, "\0\0\0\0\0\0\0\0", 8, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http2_control c = known();
        if (cases[i].asked_ns)
            ping(&c, TO_SERVER, false, "pingpong", cases[i].asked_ns);
        struct bytes opaque = bytes_of(cases[i].opaque, cases[i].len);
        http2_read_ping(&c, cases[i].dir, true, opaque, cases[i].answered_ns);
        assert_int_equal(c.ping_rtt_ns, cases[i].rtt_ns);
    }
    struct http2_control c = known();
    ping(&c, TO_SERVER, false, "pingpong", 100);
    ping(&c, TO_SERVER, false, "again   ", 200); /* the latest is waited for */
    ping(&c, TO_CLIENT, true, "pingpong", 210);
    assert_int_equal(c.ping_rtt_ns, 0);
    ping(&c, TO_CLIENT, true, "again   ", 220);
    assert_int_equal(c.ping_rtt_ns, 20);
    ping(&c, TO_CLIENT, true, "again   ", 205);
    assert_int_equal(c.ping_rtt_ns, 20);
}

/* A report takes what was counted with it: the next one begins at zero, the windows stay. */
static void a_report_moves_counters(void **state)
{
    (void)state;
    struct http2_control c = known();
    http2_window_take(&c, &c.window[TO_CLIENT], TO_CLIENT, FIRST);
    c.resets[TO_SERVER] = 3;
    c.goaways = 1;
    c.ping_rtt_ns = 40;
    struct flow_report r = {0};
    http2_control_report(&c, &r);
    assert_int_equal(r.stalls[TO_CLIENT], 1);
    assert_int_equal(r.stalls[TO_SERVER], 0);
    assert_int_equal(r.resets[TO_SERVER], 3);
    assert_int_equal(r.resets[TO_CLIENT], 0);
    assert_int_equal(r.goaways, 1);
    assert_int_equal(r.ping_rtt_ns, 40);
    http2_control_report(&c, &r);
    assert_int_equal(r.stalls[TO_CLIENT] + r.resets[TO_SERVER] + r.goaways, 0);
    assert_int_equal(r.ping_rtt_ns, 0);
    assert_true(c.window[TO_CLIENT].stalled);
    ping(&c, TO_SERVER, false, "pingpong", 100); /* a greater one counts in the next report */
    ping(&c, TO_CLIENT, true, "pingpong", 190);
    http2_control_report(&c, &r);
    assert_int_equal(r.ping_rtt_ns, 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_at_first),        cmocka_unit_test(a_stall_is_counted_once),
        cmocka_unit_test(stream_and_connection),   cmocka_unit_test(unknown_windows_do_not_stall),
        cmocka_unit_test(settings_change_windows), cmocka_unit_test(a_window_may_be_negative),
        cmocka_unit_test(least_round_trip),        cmocka_unit_test(no_round_trip),
        cmocka_unit_test(a_report_moves_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
