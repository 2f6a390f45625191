/* test_imbalance.c - when calls go to one of several, and when that only looks so. */
#include "store/imbalance.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

enum { PORTIONS_MAX = 6 };

struct expected {
    size_t peers;
    double share;
};

struct backend {
    uint64_t calls, from_s, to_s;
};

static const struct {
    const char *claim;
    struct backend backend[PORTIONS_MAX];
    size_t len;
    struct expected is;
} cases[] = {
    {"halfway between even and all is too much", {{75, 0, 10}, {25, 0, 10}}, 2, {2, 0.75}},
    {"a little less is not", {{749, 0, 10}, {251, 0, 10}}, 2, {0, 0}},
    {"the more there are, the less is too much",
     {{67, 0, 10}, {17, 0, 10}, {16, 0, 10}},
     3,
     {3, 0.67}},
    {"of four", {{624, 0, 10}, {126, 0, 10}, {125, 0, 10}, {125, 0, 10}}, 4, {0, 0}},
    {"few calls say nothing", {{99, 0, 10}, {0, 0, 10}}, 2, {0, 0}},
    {"one without a call is a peer", {{100, 0, 10}, {0, 0, 10}}, 2, {2, 1}},
    {"one alone has no peers", {{1000, 0, 10}}, 1, {0, 0}},
    {"nobody", {{0, 0, 0}}, 0, {0, 0}},
    {"a successor is no peer", {{900, 0, 8}, {100, 8, 10}}, 2, {0, 0}},
    {"nor is it when both were there for a moment", {{900, 0, 80}, {100, 79, 100}}, 2, {0, 0}},
    {"a short visit within is one", {{970, 0, 100}, {30, 40, 41}}, 2, {2, 0.97}},
    {"predecessors are left out of the sum",
     {{500, 0, 10}, {970, 10, 20}, {30, 10, 20}},
     3,
     {2, 0.97}},
    {"a moment without length counts", {{200, 0, 10}, {0, 5, 5}}, 2, {2, 1}},
};

static void verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portion portions[PORTIONS_MAX] = {0};
        for (uint32_t p = 0; p < cases[i].len; p++) {
            const struct backend *b = &cases[i].backend[p];
            portions[p] = (struct portion){
                .index = p, .from_ns = b->from_s, .to_ns = b->to_s, .calls = b->calls};
        }
        struct imbalance found = imbalance_of(portions, cases[i].len);
        if (found.len != cases[i].is.peers || found.share < cases[i].is.share - 1e-9)
            fail_msg("%s: %zu peers, share %f", cases[i].claim, found.len, found.share);
    }
}

/* The greatest comes first, whatever the order they are given in; equals by their index. */
static void in_order(void **state)
{
    struct portion portions[] = {{.index = 3, .to_ns = 1, .calls = 5},
                                 {.index = 1, .to_ns = 1, .calls = 5},
                                 {.index = 0, .to_ns = 1, .calls = 990}};
    (void)state;
    struct imbalance found = imbalance_of(portions, 3);
    assert_int_equal(found.len, 3);
    assert_int_equal(found.calls, 1000);
    assert_int_equal(portions[0].index, 0);
    assert_int_equal(portions[1].index, 1);
    assert_int_equal(portions[2].index, 3);
}

static double weight(uint64_t greatest, uint64_t rest)
{
    struct portion portions[] = {{.index = 0, .to_ns = 1, .calls = greatest},
                                 {.index = 1, .to_ns = 1, .calls = rest}};
    return imbalance_of(portions, 2).weight;
}

/* A greater share weighs more, and so do more calls. */
static void weights(void **state)
{
    (void)state;
    assert_true(weight(950, 50) > weight(900, 100));
    assert_true(weight(9500, 500) > weight(950, 50));
    assert_true(weight(60, 40) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(in_order),
        cmocka_unit_test(weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
