/* test_go_to.c - times as they are typed. */
#include "ui-tui/go_to.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/check.h"

#define S UINT64_C(1000000000)

static const struct range history = {1770076800 * S, 1770120000 * S}; /* 00:00 to 12:00 */

static void test_read(void **state)
{
    static const struct {
        const char *text;
        uint64_t since_s, back_s; /* back: of its end, from the newest; 0: it is the newest */
    } cases[] = {
        {"11:00", 600, 3600},
        {"2h ago", 600, 7200},
        {"-2h", 600, 7200},
        {"10:00 to 10:30", 1800, 5400},
        {"3h ago to 2h ago", 3600, 7200},
        {"11:30 to now", 1800, 0},
        {"30m", 1800, 0},
        {"now", 600, 0},
        {"all", 0, 0},
        {"2026-02-03 06:00", 600, 21600},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct go_to to = {600 * S, 5};
        struct err err = {""};
        if (!go_to_read(cases[i].text, history, &to, &err))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_int_equal(to.since_ns / S, cases[i].since_s);
        assert_int_equal(to.until_ns, cases[i].back_s ? history.to_ns - cases[i].back_s * S : 0);
    }
}

static void test_wrong(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"tea", "tea"},
        {"11:00 to 10:00", "ends before it begins"},
        {"2026-02-01 06:00", "recorded is 2026-02-03 00:00:00 to 2026-02-03 12:00:00"},
        {"10:00 to tea", "tea"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct go_to to = {600 * S, 5};
        struct err err = {""};
        assert_false(go_to_read(cases[i].text, history, &to, &err));
        assert_non_null(strstr(err.text, cases[i].why));
        assert_true(to.since_ns == 600 * S && to.until_ns == 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_wrong),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
