/* test_verdict.c - graph/verdict.c. */
#include "graph/verdict.h"

#include "tests/check.h"

static void error_shares_decide(void **state)
{
    (void)state;
    static const struct {
        uint64_t requests, server_errors, client_errors;
        enum health health;
    } cases[] = {
        {0, 0, 0, HEALTH_IDLE},
        {1, 0, 0, HEALTH_GOOD},
        {1000, 9, 0, HEALTH_GOOD},
        {1000, 10, 0, HEALTH_WARN}, /* 1 % */
        {1000, 49, 0, HEALTH_WARN},
        {1000, 50, 0, HEALTH_BAD}, /* 5 % */
        {1000, 0, 199, HEALTH_GOOD},
        {1000, 0, 200, HEALTH_WARN},  /* 20 % */
        {1000, 0, 1000, HEALTH_WARN}, /* never bad: the callers' fault */
        {4, 4, 0, HEALTH_WARN},       /* too few to tell */
        {5, 1, 0, HEALTH_BAD},
        {4, 0, 1, HEALTH_WARN},
        {99, 1, 0, HEALTH_WARN},
        {101, 1, 0, HEALTH_GOOD},
        {101, 5, 0, HEALTH_WARN},
        {UINT64_MAX, UINT64_MAX, 0, HEALTH_BAD},
        {UINT64_MAX, UINT64_MAX / 20 + 1, 0, HEALTH_BAD},
        {UINT64_MAX, UINT64_MAX / 20, 0, HEALTH_WARN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum health health =
            verdict_of_requests(cases[i].requests, cases[i].server_errors, cases[i].client_errors);
        if (health != cases[i].health)
            fail_msg("case %zu is %s", i, health_name(health));
    }
}

static void the_worse_wins(void **state)
{
    (void)state;
    assert_int_equal(verdict_worse(HEALTH_GOOD, HEALTH_BAD), HEALTH_BAD);
    assert_int_equal(verdict_worse(HEALTH_WARN, HEALTH_IDLE), HEALTH_WARN);
    assert_string_equal(health_name(HEALTH_IDLE), "idle");
    assert_string_equal(health_name(HEALTH_BAD), "bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_shares_decide),
        cmocka_unit_test(the_worse_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
