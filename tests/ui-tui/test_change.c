/* test_change.c - figures against those of the time before. */
#include "ui-tui/change.h"

#include "tests/check.h"

static struct figures figures(uint64_t requests, double error_rate, uint64_t p95_ms)
{
    struct figures f = {.requests = requests, .rate_per_s = (double)requests / 60};
    f.error_rate = error_rate;
    f.duration.p95_ns = p95_ms * 1000000;
    return f;
}

static void test_told(void **state)
{
    static const struct {
        struct {
            uint64_t requests;
            double errors;
            uint64_t p95_ms;
        } then, now;
        const char *more, *failing, *slower;
        enum ink more_ink, failing_ink, slower_ink;
    } cases[] = {
        {{100, 0.01, 20}, {100, 0.01, 20}, "=", "=", "=", INK_DIM, INK_DIM, INK_DIM},
        {{100, 0, 20}, {150, 0.032, 30}, "↑1.5x", "+3.2 %", "↑1.5x", INK_DIM, INK_WARN, INK_WARN},
        {{100, 0, 20}, {25, 0.5, 400}, "↓4.0x", "+50 %", "↑20x", INK_WARN, INK_BAD, INK_BAD},
        {{100, 0.5, 20}, {105, 0.1, 10}, "=", "better", "↓2.0x", INK_DIM, INK_GOOD, INK_GOOD},
        {{0, 0, 0}, {9, 0, 5}, "new", "", "", INK_WARN, INK_DIM, INK_DIM},
        {{9, 0, 5}, {0, 0, 0}, "↓0", "", "", INK_WARN, INK_DIM, INK_DIM},
        {{0, 0, 0}, {0, 0, 0}, "", "", "", INK_DIM, INK_DIM, INK_DIM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[COLUMN_TEXT_MAX];
        struct figures then =
            figures(cases[i].then.requests, cases[i].then.errors, cases[i].then.p95_ms);
        struct figures now =
            figures(cases[i].now.requests, cases[i].now.errors, cases[i].now.p95_ms);
        struct change c = change_of(&now, &then);
        change_more_text(&c, text);
        assert_string_equal(text, cases[i].more);
        change_failing_text(&c, text);
        assert_string_equal(text, cases[i].failing);
        change_slower_text(&c, text);
        assert_string_equal(text, cases[i].slower);
        assert_int_equal(change_more_ink(&c), cases[i].more_ink);
        assert_int_equal(change_failing_ink(&c), cases[i].failing_ink);
        assert_int_equal(change_slower_ink(&c), cases[i].slower_ink);
    }
}

/* Rows are found by their id, in whatever order they came. */
static void test_by_id(void **state)
{
    struct past_rows past;
    struct figures now = figures(60, 0, 10);
    (void)state;
    assert_true(past_make(&past, 3));
    past.past[0] = (struct past){9, figures(30, 0, 10)};
    past.past[1] = (struct past){UINT64_MAX, figures(20, 0, 10)};
    past.past[2] = (struct past){4, figures(10, 0, 5)};
    past_sort(&past);
    assert_true(past_compare(&past, 4, &now).more > 5.9);
    assert_true(past_compare(&past, 9, &now).more < 2.1);
    assert_true(past_compare(&past, UINT64_MAX, &now).more < 3.1);
    assert_true(past_compare(&past, 5, &now).slower < 0);
    past_free(&past);
    assert_true(past_compare(&past, 4, &now).more > 1e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
