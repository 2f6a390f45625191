/* test_damage.c - a database that is damaged gives answers or reasons, never a crash. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { VARIANTS = 200, BYTES_EACH = 8, WINDOWS = 90 };

static void write_small(const struct place *p)
{
    struct store *s = place_store(p);
    for (uint64_t window = 0; window < WINDOWS; window++) {
        struct delta d = window_at(1000 + WINDOW_S * window);
        for (uint16_t port = 1; port <= 5; port++) {
            asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", port)->exchanges, OUTCOME_OK, 3, MS_NS);
            asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 3, MS_NS);
            window_connection(&d, 1000, 1, 3);
            window_open_call(&d, 1000, 7, 2);
        }
        written(s, &d, NULL);
    }
    store_close(s);
}

/* Asks everything. What is answered does not matter; that it is freed does. */
static void ask_all(struct query *q, enum grouping grouping)
{
    struct range r = {1000 * SECOND_NS, (1000 + WINDOWS * WINDOW_S) * SECOND_NS};
    struct edge_rows edges;
    struct service_rows services;
    struct operation_rows operations;
    struct points points;
    struct health_row health;
    struct event_rows events;
    struct graph graph;
    struct backend_rows backends;
    struct connection_rows connections;
    struct open_call_rows open_calls;
    struct insight_rows insights;
    struct err err = {0};
    uint64_t version;
    query_since(q, 20 * SECOND_NS, &r, &err);
    query_version(q, &version, &err);
    query_health(q, r, &health, &err);
    if (query_edges(q, r, &edges, &err))
        free(edges.row);
    if (query_services(q, r, &services, &err))
        free(services.row);
    if (query_operations(q, r, 0, &operations, &err))
        free(operations.row);
    if (query_series(q, r, 0, 50, &points, &err))
        free(points.point);
    if (query_events(q, r, &events, &err))
        free(events.row);
    if (query_graph(q, r, grouping, &graph, &err))
        graph_free(&graph);
    if (query_backends(q, r, 0, &backends, &err))
        free(backends.row);
    if (query_connections(q, r, 0, &connections, &err))
        free(connections.row);
    if (query_open_calls(q, r, 0, &open_calls, &err))
        free(open_calls.row);
    if (query_insights(q, r, &insights, &err))
        free(insights.row);
}

static void any_byte(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    size_t len;
    int opened = 0;
    (void)state;
    write_small(&p);
    char *whole = place_read(p.db, &len), *damaged = malloc(len);
    assert_non_null(damaged);
    srand(2);
    for (int variant = 0; variant < VARIANTS; variant++) {
        memcpy(damaged, whole, len);
        for (int i = 0; i < BYTES_EACH; i++)
            damaged[100 + (size_t)rand() % (len - 100)] = (char)rand();
        place_write(p.db, damaged, len);
        struct query *q = query_open(p.db, &err);
        if (!q)
            continue;
        opened++;
        ask_all(q, (enum grouping)(variant % GROUPINGS));
        query_close(q);
    }
    assert_true(opened > VARIANTS / 2);
    free(whole);
    free(damaged);
    place_remove(&p);
}

/* Cut off anywhere, it has an answer or a reason. */
static void cut_short(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    size_t len;
    (void)state;
    write_small(&p);
    char *whole = place_read(p.db, &len);
    for (size_t kept = 0; kept < len; kept += len / 20) {
        place_write(p.db, whole, kept);
        struct query *q = query_open(p.db, &err);
        if (q)
            ask_all(q, GROUP_SERVICE);
        else
            assert_non_null(strstr(err.text, p.db));
        query_close(q);
    }
    free(whole);
    place_remove(&p);
}

/* A histogram that is damaged counts as empty, whole: no part of it. The rest of its row counts. */
static void a_histogram(void **state)
{
    static const char *const blobs[] = {
        "zeroblob(1)",                           /* ends early */
        "x'ffffffffffffffffffffff'",             /* no number is that long */
        "x'03c0843dc0843dc0843d01c10204'",       /* more in a bucket than in all */
        "x'03c0843dc0843dc0843d02c10201'",       /* two buckets, and one is there */
        "x'03c0843dc0843dc0843d0290020101ff7f'", /* the second is past the last */
        "x'03c0843dc0843d0101c10203'",           /* least above greatest */
        "x'01c0843dc0843dc0843d01c1020100'",     /* more behind it */
        "'text'",
        "randomblob(1000)",
    };
    (void)state;
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++) {
        struct place p = place_make();
        char sql[256];
        write_small(&p);
        place_run(p.db, "PRAGMA foreign_keys = 1; DELETE FROM capture_window WHERE level > 0;"
                        "UPDATE capture_window SET rolled = 0"); /* no sum has what is whole */
        snprintf(sql, sizeof sql,
                 "UPDATE edge_window SET duration = CAST(%s AS BLOB) WHERE window_id > 1",
                 blobs[i]);
        place_run(p.db, sql);
        struct query *q = place_query(&p);
        struct edge_rows rows = edges_of(q, all_of(q));
        assert_int_equal(rows.len, 5);
        assert_int_equal(rows.row[0].figures.requests, 3 * WINDOWS);
        if (rows.row[0].figures.duration.count != 3 || rows.row[0].figures.duration.max_ns != MS_NS)
            fail_msg("%s: %llu counted", blobs[i],
                     (unsigned long long)rows.row[0].figures.duration.count);
        assert_int_equal(rows.row[0].figures.ttfb.count, 3 * WINDOWS);
        free(rows.row);
        ask_all(q, GROUP_HOST);
        query_close(q);
        place_remove(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_byte),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(a_histogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
