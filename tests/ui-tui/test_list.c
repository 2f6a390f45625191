/* test_list.c - a cursor and a window over many items. */
#include "ui-tui/list.h"

#include "tests/check.h"

static void press(struct list *l, const char *keys)
{
    for (; *keys; keys++) {
        assert_true(list_key(l, (struct key){.code = (uint32_t)*keys}));
        list_show(l, l->window);
    }
}

static struct list list_of(size_t len, size_t window)
{
    struct list l = {0};
    list_resize(&l, len);
    list_show(&l, window);
    return l;
}

/* The cursor stops at both ends, and the window follows it no further than it must. */
static void test_moves(void **state)
{
    static const struct {
        const char *keys;
        size_t cursor, top;
    } cases[] = {
        {"k", 0, 0},       {"j", 1, 0},        {"jjjjj", 5, 1},
        {"jjjjjkk", 3, 1}, {"G", 99, 95},      {"Gj", 99, 95},
        {"Ggj", 1, 0},     {"\x04\x04", 4, 0}, {"\x04\x04\x04", 6, 2},
        {"G\x15", 97, 95},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list l = list_of(100, 5);
        press(&l, cases[i].keys);
        assert_int_equal(l.cursor, cases[i].cursor);
        assert_int_equal(l.top, cases[i].top);
    }
}

/* When items go, the cursor is on the last one, and no room stays empty below. */
static void test_shrinks(void **state)
{
    struct list l = list_of(100, 5);
    (void)state;
    press(&l, "G");
    list_resize(&l, 7);
    list_show(&l, 5);
    assert_int_equal(l.cursor, 6);
    assert_int_equal(l.top, 2);
    list_show(&l, 50);
    assert_int_equal(l.top, 0);
    list_resize(&l, 0);
    list_show(&l, 5);
    press(&l, "jkGg");
    assert_int_equal(l.cursor, 0);
    assert_int_equal(l.top, 0);
}

/* No window at all is no harm. */
static void test_lives_without_room(void **state)
{
    struct list l = list_of(10, 0);
    (void)state;
    press(&l, "jjG\x04\x15");
    assert_true(l.cursor < 10);
    assert_false(list_key(&l, (struct key){.code = 'x'}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_shrinks),
        cmocka_unit_test(test_lives_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
