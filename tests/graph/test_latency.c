/* test_latency.c - graph/latency.c. */
#include "graph/latency.h"

#include <math.h>

#include "tests/check.h"

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static int clamp_bucket(long double bucket)
{
    if (bucket < LATENCY_LOWEST)
        return LATENCY_LOWEST;
    return bucket > LATENCY_HIGHEST ? LATENCY_HIGHEST : (int)bucket;
}

/* The definition, with logarithms: 2^(i/32) < v <= 2^((i+1)/32). */
static int bucket_by_definition(uint64_t value_ns)
{
    if (!value_ns)
        return LATENCY_LOWEST;
    return clamp_bucket(ceill(32 * log2l((long double)value_ns / 1e9L)) - 1);
}

/* Every bucket starts and ends where the definition says, to the nanosecond. */
static void bounds_are_exact(void **state)
{
    (void)state;
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++) {
        long double upper = 1e9L * exp2l((bucket + 1) / 32.0L);
        uint64_t last = (uint64_t)floorl(upper + 1e-7L);
        int expected = bucket_by_definition(last);
        assert_int_equal(latency_bucket(last), expected);
        if (expected == bucket && bucket < LATENCY_HIGHEST && bucket > LATENCY_LOWEST + 200)
            assert_int_equal(latency_bucket(last + 1), bucket + 1);
        assert_true(fabsl(latency_upper_ns(bucket) / upper - 1) < 1e-12L);
        if (bucket > LATENCY_LOWEST)
            assert_true(latency_lower_ns(bucket) == latency_upper_ns(bucket - 1) ||
                        fabs(latency_lower_ns(bucket) / latency_upper_ns(bucket - 1) - 1) < 1e-12);
    }
}

/* Powers of two of a second end their bucket: upper bounds are inclusive. */
static void powers_of_two_are_the_last_of_their_bucket(void **state)
{
    (void)state;
    for (int power = 0; power < 12; power++) {
        uint64_t value = 1000000000ULL << power;
        assert_int_equal(latency_bucket(value), 32 * power - 1);
        assert_int_equal(latency_bucket(value + 1), 32 * power);
    }
    for (int power = 1; power <= 9; power++) { /* as far as it is a whole number of ns */
        uint64_t value = 1000000000ULL >> power;
        assert_int_equal(latency_bucket(value), -32 * power - 1);
        assert_int_equal(latency_bucket(value + 1), -32 * power);
    }
}

static void buckets_are_those_of_the_definition(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        uint64_t value = any() >> (20 + any() % 44);
        assert_int_equal(latency_bucket(value), bucket_by_definition(value));
    }
    for (uint64_t value = 0; value < 20000; value++)
        assert_int_equal(latency_bucket(value), bucket_by_definition(value));
}

static void what_is_out_of_range_counts_at_the_ends(void **state)
{
    (void)state;
    static const struct {
        uint64_t value_ns;
        int bucket;
    } cases[] = {
        {0, LATENCY_LOWEST},
        {1, LATENCY_LOWEST},
        {953, LATENCY_LOWEST},
        {974, LATENCY_LOWEST},
        {975, LATENCY_LOWEST + 1},
        {4096000000000, LATENCY_HIGHEST},
        {4096000000001, LATENCY_HIGHEST},
        {UINT64_MAX, LATENCY_HIGHEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(latency_bucket(cases[i].value_ns), cases[i].bucket);
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t draw(int distribution)
{
    double u = (double)(any() >> 11) / 9007199254740992.0;
    switch (distribution) {
    case 0: /* even */
        return 1000000 + (uint64_t)(u * 9e8);
    case 1: /* exponential, mean 20 ms */
        return (uint64_t)(-log(1 - u) * 20e6) + 2000;
    case 2: /* two humps */
        return any() % 10 ? 1500000 + any() % 100000 : 800000000 + any() % 50000000;
    case 3: /* heavy tail */
        return (uint64_t)(5e5 / (1 - u + 1e-6));
    default: /* all alike */
        return 12345678;
    }
}

/* Quantiles are within 1.1 % of the value that has that rank. */
static void quantiles_are_near_the_truth(void **state)
{
    (void)state;
    static const double quantiles[] = {0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
    enum { VALUES = 5000 };
    static uint64_t values[VALUES];
    for (int distribution = 0; distribution < 5; distribution++) {
        struct latency l = {0};
        for (size_t i = 0; i < VALUES; i++) {
            values[i] = draw(distribution);
            latency_add(&l, values[i]);
        }
        qsort(values, VALUES, sizeof *values, compare_values);
        uint64_t at_once[sizeof quantiles / sizeof *quantiles];
        latency_quantiles(&l, quantiles, sizeof quantiles / sizeof *quantiles, at_once);
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
            assert_int_equal(at_once[i], latency_quantile(&l, quantiles[i]));
            size_t rank = (size_t)ceil(quantiles[i] * VALUES);
            double truth = (double)values[rank ? rank - 1 : 0];
            double told = (double)latency_quantile(&l, quantiles[i]);
            assert_true(fabs(told - truth) <= 0.011 * truth);
        }
        assert_int_equal(latency_quantile(&l, 0), values[0]);
        assert_int_equal(latency_quantile(&l, 1), values[VALUES - 1]);
        latency_free(&l);
    }
}

static void nothing_has_no_quantile(void **state)
{
    (void)state;
    struct latency l = {0};
    assert_int_equal(latency_quantile(&l, 0.5), 0);
}

static void assert_same(const struct latency *a, const struct latency *b)
{
    assert_int_equal(a->count, b->count);
    if (!a->count)
        return;
    assert_int_equal(a->sum_ns, b->sum_ns);
    assert_int_equal(a->min_ns, b->min_ns);
    assert_int_equal(a->max_ns, b->max_ns);
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++)
        assert_int_equal(latency_at(a, bucket), latency_at(b, bucket));
}

/* Three parts added in any grouping are the whole. */
static void merging_is_adding(void **state)
{
    (void)state;
    struct latency whole = {0}, part[3] = {0}, left = {0}, right = {0};
    for (int i = 0; i < 3000; i++) {
        uint64_t value = draw(3);
        latency_add(&whole, value);
        latency_add(&part[any() % 3], value);
    }
    latency_merge(&left, &part[0]);
    latency_merge(&left, &part[1]);
    latency_merge(&left, &part[2]);
    latency_merge(&part[1], &part[2]);
    latency_merge(&right, &part[1]);
    latency_merge(&right, &part[0]);
    assert_same(&left, &whole);
    assert_same(&right, &whole);
    latency_free(&whole);
    latency_free(&left);
    latency_free(&right);
    for (int i = 0; i < 3; i++)
        latency_free(&part[i]);
}

static void the_stored_form_comes_back(void **state)
{
    (void)state;
    for (int values = 0; values < 400; values += 37) {
        struct latency l = {0}, back = {0};
        struct writer w = {0};
        for (int i = 0; i < values; i++)
            latency_add(&l, draw(i % 4));
        latency_encode(&l, &w);
        writer_u8(&w, 77);
        struct cursor c = cursor_over(writer_view(&w));
        assert_true(latency_decode(&c, &back));
        assert_int_equal(cursor_u8(&c), 77); /* and not a byte more was read */
        assert_same(&l, &back);
        latency_free(&l);
        latency_free(&back);
        writer_free(&w);
    }
}

/* Each row but the first is one kind of damage. */
static void damage_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *bytes;
        size_t len;
        bool good;
    } cases[] = {
        {"the last bucket", "\4\5\5\5\1\xff\7\1", 8, true},
        {"nothing", "", 0, false},
        {"cut", "\1\5\5\5", 4, false},
        {"cut in a bucket", "\1\5\5\5\1\1", 6, false},
        {"least over greatest", "\1\5\6\5\0", 5, false},
        {"an empty bucket", "\1\5\5\5\1\1\0", 7, false},
        {"more in buckets than in all", "\1\5\5\5\1\1\2", 7, false},
        {"the same bucket twice", "\4\5\5\5\2\1\1\0\1", 9, false},
        {"past the last bucket", "\4\5\5\5\1\x80\x08\1", 8, false},
        {"more buckets than there are", "\4\5\5\5\x81\x08\1\1", 8, false},
        {"an endless number", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1\1\1\1", 15, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct latency l = {0};
        struct cursor c = cursor_over(bytes_of(cases[i].bytes, cases[i].len));
        if (latency_decode(&c, &l) != cases[i].good)
            fail_msg("%s: taken for %s", cases[i].what, cases[i].good ? "damaged" : "good");
        latency_free(&l);
    }
}

/* A bucket of 2^32 - 1 stays at that when more is added. */
static void full_buckets_stay_full(void **state)
{
    (void)state;
    struct latency l = {0};
    struct writer w = {0};
    static const uint64_t form[] = {UINT32_MAX, 5, 5, 5, 1, 0, UINT32_MAX};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++)
        writer_varint(&w, form[i]);
    struct cursor c = cursor_over(writer_view(&w));
    assert_true(latency_decode(&c, &l));
    latency_add(&l, 5);
    assert_int_equal(latency_at(&l, LATENCY_LOWEST), UINT32_MAX);
    assert_int_equal(l.count, (uint64_t)UINT32_MAX + 1);
    latency_free(&l);
    writer_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_exact),
        cmocka_unit_test(powers_of_two_are_the_last_of_their_bucket),
        cmocka_unit_test(buckets_are_those_of_the_definition),
        cmocka_unit_test(what_is_out_of_range_counts_at_the_ends),
        cmocka_unit_test(quantiles_are_near_the_truth),
        cmocka_unit_test(nothing_has_no_quantile),
        cmocka_unit_test(merging_is_adding),
        cmocka_unit_test(the_stored_form_comes_back),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(full_buckets_stay_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
