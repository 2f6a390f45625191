/* test_table.c - rows sorted, filtered and placed, with a cursor that stays with its row. */
#include "ui-tui/table.h"

#include <stdio.h>
#include <string.h>

#include "tests/ui-tui/screen.h"

struct row {
    const char *name;
    double rate;
};

static void name_text(const void *row, char *ret)
{
    const struct row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->name);
}

static double rate(const void *row)
{
    const struct row *r = row;
    return r->rate;
}

static uint64_t first_letter(const void *row)
{
    const struct row *r = row;
    return (uint64_t)r->name[0];
}

static const struct column columns[] = {
    {.name = "name", .width = 6, .text = name_text},
    {.name = "rate", .kind = COLUMN_RATE, .width = 7, .number = rate},
    {.name = "share", .kind = COLUMN_SHARE, .width = 7, .leaves = 2, .number = rate},
    {.name = "hides", .kind = COLUMN_COUNT, .hidden = true, .number = rate},
};

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .row_size = sizeof(struct row),
    .id = first_letter,
    .sort = 1,
    .none = "Nothing here.",
};

static const struct row rows[] = {{"auth", 3}, {"cart", 1}, {"mail", 3}, {"pay", 2}};

static void press(struct table *t, const char *keys)
{
    for (; *keys; keys++)
        table_key(t, (struct key){.code = (uint32_t)*keys});
}

/* The names in order, and what else is in the table's rows, at a width. */
static const char *picture(struct table *t, int lines, int width)
{
    static char text[4096];
    struct canvas *c = canvas_new(lines, width, false);
    struct pane all = pane_whole(c);
    size_t used = 0;
    table_draw(t, &all);
    for (int row = 0; row < lines; row++) {
        canvas_row_text(c, row, text + used, sizeof text - used - 2);
        used += strlen(text + used);
        text[used++] = '\n';
    }
    text[used] = '\0';
    canvas_free(c);
    return text;
}

static void order_is(struct table *t, const char *names)
{
    char text[256] = "";
    for (size_t i = 0; i < t->list.len; i++) {
        const struct row *r = (const struct row *)(const void *)t->row + t->order[i];
        strcat(strcat(text, text[0] ? " " : ""), r->name);
    }
    assert_string_equal(text, names);
}

/* Numbers sort from the greatest, text from A; equals keep their order both ways round. */
static void test_sorts(void **state)
{
    static const struct {
        const char *keys, *order;
    } cases[] = {
        {"", "auth mail pay cart"},   {"I", "cart pay auth mail"},
        {"<", "auth cart mail pay"},  {"<I", "pay mail cart auth"},
        {"<s", "auth mail pay cart"}, {">>", "auth cart mail pay"}, /* hidden ones are passed */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table t;
        table_init(&t, &kind, NULL);
        assert_true(table_set(&t, rows, 4));
        press(&t, cases[i].keys);
        order_is(&t, cases[i].order);
        table_fini(&t);
    }
}

/* Columns that matter less go when room is short, text grows into what is left, and at last it is
 * cut down to its column's least width. */
static void test_places(void **state)
{
    struct row wide[] = {{"recommendation:8080", 12}};
    struct table t;
    (void)state;
    table_init(&t, &kind, NULL);
    table_set(&t, wide, 1);
    assert_string_equal(picture(&t, 2, 40), " NAME                   RATE↓    SHARE\n"
                                            " recommendation:8080   12.0/s   1200 %\n");
    assert_string_equal(picture(&t, 2, 31), " NAME                   RATE↓\n"
                                            " recommendation:8080   12.0/s\n");
    assert_string_equal(picture(&t, 2, 22), " NAME            RATE↓\n"
                                            " recomm…:8080   12.0/s\n");
    picture(&t, 1, 1);
    table_fini(&t);
}

/* A sparse column is there while a row has something in it, and is not sorted by else. */
static void test_leaves_out_what_is_empty(void **state)
{
    static const struct column sparse_columns[] = {
        {.name = "name", .width = 6, .text = name_text},
        {.name = "rate", .kind = COLUMN_RATE, .width = 7, .sparse = true, .number = rate},
    };
    static const struct table_kind sparse = {
        .columns = {sparse_columns, 2}, .row_size = sizeof(struct row), .id = first_letter};
    const struct row idle[] = {{"auth", 0}, {"cart", -1}};
    struct table t;
    (void)state;
    table_init(&t, &sparse, NULL);
    table_set(&t, rows, 2);
    assert_string_equal(picture(&t, 2, 40), " NAME↑      RATE\n auth      3.0/s\n");
    table_set(&t, idle, 2);
    assert_string_equal(picture(&t, 2, 40), " NAME↑\n auth\n");
    press(&t, "s");
    assert_int_equal(t.sort, 0);
    table_fini(&t);
}

/* Whoever sorts by a column sees it: another leaves in its place. */
static void test_keeps_what_is_sorted_by(void **state)
{
    static const struct column many[] = {
        {.name = "name", .width = 6, .text = name_text},
        {.name = "rate", .kind = COLUMN_RATE, .width = 7, .leaves = 2, .number = rate},
        {.name = "count", .kind = COLUMN_COUNT, .width = 7, .leaves = 3, .number = rate},
    };
    static const struct table_kind of_many = {
        .columns = {many, 3}, .row_size = sizeof(struct row), .id = first_letter};
    struct table t;
    (void)state;
    table_init(&t, &of_many, NULL);
    table_set(&t, rows, 2);
    assert_string_equal(picture(&t, 1, 20), " NAME↑      RATE\n");
    press(&t, "ss");
    assert_string_equal(picture(&t, 1, 20), " NAME     COUNT↓\n");
    table_fini(&t);
}

/* The cursor stays on its row when rows come and change places, but is on top until it is moved. */
static void test_cursor_follows_its_row(void **state)
{
    const struct row later[] = {{"zed", 90}, {"auth", 1}, {"cart", 9}, {"mail", 3}};
    struct table t;
    (void)state;
    table_init(&t, &kind, NULL);
    assert_null(table_selected(&t));
    table_set(&t, rows, 4);
    assert_string_equal(((const struct row *)table_selected(&t))->name, "auth");
    table_set(&t, later, 4);
    assert_string_equal(((const struct row *)table_selected(&t))->name, "zed");
    press(&t, "jj");
    assert_string_equal(((const struct row *)table_selected(&t))->name, "mail");
    table_set(&t, rows, 4);
    assert_string_equal(((const struct row *)table_selected(&t))->name, "mail");
    table_set(&t, rows, 0);
    assert_null(table_selected(&t));
    table_fini(&t);
}

/* A filter takes rows away and gives them back; what is said of none tells why there are none. */
static void test_filters(void **state)
{
    struct table t;
    struct err err;
    size_t at;
    (void)state;
    table_init(&t, &kind, NULL);
    table_set(&t, rows, 4);
    assert_true(table_filter(&t, "rate>1 a", &err, &at));
    order_is(&t, "auth mail pay");
    assert_true(table_filter(&t, "hides>99", &err, &at));
    assert_non_null(strstr(picture(&t, 6, 60), "Nothing passes the filter."));
    assert_true(table_filter(&t, "", &err, &at));
    order_is(&t, "auth mail pay cart");
    table_set(&t, NULL, 0);
    assert_non_null(strstr(picture(&t, 6, 60), "Nothing here."));
    table_fini(&t);
}

/* A click selects a row, a second one opens it; on a heading it sorts, then inverts. */
static void test_follows_clicks(void **state)
{
    struct table t;
    struct key third = {.code = KEYCODE_CLICK, .row = 3, .column = 4};
    struct key name = {.code = KEYCODE_CLICK, .row = 0, .column = 2};
    (void)state;
    table_init(&t, &kind, NULL);
    table_set(&t, rows, 4);
    picture(&t, 6, 40);
    assert_false(table_clicked_again(&t, third));
    table_key(&t, third);
    assert_string_equal(((const struct row *)table_selected(&t))->name, "pay");
    assert_true(table_clicked_again(&t, third));
    table_key(&t, name);
    order_is(&t, "auth cart mail pay");
    table_key(&t, name);
    order_is(&t, "pay mail cart auth");
    assert_string_equal(((const struct row *)table_selected(&t))->name, "pay");
    table_key(&t, (struct key){.code = KEYCODE_CLICK, .row = 5, .column = 2});
    table_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorts),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_leaves_out_what_is_empty),
        cmocka_unit_test(test_keeps_what_is_sorted_by),
        cmocka_unit_test(test_cursor_follows_its_row),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_follows_clicks),
    };
    return cmocka_run_group_tests(tests, screen_locale, NULL);
}
