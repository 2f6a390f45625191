/* test_wrap.c - sentences on several lines. */
#include "ui-tui/wrap.h"

#include <string.h>

#include "tests/ui-tui/screen.h"

static void wraps(const char *sentence, int columns, const char *expected, int rows)
{
    char text[1024] = "", line[256];
    struct canvas *c = canvas_new(6, 40, false);
    struct pane all = pane_whole(c), pane = pane_part(&all, 0, 0, 5, columns);
    assert_int_equal(wrap_draw(&pane, 0, INK_PLAIN, sentence), rows);
    for (int row = 0; row < 6; row++) {
        canvas_row_text(c, row, line, sizeof line);
        strcat(text, line);
        strcat(text, "|");
    }
    assert_string_equal(text, expected);
    canvas_free(c);
}

/* At blanks, as wide as the pane allows, and by the width on the screen, not by bytes. */
static void test_breaks_at_blanks(void **state)
{
    (void)state;
    wraps("one two three", 40, "one two three||||||", 1);
    wraps("one two three", 13, "one two three||||||", 1);
    wraps("one two three", 12, "one two|three|||||", 2);
    wraps("  one  two ", 6, "one|two|||||", 2);
    wraps("käse öl über", 7, "käse öl|über|||||", 2);
    wraps("", 10, "||||||", 0);
    wraps("   ", 10, "||||||", 0);
}

/* A word that is too wide is cut, and the rest goes on. */
static void test_cuts_words(void **state)
{
    (void)state;
    wraps("a abcdefghij b", 5, "a|abcd…|b||||", 3);
}

/* What is below the pane is counted, not drawn. */
static void test_stays_inside(void **state)
{
    (void)state;
    wraps("1 2 3 4 5 6 7", 1, "1|2|3|4|5||", 7);
}

/* A word longer than any line ends all the same. */
static void test_takes_any_length(void **state)
{
    static char word[5000];
    (void)state;
    memset(word, 'x', sizeof word - 1);
    wraps(word, 4, "xxx…||||||", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaks_at_blanks),
        cmocka_unit_test(test_cuts_words),
        cmocka_unit_test(test_stays_inside),
        cmocka_unit_test(test_takes_any_length),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
