/* test_spoiled.c - marks reach the rows of every answer, from the counters of their edge. */
#include "store/spoiled.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/chance.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* In each of two windows: web calls cart, of which bytes are missing, over a connection on which a
 * call is open; cart calls db, of which nothing is. The second window lost packets. */
static void write_shop(const struct place *p, bool drops)
{
    struct store *s = place_store(p);
    for (uint64_t window = 0; window < 2; window++) {
        struct delta d = window_at(1000 + WINDOW_S * window);
        d.capture.frames = 1000 * (window + 1);
        d.capture.kernel_drops = drops ? 50 * window : 0;
        struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
        asked(&e->exchanges, OUTCOME_OK, 10, MS_NS);
        asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 10, MS_NS);
        window_connection(&d, 40000, 1, 10);
        window_open_call(&d, 40000, 7, 2);
        e->bytes[0] = 99000;
        e->missing_bytes[0] = 500 * (window + 1);
        e->notes = window ? NOTE_PIPELINED : NOTE_MIDSTREAM | NOTE_GAP;
        e = window_edge(&d, "10.0.0.2", "10.0.0.3", 5432);
        asked(&e->exchanges, OUTCOME_OK, 10, MS_NS);
        asked(&window_operation(&d, "SELECT")->exchanges, OUTCOME_OK, 10, MS_NS);
        e->bytes[0] = 1000;
        written(s, &d, NULL);
    }
    store_close(s);
}

static void is(const char *what, const struct marks *m, const char *expected)
{
    char text[MARKS_TEXT_MAX];
    marks_text(m, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", what, text, expected);
}

/* `web` and `db` are what the rows of either edge are to have. */
static void all_are(struct query *q, struct range r, const char *web, const char *db)
{
    struct err err = {0};
    struct edge_rows edges = edges_of(q, r);
    struct service_rows services = services_of(q, r);
    struct operation_rows operations;
    struct backend_rows backends;
    struct connection_rows connections;
    assert_true(query_operations(q, r, 0, &operations, &err));
    assert_true(query_backends(q, r, 0, &backends, &err));
    assert_true(query_connections(q, r, 0, &connections, &err));
    assert_int_equal(edges.len, 2);
    assert_int_equal(operations.len, 2);
    assert_int_equal(backends.len, 2);
    assert_int_equal(connections.len, 1);
    assert_int_equal(services.len, 3);
    is("edge", &edges.row[0].marks, web);
    is("edge", &edges.row[1].marks, db);
    is("operation", &operations.row[0].marks, web);
    is("operation", &operations.row[1].marks, db);
    is("backend", &backends.row[0].marks, web);
    is("backend", &backends.row[1].marks, db);
    is("connection", &connections.row[0].marks, web);
    is("client", &services.row[0].marks, web);
    is("both", &services.row[1].marks, web);
    is("server", &services.row[2].marks, db);
    free(edges.row);
    free(services.row);
    free(operations.row);
    free(backends.row);
    free(connections.row);
}

static void every_answer_has_them(void **state)
{
    static const struct range first = {1000 * SECOND_NS, 1005 * SECOND_NS};
    static const struct range second = {1005 * SECOND_NS, 1010 * SECOND_NS};
    struct place p = place_make();
    struct err err = {0};
    struct open_call_rows calls;
    (void)state;
    write_shop(&p, false);
    struct query *q = place_query(&p);
    all_are(q, first, "~MB", "");
    all_are(q, second, "!M", "");
    all_are(q, all_of(q), "~MB", "");
    assert_true(query_open_calls(q, second, 0, &calls, &err));
    assert_int_equal(calls.len, 1);
    is("open call", &calls.row[0].marks, "!M");
    free(calls.row);
    query_close(q);
    place_remove(&p);
}

/* What the capture lost in a range is a mark on all that was seen in it, and of no other. */
static void drops_are_of_all(void **state)
{
    static const struct range first = {1000 * SECOND_NS, 1005 * SECOND_NS};
    static const struct range second = {1005 * SECOND_NS, 1010 * SECOND_NS};
    struct place p = place_make();
    (void)state;
    write_shop(&p, true);
    struct query *q = place_query(&p);
    all_are(q, first, "~MB", "");
    all_are(q, second, "!MD", "!D");
    query_close(q);
    place_remove(&p);
}

/* One that was not seen has none. */
static void unknown_ids(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    struct spoiled_rows rows;
    (void)state;
    write_shop(&p, true);
    struct query *q = place_query(&p);
    assert_true(question_begin(q, &err));
    assert_true(spoiled_load(q, all_of(q), SPOILED_BY_PAIR, &rows, &err));
    question_end(q);
    assert_int_equal(rows.len, 2);
    assert_true(rows.row[0].id < rows.row[1].id);
    struct marks none = spoiled_marks(&rows, 999);
    assert_int_equal(marks_worst(&none), SEVERITY_NONE);
    struct marks some = spoiled_marks(&rows, rows.row[1].id);
    is("pair", &some, "!D");
    free(rows.row);
    query_close(q);
    place_remove(&p);
}

/* What is asked of the database is all that spoils: it is what the edges say, whose counters are
 * all read. */
static void quality_is_that_of_edges(void **state)
{
    struct place p = place_make();
    struct err err = {0};
    struct spoiled_rows rows;
    uint64_t seed = 7;
    (void)state;
    struct store *s = place_store(&p);
    for (uint64_t i = 0; i < 40; i++) {
        struct delta d = chance_window(&seed, 1000 + WINDOW_S * i);
        written(s, &d, NULL);
    }
    store_close(s);
    struct query *q = place_query(&p);
    struct edge_rows edges = edges_of(q, all_of(q));
    assert_true(question_begin(q, &err));
    assert_true(spoiled_load(q, all_of(q), SPOILED_BY_EDGE, &rows, &err));
    question_end(q);
    assert_true(rows.len > 4);
    assert_int_equal(rows.len, edges.len);
    for (size_t i = 0; i < edges.len; i++) {
        const struct spoiled *of = NULL;
        for (size_t n = 0; n < rows.len; n++)
            of = rows.row[n].id == edges.row[i].id ? &rows.row[n] : of;
        assert_non_null(of);
        assert_memory_equal(&of->quality, &edges.row[i].quality, sizeof of->quality);
    }
    free(rows.row);
    free(edges.row);
    query_close(q);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_them),
        cmocka_unit_test(drops_are_of_all),
        cmocka_unit_test(unknown_ids),
        cmocka_unit_test(quality_is_that_of_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
