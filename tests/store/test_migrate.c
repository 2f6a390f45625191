/* test_migrate.c - an older database is brought up to date, and nothing of it is lost. */
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
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
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(new_columns_are_neutral),
        cmocka_unit_test(is_like_a_new_one),
        cmocka_unit_test(is_written_on),
        cmocka_unit_test(a_reader_asks_for_a_writer),
        cmocka_unit_test(all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
