/* test_connections.c - connections that carry many calls: what is kept of them, and for how long.
 */
#include "store/connections.h"

#include <stdio.h>
#include <string.h>

#include "graph/name.h"
#include "store/functions.h"
#include "store/window.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* Answers, or the test fails with the reason. */
static struct connection_rows connections_of(const struct place *p, struct range r)
{
    struct query *q = place_query(p);
    struct connection_rows rows = {0};
    struct err err = {0};
    if (!query_connections(q, r, 0, &rows, &err))
        fail_msg("%s", err.text);
    query_close(q);
    return rows;
}

static struct range from_to(uint64_t from_s, uint64_t to_s)
{
    return (struct range){from_s * SECOND_NS, to_s * SECOND_NS};
}

static const struct range ever = {0, UINT64_MAX};

/* A window with one edge from 10.0.0.1 to 10.0.0.2:50051. */
static struct delta window_of(uint64_t start_s)
{
    struct delta d = window_at(start_s);
    strcpy(window_edge(&d, "10.0.0.1", "10.0.0.2", 50051)->key.protocol, "grpc");
    d.capture.frames = start_s; /* of one sensor: it has seen more and more */
    return d;
}

/* Increments are added up over a range; what it is like is as it was last. */
static void over_windows(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint64_t window = 0; window < 3; window++) {
        struct delta d = window_of(1000 + WINDOW_S * window);
        struct connection_delta *c = window_connection(&d, 40000, 990, 10 + window);
        c->resets[0] = 1;
        c->resets[1] = 2;
        c->stalls[0] = 3;
        c->stalls[1] = 4;
        c->goaways = window == 2;
        c->ping_rtt_ns = window == 1 ? 0 : (5 - window) * MS_NS;
        c->open_calls = 7 - (uint32_t)window;
        c->closed = window == 2;
        c->certainty = (struct certainty){100 + (uint32_t)window, 90, 50, 45};
        written(s, &d, NULL);
    }
    struct connection_rows all = connections_of(&p, from_to(1000, 1015));
    assert_int_equal(all.len, 1);
    const struct connection_row *c = &all.row[0];
    assert_string_equal(c->client, "10.0.0.1");
    assert_string_equal(c->server_address, "10.0.0.2");
    assert_string_equal(c->protocol, "grpc");
    assert_int_equal(c->client_port, 40000);
    assert_int_equal(c->port, 50051);
    assert_int_equal(c->began_ns, 990 * SECOND_NS);
    assert_int_equal(c->last_ns, 1011 * SECOND_NS);
    assert_int_equal(c->calls, 33);
    assert_true(c->share == 1);
    assert_int_equal(c->resets[0], 3);
    assert_int_equal(c->resets[1], 6);
    assert_int_equal(c->stalls[0], 9);
    assert_int_equal(c->stalls[1], 12);
    assert_int_equal(c->goaways, 1);
    assert_int_equal(c->ping_rtt_ns, 3 * MS_NS);
    assert_int_equal(c->open_calls, 5);
    assert_true(c->closed);
    assert_int_equal(c->certainty.fields, 102);
    assert_int_equal(c->certainty.late_known, 45);
    free(all.row);
    /* A range in the past: what was open at its end, not now. */
    struct connection_rows past = connections_of(&p, from_to(1000, 1010));
    assert_int_equal(past.len, 1);
    assert_int_equal(past.row[0].calls, 21);
    assert_int_equal(past.row[0].open_calls, 6);
    assert_int_equal(past.row[0].ping_rtt_ns, 5 * MS_NS);
    assert_false(past.row[0].closed);
    free(past.row);
    store_close(s);
    place_remove(&p);
}

/* A window that is written twice is the sum; the least ping is the least that there was. */
static void twice_is_the_sum(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    static const uint64_t pings[] = {0, 4 * MS_NS, 0, 2 * MS_NS, 3 * MS_NS};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct delta d = window_of(1000);
        struct connection_delta *c = window_connection(&d, 40000, 990, 10);
        c->ping_rtt_ns = pings[i];
        c->open_calls = (uint32_t)i;
        written(s, &d, NULL);
    }
    struct connection_rows rows = connections_of(&p, ever);
    assert_int_equal(rows.len, 1);
    assert_int_equal(rows.row[0].calls, 50);
    assert_int_equal(rows.row[0].ping_rtt_ns, 2 * MS_NS);
    assert_int_equal(rows.row[0].open_calls, 4);
    free(rows.row);
    store_close(s);
    place_remove(&p);
}

/* Alive in a range: begun before its end, and not closed before its beginning. */
static void alive_in_a_range(void **state)
{
    static const struct {
        uint64_t from_s, to_s, first_port, last_port;
    } cases[] = {
        {1000, 1005, 1, 1}, {1005, 1010, 1, 2}, {1010, 1015, 1, 3},
        {1015, 1020, 3, 3}, {1000, 1020, 1, 3}, {900, 999, 0, 0},
    };
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint16_t i = 1; i <= 3; i++) { /* 1 and 2 close in the third window, 3 stays */
        struct delta d = window_of(995 + (uint64_t)WINDOW_S * i);
        for (uint16_t port = 1; port <= i; port++)
            if (port == i || i == 3)
                window_connection(&d, port, 995 + (uint64_t)WINDOW_S * port, 1)->closed =
                    i == 3 && port < 3;
        written(s, &d, NULL);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct connection_rows rows = connections_of(&p, from_to(cases[i].from_s, cases[i].to_s));
        uint64_t first = rows.len ? rows.row[0].client_port : 0;
        uint64_t last = rows.len ? rows.row[rows.len - 1].client_port : 0;
        if (first != cases[i].first_port || last != cases[i].last_port)
            fail_msg("case %zu: ports %d to %d", i, (int)first, (int)last);
        free(rows.row);
    }
    store_close(s);
    place_remove(&p);
}

/* The calls of an edge are shared out among its connections, not among those of other edges. */
static void shares_of_an_edge(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err = {0};
    struct delta d = window_of(1000);
    (void)state;
    window_connection(&d, 40001, 991, 30);
    window_connection(&d, 40002, 992, 10);
    window_connection(&d, 40003, 993, 0);
    window_edge(&d, "10.0.0.9", "10.0.0.2", 50051);
    window_connection(&d, 40001, 991, 500);
    written(s, &d, NULL);
    struct connection_rows rows = connections_of(&p, ever), one;
    assert_int_equal(rows.len, 4);
    assert_true(rows.row[0].share == 0.75 && rows.row[1].share == 0.25 && rows.row[2].share == 0);
    assert_true(rows.row[3].share == 1);
    struct query *q = place_query(&p);
    assert_true(query_connections(q, ever, rows.row[3].edge_id, &one, &err));
    assert_int_equal(one.len, 1);
    assert_string_equal(one.row[0].client, "10.0.0.9");
    free(one.row);
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* What a sensor knew of connections died with it: they are not open for ever. */
static void a_new_sensor(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    struct delta d = window_of(1000);
    window_connection(&d, 40000, 990, 1)->open_calls = 3;
    written(s, &d, NULL);
    d = window_of(1005);
    d.capture.frames = 1; /* fewer than before */
    window_connection(&d, 40000, 1005, 1);
    written(s, &d, NULL);
    struct connection_rows rows = connections_of(&p, ever);
    assert_int_equal(rows.len, 2);
    assert_true(rows.row[0].closed && !rows.row[0].open_calls);
    assert_false(rows.row[1].closed);
    free(rows.row);
    rows = connections_of(&p, from_to(1005, 1010));
    assert_int_equal(rows.len, 1);
    free(rows.row);
    store_close(s);
    place_remove(&p);
}

/* A server that gets another name is another endpoint; its connection goes on there, and is not
 * open at both. */
static void under_another_name(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    static const char *const called[] = {"cart", "basket", "cart"};
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct names *names = names_new(&(struct hash_key){{1, 2}});
        struct address a = address_of("10.0.0.2");
        names_give(names, &a, NAME_USER, called[i]);
        struct delta d = window_of(1000 + WINDOW_S * i);
        window_connection(&d, 40000, 990, 1);
        written(s, &d, names);
        names_free(names);
    }
    struct connection_rows rows = connections_of(&p, ever);
    assert_int_equal(rows.len, 2);
    assert_string_equal(rows.row[0].server, "basket");
    assert_true(rows.row[0].closed);
    assert_string_equal(rows.row[1].server, "cart");
    assert_false(rows.row[1].closed);
    assert_int_equal(rows.row[1].calls, 2);
    free(rows.row);
    store_close(s);
    place_remove(&p);
}

/* At the cap those that are closed go, the longest idle first, then those that are open; their
 * windows go with them, and they are counted. */
static void at_the_cap(void **state)
{
    struct place p = place_make();
    struct window_writer w = {0};
    sqlite3 *db;
    (void)state;
    store_close(place_store(&p));
    assert_int_equal(sqlite3_open(p.db, &db), SQLITE_OK);
    assert_true(database_run(db, "PRAGMA foreign_keys = ON") && functions_add(db) &&
                window_open(&w, db));
    w.connections.max = 16;
    for (uint64_t window = 0; window < 3; window++) {
        struct delta d = window_of(1000 + WINDOW_S * window);
        for (uint16_t i = 0; i < 8; i++) { /* of each window, all but two close */
            uint16_t port = (uint16_t)(100 * (window + 1) + i);
            window_connection(&d, port, 1000 + WINDOW_S * window, 1)->closed = i >= 2;
        }
        assert_true(window_write(&w, &d, NULL));
        window_done(&w, &d, true);
        delta_free(&d);
    }
    window_close(&w);
    sqlite3_close(db);
    /* 8 too many, and an eighth of the cap: ten closed ones, those of the first window first. */
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM connection"), 14);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM connection WHERE client_port < 200 "
                                        "AND closed = 0"),
                     2);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM connection WHERE client_port < 200 "
                                        "AND closed = 1"),
                     0);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM connection WHERE client_port >= 300"),
                     8);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM connection_window"), 14);
    assert_int_equal(place_number(p.db, "SELECT connections_forgotten FROM capture_window "
                                        "ORDER BY start_ns DESC"),
                     10);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_windows),     cmocka_unit_test(twice_is_the_sum),
        cmocka_unit_test(alive_in_a_range), cmocka_unit_test(shares_of_an_edge),
        cmocka_unit_test(a_new_sensor),     cmocka_unit_test(under_another_name),
        cmocka_unit_test(at_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
