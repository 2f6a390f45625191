/* test_sampling.c - specifies daemon/sampling.c. */
#include "daemon/sampling.h"

#include "capture/follow.h"
#include "tests/check.h"

/* Seconds until the level changes, while so much is lost; at most `max`. */
static uint32_t seconds(struct sampling *s, uint64_t lost, uint32_t max)
{
    uint32_t passed = 1;
    while (!sampling_second(s, 100000, lost) && passed < max)
        passed++;
    return passed;
}

/* A loss that is small beside what was read is none, and neither is silence. */
static void little_is_tolerated(void **state)
{
    struct sampling s = {0};
    (void)state;
    assert_false(sampling_second(&s, 100000, 100));
    assert_false(sampling_second(&s, 0, 0));
    assert_int_equal(s.level, 0);
    assert_true(sampling_second(&s, 100000, 101));
    assert_int_equal(s.level, 1);
}

/* Loss halves what is followed, each second; more loss than frames quarters it, but nothing does
 * more, and there is an end. */
static void more_loss_follows_fewer(void **state)
{
    struct sampling s = {0};
    (void)state;
    sampling_second(&s, 100000, 100000);
    assert_int_equal(s.level, 1);
    sampling_second(&s, 100000, 100001);
    assert_int_equal(s.level, 3);
    for (int i = 0; i < 5; i++)
        sampling_second(&s, 1, 1000000);
    assert_int_equal(s.level, FOLLOW_LEVEL_MAX);
    assert_false(sampling_second(&s, 1, 1000000));
}

/* Without loss twice as many are tried, step by step, until all are followed. */
static void calm_follows_more(void **state)
{
    struct sampling s = {.level = 2};
    (void)state;
    assert_int_equal(seconds(&s, 0, 100), SAMPLING_WAIT_S);
    assert_int_equal(s.level, 1);
    assert_int_equal(seconds(&s, 0, 100), SAMPLING_WAIT_S);
    assert_int_equal(s.level, 0);
    assert_int_equal(seconds(&s, 0, 100), 100);
}

/* If that was too many, the next try is later, each time, but not for ever; a try that held makes
 * the waits short again. */
static void tries_that_fail_become_rare(void **state)
{
    struct sampling s = {.level = 1};
    uint32_t wait = SAMPLING_WAIT_S;
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(seconds(&s, 0, 1000), wait);
        assert_int_equal(s.level, 0);
        assert_int_equal(seconds(&s, 1000, 10), 1);
        assert_int_equal(s.level, 1);
        wait = 2 * wait < SAMPLING_WAIT_MAX_S ? 2 * wait : SAMPLING_WAIT_MAX_S;
    }
    assert_int_equal(wait, SAMPLING_WAIT_MAX_S);
    seconds(&s, 0, 1000);
    assert_int_equal(s.level, 0);
    assert_int_equal(seconds(&s, 0, SAMPLING_TRIAL_S), SAMPLING_TRIAL_S);
    seconds(&s, 1000, 1);
    assert_int_equal(seconds(&s, 0, 1000), SAMPLING_WAIT_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_is_tolerated),
        cmocka_unit_test(more_loss_follows_fewer),
        cmocka_unit_test(calm_follows_more),
        cmocka_unit_test(tries_that_fail_become_rare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
