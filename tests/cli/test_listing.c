/* test_listing.c - columns that line up, and bars. */
#include "cli/listing.h"

#include <locale.h>
#include <string.h>

#include "tests/check.h"

/* What is printed of it. Given to the caller. */
static char *printed(const struct listing *t, bool bare)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true((bare ? listing_print_bare : listing_print)(t, out));
    fclose(out);
    return text;
}

/* A column is as wide as its widest cell, or its head where there is one. */
static void columns(void **state)
{
    struct listing *t = listing_new("NAME|>COUNT|END");
    (void)state;
    listing_cell(t, "caf\u00e9");
    listing_count(t, 7);
    listing_cell(t, "x");
    listing_cell(t, "a");
    listing_count(t, 123);
    listing_cell(t, "y");
    char *text = printed(t, false), *bare = printed(t, true);
    assert_string_equal(text, "NAME  COUNT  END\n"
                              "café      7  x\n"
                              "a       123  y\n");
    assert_string_equal(bare, "café    7  x\n"
                              "a     123  y\n");
    free(text);
    free(bare);
    listing_free(t);
}

/* To an eighth of a column; whatever is more than nothing is seen. */
static void bars(void **state)
{
    static const struct {
        double share;
        const char *bar;
    } cases[] = {
        {0, ""},
        {-1, ""},
        {0.0001, "▏"},
        {0.5, "██████"},
        {0.97, "███████████▋"},
        {1, "████████████"},
        {7, "████████████"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct listing *t = listing_new("BAR");
        listing_bar(t, cases[i].share);
        char *text = printed(t, true);
        text[strcspn(text, "\n")] = '\0';
        assert_string_equal(text, cases[i].bar);
        free(text);
        listing_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),
        cmocka_unit_test(bars),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
