/* test_window.c - a window as rows: what is added up, and what is a total. */
#include "store/window.h"

#include <stdio.h>
#include <string.h>

#include "graph/merge.h"
#include "store/columns.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static void is_of(const struct percentiles *p, const struct latency *l)
{
    assert_int_equal(p->count, l->count);
    assert_int_equal(p->p50_ns, latency_quantile(l, 0.5));
    assert_int_equal(p->p90_ns, latency_quantile(l, 0.9));
    assert_int_equal(p->p95_ns, latency_quantile(l, 0.95));
    assert_int_equal(p->p99_ns, latency_quantile(l, 0.99));
    assert_int_equal(p->max_ns, l->max_ns);
    assert_int_equal(p->mean_ns, l->sum_ns / l->count);
}

/* A window that is written twice, as by a sensor that was started anew within it, is the sum of
 * both: counters exactly, and histograms bucket by bucket. */
static void twice_is_the_sum(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct latency both = {0};
    (void)state;
    for (uint64_t round = 1; round <= 2; round++) {
        struct delta d = window_at(1000);
        struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        for (uint64_t i = 1; i <= 50; i++) {
            asked(&e->exchanges, OUTCOME_OK, 1, i * i * round * MS_NS);
            latency_add(&both, i * i * round * MS_NS);
        }
        asked(&e->exchanges, OUTCOME_TIMEOUT, round, 0);
        struct operation_delta *o = window_operation(&d, "GET /");
        asked(&o->exchanges, OUTCOME_OK, 50, round * MS_NS);
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct edge_rows edges = edges_of(q, all_of(q));
    struct operation_rows operations;
    struct err err = {0};
    assert_int_equal(edges.len, 1);
    const struct figures *f = &edges.row[0].figures;
    assert_int_equal(f->requests, 103);
    assert_int_equal(f->outcomes[OUTCOME_OK], 100);
    assert_int_equal(f->outcomes[OUTCOME_TIMEOUT], 3);
    assert_int_equal(f->request_bytes, 10300);
    assert_int_equal(f->response_bytes, 100000);
    is_of(&f->duration, &both);
    assert_true(query_operations(q, all_of(q), 0, &operations, &err));
    assert_int_equal(operations.len, 1);
    assert_int_equal(operations.row[0].figures.requests, 100);
    assert_int_equal(operations.row[0].figures.duration.max_ns, 2 * MS_NS);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM capture_window"), 1);
    free(edges.row);
    free(operations.row);
    latency_free(&both);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

static void write_totals(struct store *s, uint64_t start_s, uint64_t frames, uint64_t gaps)
{
    struct delta d = window_at(start_s);
    d.capture.frames = frames;
    d.capture.kernel_drops = frames / 10;
    d.decode.gaps = gaps;
    d.decode.flows = frames;
    d.edges_dropped = 3;
    written(s, &d, NULL);
}

static void health_is(struct query *q, struct range r, uint64_t frames, uint64_t gaps)
{
    struct health_row row;
    struct err err = {0};
    assert_true(query_health(q, r, &row, &err));
    assert_int_equal(row.capture.frames, frames);
    assert_int_equal(row.capture.kernel_drops, frames / 10);
    assert_int_equal(row.decode.gaps, gaps);
}

/* A delta brings totals since the sensor's start, and a row keeps what was added; a sensor that
 * starts anew counts from nothing, and its first window is all increment. */
static void totals_become_increments(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    write_totals(s, 1000, 1000, 5);
    write_totals(s, 1005, 1500, 5);
    write_totals(s, 1010, 200, 0); /* started anew */
    write_totals(s, 1015, 300, 7);
    struct query *q = place_query(&p);
    health_is(q, (struct range){1000 * SECOND_NS, 1005 * SECOND_NS}, 1000, 5);
    health_is(q, (struct range){1005 * SECOND_NS, 1010 * SECOND_NS}, 500, 0);
    health_is(q, (struct range){1010 * SECOND_NS, 1015 * SECOND_NS}, 200, 0);
    health_is(q, (struct range){1015 * SECOND_NS, 1020 * SECOND_NS}, 100, 7);
    health_is(q, all_of(q), 1800, 12);
    assert_int_equal(place_number(p.db, "SELECT sum(edges_dropped) FROM capture_window"), 12);
    assert_int_equal(place_number(p.db, "SELECT flows FROM capture_window ORDER BY id DESC"), 300);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* Every counter of capture and decoding has a column of its own: each goes in with a value that no
 * other has, twice into the same window, and comes back doubled. */
static void every_counter_has_its_column(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err = {0};
    struct health_row row;
    (void)state;
    for (uint64_t round = 1; round <= 2; round++) {
        struct delta d = window_at(1000);
        for (uint64_t i = 0; i < CAPTURE_COUNTERS; i++)
            *counter_in(&d.capture, capture_counter_at[i]) = (100 + i) * round;
        for (uint64_t i = 0; i < DECODE_COUNTERS; i++)
            *counter_in(&d.decode, decode_counter_at[i]) = (200 + i) * round;
        d.edges_dropped = 300;
        d.names_dropped = 301;
        d.connections_dropped = 302;
        d.open_calls_dropped = 303;
        d.decode.flows = 400 + round;
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    assert_true(query_health(q, all_of(q), &row, &err));
    for (uint64_t i = 0; i < CAPTURE_COUNTERS; i++)
        assert_int_equal(counter_of(&row.capture, capture_counter_at[i]), 2 * (100 + i));
    for (uint64_t i = 0; i < DECODE_COUNTERS; i++)
        assert_int_equal(counter_of(&row.decode, decode_counter_at[i]), 2 * (200 + i));
    assert_int_equal(row.edges_dropped, 600);
    assert_int_equal(row.names_dropped, 602);
    assert_int_equal(row.connections_dropped, 604);
    assert_int_equal(row.open_calls_dropped, 606);
    assert_int_equal(row.decode.flows, 402);
    assert_int_equal(row.windows, 1);
    assert_int_equal(place_number(p.db, "SELECT behind_ns + mirror_lost FROM capture_window"),
                     2 * (row.capture.behind_ns + row.capture.mirror_lost) / 2);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* A window that could not be written is no step in the totals: written later, it is whole. */
static void a_failed_window_is_no_step(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err = {0};
    sqlite3 *other;
    (void)state;
    write_totals(s, 1000, 1000, 1);
    struct delta d = window_at(1005);
    d.capture.frames = 1700;
    d.capture.kernel_drops = 170;
    d.decode.gaps = 1;
    assert_int_equal(sqlite3_open(p.db, &other), SQLITE_OK);
    assert_true(database_run(other, "BEGIN EXCLUSIVE"));
    assert_int_equal(store_write(s, &d, NULL, &err), STORE_BUSY);
    sqlite3_close(other);
    written(s, &d, NULL);
    struct query *q = place_query(&p);
    health_is(q, (struct range){1005 * SECOND_NS, 1010 * SECOND_NS}, 700, 0);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

static uint64_t active_at_end(const struct place *p)
{
    struct query *q = place_query(p);
    struct edge_rows edges = edges_of(q, all_of(q));
    assert_int_equal(edges.len, 1);
    uint64_t active = edges.row[0].active;
    free(edges.row);
    query_close(q);
    return active;
}

static void write_connections(struct store *s, uint64_t start_s, uint64_t frames, uint64_t opened)
{
    struct delta d = window_at(start_s);
    d.capture.frames = frames;
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->opened = opened;
    written(s, &d, NULL);
}

/* A sensor that starts anew knows no connections: it counts those that go on as opened again. */
static void connections_of_a_dead_sensor_are_not_open(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    write_connections(s, 1000, 1000, 5);
    assert_int_equal(active_at_end(&p), 5);
    write_connections(s, 1005, 10, 2); /* the sensor was started anew */
    assert_int_equal(active_at_end(&p), 2);
    store_close(s);
    s = place_store(&p); /* and so was the collector */
    write_connections(s, 1010, 2000, 1);
    assert_int_equal(active_at_end(&p), 1);
    store_close(s);
    place_remove(&p);
}

/* What nobody answered to belongs with what others said to the same server; with nothing else
 * known, it is of TCP. */
static void silent_connections(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d = window_at(1000);
    (void)state;
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->key.protocol[0] = '\0';
    d.edge[0].failed = 3;
    window_edge(&d, "10.0.0.1", "10.0.0.2", 81)->key.protocol[0] = '\0';
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, MS_NS);
    written(s, &d, NULL);
    struct query *q = place_query(&p);
    struct edge_rows edges = edges_of(q, all_of(q));
    assert_int_equal(edges.len, 2);
    assert_string_equal(edges.row[0].protocol, "http");
    assert_int_equal(edges.row[0].failed, 3);
    assert_int_equal(edges.row[0].figures.requests, 1);
    assert_string_equal(edges.row[1].protocol, "tcp");
    free(edges.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* The worked example of docs/schema.md: two values of 1 ms and one of 20 ms. */
static void histogram_as_documented(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d = window_at(1000);
    (void)state;
    struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&e->exchanges, OUTCOME_OK, 2, MS_NS);
    asked(&e->exchanges, OUTCOME_OK, 1, 20 * MS_NS);
    written(s, &d, NULL);
    assert_int_equal(place_number(p.db,
                                  "SELECT duration = x'0380e3be0ac0843d80dac40902c102028a0101'"
                                  " FROM edge_window"),
                     1);
    store_close(s);
    place_remove(&p);
}

/* Past the cap operations are counted together, and no request is lost. */
static void operations_past_the_cap(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct operation_rows rows;
    struct err err = {0};
    uint64_t requests = 0, other = 0;
    (void)state;
    for (uint64_t window = 0; window < 2; window++) {
        struct delta d = window_with_room(1000 + WINDOW_S * window, OPERATIONS_PER_EDGE_MAX);
        window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        for (int i = 0; i < OPERATIONS_PER_EDGE_MAX + 50; i++) {
            char name[32];
            snprintf(name, sizeof name, "GET /%llu/%d", (unsigned long long)window, i);
            asked(&window_operation(&d, name)->exchanges, OUTCOME_OK, 2, MS_NS);
        }
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    assert_true(query_operations(q, all_of(q), 0, &rows, &err));
    assert_int_equal(rows.len, OPERATIONS_PER_EDGE_MAX + 1);
    for (size_t i = 0; i < rows.len; i++) {
        requests += rows.row[i].figures.requests;
        if (strcmp(rows.row[i].name, OPERATION_OTHER) == 0)
            other = rows.row[i].figures.requests;
    }
    assert_int_equal(requests, 4 * (OPERATIONS_PER_EDGE_MAX + 50));
    assert_int_equal(other, 2 * (50 + OPERATIONS_PER_EDGE_MAX + 50));
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

enum { WORDS = 70, WORDS_A_WINDOW = 10 };

/* The n-th of WORDS windows' worth: each of two clients asks for ten things no one has asked for.
 */
static void window_of_words(struct store *s, unsigned n)
{
    static const char *const client[] = {"10.0.0.1", "10.0.0.3"};
    struct delta d = window_at(1000 + WINDOW_S * (n / 3)); /* three share one */
    for (unsigned c = 0; c < 2; c++) {
        window_edge(&d, client[c], "10.0.0.2", 80);
        for (unsigned i = 0; i < WORDS_A_WINDOW; i++) {
            char name[64];
            unsigned word = n * WORDS_A_WINDOW + i;
            snprintf(name, sizeof name, "GET /shop/%c%c%s", 'a' + (int)word / 26,
                     'a' + (int)word % 26, c ? "/reviews" : "");
            struct operation_delta *o = window_operation(&d, name);
            asked(&o->exchanges, OUTCOME_OK, 2, MS_NS * (word + 1));
            o->templated = true;
        }
    }
    struct operation_delta *o = window_operation(&d, "GET /shop/{offer}");
    asked(&o->exchanges, OUTCOME_OK, 1, MS_NS);
    o = window_operation(&d, "SELECT /shop");
    asked(&o->exchanges, OUTCOME_OK, 1, MS_NS);
    written(s, &d, NULL);
}

/* Adds up how long the requests of an operation took, in all windows. */
static void durations_of(struct place *p, const char *name, struct latency *into)
{
    static const char sql[] = "SELECT x.duration FROM operation_window x JOIN operation o ON "
                              "o.id = x.operation_id WHERE o.name = ?1";
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(p->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const uint8_t *at = sqlite3_column_blob(stmt, 0);
        struct bytes blob = bytes_of(at, (size_t)sqlite3_column_bytes(stmt, 0));
        assert_true(latency_decode_alone(blob, into));
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

/* As if all words had been one from the beginning. */
static void assert_durations_are_exact(struct place *p, const char *name)
{
    struct latency sum = {0}, expected = {0};
    durations_of(p, name, &sum);
    for (unsigned word = 0; word < WORDS; word++)
        for (int i = 0; i < 2; i++)
            latency_add(&expected, MS_NS * (word + 1));
    assert_int_equal(sum.count, expected.count);
    assert_int_equal(sum.sum_ns, expected.sum_ns);
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++)
        assert_int_equal(latency_at(&sum, bucket), latency_at(&expected, bucket));
    latency_free(&sum);
    latency_free(&expected);
}

/* A server shows great variety over many windows, and to several clients: each has the same
 * templates, what was stored before is added up exactly, and no leftovers stay. */
static void variety_is_learned_over_windows(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (unsigned n = 0; n < WORDS / WORDS_A_WINDOW; n++) {
        if (n == 6) { /* what was learned outlives the process */
            store_close(s);
            s = place_store(&p);
        }
        window_of_words(s, n);
        if (n == 4) /* 50 words: not yet */
            assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation"), 2 * 50 + 2);
    }
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation"), 4);
    assert_int_equal(place_number(p.db, "SELECT sum(operations) FROM pair"), 4);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation_window WHERE operation_id "
                                        "NOT IN (SELECT id FROM operation)"),
                     0);
    assert_int_equal(place_number(p.db, "SELECT sum(ok) FROM operation_window"),
                     2 * 2 * WORDS + 14);
    assert_durations_are_exact(&p, "GET /shop/{*}");
    assert_durations_are_exact(&p, "GET /shop/{*}/reviews");
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation WHERE name IN "
                                        "('GET /shop/{*}/reviews', 'GET /shop/{offer}', "
                                        "'SELECT /shop')"),
                     3);
    store_close(s);
    place_remove(&p);
}

/* Over its whole life a server has at most so many templates, whatever paths come. */
static void the_cap_holds_over_windows(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (unsigned n = 0; n < 30; n++) {
        struct delta d = window_at(1000 + WINDOW_S * n);
        window_edge(&d, n % 2 ? "10.0.0.1" : "10.0.0.3", "10.0.0.2", 80);
        for (unsigned i = 0; i < 40; i++) {
            char name[64];
            snprintf(name, sizeof name, "GET /a%c/b%c%c", 'a' + (int)n % 26, 'a' + (int)i / 26,
                     'a' + (int)(i + n) % 26);
            struct operation_delta *o = window_operation(&d, name);
            asked(&o->exchanges, OUTCOME_OK, 1, MS_NS);
            o->templated = true;
        }
        written(s, &d, NULL);
        assert_in_range(place_number(p.db, "SELECT count(DISTINCT name) FROM operation"), 1,
                        OPERATIONS_PER_EDGE_MAX);
        assert_int_equal(place_number(p.db, "SELECT sum(ok) FROM operation_window x JOIN "
                                            "capture_window w ON w.id = window_id WHERE level = 0"),
                         40 * (n + 1));
    }
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation WHERE name = 'other'"), 0);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variety_is_learned_over_windows),
        cmocka_unit_test(the_cap_holds_over_windows),
        cmocka_unit_test(twice_is_the_sum),
        cmocka_unit_test(totals_become_increments),
        cmocka_unit_test(every_counter_has_its_column),
        cmocka_unit_test(a_failed_window_is_no_step),
        cmocka_unit_test(connections_of_a_dead_sensor_are_not_open),
        cmocka_unit_test(silent_connections),
        cmocka_unit_test(histogram_as_documented),
        cmocka_unit_test(operations_past_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
