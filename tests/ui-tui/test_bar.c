/* test_bar.c - shares as bars. */
#include "ui-tui/bar.h"

#include "tests/ui-tui/screen.h"

static void draws(double share, int columns, bool ascii, const char *expected)
{
    char text[256];
    struct canvas *c = canvas_new(1, 16, ascii);
    struct pane all = pane_whole(c), field = pane_line(&all, 0, 0, columns);
    bar_draw(&field, INK_ACCENT, share);
    canvas_row_text(c, 0, text, sizeof text);
    assert_string_equal(text, expected);
    canvas_free(c);
}

/* To an eighth of a character; what is more than nothing is seen, what is more than all is all. */
static void test_fills(void **state)
{
    (void)state;
    draws(0, 4, false, "");
    draws(-1, 4, false, "");
    draws(0.0 / 0.0, 4, false, "");
    draws(0.00001, 4, false, "▏");
    draws(0.25, 4, false, "█");
    draws(0.5, 3, false, "█▌");
    draws(0.97, 4, false, "███▉");
    draws(1, 4, false, "████");
    draws(7, 4, false, "████");
    draws(1, 0, false, "");
}

/* In ASCII the last character still tells more from less. */
static void test_ascii(void **state)
{
    (void)state;
    draws(1, 4, true, "####");
    draws(0.6, 4, true, "##=");
    draws(0.3, 4, true, "#-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills),
        cmocka_unit_test(test_ascii),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
