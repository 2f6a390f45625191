/* test_glyph.c - look-alikes in ASCII. */
#include "ui-tui/glyph.h"

#include "tests/check.h"

/* Bars that rise in blocks or dots get darker; what is not known is a question mark. */
static void test_looks_alike(void **state)
{
    (void)state;
    assert_int_equal(glyph_ascii(0x2581), '_');
    assert_int_equal(glyph_ascii(0x2588), '#');
    assert_int_equal(glyph_ascii(0x2800), ' ');
    assert_int_equal(glyph_ascii(0x28ff), '#');
    assert_int_equal(glyph_ascii(0x2589), '#');
    assert_int_equal(glyph_ascii(0x258f), '-');
    assert_int_equal(glyph_ascii(0x25cf), 'o');
    assert_int_equal(glyph_ascii(0x2716), 'X');
    assert_int_equal(glyph_ascii(0x5546), '?');
}

/* Every answer is one visible ASCII character. */
static void test_is_ascii(void **state)
{
    (void)state;
    for (uint32_t point = 0x80; point < 0x11000; point++) {
        uint32_t ascii = glyph_ascii(point);
        assert_true(ascii >= 0x20 && ascii < 0x7f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks_alike),
        cmocka_unit_test(test_is_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
