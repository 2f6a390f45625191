/* test_store.c - what is written can be asked for, and what must not be written to is refused. */
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database.h"
#include "store/query.h"
#include "tests/check.h"

static const uint64_t second = 1000000000;

struct place {
    char folder[64], db[96];
};

static struct place make_place(void)
{
    struct place p;
    strcpy(p.folder, "/tmp/tapgraph-store-XXXXXX");
    assert_non_null(mkdtemp(p.folder));
    snprintf(p.db, sizeof p.db, "%s/test.db", p.folder);
    return p;
}

static void remove_place(const struct place *p)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < 4; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", p->db, tails[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(p->folder), 0);
}

/* A window of one edge from 10.0.0.1 to 10.0.0.2:80 and its one operation: `requests` of which one
 * is a server error, each taking 1 ms, 2 ms, ... */
struct window {
    struct edge_delta edge;
    struct operation_delta operation;
    struct delta delta;
};

static void make_window(struct window *w, uint64_t start_s, uint64_t requests)
{
    memset(w, 0, sizeof *w);
    struct edge_delta *e = &w->edge;
    e->key.client = address_v4((const uint8_t[]){10, 0, 0, 1});
    e->key.server = address_v4((const uint8_t[]){10, 0, 0, 2});
    e->key.port = 80;
    strcpy(e->key.protocol, "http");
    e->first_ns = start_s * second;
    e->last_ns = e->first_ns + second;
    e->exchanges.outcomes[OUTCOME_OK] = requests - 1;
    e->exchanges.outcomes[OUTCOME_SERVER_ERROR] = 1;
    e->exchanges.request_bytes = 100 * requests;
    for (uint64_t i = 1; i <= requests; i++)
        latency_add(&e->exchanges.duration, i * 1000000);
    e->opened = 1;
    strcpy(w->operation.name, "GET /");
    w->operation.exchanges.outcomes[OUTCOME_OK] = requests;
    w->delta = (struct delta){
        .start_ns = start_s * second,
        .end_ns = (start_s + 5) * second,
        .edge = e,
        .edge_len = 1,
        .operation = &w->operation,
        .operation_len = 1,
    };
}

static void write_window(struct store *s, uint64_t start_s, uint64_t requests)
{
    struct window w;
    struct err err = {0};
    make_window(&w, start_s, requests);
    w.delta.capture.frames = start_s; /* totals grow with time */
    if (store_write(s, &w.delta, NULL, &err) != STORE_OK)
        fail_msg("%s", err.text);
    latency_free(&w.edge.exchanges.duration);
}

/* Windows add up exactly, also the one that is written twice (a sensor that was started anew), and
 * the percentiles are those of the merged histogram. */
static void windows_add_up(void **state)
{
    struct place p = make_place();
    struct err err = {0};
    struct store *s = store_open(p.db, &err);
    struct stat about;
    (void)state;
    assert_non_null(s);
    assert_int_equal(stat(p.db, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    write_window(s, 1000, 10);
    write_window(s, 1005, 30);
    write_window(s, 1005, 60);
    struct query *q = query_open(p.db, &err);
    struct range all;
    struct edge_rows edges;
    struct operation_rows operations;
    struct latency direct = {0};
    assert_true(q && query_history(q, &all, &err) && query_edges(q, all, &edges, &err));
    assert_true(all.from_ns == 1000 * second && all.to_ns == 1010 * second);
    assert_int_equal(edges.len, 1);
    const struct figures *f = &edges.row[0].figures;
    assert_int_equal(f->requests, 100);
    assert_int_equal(f->errors, 3);
    assert_int_equal(f->request_bytes, 10000);
    assert_int_equal(edges.row[0].opened, 3);
    static const uint64_t counts[] = {10, 30, 60};
    for (size_t w = 0; w < 3; w++)
        for (uint64_t i = 1; i <= counts[w]; i++)
            latency_add(&direct, i * 1000000);
    assert_true(f->duration.p50_ns == latency_quantile(&direct, 0.5));
    assert_true(f->duration.p99_ns == latency_quantile(&direct, 0.99));
    assert_true(query_operations(q, all, edges.row[0].id, &operations, &err));
    assert_int_equal(operations.len, 1);
    assert_int_equal(operations.row[0].figures.requests, 100);
    latency_free(&direct);
    free(edges.row);
    free(operations.row);
    query_close(q);
    store_close(s);
    remove_place(&p);
}

/* A range takes the windows that begin in it. */
static void ranges_cut(void **state)
{
    struct place p = make_place();
    struct err err = {0};
    struct store *s = store_open(p.db, &err);
    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        write_window(s, 1000 + 5 * i, 10);
    struct query *q = query_open(p.db, &err);
    struct range last;
    struct points points;
    struct edge_rows edges;
    assert_true(query_since(q, 10 * second, &last, &err));
    assert_true(query_edges(q, last, &edges, &err));
    assert_int_equal(edges.row[0].figures.requests, 20);
    free(edges.row);
    assert_true(query_series(q, last, 0, 100, &points, &err));
    assert_int_equal(points.len, 2);
    assert_int_equal(points.point[1].requests, 10);
    free(points.point);
    query_close(q);
    store_close(s);
    remove_place(&p);
}

static void is_refused(const char *path, const char *why)
{
    struct err err = {0};
    struct store *s = store_open(path, &err);
    assert_null(s);
    if (!strstr(err.text, why) || !strstr(err.text, path))
        fail_msg("'%s' does not say '%s'", err.text, why);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_true(database_run(db, sql));
    sqlite3_close(db);
}

/* Each with a sentence that names the file and what to do. */
static void refuses_what_is_not_ours(void **state)
{
    struct place p = make_place();
    struct err err = {0};
    (void)state;
    run_sql(p.db, "CREATE TABLE theirs (x)");
    is_refused(p.db, "another program");
    unlink(p.db);
    FILE *file = fopen(p.db, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database ", file);
    fclose(file);
    is_refused(p.db, "not an SQLite database");
    unlink(p.db);
    struct store *s = store_open(p.db, &err);
    is_refused(p.db, "another tapgraph");
    store_close(s);
    run_sql(p.db, "PRAGMA user_version = 99");
    is_refused(p.db, "newer tapgraph");
    is_refused("/nonexistent/folder/x.db", "directory");
    remove_place(&p);
}

/* Locked by someone else: try again, and nothing is lost. */
static void waits_for_a_lock(void **state)
{
    struct place p = make_place();
    struct err err = {0};
    struct store *s = store_open(p.db, &err);
    struct window w;
    sqlite3 *other;
    (void)state;
    make_window(&w, 1000, 2);
    assert_int_equal(sqlite3_open(p.db, &other), SQLITE_OK);
    assert_true(database_run(other, "BEGIN IMMEDIATE"));
    assert_int_equal(store_write(s, &w.delta, NULL, &err), STORE_BUSY);
    assert_non_null(strstr(err.text, "lock"));
    assert_true(database_run(other, "ROLLBACK"));
    sqlite3_close(other);
    assert_int_equal(store_write(s, &w.delta, NULL, &err), STORE_OK);
    latency_free(&w.edge.exchanges.duration);
    store_close(s);
    remove_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_add_up),
        cmocka_unit_test(ranges_cut),
        cmocka_unit_test(refuses_what_is_not_ours),
        cmocka_unit_test(waits_for_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
