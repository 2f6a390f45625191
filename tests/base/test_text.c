/* test_text.c - text from the wire in canonical form. */
#include "base/text.h"

#include "tests/check.h"

struct sample {
    const char *raw, *clean;
};

static void cleans(const struct sample *s)
{
    char text[256];
    text_clean(text, sizeof text, bytes_of_text(s->raw));
    assert_string_equal(text, s->clean);
    assert_true(text_is_clean(bytes_of_text(text)));
}

/* What a terminal, a browser or a person could be deceived by becomes visible, byte by byte. */
static void test_makes_deceit_visible(void **state)
{
    static const struct sample samples[] = {
        {"cart", "cart"},
        {"", ""},
        {"a\\b \"<&>'", "a\\b \"<&>'"},
        {"caf\xc3\xa9 \xe5\x95\x86\xe5\xba\x97 \xf0\x9f\x9b\x92",
         "caf\xc3\xa9 \xe5\x95\x86\xe5\xba\x97 \xf0\x9f\x9b\x92"},
        {"\x1b]0;owned\x07", "\\x1b]0;owned\\x07"},
        {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"user\xe2\x80\xaetxt.exe", "user\\xe2\\x80\\xaetxt.exe"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9"},
        {"zero\xe2\x80\x8bwidth\xef\xbb\xbf", "zero\\xe2\\x80\\x8bwidth\\xef\\xbb\\xbf"},
        {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        cleans(&samples[i]);
}

/* Bytes that are not UTF-8 (RFC 3629) are shown as bytes. */
static void test_refuses_what_is_not_utf8(void **state)
{
    static const struct sample samples[] = {
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong */
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* past U+10FFFF */
        {"\xc3", "\\xc3"},                            /* cut short */
        {"\xe5\x95", "\\xe5\\x95"},
        {"\x80", "\\x80"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        cleans(&samples[i]);
        assert_false(text_is_clean(bytes_of_text(samples[i].raw)));
    }
}

/* Text that does not fit is cut where a character ends, and the caller is told. */
static void test_cuts_between_characters(void **state)
{
    char text[6];
    (void)state;
    assert_true(text_clean(text, sizeof text, bytes_of_text("abcde")));
    assert_string_equal(text, "abcde");
    assert_false(text_clean(text, sizeof text, bytes_of_text("abcdef")));
    assert_string_equal(text, "abcde");
    assert_false(text_clean(text, sizeof text, bytes_of_text("abcd\xc3\xa9")));
    assert_string_equal(text, "abcd");
    assert_false(text_clean(text, sizeof text, bytes_of_text("ab\x1bz")));
    assert_string_equal(text, "ab");
}

/* Wherever in its words of eight bytes, or behind them, the odd one is. */
static void test_knows_printable_ascii(void **state)
{
    static const char odd[] = {'\x1f', '\x7f', '\x80', '\xff', '\0'};
    char text[19];
    (void)state;
    assert_true(text_is_plain(bytes_of_text("")));
    for (size_t at = 0; at < sizeof text; at++)
        for (size_t i = 0; i < sizeof odd; i++) {
            memset(text, at % 2 ? ' ' : '~', sizeof text);
            assert_true(text_is_plain(bytes_of(text, sizeof text)));
            text[at] = odd[i];
            assert_false(text_is_plain(bytes_of(text, sizeof text)));
        }
}

static void test_compares(void **state)
{
    (void)state;
    assert_true(text_equal("", ""));
    assert_true(text_equal("http", "http"));
    assert_false(text_equal("http", "http2"));
    assert_false(text_equal("http", "xttp"));
    assert_false(text_equal("", "http"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_makes_deceit_visible),
        cmocka_unit_test(test_refuses_what_is_not_utf8),
        cmocka_unit_test(test_cuts_between_characters),
        cmocka_unit_test(test_knows_printable_ascii),
        cmocka_unit_test(test_compares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
