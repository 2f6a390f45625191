/* test_spark.c - lines of figures as small as text. */
#include "ui-tui/spark.h"

#include "tests/ui-tui/screen.h"

static void draws(enum spark_style style, int columns, const char *expected, const double *values,
                  size_t len)
{
    char text[256];
    struct canvas *c = canvas_new(1, 16, false);
    struct pane all = pane_whole(c), field = pane_line(&all, 0, 0, columns);
    spark_draw(&field, INK_ACCENT, style, values, len);
    canvas_row_text(c, 0, text, sizeof text);
    assert_string_equal(text, expected);
    canvas_free(c);
}

/* The greatest is full height, the least that is not 0 can be seen, 0 is blank. */
static void test_scales(void **state)
{
    const double saw[] = {0, 1, 400, 600, 800}, none[] = {0, 0, 0}, one[] = {5};
    (void)state;
    draws(SPARK_BLOCKS, 16, " ▁▄▆█", saw, 5);
    draws(SPARK_BLOCKS, 16, "", none, 3);
    draws(SPARK_BLOCKS, 16, "█", one, 1);
    draws(SPARK_BLOCKS, 16, "", none, 0);
    draws(SPARK_BLOCKS, 0, "", saw, 5);
}

/* Braille holds two values a column. */
static void test_braille(void **state)
{
    const double rise[] = {1, 2, 3, 4}, odd[] = {4, 4, 4};
    (void)state;
    draws(SPARK_BRAILLE, 16, "⣠⣾", rise, 4);
    draws(SPARK_BRAILLE, 16, "⣿⡇", odd, 3);
}

/* What does not fit is drawn as the mean of neighbours: the whole time, not its end. */
static void test_shrinks(void **state)
{
    const double values[] = {8, 8, 0, 0, 4, 4, 0, 8};
    (void)state;
    draws(SPARK_BLOCKS, 4, "█ ▄▄", values, 8);
    draws(SPARK_BLOCKS, 1, "█", values, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_braille),
        cmocka_unit_test(test_shrinks),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
