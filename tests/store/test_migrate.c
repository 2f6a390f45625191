/* test_migrate.c - an older database is brought up to date, and nothing of it is lost. */
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

#include "store/functions.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/exact.h"
#include "tests/store/place.h"

#define VERSION_1 TESTS_DIR "/store/version_1.sql"

static void make_version_1(const struct place *p)
{
    size_t len;
    char *sql = place_read(VERSION_1, &len);
    place_run(p->db, sql);
    free(sql);
    assert_int_equal(place_number(p->db, "PRAGMA user_version"), 1);
}

/* As the steps up to that version leave it. */
static void make_version(const struct place *p, int version)
{
    sqlite3 *db;
    char path[160];
    make_version_1(p);
    assert_int_equal(sqlite3_open(p->db, &db), SQLITE_OK);
    assert_true(functions_add(db));
    for (int step = 2; step <= version; step++) {
        size_t len;
        snprintf(path, sizeof path, TESTS_DIR "/../store/migrate_%d.sql", step);
        char *sql = place_read(path, &len);
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s", path, sqlite3_errmsg(db));
        free(sql);
        snprintf(path, sizeof path, "PRAGMA user_version = %d", step);
        assert_true(database_run(db, path));
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Every column of every table that version 1 has, as one text for each row. */
static const char *const kept[] = {
    "SELECT group_concat(line) FROM (SELECT id || name AS line FROM service ORDER BY id)",
    "SELECT group_concat(id || address || port || tenant || service_id || name_source || first_ns "
    "|| last_ns) FROM endpoint",
    "SELECT group_concat(id || client_id || server_id || port || protocol) FROM edge",
    "SELECT group_concat(id || client_id || server_id || protocol || edge_id || first_ns || "
    "last_ns "
    "|| active || operations) FROM pair",
    "SELECT group_concat(id || pair_id || name) FROM (SELECT * FROM operation ORDER BY id)",
    "SELECT group_concat(id || level || start_ns || end_ns || frames || bytes || packets || flows "
    "|| retransmits || exchanges || edges_dropped || names_dropped) FROM capture_window",
    "SELECT group_concat(window_id || pair_id || requests || errors || ok || request_bytes || "
    "coalesce(hex(duration), '-') || coalesce(hex(ttfb), '-') || opened || bytes_to_server || "
    "handshakes || notes || active || coalesce(p50_ms, '-')) FROM edge_window",
    "SELECT group_concat(window_id || operation_id || requests || errors || response_bytes || "
    "coalesce(hex(duration), '-') || coalesce(hex(ttfb), '-') || coalesce(max_ms, '-')) "
    "FROM operation_window",
    "SELECT group_concat(id || time_ns || kind || text) FROM event",
    "SELECT group_concat(writes) FROM state",
};
enum { KEPT = sizeof kept / sizeof kept[0] };

/* The text that SQL answers. Given to the caller. */
static char *text_of(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (!statement_prepare(db, sql, &s))
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    char *text = strdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return text;
}

static void nothing_is_lost(void **state)
{
    struct place p = place_make();
    char *before[KEPT];
    (void)state;
    make_version_1(&p);
    for (size_t i = 0; i < KEPT; i++)
        before[i] = text_of(p.db, kept[i]);
    store_close(place_store(&p));
    assert_int_equal(place_number(p.db, "PRAGMA user_version"), SCHEMA_VERSION);
    for (size_t i = 0; i < KEPT; i++) {
        char *after = text_of(p.db, kept[i]);
        assert_string_equal(after, before[i]);
        free(after);
        free(before[i]);
    }
    char *whole = text_of(p.db, "PRAGMA integrity_check");
    assert_string_equal(whole, "ok");
    free(whole);
    place_remove(&p);
}

/* What version 1 did not count is nothing, not unknown; the answers are as they were. */
static void new_columns_are_neutral(void **state)
{
    struct place p = place_make();
    (void)state;
    make_version_1(&p);
    store_close(place_store(&p));
    assert_int_equal(place_number(p.db, "SELECT sum(streams + request_messages + response_messages)"
                                        " FROM edge_window"),
                     0);
    assert_int_equal(
        place_number(p.db, "SELECT count(*) FROM operation_window WHERE first_message IS NOT NULL "
                           "OR message_gap IS NOT NULL OR age IS NOT NULL OR streams <> 0"),
        0);
    assert_int_equal(place_number(p.db, "SELECT sum(connections_dropped + open_calls_dropped + "
                                        "connections_forgotten) FROM capture_window"),
                     0);
    struct query *q = place_query(&p);
    struct edge_rows rows = edges_of(q, all_of(q));
    assert_int_equal(rows.len, 8);
    assert_string_equal(rows.row[1].server, "shop.test");
    assert_int_equal(rows.row[1].figures.requests, 13);
    assert_int_equal(rows.row[1].figures.errors, 2);
    assert_in_range(rows.row[1].figures.duration.p50_ns, 990000, 1010000);
    assert_int_equal(rows.row[1].figures.age.count, 0);
    free(rows.row);
    query_close(q);
    place_remove(&p);
}

/* A migrated database and a new one have the same tables, columns, indices and views. */
static void is_like_a_new_one(void **state)
{
    static const char shape[] =
        "SELECT group_concat(line, x'0a') FROM (SELECT m.type || ' ' || m.name || ' ' || "
        "coalesce(t.name || ' ' || t.type || ' ' || t.\"notnull\" || ' ' || t.pk || ' ' || "
        "t.hidden, '') AS line FROM sqlite_schema m LEFT JOIN pragma_table_xinfo(m.name) t "
        "ORDER BY line)";
    struct place old = place_make(), fresh = place_make();
    (void)state;
    make_version_1(&old);
    store_close(place_store(&old));
    store_close(place_store(&fresh));
    char *migrated = text_of(old.db, shape), *made = text_of(fresh.db, shape);
    assert_string_equal(migrated, made);
    free(migrated);
    free(made);
    place_remove(&old);
    place_remove(&fresh);
}

/* It is written like any other afterwards, also into windows that were there. */
static void is_written_on(void **state)
{
    struct place p = place_make();
    (void)state;
    make_version_1(&p);
    struct store *s = place_store(&p);
    struct delta d = window_at(1700000000);
    struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&e->exchanges, OUTCOME_OK, 4, MS_NS);
    e->exchanges.streams = 2;
    latency_add(&e->exchanges.age, 3 * SECOND_NS);
    written(s, &d, NULL);
    store_close(s);
    struct query *q = place_query(&p);
    struct edge_rows rows = edges_of(q, all_of(q));
    assert_int_equal(rows.row[1].figures.requests, 13 + 4);
    assert_int_equal(rows.row[1].figures.streams, 2);
    assert_int_equal(rows.row[1].figures.age.max_ns, 3 * SECOND_NS);
    free(rows.row);
    query_close(q);
    place_remove(&p);
}

/* Edges with all of their figures, as text. */
static void print_edges(const struct place *p, struct range r, char *text, size_t size)
{
    struct query *q = place_query(p);
    struct edge_rows rows = edges_of(q, r);
    size_t len = 0;
    for (size_t i = 0; i < rows.len; i++) {
        const struct edge_row *e = &rows.row[i];
        len += (size_t)snprintf(
            text + len, size - len, "%s>%s:%d %llu %llu p50 %llu max %llu opened %llu bytes %llu\n",
            e->client, e->server, e->port, (unsigned long long)e->figures.requests,
            (unsigned long long)e->figures.errors, (unsigned long long)e->figures.duration.p50_ns,
            (unsigned long long)e->figures.duration.max_ns, (unsigned long long)e->opened,
            (unsigned long long)e->bytes[0]);
        assert_true(len < size);
    }
    free(rows.row);
    query_close(q);
}

/* The windows of any version are added up as new ones are written, to the sums that they have, and
 * the answer over them stays what it was. */
static void is_added_up(void **state)
{
    static const struct range old = {1700000000 * SECOND_NS, 1795536000 * SECOND_NS};
    static char before[4096], after[4096];
    (void)state;
    for (int version = 1; version < SCHEMA_VERSION; version++) {
        struct place p = place_make();
        make_version(&p, version);
        store_close(place_store(&p));
        print_edges(&p, old, before, sizeof before);
        int64_t windows = place_number(p.db, "SELECT count(*) FROM capture_window");
        struct store *s = place_store(&p);
        for (uint64_t i = 0; i < 8; i++)
            written_plain(s, 1795540000 + 60 * i);
        store_close(s);
        assert_int_equal(place_number(p.db, "SELECT sum(windows) FROM capture_window WHERE level = "
                                            "1 AND start_ns < 1795536000000000000"),
                         windows);
        assert_int_equal(place_number(p.db, "SELECT sum(windows) FROM capture_window WHERE level = "
                                            "2 AND start_ns < 1795536000000000000"),
                         windows);
        assert_sums(p.db);
        print_edges(&p, old, after, sizeof after);
        assert_string_equal(after, before);
        place_remove(&p);
    }
}

/* One of the version before, with its views: they are made anew. */
static void views_are_made_anew(void **state)
{
    struct place p = place_make();
    size_t len;
    (void)state;
    make_version(&p, SCHEMA_VERSION - 1);
    char *sql = place_read(TESTS_DIR "/../store/views.sql", &len);
    place_run(p.db, sql);
    free(sql);
    store_close(place_store(&p));
    assert_int_equal(place_number(p.db, "PRAGMA user_version"), SCHEMA_VERSION);
    place_remove(&p);
}

/* When operations were seen is read from the windows that are left; of others it is not known, and
 * stays so. */
static void operations_are_dated(void **state)
{
    static const char dated[] = "SELECT first_ns || ' ' || last_ns FROM operation WHERE id = %d";
    struct place p = place_make();
    char sql[96], wanted[64];
    (void)state;
    make_version(&p, 4);
    place_run(p.db, "DELETE FROM operation_window WHERE operation_id = 2");
    int64_t first = place_number(p.db, "SELECT max(w.start_ns, p.first_ns) FROM operation_window x "
                                       "JOIN capture_window w ON w.id = x.window_id, pair p "
                                       "WHERE operation_id = 11 AND p.id = 1");
    store_close(place_store(&p));
    snprintf(sql, sizeof sql, dated, 2);
    char *unknown = text_of(p.db, sql);
    assert_string_equal(unknown, "0 0");
    free(unknown);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation WHERE NOT first_ns"), 1);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM operation o JOIN pair p ON p.id = "
                                        "o.pair_id WHERE o.first_ns AND (o.first_ns < p.first_ns "
                                        "OR o.last_ns > p.last_ns OR o.last_ns < o.first_ns)"),
                     0);
    snprintf(sql, sizeof sql, "SELECT first_ns || '' FROM operation WHERE id = 11");
    snprintf(wanted, sizeof wanted, "%lld", (long long)first);
    char *known = text_of(p.db, sql);
    assert_string_equal(known, wanted);
    free(known);
    place_remove(&p);
}

/* A reader changes nothing: it says who will. */
static void a_reader_asks_for_a_writer(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    (void)state;
    make_version_1(&p);
    assert_null(query_open(p.db, &err));
    assert_non_null(strstr(err.text, "older schema 1"));
    assert_non_null(strstr(err.text, "tapgraph capture"));
    assert_int_equal(place_number(p.db, "PRAGMA user_version"), 1);
    place_remove(&p);
}

/* If a step fails, the database is what it was. */
static void all_or_nothing(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    (void)state;
    make_version_1(&p);
    place_run(p.db, "CREATE TABLE open_call (x)"); /* in the way of the last step */
    assert_null(store_open(p.db, &err));
    assert_non_null(strstr(err.text, p.db));
    assert_int_equal(place_number(p.db, "PRAGMA user_version"), 1);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM pragma_table_info('edge_window') "
                                        "WHERE name = 'streams'"),
                     0);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost),      cmocka_unit_test(new_columns_are_neutral),
        cmocka_unit_test(is_like_a_new_one),    cmocka_unit_test(is_written_on),
        cmocka_unit_test(is_added_up),          cmocka_unit_test(views_are_made_anew),
        cmocka_unit_test(operations_are_dated), cmocka_unit_test(a_reader_asks_for_a_writer),
        cmocka_unit_test(all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
