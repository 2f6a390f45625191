/* test_canvas.c - a grid of cells: what gets in, how wide it is, where it is cut. */
#include "ui-tui/canvas.h"

#include <string.h>

#include "tests/ui-tui/screen.h"

static char row_text[4096];

/* One row of `columns`, drawn on by `draw`. */
static const char *row_of(int columns, bool ascii, int column, const char *text)
{
    struct canvas *c = canvas_new(1, columns, ascii);
    struct pane all = pane_whole(c);
    pane_text(&all, 0, column, INK_PLAIN, text);
    canvas_row_text(c, 0, row_text, sizeof row_text);
    canvas_free(c);
    return row_text;
}

/* Text is clipped at both sides, and a wide character is never cut in half. */
static void test_clips(void **state)
{
    (void)state;
    assert_string_equal(row_of(5, false, 0, "catalogue"), "catal");
    assert_string_equal(row_of(5, false, 3, "cart"), "   ca");
    assert_string_equal(row_of(5, false, -2, "cart"), "rt");
    assert_string_equal(row_of(5, false, 9, "cart"), "");
    assert_string_equal(row_of(4, false, 0, "商店"), "商店");
    assert_string_equal(row_of(3, false, 0, "商店"), "商");
    assert_string_equal(row_of(3, false, -1, "商店x"), " 店");
}

/* A wide character takes two columns, a mark none. */
static void test_knows_widths(void **state)
{
    static const struct {
        const char *text;
        int width;
    } cases[] = {{"cart", 4}, {"商店", 4}, {"🛒", 2}, {"café", 4}, {"cafe\xcc\x81", 4}, {"", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(canvas_width(cases[i].text, false), cases[i].width);
    assert_string_equal(row_of(6, false, 0, "cafe\xcc\x81s"), "cafe\xcc\x81s");
}

/* Two marks stay with a character; a pile of them does not reach other lines. */
static void test_bounds_marks(void **state)
{
    (void)state;
    assert_string_equal(row_of(6, false, 0, "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x"),
                        "e\xcc\x81\xcc\x82x");
    assert_string_equal(row_of(6, false, 0, "\xcc\x81x"), "x");
}

/* Whatever bytes come, no control character is in the cells: ESC, C1, DEL, newline, overlong and
 * broken UTF-8, text that runs backwards, text without width. */
static void test_refuses_controls(void **state)
{
    static const char *const hostile[] = {
        "\x1b[31mred\x1b]0;title\x07",
        "a\nb\rc\td\x7f",
        "\xc2\x9b"
        "31m",
        "\x9b"
        "31m",
        "\xc0\x9b",
        "\xff\xfe",
        "\xe2\x80\xaetxt.exe",
        "\xe2\x80\x8bzero",
        "\xf0\x9f\x9b",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
    };
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct canvas *c = canvas_new(1, 60, i % 2);
        struct pane all = pane_whole(c);
        pane_text(&all, 0, 0, INK_PLAIN, hostile[i]);
        pane_field(&all, ALIGN_RIGHT, INK_PLAIN, hostile[i]);
        for (int column = 0; column < c->columns; column++) {
            uint32_t point = c->cell[column].point[0];
            assert_true(point >= 0x20 && !(point >= 0x7f && point < 0xa0));
            assert_true(point < 0x2028 || point > 0x202e);
            assert_int_not_equal(point, 0x200b);
        }
        canvas_free(c);
    }
}

/* Writing over one half of a wide character takes the other half away. */
static void test_overwrites_halves(void **state)
{
    struct canvas *c = canvas_new(1, 6, false);
    struct pane all = pane_whole(c);
    (void)state;
    pane_text(&all, 0, 0, INK_PLAIN, "商店商");
    pane_text(&all, 0, 1, INK_PLAIN, "a");
    pane_text(&all, 0, 2, INK_PLAIN, "b");
    canvas_row_text(c, 0, row_text, sizeof row_text);
    assert_string_equal(row_text, " ab 商");
    pane_text(&all, 0, 3, INK_PLAIN, "店");
    canvas_row_text(c, 0, row_text, sizeof row_text);
    assert_string_equal(row_text, " ab店");
    canvas_free(c);
}

/* A field pads, aligns, and says when it cut. */
static void test_fields(void **state)
{
    static const struct {
        enum align align;
        const char *text, *row;
    } cases[] = {
        {ALIGN_LEFT, "cart", ".cart  ."},    {ALIGN_RIGHT, "cart", ".  cart."},
        {ALIGN_LEFT, "payment", ".payme…."}, {ALIGN_RIGHT, "商店商店", ".商店 …."},
        {ALIGN_RIGHT, "商店商", ".商店商."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canvas *c = canvas_new(1, 8, false);
        struct pane all = pane_whole(c), field = pane_line(&all, 0, 1, 6);
        pane_text(&all, 0, 0, INK_PLAIN, ".      .");
        pane_field(&field, cases[i].align, INK_PLAIN, cases[i].text);
        canvas_row_text(c, 0, row_text, sizeof row_text);
        assert_string_equal(row_text, cases[i].row);
        canvas_free(c);
    }
}

/* A pane lies within its parent, wherever it is asked to be, and clips what is drawn in it. */
static void test_panes_stay_inside(void **state)
{
    struct canvas *c = canvas_new(3, 6, false);
    struct pane all = pane_whole(c), part = pane_part(&all, 1, 4, 9, 9);
    (void)state;
    assert_int_equal(part.rows, 2);
    assert_int_equal(part.columns, 2);
    pane_text(&part, 0, 0, INK_PLAIN, "abc");
    pane_text(&part, 5, 0, INK_PLAIN, "xyz");
    canvas_row_text(c, 1, row_text, sizeof row_text);
    assert_string_equal(row_text, "    ab");
    struct pane none = pane_part(&all, 7, 7, 1, 1);
    assert_int_equal(none.rows * none.columns, 0);
    pane_clear(&none, INK_PLAIN);
    pane_field(&none, ALIGN_LEFT, INK_PLAIN, "x");
    canvas_free(c);
}

/* On an ASCII canvas, what views are drawn with has a look-alike and all else is a question mark.
 */
static void test_ascii(void **state)
{
    (void)state;
    assert_string_equal(row_of(30, true, 0, "● ▲ ✖ │─… 18 µs ▁▄█ é商"), "o ! X |-~ 18 us _:# ??");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clips),
        cmocka_unit_test(test_knows_widths),
        cmocka_unit_test(test_bounds_marks),
        cmocka_unit_test(test_refuses_controls),
        cmocka_unit_test(test_overwrites_halves),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_panes_stay_inside),
        cmocka_unit_test(test_ascii),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
