/* test_time_text.c - packet time as text, against the C library's calendar. */
#include "store/export/time_text.h"

#include <stdio.h>
#include <time.h>

#include "tests/check.h"

static void is_as_the_library_says(uint64_t second, uint64_t ns)
{
    char text[TIME_TEXT_MAX], expected[128];
    time_t when = (time_t)second;
    struct tm tm;
    assert_non_null(gmtime_r(&when, &tm));
    snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ns);
    time_to_text(second * 1000000000 + ns, text);
    assert_string_equal(text, expected);
}

/* Every day from 1970 to 2262, leap days and centuries among them: its first and last nanosecond.
 */
static void every_day(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 106751; day++) {
        is_as_the_library_says(day * 86400, 0);
        is_as_the_library_says(day * 86400 + 86399, 999999999);
    }
}

/* Every second of a day, and fractions with zeroes on either side. */
static void every_second(void **state)
{
    (void)state;
    for (uint64_t second = 0; second < 86400; second++)
        is_as_the_library_says(19782 * UINT64_C(86400) + second, second * 10 + 1);
}

static void ends(void **state)
{
    static const struct {
        uint64_t time_ns;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000000Z"},
        {1, "1970-01-01T00:00:00.000000001Z"},
        {1709210096000000001, "2024-02-29T12:34:56.000000001Z"},
        {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
        {UINT64_MAX, "2554-07-21T23:34:33.709551615Z"},
    };
    char text[TIME_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        time_to_text(cases[i].time_ns, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),
        cmocka_unit_test(every_second),
        cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
