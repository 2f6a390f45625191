/* test_moment.c - points in time as people write them. */
#include "store/moment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/check.h"

#define S 1000000000U
enum { NONE = -1 };

static const uint64_t END = 1800000000000000000U; /* 2027-01-15 08:00:00 UTC */

/* Where local time is an hour before UTC, as in no place with a summer time. */
static int west(void **state)
{
    (void)state;
    setenv("TZ", "TST+1", 1);
    tzset();
    return 0;
}

static const struct {
    const char *text;
    int64_t s; /* resolved */
    uint64_t ns;
} cases[] = {
    {"1970-01-01T00:00:01Z", 1, 0},
    {"2027-01-15T08:00:00Z", 1800000000, 0},
    {"2027-01-15T08:00Z", 1800000000, 0},
    {"2027-01-15t08:00z", 1800000000, 0},
    {"2027-01-15 08:00:00Z", 1800000000, 0},
    {"2027-01-15T08:00:00.25Z", 1800000000, 250000000},
    {"2027-01-15T08:00:00.123456789Z", 1800000000, 123456789},
    {"2027-01-15T08:00:00.1234567899999Z", 1800000000, 123456789},
    {"2027-01-15T09:00:00+01:00", 1800000000, 0},
    {"2027-01-15T06:30:00-01:30", 1800000000, 0},
    {"2027-01-15T07:00:00", 1800000000, 0}, /* local */
    {"2027-01-15 07:00", 1800000000, 0},
    {"2027-01-15", 1800000000 - 7 * 3600, 0},
    {"2024-02-29T00:00:00Z", 1709164800, 0},
    {"07:00", 1800000000, 0},
    {"06:59:59.5", 1799999999, 500000000},
    {"07:00:01", 1800000001 - 86400, 0}, /* today that is to come */
    {"23:30", 1800000000 - 7 * 3600 - 1800, 0},
    {"now", 1800000000, 0},
    {"NOW", 1800000000, 0},
    {"-2h", 1800000000 - 7200, 0},
    {"-90s", 1800000000 - 90, 0},
    {"-1.5 min", 1800000000 - 90, 0},
    {"2h ago", 1800000000 - 7200, 0},
    {"2 h ago", 1800000000 - 7200, 0},
    {"1d Ago", 1800000000 - 86400, 0},
    {"-500ms", 1799999999, 500000000},
    {"+30d", 1800000000 + 30 * 86400, 0},
    {"-30000d", 0, 0}, /* before 1970 */
    {"1800000000", 1800000000, 0},
    {"1800000000.5", 1800000000, 500000000},
    {"1000", 1000, 0},
    {"1800000000250000000", 1800000000, 250000000},
    {"99999999999999999999", NONE, 0},
    {"9999999999999999999", NONE, 0},
    {"99999999999", NONE, 0},
    {"2027-01-15T", NONE, 0},
    {"2027-13-15T08:00:00Z", NONE, 0},
    {"2027-02-29T08:00:00Z", NONE, 0},
    {"2027-00-01", NONE, 0},
    {"2027-01-00", NONE, 0},
    {"2027-1-5", NONE, 0},
    {"2027-01-15T24:00:00Z", NONE, 0},
    {"2027-01-15T08:60:00Z", NONE, 0},
    {"2027-01-15T08:00:61Z", NONE, 0},
    {"2027-01-15T08:00:00+1:00", NONE, 0},
    {"2027-01-15T08:00:00+25:00", NONE, 0},
    {"2027-01-15T08:00:00.Z", NONE, 0},
    {"2027-01-15T08:00:00Zx", NONE, 0},
    {"1969-12-31T23:59:59Z", NONE, 0},
    {"-0001-01-01", NONE, 0},
    {"7:00", NONE, 0},
    {"25:00", NONE, 0},
    {"07:00x", NONE, 0},
    {"-", NONE, 0},
    {"-2", NONE, 0},
    {"--2h", NONE, 0},
    {"-0x10s", NONE, 0},
    {"-1e400s", NONE, 0},
    {"-nans", NONE, 0},
    {"-infs", NONE, 0},
    {"-2 fortnights", NONE, 0},
    {"ago", NONE, 0},
    {"h ago", NONE, 0},
    {"99999999999999999999999999999999999999999h ago", NONE, 0},
    {"12.", NONE, 0},
    {"1.5.2", NONE, 0},
    {"0x10", NONE, 0},
    {" 10", NONE, 0},
    {"yesterday", NONE, 0},
    {"", NONE, 0},
    {"%n%s", NONE, 0},
};

static void reads_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct moment m;
        struct err err = {0};
        bool read = moment_read(cases[i].text, &m, &err);
        if (read != (cases[i].s != NONE))
            fail_msg("\"%s\" is %sread: %s", cases[i].text, read ? "" : "not ", err.text);
        if (!read) {
            assert_non_null(strstr(err.text, "is no time; write 2026-"));
            continue;
        }
        uint64_t ns = moment_resolve(m, END);
        if (ns != (uint64_t)cases[i].s * S + cases[i].ns)
            fail_msg("\"%s\" is %llu", cases[i].text, (unsigned long long)ns);
    }
}

/* However it ends, no text is read beyond its end, or makes anything but a moment or a sentence. */
static void survives_what_is_cut(void **state)
{
    static const char *const texts[] = {"2027-01-15T08:00:00.123456789+01:00",
                                        "1800000000.123",
                                        "10:30:15.25",
                                        "-1.5e3 min",
                                        "2.5 h ago",
                                        "+30d"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            struct moment m;
            char *cut = strndup(texts[i], len);
            assert_non_null(cut);
            if (moment_read(cut, &m, NULL))
                moment_resolve(m, END);
            free(cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_moments),
        cmocka_unit_test(survives_what_is_cut),
    };
    return cmocka_run_group_tests(tests, west, NULL);
}
