/* test_human.c - numbers as a person reads them. */
#include "base/human.h"

#include "tests/check.h"

/* Three digits that matter, and the unit in which there is at least one. */
static void test_numbers(void **state)
{
    (void)state;
    assert_string_equal(human_count(0).text, "0");
    assert_string_equal(human_count(9876).text, "9876");
    assert_string_equal(human_count(12345).text, "12k");
    assert_string_equal(human_count(1234567).text, "1.2M");
    assert_string_equal(human_rate(0).text, "0/s");
    assert_string_equal(human_rate(0.001).text, "<.01/s");
    assert_string_equal(human_rate(0.05).text, "0.05/s");
    assert_string_equal(human_rate(0.999).text, "1.0/s");
    assert_string_equal(human_rate(12.34).text, "12.3/s");
    assert_string_equal(human_rate(412.4).text, "412/s");
    assert_string_equal(human_rate(1234).text, "1.2k/s");
    assert_string_equal(human_bytes(0).text, "0 B");
    assert_string_equal(human_bytes(999).text, "999 B");
    assert_string_equal(human_bytes(999900).text, "1.0 MB");
    assert_string_equal(human_bytes(1234567).text, "1.2 MB");
}

/* Times from a microsecond to hours; none is a dash. */
static void test_times(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "-"},
        {400, "0.4 µs"},
        {350000, "350 µs"},
        {999600, "1.0 ms"},
        {1840000, "1.8 ms"},
        {18400000, "18 ms"},
        {2500000000, "2.5 s"},
        {59000000000, "59 s"},
        {90000000000, "1.5 min"},
        {7200000000000, "2.0 h"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(human_time(cases[i].ns).text, cases[i].text);
}

/* A share says "0 %" and "100 %" only where that is the truth. */
static void test_shares(void **state)
{
    (void)state;
    assert_string_equal(human_share(0).text, "0 %");
    assert_string_equal(human_share(0.00001).text, "<0.1 %");
    assert_string_equal(human_share(0.023).text, "2.3 %");
    assert_string_equal(human_share(0.14).text, "14 %");
    assert_string_equal(human_share(0.99999).text, "99.9 %");
    assert_string_equal(human_share(1).text, "100 %");
}

/* Lengths of time are rough: the largest unit of which there are two, or just one. */
static void test_spans(void **state)
{
    const uint64_t s = 1000000000;
    (void)state;
    assert_string_equal(human_span(3 * s).text, "3 s");
    assert_string_equal(human_span(60 * s).text, "1 min");
    assert_string_equal(human_span(90 * s).text, "90 s");
    assert_string_equal(human_span(900 * s).text, "15 min");
    assert_string_equal(human_span(86400 * s).text, "1 d");
    assert_string_equal(human_span(100 * 86400 * s).text, "100 d");
    assert_string_equal(human_span(1000 * 86400 * s).text, "2 y");
    assert_string_equal(human_moment(1770120000 * s).text, "2026-02-03 12:00:00");
    assert_string_equal(human_clock(1770120000 * s).text, "12:00:00");
    assert_string_equal(human_date(1770120000 * s).text, "2026-02-03");
    assert_string_equal(human_moment_ms(1770120000 * s + 7999999).text, "2026-02-03 12:00:00.007");
    assert_string_equal(human_clock_ms(1770120000 * s + s - 1).text, "12:00:00.999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
