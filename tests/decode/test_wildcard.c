/* test_wildcard.c - decode/wildcard.c: names of bounded variety. */
#include "decode/wildcard.h"

#include "tests/check.h"

static void names(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"orders", "orders"},
        {"orders.v1", "orders.v1"},
        {"topic2", "topic2"},
        {"ipv6-log_2", "ipv6-log_2"},
        {"__consumer_offsets", "__consumer_offsets"},
        {"orders-20240131", "orders-*"},
        {"orders.2024-01-31", "orders.*-01-31"},
        {"reply.3f2a9c1b-0001-4a5b-8c9d-0123456789ab", "reply.*"},
        {"3f2a9c1b-0001-4a5b-8c9d-0123456789ab.in", "*.in"},
        {"session-deadbeef01", "session-*"},
        {"feedback", "feedback"},
        {"deadbeef", "deadbeef"},
        {"", ""},
        {"a\x1b[1m", "a\\x1b[1m"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        assert_true(wildcard_name(text, sizeof text, bytes_of_text(rows[i][0])));
        assert_string_equal(text, rows[i][1]);
    }
}

static void cut(void **state)
{
    (void)state;
    char text[8], name[400];
    assert_false(wildcard_name(text, sizeof text, bytes_of_text("0rders.and.more")));
    assert_string_equal(text, "0rders.");
    char long_name[400];
    memset(long_name, 'x', sizeof long_name);
    assert_false(wildcard_name(name, sizeof name, bytes_of(long_name, sizeof long_name)));
    memset(long_name, '-', sizeof long_name);
    assert_false(wildcard_name(name, sizeof name, bytes_of(long_name, sizeof long_name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
