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
    assert_false(p.when.has_from || p.when.has_to || p.when.has_at);
    assert_int_equal(p.when.since_ns, 900 * S);
    assert_null(p.find);
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
        {"since", "soon"},
        {"from", "noon"},
        {"to", "night"},
        {"at", "-2"},
        {"group", "pod"},
        {"edge", "0"},
        {"edge", "-1"},
        {"edge", "1 or 1"},
        {"points", "0"},
        {"points", "2001"},
        {"edge", "99999999999999999999"},
        {"service", "cart"},
        {"service", "0"},
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
    const char *both[] = {"at", "2", "to", "1", NULL};
    assert_false(params_read(&p, look_up, both, &err));
}

/* from and to win over since; one of them is enough. */
static void takes_a_fixed_range(void **state)
{
    (void)state;
    const char *request[] = {"since",    "5m", "from", "1000", "group", "host",
                             "download", "1",  "find", "cart", NULL};
    struct params p;
    struct err err = {0};
    assert_true(params_read(&p, look_up, request, &err));
    assert_true(p.when.has_from);
    assert_false(p.when.has_to || p.when.has_since);
    assert_int_equal(p.when.from.ns, 1000 * S);
    assert_int_equal(p.grouping, GROUP_HOST);
    assert_true(p.download);
    assert_string_equal(p.find, "cart");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(takes_a_fixed_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
