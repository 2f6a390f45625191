/* test_moments.c - a column of times says their day once if it is of one. */
#include "cli/moments.h"

#include <stdlib.h>
#include <time.h>

#include "tests/check.h"

static const uint64_t noon = 1770120000000000000U; /* 2026-02-03 12:00:00 UTC */
static const uint64_t ms = 1000000, hour = 3600000000000U;

/* Requests of one second can be told apart, and their day is said once. */
static void test_of_a_day(void **state)
{
    struct moments m = {0};
    (void)state;
    moments_add(&m, noon + 7 * ms);
    moments_add(&m, noon + 8 * ms);
    moments_add(&m, noon - 12 * hour);
    assert_string_equal(moments_head(&m), "2026-02-03");
    assert_string_equal(moments_text(&m, noon + 7 * ms).text, "12:00:00.007");
    assert_string_equal(moments_text(&m, noon + 8 * ms).text, "12:00:00.008");
}

/* What comes later, of the next day, has its date, though the head is written. */
static void test_later(void **state)
{
    struct moments m = {0};
    (void)state;
    moments_add(&m, noon);
    assert_string_equal(moments_text(&m, noon + 12 * hour).text, "2026-02-04 00:00:00.000");
    assert_string_equal(moments_text(&m, noon + hour).text, "13:00:00.000");
}

static void test_of_several_days(void **state)
{
    struct moments m = {0};
    (void)state;
    moments_add(&m, noon);
    moments_add(&m, noon + 12 * hour);
    moments_add(&m, noon);
    assert_string_equal(moments_head(&m), "TIME");
    assert_string_equal(moments_text(&m, noon).text, "2026-02-03 12:00:00.000");
}

/* Without a head, each has its date. */
static void test_of_none(void **state)
{
    struct moments m = {0};
    (void)state;
    assert_string_equal(moments_head(&m), "TIME");
    assert_string_equal(moments_text(&m, noon).text, "2026-02-03 12:00:00.000");
}

static int in_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_day),
        cmocka_unit_test(test_later),
        cmocka_unit_test(test_of_several_days),
        cmocka_unit_test(test_of_none),
    };
    return cmocka_run_group_tests(tests, in_utc, NULL);
}
