/* test_overview.c - the line that is always on the screen. */
#include "ui-tui/overview.h"

#include "tests/ui-tui/screen.h"

static const uint64_t s = 1000000000;

static const char *line_on(int columns, struct query *q, struct overview_time time)
{
    static char text[1024];
    struct overview o;
    struct err err;
    struct canvas *c = canvas_new(1, columns, false);
    struct pane line = pane_whole(c);
    assert_true(overview_refresh(&o, q, time.range, &err));
    overview_draw(&o, &time, &line);
    canvas_row_text(c, 0, text, sizeof text);
    canvas_free(c);
    return text;
}

static const char *line_of(struct query *q, struct overview_time time)
{
    return line_on(100, q, time);
}

/* The range, how old its end is, and the sums over it: 600 requests in 60 s, 12 errors. */
static void test_says_how_all_is(void **state)
{
    struct query q = shop();
    struct range r = q.history;
    (void)state;
    q.health.capture.kernel_drops = 3;
    q.health.capture.interface_drops = 4;
    assert_string_equal(
        line_of(&q,
                (struct overview_time){
                    .range = r, .since_ns = 900 * s, .now_ns = r.to_ns + 7 * s, .paused = false}),
        " last 15 min, 7 s old   requests 10.0/s   errors 2.0 %   drops 7   ⣿⣿⣿⣿⣿⣿");
    assert_string_equal(
        line_of(&q,
                (struct overview_time){
                    .range = r, .since_ns = 0, .now_ns = r.to_ns + 7200 * s, .paused = true}),
        " all 1 min, 2 h old    PAUSED    requests 10.0/s   errors 2.0 %   drops 7   ⣿⣿⣿⣿⣿⣿");
}

/* Data older than a day have a date; a clock that runs behind them makes no nonsense. */
static void test_says_how_old(void **state)
{
    struct query q = shop();
    struct range r = q.history;
    (void)state;
    assert_string_equal(
        line_of(&q,
                (struct overview_time){
                    .range = r, .since_ns = 0, .now_ns = r.to_ns + 90000 * s, .paused = false}),
        " all 1 min to 2026-02-03 12:01:00   requests 10.0/s   errors 2.0 %   drops "
        "0   ⣿⣿⣿⣿⣿⣿");
    assert_string_equal(line_of(&q, (struct overview_time){.range = r,
                                                           .since_ns = 0,
                                                           .now_ns = r.to_ns - 5 * s,
                                                           .paused = false}),
                        " all 1 min, 0 s old   requests 10.0/s   errors 2.0 %   drops 0   ⣿⣿⣿⣿⣿⣿");
}

/* A time gone to cannot be taken for now; what is compared with is told, or that it is missing. */
static void test_says_which_time(void **state)
{
    struct query q = shop();
    struct overview_time t = {.range = q.history, .since_ns = 60 * s, .now_ns = q.history.to_ns};
    (void)state;
    t.past = true;
    t.against = "1 h ago";
    assert_string_equal(line_of(&q, t),
                        " 1 min, to 2026-02-03 12:01:00    PAST    against 1 h ago: no record   "
                        "requests 10.0/s");
    t.past = false;
    t.against_is_known = true;
    assert_string_equal(line_of(&q, t),
                        " last 1 min, 0 s old   against 1 h ago   requests 10.0/s   "
                        "errors 2.0 %   drops 0   ⣿⣿⣿⣿⣿⣿");
}

/* What does not fit is left out whole, and first what says that nothing is the matter. */
static void test_leaves_out(void **state)
{
    static const struct insight_row found = {.kind = "plaintext"};
    struct query q = shop();
    struct overview_time t = {.range = q.history, .now_ns = q.history.to_ns + 90000 * s};
    (void)state;
    q.insight = &found;
    q.insight_len = 1;
    assert_string_equal(line_on(80, &q, t), " all 1 min to 2026-02-03 12:01:00   requests 10.0/s"
                                            "   errors 2.0 %   insights 1");
    q.health.capture.kernel_drops = 3;
    assert_string_equal(line_on(78, &q, t), " all 1 min to 2026-02-03 12:01:00   requests 10.0/s"
                                            "   errors 2.0 %   drops 3");
    assert_string_equal(line_on(60, &q, t), " all 1 min to 2026-02-03 12:01:00   requests 10.0/s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_how_all_is),
        cmocka_unit_test(test_says_how_old),
        cmocka_unit_test(test_says_which_time),
        cmocka_unit_test(test_leaves_out),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
