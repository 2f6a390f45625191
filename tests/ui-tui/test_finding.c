/* test_finding.c - what spoiled a capture. */
#include "ui-tui/finding.h"

#include "tests/check.h"

static struct health_row good(void)
{
    return (struct health_row){.windows = 12,
                               .capture = {.frames = 10000, .packets = 9000, .bytes = 5000000}};
}

static struct finding only_finding(const struct health_row *h)
{
    struct finding found[FINDINGS_MAX];
    assert_int_equal(findings_of(h, found), 1);
    return found[0];
}

/* A capture without loss has no finding; one without a packet is no capture. */
static void test_none(void **state)
{
    struct finding found[FINDINGS_MAX];
    struct health_row h = good();
    (void)state;
    assert_int_equal(findings_of(&h, found), 0);
    h = (struct health_row){.windows = 12};
    assert_string_equal(only_finding(&h).what, "No packet arrived in this range of time");
    assert_int_equal(only_finding(&h).health, HEALTH_BAD);
}

/* Up to 1 % lost is a warning, more is bad. */
static void test_weighs(void **state)
{
    struct health_row h = good();
    (void)state;
    h.capture.kernel_drops = 50;
    assert_int_equal(only_finding(&h).health, HEALTH_WARN);
    assert_string_equal(only_finding(&h).what, "50 packets (0.5 %) were dropped by the kernel");
    h.capture.kernel_drops = 5000;
    assert_int_equal(only_finding(&h).health, HEALTH_BAD);
    h = good();
    h.decode.gap_bytes = 40000;
    h.decode.gaps = 3;
    assert_int_equal(only_finding(&h).health, HEALTH_WARN);
    assert_string_equal(only_finding(&h).what, "40 kB are missing in 3 places of connections");
}

/* All at once still fit. */
static void test_all(void **state)
{
    struct finding found[FINDINGS_MAX];
    struct health_row h = {0};
    (void)state;
    h.capture.kernel_drops = h.capture.interface_drops = h.capture.truncated = 1;
    h.decode.gap_bytes = h.decode.flows_evicted = h.decode.exchanges_evicted = 1;
    h.edges_dropped = h.connections_dropped = 1;
    assert_int_equal(findings_of(&h, found), FINDINGS_MAX);
    for (int i = 0; i < FINDINGS_MAX; i++)
        assert_true(found[i].what[0] && found[i].remedy[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_weighs),
        cmocka_unit_test(test_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
