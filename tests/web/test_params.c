/* What a question may be asked with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "web/params.h"

static const uint64_t S = 1000000000U;

static void reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t seconds; /* UINT64_MAX: none */
    } cases[] = {
        {"90s", 90},
        {"15m", 900},
        {"6h", 21600},
        {"7d", 604800},
        {"all", 0},
        {"", UINT64_MAX},
        {"15", UINT64_MAX},
        {"m", UINT64_MAX},
        {"-5m", UINT64_MAX},
        {"5 m", UINT64_MAX},
        {"5mm", UINT64_MAX},
        {"0m", UINT64_MAX},
        {"5w", UINT64_MAX},
        {"1e3s", UINT64_MAX},
        {"ALL", UINT64_MAX},
        {" 5m", UINT64_MAX},
        {"99999999999999999999d", UINT64_MAX},
        {"36600d", 36600ULL * 86400},
        {"36601d", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t ns = 1;
        bool read = params_duration(cases[i].text, &ns);
        if (read != (cases[i].seconds != UINT64_MAX) || (read && ns != cases[i].seconds * S))
            fail_msg("%s", cases[i].text);
    }
}

static void reads_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t ns; /* UINT64_MAX: none */
    } cases[] = {
        {"1970-01-01T00:00:01Z", 1000000000U},
        {"2027-01-15T08:00:00Z", 1800000000000000000U},
        {"2027-01-15T08:00:00.25Z", 1800000000250000000U},
        {"2027-01-15T08:00:00.123456789Z", 1800000000123456789U},
        {"2027-01-15T09:00:00+01:00", 1800000000000000000U},
        {"2027-01-15T06:30:00-01:30", 1800000000000000000U},
        {"1800000000000000000", 1800000000000000000U},
        {"2027-01-15", UINT64_MAX},
        {"2027-01-15T08:00:00", UINT64_MAX},
        {"2027-13-15T08:00:00Z", UINT64_MAX},
        {"2027-01-15T08:00:00+1:00", UINT64_MAX},
        {"1969-12-31T23:59:59Z", UINT64_MAX},
        {"2027-01-15T08:00:00Zx", UINT64_MAX},
        {"yesterday", UINT64_MAX},
        {"", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t ns = 0;
        bool read = params_time(cases[i].text, &ns);
        if (read != (cases[i].ns != UINT64_MAX) || (read && ns != cases[i].ns))
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)ns);
    }
}

/* A request is a list of names and values, ended by NULL. */
static const char *look_up(const void *request, const char *name)
{
    for (const char *const *at = request; *at; at += 2) {
        if (strcmp(*at, name) == 0)
            return at[1];
    }
    return NULL;
}

static void has_defaults(void **state)
{
    (void)state;
    struct params p;
    struct err err = {0};
    const char *nothing[] = {NULL};
    assert_true(params_read(&p, look_up, nothing, &err));
    assert_int_equal(p.span, SPAN_SINCE);
    assert_int_equal(p.since_ns, 900 * S);
    assert_int_equal(p.grouping, GROUP_SERVICE);
    assert_int_equal(p.edge, 0);
    assert_int_equal(p.service, 0);
    assert_int_equal(p.points, POINTS_DEFAULT);
    assert_string_equal(p.format, "json");
    assert_false(p.download);
}

/* A sentence names the parameter that is wrong. */
static void names_what_is_wrong(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"since", "soon"},   {"from", "noon"},
        {"to", "night"},     {"group", "pod"},
        {"edge", "0"},       {"edge", "-1"},
        {"edge", "1 or 1"},  {"points", "0"},
        {"points", "2001"},  {"edge", "99999999999999999999"},
        {"service", "cart"}, {"service", "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *request[] = {cases[i][0], cases[i][1], NULL};
        struct params p;
        struct err err = {0};
        if (params_read(&p, look_up, request, &err) ||
            strncmp(err.text, cases[i][0], strlen(cases[i][0])) != 0)
            fail_msg("%s=%s: \"%s\"", cases[i][0], cases[i][1], err.text);
    }
    const char *backwards[] = {"from", "2", "to", "1", NULL};
    struct params p;
    struct err err = {0};
    assert_false(params_read(&p, look_up, backwards, &err));
}

/* from and to win over since; one of them is enough. */
static void takes_a_fixed_range(void **state)
{
    (void)state;
    const char *request[] = {"since", "5m", "from", "1000", "group", "host", "download", "1", NULL};
    struct params p;
    struct err err = {0};
    assert_true(params_read(&p, look_up, request, &err));
    assert_int_equal(p.span, SPAN_FROM_TO);
    assert_int_equal(p.from_ns, 1000);
    assert_int_equal(p.to_ns, 0);
    assert_int_equal(p.grouping, GROUP_HOST);
    assert_true(p.download);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations),     cmocka_unit_test(reads_times),
        cmocka_unit_test(has_defaults),        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(takes_a_fixed_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
