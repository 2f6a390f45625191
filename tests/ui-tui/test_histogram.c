/* test_histogram.c - latency as bars on a logarithmic axis. */
#include "ui-tui/histogram.h"

#include <string.h>

#include "tests/ui-tui/screen.h"
#include "ui-tui/bars.h"

static const uint64_t ms = 1000000;

static void draws(struct canvas *c, int row, const char *line)
{
    char text[1024];
    canvas_row_text(c, row, text, sizeof text);
    assert_string_equal(text, line);
}

/* Twice as many calls are bars twice as high; times ten times apart are as far apart as 100 and
 * 10. Percentiles stand below the bar that holds them. */
static void test_drawn(void **state)
{
    struct latency l = {0}, none = {0};
    struct canvas *c = canvas_new(4, 40, false);
    struct pane whole = pane_whole(c);
    (void)state;
    for (int i = 0; i < 80; i++)
        latency_add(&l, 1 * ms + 1);
    for (int i = 0; i < 40; i++)
        latency_add(&l, 10 * ms + 1);
    latency_add(&l, 100 * ms + 1);
    struct histogram_axis axis = histogram_axis_of(&l, &none, 40);
    struct pane bars = pane_part(&whole, 0, 0, 2, 40), marks = pane_line(&whole, 2, 0, 40);
    struct pane ticks = pane_line(&whole, 3, 0, 40);
    histogram_draw(&axis, &l, INK_ACCENT, &bars);
    histogram_draw_percentiles(&axis, &l, &marks);
    histogram_draw_axis(&axis, &ticks);
    draws(c, 0, "█");
    draws(c, 1, "█                  █                   ▁");
    draws(c, 2, "╵p50               ╵p95");
    draws(c, 3, "╵1.0 ms            ╵10 ms");
    latency_free(&l);
    canvas_free(c);
}

/* No label is written over another, or over the mark of another. */
static void test_marks_close_together(void **state)
{
    struct latency l = {0}, none = {0};
    struct canvas *c = canvas_new(1, 40, false);
    struct pane line = pane_whole(c);
    char text[1024];
    (void)state;
    for (int i = 0; i < 90; i++)
        latency_add(&l, 1 * ms);
    for (int i = 0; i < 8; i++)
        latency_add(&l, 100 * ms);
    for (int i = 0; i < 2; i++)
        latency_add(&l, 135 * ms);
    latency_add(&l, 1000 * ms);
    struct histogram_axis axis = histogram_axis_of(&l, &none, 40);
    histogram_draw_percentiles(&axis, &l, &line);
    canvas_row_text(c, 0, text, sizeof text);
    assert_string_equal(text, "╵p50                   p95╵ ╵p99");
    latency_free(&l);
    canvas_free(c);
}

/* One bucket is not stretched over the whole width: a column is never less than a bucket. */
static void test_narrow(void **state)
{
    struct latency l = {0}, later = {0};
    (void)state;
    latency_add(&l, 5 * ms);
    struct histogram_axis axis = histogram_axis_of(&l, &later, 30);
    assert_int_equal(axis.buckets, 30);
    latency_add(&later, 5000 * ms);
    axis = histogram_axis_of(&l, &later, 30);
    assert_in_range(axis.buckets, 300, 340); /* ten octaves of 32 */
    latency_free(&l);
    latency_free(&later);
    axis = histogram_axis_of(&l, &later, 30);
    assert_int_equal(axis.buckets, 0);
}

/* Fewer values than columns are each drawn several times, more are means. */
static void test_fitted(void **state)
{
    const double value[] = {1, 3, 5, 7};
    double fitted[8];
    (void)state;
    bars_fit(value, 4, fitted, 2);
    assert_true(fitted[0] == 2 && fitted[1] == 6);
    bars_fit(value, 4, fitted, 8);
    assert_true(fitted[0] == 1 && fitted[1] == 1 && fitted[7] == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_marks_close_together),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_fitted),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
