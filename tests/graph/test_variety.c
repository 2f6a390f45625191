/* test_variety.c - graph/variety.c. */
#include "graph/variety.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

static void add(struct variety *v, const char *name)
{
    assert_true(variety_add(v, name));
}

/* From `first` on, `len` names made of a format with one or more %u. */
static void add_many(struct variety *v, const char *format, unsigned first, unsigned len)
{
    for (unsigned i = first; i < first + len; i++) {
        char name[192], word[8] = {'w', (char)('a' + i / 26 % 26), (char)('a' + i % 26)};
        const char *place = strchr(format, '*');
        snprintf(name, sizeof name, "%.*s%s%s", (int)(place - format), format, word, place + 1);
        add(v, name);
    }
}

static void assert_name(const struct variety *v, const char *name, const char *expected)
{
    char text[192];
    variety_name(v, name, text, sizeof text);
    assert_string_equal(text, expected);
}

/* The one word too many makes one of all, with what is below them and whatever the method. */
static void words_past_the_most_become_one(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    add_many(v, "GET /shop/*/reviews", 0, VARIETY_WORDS_MAX);
    assert_int_equal(variety_len(v), VARIETY_WORDS_MAX);
    assert_name(v, "GET /shop/waa/reviews", "GET /shop/waa/reviews");
    add(v, "POST /shop/blue-hat");
    assert_int_equal(variety_places(v), 1);
    assert_int_equal(variety_len(v), 2);
    assert_name(v, "GET /shop/waa/reviews", "GET /shop/{*}/reviews");
    assert_name(v, "GET /shop/never-seen/x", "GET /shop/{*}/x");
    assert_name(v, "DELETE /shop/new", "DELETE /shop/{*}");
    assert_name(v, "GET /shop", "GET /shop");
    add_many(v, "GET /shop/*/reviews", 100, 100);
    assert_int_equal(variety_len(v), 2);
    variety_free(v);
}

/* First segments are what a server is about: of them there may be more. */
static void first_segments_have_more_room(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    add_many(v, "GET /*", 0, VARIETY_FIRST_MAX);
    assert_int_equal(variety_len(v), VARIETY_FIRST_MAX);
    add(v, "GET /one-more");
    assert_int_equal(variety_len(v), 1);
    assert_name(v, "GET /x", "GET /{*}");
    variety_free(v);
}

/* What is below places that become one is together what has too much variety. */
static void below_what_became_one(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    for (unsigned i = 0; i <= VARIETY_WORDS_MAX; i++) {
        char format[64];
        snprintf(format, sizeof format, "GET /in/p%c%c/*/x", 'a' + i / 26, 'a' + i % 26);
        add_many(v, format, 7 * i, 7);
    }
    assert_int_equal(variety_len(v), 1);
    assert_name(v, "GET /in/a/b/x", "GET /in/{*}/{*}/x");
    variety_free(v);
}

static void what_is_no_word_stays(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    add(v, "GET /shop/{id}");
    add(v, "GET /shop/{id}/reviews");
    add(v, "GET /shop/");
    add(v, "GET /shop/...");
    add_many(v, "GET /shop/*", 0, 60);
    assert_int_equal(variety_len(v), 5);
    assert_name(v, "GET /shop/{id}/reviews", "GET /shop/{id}/reviews");
    assert_name(v, "GET /shop/", "GET /shop/");
    assert_name(v, "GET /shop/...", "GET /shop/...");
    variety_free(v);
}

static void what_has_no_path_stays(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    add_many(v, "SELECT *", 0, 200);
    add_many(v, "shop.v1.Cart/*", 0, 200);
    add(v, "");
    add(v, "OPTIONS *");
    assert_int_equal(variety_len(v), 0);
    assert_int_equal(variety_places(v), 0);
    add_many(v, "{unknown #3} /x/*", 0, 60);
    add_many(v, "/y/*", 0, 60);
    assert_int_equal(variety_len(v), 2);
    assert_name(v, "shop.v1.Cart/AddItem", "shop.v1.Cart/AddItem");
    assert_name(v, "{unknown #3} /x/y", "{unknown #3} /x/{*}");
    assert_name(v, "/y/z", "/y/{*}");
    variety_free(v);
}

/* Pseudo-random, the same each time. */
static void nth_name(unsigned i, char *name, size_t size)
{
    unsigned r = i * 2654435761u;
    snprintf(name, size, "GET /api/a%c/b%c%c/c%c", 'a' + (r >> 8) % 20, 'a' + (r >> 16) % 26,
             'a' + (r >> 21) % 3, 'a' + (r >> 24) % 26);
}

/* Forwards, backwards, and by way of what three trees made of a third each. */
static void the_order_does_not_matter(void **state)
{
    enum { NAMES = 3000 };
    struct variety *all = variety_new(), *back = variety_new(), *sum = variety_new(), *part[3];
    char name[64], text[64], again[64];
    (void)state;
    for (unsigned p = 0; p < 3; p++)
        part[p] = variety_new();
    for (unsigned i = 0; i < NAMES; i++) {
        nth_name(i, name, sizeof name);
        add(all, name);
        add(part[i % 3], name);
        nth_name(NAMES - 1 - i, name, sizeof name);
        add(back, name);
    }
    for (unsigned i = 0; i < NAMES; i++) {
        nth_name(i, name, sizeof name);
        variety_name(part[i % 3], name, text, sizeof text);
        add(sum, text);
    }
    assert_in_range(variety_places(all), 1, NAMES);
    assert_int_equal(variety_len(back), variety_len(all));
    assert_int_equal(variety_len(sum), variety_len(all));
    for (unsigned i = 0; i < NAMES; i++) {
        nth_name(i, name, sizeof name);
        variety_name(all, name, text, sizeof text);
        assert_name(back, name, text);
        assert_name(sum, name, text);
        variety_name(all, text, again, sizeof again);
        assert_string_equal(again, text);
    }
    for (unsigned p = 0; p < 3; p++)
        variety_free(part[p]);
    variety_free(all);
    variety_free(back);
    variety_free(sum);
}

/* What has no place of great variety, and is too much all the same, gives way from the end. */
static void settling_begins_deep(void **state)
{
    struct variety *v = variety_new();
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        char format[64];
        snprintf(format, sizeof format, "GET /p%c%c/*", 'a' + i / 26, 'a' + i % 26);
        add_many(v, format, 0, 40);
    }
    assert_int_equal(variety_len(v), 1600);
    variety_settle(v, 1600);
    assert_int_equal(variety_len(v), 1600);
    variety_settle(v, 1599);
    assert_int_equal(variety_len(v), 40);
    assert_name(v, "GET /paa/waa", "GET /paa/{*}");
    variety_settle(v, 39);
    assert_int_equal(variety_len(v), 1);
    assert_name(v, "GET /paa/waa", "GET /{*}/{*}");
    variety_settle(v, 0);
    assert_int_equal(variety_len(v), 1);
    variety_free(v);
}

static void room_is_kept_to(void **state)
{
    struct variety *v = variety_new();
    char text[12] = "###########";
    (void)state;
    add_many(v, "GET /s/*", 0, 60);
    variety_name(v, "GET /s/abcdefgh", text, 0);
    assert_int_equal(text[0], '#');
    variety_name(v, "GET /s/abcdefgh", text, 9);
    assert_string_equal(text, "GET /s/{");
    variety_free(v);
    variety_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_past_the_most_become_one),
        cmocka_unit_test(first_segments_have_more_room),
        cmocka_unit_test(below_what_became_one),
        cmocka_unit_test(what_is_no_word_stays),
        cmocka_unit_test(what_has_no_path_stays),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(settling_begins_deep),
        cmocka_unit_test(room_is_kept_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
