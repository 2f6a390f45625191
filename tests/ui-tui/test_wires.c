/* test_wires.c - lines that meet and cross. */
#include "ui-tui/wires.h"

#include <string.h>

#include "tests/ui-tui/screen.h"

static const char *drawn(const struct wires *w, bool ascii)
{
    static char text[1024];
    struct canvas *c = canvas_new(w->rows, w->columns, ascii);
    assert_non_null(c);
    struct pane whole = pane_whole(c);
    wires_draw(w, &whole);
    size_t used = 0;
    for (int row = 0; row < c->rows; row++) {
        canvas_row_text(c, row, text + used, sizeof text - used - 2);
        used += strlen(text + used);
        text[used++] = '\n';
    }
    text[used] = '\0';
    canvas_free(c);
    return text;
}

/* Corners, branches and crossings have the arms of all that runs through them. */
static void test_meet(void **state)
{
    struct wires w = {0};
    (void)state;
    assert_true(wires_reset(&w, 5, 9));
    wires_across(&w, 2, 0, 4, WIRE_LIGHT, INK_DIM);
    wires_along(&w, 4, 4, 0, WIRE_LIGHT, INK_DIM);
    wires_across(&w, 0, 4, 8, WIRE_LIGHT, INK_DIM);
    wires_across(&w, 4, 4, 8, WIRE_LIGHT, INK_DIM);
    wires_along(&w, 6, 0, 4, WIRE_LIGHT, INK_DIM);
    wires_across(&w, 2, 5, 7, WIRE_LIGHT, INK_DIM);
    assert_string_equal(drawn(&w, false), "    ┌─┬─╴\n"
                                          "    │ │\n"
                                          "╶───┤╶┼╴\n"
                                          "    │ │\n"
                                          "    └─┴─╴\n");
    wires_free(&w);
}

/* A heavy line keeps its weight where it crosses a light one, whichever was drawn first. */
static void test_weights(void **state)
{
    static const char light_over[] = "  │\n╺━┿━╸\n  │\n", heavy_along[] = "  ┃\n╶─╂─╴\n  ┃\n";
    struct wires w = {0};
    (void)state;
    for (int first = 0; first < 2; first++) {
        assert_true(wires_reset(&w, 3, 5));
        if (first)
            wires_across(&w, 1, 0, 4, WIRE_HEAVY, INK_ACCENT);
        wires_along(&w, 2, -1, 3, WIRE_LIGHT, INK_DIM);
        if (!first)
            wires_across(&w, 1, 0, 4, WIRE_HEAVY, INK_ACCENT);
        assert_string_equal(drawn(&w, false), light_over);
        assert_int_equal(w.inked[1 * 5 + 2], INK_ACCENT);
    }
    assert_true(wires_reset(&w, 3, 5));
    wires_across(&w, 1, 0, 4, WIRE_LIGHT, INK_DIM);
    wires_along(&w, 2, 9, -9, WIRE_HEAVY, INK_ACCENT);
    assert_string_equal(drawn(&w, false), heavy_along);
    assert_string_equal(drawn(&w, true), "  #\n--+--\n  #\n");
    wires_free(&w);
}

/* What lies outside is no harm, however far. */
static void test_clipped(void **state)
{
    struct wires w = {0};
    (void)state;
    assert_true(wires_reset(&w, 1, 3));
    wires_across(&w, 0, -1000000000, 1000000000, WIRE_LIGHT, INK_DIM);
    wires_across(&w, 7, 0, 2, WIRE_LIGHT, INK_DIM);
    wires_along(&w, 3, -5, 5, WIRE_LIGHT, INK_DIM);
    wires_along(&w, -1, -5, 5, WIRE_LIGHT, INK_DIM);
    assert_string_equal(drawn(&w, false), "───\n");
    assert_true(wires_reset(&w, 0, 0));
    wires_across(&w, 0, 0, 2, WIRE_LIGHT, INK_DIM);
    wires_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meet),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_clipped),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
