/* test_sample.c - graph/sample.c and graph/sampler.c: which exchanges of a window are kept. */
#include "graph/sampler.h"

#include <stdio.h>
#include <stdlib.h>

#include "graph/hops.h"
#include "graph/merge.h"
#include "graph/tally.h"
#include "graph/wire.h"
#include "tests/check.h"
#include "tests/graph/make.h"

enum { MS = 1000000, WORKERS = 5, SERVERS_MANY = 1500 };

static struct networks networks;
static const struct hash_key key = {{1, 2}};
static struct tally *worker[WORKERS];
static struct delta delta;
static uint64_t dice = 1;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    for (int i = 0; i < WORKERS; i++) {
        worker[i] = tally_new(&key, &networks);
        tally_keep_samples(worker[i]);
    }
    delta = (struct delta){0};
    dice = 1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < WORKERS; i++)
        tally_free(worker[i]);
    delta_free(&delta);
    return 0;
}

static uint32_t roll(uint32_t sides)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(dice >> 33) % sides;
}

/* The nth of many: servers, times, ways to end, and in part traces. */
static struct exchange make(uint32_t nth, uint32_t servers)
{
    char path[64], trace[33];
    snprintf(path, sizeof path, "/shop/%u/item-%u", nth % 7, nth % 300);
    struct exchange x = make_exchange(path);
    dice = nth * 77 + 5;
    uint32_t server = roll(servers);
    x.server_address.byte[14] = (uint8_t)(server >> 8);
    x.server_address.byte[15] = (uint8_t)server;
    x.client_port = (uint16_t)(1024 + roll(60000));
    x.number = nth;
    x.request_ns += (uint64_t)roll(3000000) * 1000;
    x.response_end_ns = x.request_ns + (uint64_t)(1 + roll(500)) * MS / 10;
    x.end_ns = x.response_end_ns;
    x.outcome = roll(10) ? OUTCOME_OK : (enum outcome)roll(OUTCOMES);
    snprintf(trace, sizeof trace, "%032x", nth / 4 + 1);
    if (nth % 3 == 0)
        memcpy(x.trace_id, trace, sizeof trace);
    return x;
}

static void finish(int workers)
{
    for (int i = 0; i < workers; i++)
        assert_true(tally_take(worker[i], &delta));
    merge_finish(&delta);
}

static struct exchange exchange_of(const struct sample_delta *row)
{
    struct exchange x;
    assert_true(sample_exchange(&delta, row, &x));
    return x;
}

/* Counts `len` exchanges, in an order and spread over workers as `seed` says, and writes what comes
 * of it. */
static void tell(struct writer *w, uint32_t len, uint32_t servers, int workers, uint32_t seed)
{
    uint32_t *order = malloc(len * sizeof *order);
    for (uint32_t i = 0; i < len; i++)
        order[i] = i;
    dice = seed;
    for (uint32_t i = len; seed && i > 1; i--) {
        uint32_t other = roll(i), moved = order[i - 1];
        order[i - 1] = order[other];
        order[other] = moved;
    }
    for (uint32_t i = 0; i < len; i++) {
        struct exchange x = make(order[i], servers);
        uint64_t which = (order[i] * UINT64_C(0x9e3779b97f4a7c15) + seed) >> 40;
        tally_exchange(worker[which % (uint32_t)workers], &x);
    }
    free(order);
    finish(workers);
    assert_true(delta.sample_len > 0);
    wire_put_delta(w, &delta);
    delta_free(&delta);
}

static void any_order_and_any_split_keep_the_same(void **state)
{
    (void)state;
    static const uint32_t servers[] = {1, 3, 40, SERVERS_MANY};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        struct writer one = {0};
        tell(&one, 12000, servers[i], 1, 0);
        for (uint32_t seed = 1; seed < 4; seed++) {
            struct writer many = {0};
            tell(&many, 12000, servers[i], 1 + (int)seed % WORKERS, seed);
            assert_int_equal(one.len, many.len);
            assert_memory_equal(one.at, many.at, one.len);
            writer_free(&many);
        }
        writer_free(&one);
    }
}

static void a_quiet_edge_keeps_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        struct exchange x = make(i, 1);
        tally_exchange(worker[0], &x);
    }
    finish(1);
    assert_int_equal(delta.sample_len, 10);
    for (uint32_t i = 0; i < 10; i++) {
        struct exchange x = exchange_of(&delta.sample[i]);
        assert_true(delta.sample[i].kept & 1U << KEPT_FAIR);
        assert_string_equal(x.operation, "");
        assert_int_equal(x.number, 0);
        if (strcmp(x.path, "/shop/1/item-1") == 0)
            assert_string_equal(delta.sample[i].operation, "GET /shop/{id}/item-1");
        assert_true(!i || delta.sample[i - 1].time_ns <= delta.sample[i].time_ns);
    }
}

static void nothing_is_kept_unless_asked_for(void **state)
{
    (void)state;
    struct tally *t = tally_new(&key, &networks);
    struct exchange x = make(1, 1);
    tally_exchange(t, &x);
    assert_true(tally_take(t, &delta));
    assert_int_equal(delta.edge_len, 1);
    assert_int_equal(delta.sample_len, 0);
    tally_free(t);
}

static int descending(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left < right) - (left > right);
}

/* The slowest of an edge are there, whichever they were, and no others as such. */
static void the_slowest_are_kept(void **state)
{
    (void)state;
    enum { LEN = 20000 };
    uint64_t *took = malloc(LEN * sizeof *took);
    for (uint32_t i = 0; i < LEN; i++) {
        struct exchange x = make(i, 1);
        x.response_end_ns = x.end_ns = x.request_ns + 1 + (i * UINT64_C(2654435761)) % 999983;
        took[i] = x.response_end_ns - x.request_ns;
        tally_exchange(worker[i % WORKERS], &x);
    }
    finish(WORKERS);
    qsort(took, LEN, sizeof *took, descending);
    uint32_t slow = 0;
    for (uint32_t i = 0; i < delta.sample_len; i++) {
        struct exchange x = exchange_of(&delta.sample[i]);
        if (!(delta.sample[i].kept & 1U << KEPT_SLOW))
            continue;
        slow++;
        assert_true(x.response_end_ns - x.request_ns >= took[sample_edge_max(KEPT_SLOW) - 1]);
    }
    assert_int_equal(slow, sample_edge_max(KEPT_SLOW));
    free(took);
}

/* Streaming calls last as long as they are wanted. */
static void a_streaming_call_is_not_slow(void **state)
{
    (void)state;
    struct exchange x = make(1, 1);
    x.call = CALL_BIDI_STREAMING;
    x.outcome = OUTCOME_OK;
    x.response_end_ns = x.request_ns + UINT64_C(3600000) * MS;
    tally_exchange(worker[0], &x);
    finish(1);
    assert_int_equal(delta.sample_len, 1);
    assert_int_equal(delta.sample[0].kept, 1U << KEPT_FAIR);
}

/* An edge that fails in all it does keeps what the server did, and does not push out others. */
static void errors_of_the_server_come_first(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4000; i++) {
        struct exchange x = make(i, 1);
        x.outcome = i % 2 ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
        tally_exchange(worker[i % WORKERS], &x);
    }
    struct exchange other = make(7, 1);
    other.server_port = 81;
    other.outcome = OUTCOME_UNANSWERED;
    tally_exchange(worker[0], &other);
    finish(WORKERS);
    uint32_t failed[2] = {0};
    for (uint32_t i = 0; i < delta.sample_len; i++) {
        struct exchange x = exchange_of(&delta.sample[i]);
        if (delta.sample[i].kept & 1U << KEPT_ERROR)
            failed[x.server_port == 81]++;
        if (delta.sample[i].kept & 1U << KEPT_ERROR && x.server_port != 81)
            assert_int_equal(x.outcome, OUTCOME_SERVER_ERROR);
    }
    assert_int_equal(failed[0], sample_edge_max(KEPT_ERROR));
    assert_int_equal(failed[1], 1);
}

/* Exchanges of a few traces, each over all edges, among many: what is kept as fair of one edge is
 * of traces that are kept on all. */
static void traces_are_kept_whole(void **state)
{
    (void)state;
    enum { EDGES = 6, TRACES = 2000 };
    uint32_t seen[TRACES] = {0};
    for (uint32_t i = 0; i < EDGES * TRACES; i++) {
        struct exchange x = make_exchange("/");
        x.server_port = (uint16_t)(100 + i / TRACES);
        x.client_port = (uint16_t)(i * 7);
        x.request_ns += i * 1000;
        snprintf(x.trace_id, sizeof x.trace_id, "%032x", i % TRACES + 1);
        tally_exchange(worker[i % WORKERS], &x);
    }
    finish(WORKERS);
    uint32_t whole = 0;
    for (uint32_t i = 0; i < delta.sample_len; i++)
        if (delta.sample[i].kept & 1U << KEPT_FAIR)
            seen[strtoul(exchange_of(&delta.sample[i]).trace_id, NULL, 16) - 1]++;
    for (uint32_t i = 0; i < TRACES; i++) {
        assert_true(seen[i] == 0 || seen[i] == EDGES);
        whole += seen[i] == EDGES;
    }
    assert_int_equal(whole, sample_edge_max(KEPT_FAIR));
}

/* On so many edges that not each can have a row of each reason, each reason has its share. */
static void a_window_has_its_cap(void **state)
{
    (void)state;
    uint32_t kept[KEPTS] = {0};
    for (uint32_t i = 0; i < 30000; i++) {
        struct exchange x = make(i, SERVERS_MANY);
        tally_exchange(worker[0], &x);
    }
    finish(1);
    assert_true(delta.sample_len <= SAMPLES_MAX);
    for (uint32_t i = 0; i < delta.sample_len; i++)
        for (int k = 0; k < KEPTS; k++)
            kept[k] += delta.sample[i].kept >> k & 1;
    for (int k = 0; k < KEPTS; k++)
        assert_int_equal(kept[k], sample_window_max((enum kept_for)k));
}

/* 100,000 in a window take no more than a few thousand do, even if each is slower than all
 * before. */
static void a_flood_is_bounded(void **state)
{
    (void)state;
    static const uint32_t edges[] = {1, 100, 20000};
    for (size_t e = 0; e < sizeof edges / sizeof *edges; e++) {
        struct sampler s = {0};
        struct delta d = {.edge_len = edges[e]};
        struct exchange x = make_exchange("/some/path/of/usual/length/it/is");
        for (uint32_t i = 0; i < 100000; i++) {
            x.client_port = (uint16_t)i;
            x.request_ns += 1000;
            x.response_end_ns = x.end_ns = x.request_ns + MS + i;
            x.outcome = i % 2 ? OUTCOME_OK : OUTCOME_SERVER_ERROR;
            sampler_offer(&s, &d, &(struct sampled){.edge = i % edges[e], .operation = ""}, &x);
            assert_true(d.sample_len <= 2 * SAMPLES_MAX && s.room <= 4 * SAMPLES_MAX);
            assert_true(d.sample_bytes.room <= 2 * 1024 * 1024);
        }
        assert_true(d.sample_len >= sample_edge_max(KEPT_ERROR) + sample_edge_max(KEPT_SLOW));
        sampler_free(&s);
        d.edge_len = 0;
        delta_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_order_and_any_split_keep_the_same, begin, end),
        cmocka_unit_test_setup_teardown(a_quiet_edge_keeps_all, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_kept_unless_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(the_slowest_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_streaming_call_is_not_slow, begin, end),
        cmocka_unit_test_setup_teardown(errors_of_the_server_come_first, begin, end),
        cmocka_unit_test_setup_teardown(traces_are_kept_whole, begin, end),
        cmocka_unit_test_setup_teardown(a_window_has_its_cap, begin, end),
        cmocka_unit_test(a_flood_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
