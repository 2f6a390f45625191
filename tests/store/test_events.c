/* test_events.c - what is told of things that are new, that vanish, run out or get lost. */
#include "store/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/name.h"
#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

enum { BEGIN_S = 6000, LEARNT_S = BEGIN_S + EVENTS_LEARN_S };

static void edge_seen(struct delta *d, const char *client, const char *server,
                      const char *operation)
{
    asked(&window_edge(d, client, server, 80)->exchanges, OUTCOME_OK, 1, MS_NS);
    asked(&window_operation(d, operation)->exchanges, OUTCOME_OK, 1, MS_NS);
}

/* A window with one edge, and one operation of it. */
static void see(struct store *s, uint64_t second, const char *client, const char *server,
                const char *operation)
{
    struct delta d = window_at(second);
    edge_seen(&d, client, server, operation);
    written(s, &d, NULL);
}

static void see_nothing(struct store *s, uint64_t from_s, uint64_t to_s)
{
    for (uint64_t second = from_s; second < to_s; second += WINDOW_S) {
        struct delta d = window_at(second);
        written(s, &d, NULL);
    }
}

/* "kind text; " of each event, without those before `from_s`. */
static const char *told_since(const struct place *p, uint64_t from_s)
{
    static char text[20000];
    struct query *q = place_query(p);
    struct event_rows rows;
    struct err err = {""};
    size_t used = 0;
    text[0] = '\0';
    assert_true(query_events(q, (struct range){from_s * SECOND_NS, INT64_MAX}, &rows, &err));
    for (size_t i = 0; i < rows.len; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s\n", rows.row[i].kind,
                                 rows.row[i].text);
    free(rows.row);
    query_close(q);
    return text;
}

/* What happened before there was a window is told with all windows, and not of a later time. */
static void before_the_first_window(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err = {""};
    (void)state;
    assert_int_equal(store_event(s, 99 * SECOND_NS, "sensor-restart", "", &err), STORE_OK);
    see_nothing(s, 100, 110);
    store_close(s);
    struct query *q = place_query(&p);
    for (uint64_t later = 0; later < 2; later++) {
        struct range r;
        struct event_rows rows;
        assert_true(query_history(q, &r, &err));
        r.from_ns += later * WINDOW_S * SECOND_NS;
        assert_true(query_events_range(q, &r, &err) && query_events(q, r, &rows, &err));
        assert_int_equal(rows.len, !later);
        free(rows.row);
    }
    query_close(q);
    place_remove(&p);
}

/* Nothing is new in the first minutes; then each thing is, once. */
static void tells_what_is_new(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    see(s, BEGIN_S, "10.0.0.1", "10.0.0.2", "GET /");
    see(s, BEGIN_S + 595, "10.0.0.3", "10.0.0.2", "GET /");
    assert_string_equal(told_since(&p, 0), "");
    see(s, LEARNT_S, "10.0.0.1", "10.0.0.2", "GET /"); /* known */
    assert_string_equal(told_since(&p, 0), "");
    see(s, LEARNT_S + 5, "10.0.0.1", "10.0.0.2", "GET /new");
    assert_string_equal(told_since(&p, 0), "new-operation: GET /new of 10.0.0.1 -> 10.0.0.2\n");
    see(s, LEARNT_S + 10, "10.0.0.1", "10.0.0.2", "GET /new");
    /* Operations of an edge that is new are part of it. */
    see(s, LEARNT_S + 15, "10.0.0.4", "10.0.0.2", "GET /newer");
    store_close(s);
    s = place_store(&p); /* what is known, is known to the next writer */
    see(s, LEARNT_S + 20, "10.0.0.4", "10.0.0.2", "GET /newer");
    see(s, LEARNT_S + 25, "10.0.0.1", "10.0.0.2", "GET /newest");
    assert_string_equal(told_since(&p, LEARNT_S + 15),
                        "new-service: 10.0.0.4\n"
                        "new-edge: 10.0.0.4 -> 10.0.0.2:80 (http)\n"
                        "new-operation: GET /newest of 10.0.0.1 -> 10.0.0.2\n");
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM event WHERE edge_id = "
                                        "(SELECT max(id) FROM edge) AND kind = 'new-edge' AND "
                                        "subject = '10.0.0.4 -> 10.0.0.2' AND severity = 'note'"),
                     1);
    store_close(s);
    place_remove(&p);
}

/* A service that gets another replica. */
static void tells_of_addresses(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    static const struct hash_key key = {{1, 2}};
    struct names *names = names_new(&key);
    (void)state;
    for (int i = 2; i < 5; i++) {
        char text[32];
        snprintf(text, sizeof text, "10.0.0.%d", i);
        struct address a = address_of(text);
        names_give(names, &a, NAME_USER, "cart");
    }
    struct delta d = window_at(BEGIN_S);
    edge_seen(&d, "10.0.0.1", "10.0.0.2", "GET /");
    written(s, &d, names);
    d = window_at(LEARNT_S + 5);
    edge_seen(&d, "10.0.0.1", "10.0.0.3", "GET /");
    written(s, &d, names);
    d = window_at(LEARNT_S + 10);
    edge_seen(&d, "10.0.0.1", "10.0.0.3", "GET /");
    written(s, &d, names);
    assert_string_equal(told_since(&p, 0), "new-server-address: 10.0.0.3 answers for cart\n");
    store_close(s);
    names_free(names);
    place_remove(&p);
}

/* Of many at once, some are told, and how many there were besides. */
static void is_bounded(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d;
    (void)state;
    see(s, BEGIN_S, "10.0.0.1", "10.0.0.2", "GET /");
    d = window_with_room(LEARNT_S, 200);
    for (int i = 100; i < 200; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.1.%d", i);
        asked(&window_edge(&d, client, "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, MS_NS);
    }
    written(s, &d, NULL);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM event WHERE kind = 'new-edge'"),
                     EVENTS_A_WINDOW + 1);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM event WHERE kind = 'new-edge' AND "
                                        "text = 'and 80 more at once'"),
                     1);
    place_run(p.db, "INSERT INTO event (id, time_ns, kind, text) VALUES (100500, 1, 'x', '')");
    see(s, LEARNT_S + 5, "10.0.2.1", "10.0.0.2", "GET /");
    assert_int_equal(place_number(p.db, "SELECT min(id) FROM event"), 100500);
    store_close(s);
    place_remove(&p);
}

/* Seen every minute, then no more: that is told once, an hour later. */
static void tells_what_vanished(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    const uint64_t end_s = BEGIN_S + 3600;
    (void)state;
    for (uint64_t second = BEGIN_S; second < end_s; second += 60) {
        see(s, second, "10.0.0.1", "10.0.0.2", "GET /");
        see_nothing(s, second + 5, second + 60);
    }
    see(s, end_s, "10.0.0.7", "10.0.0.2", "GET /"); /* seldom is not regular */
    see_nothing(s, end_s + 5, end_s + 3600 - 60);
    assert_string_equal(told_since(&p, end_s + 60), "");
    see_nothing(s, end_s + 3600 - 60, end_s + 3600 + 300);
    assert_string_equal(told_since(&p, end_s + 60),
                        "vanished-edge: 10.0.0.1 -> 10.0.0.2:80 (http)\n");
    store_close(s);
    place_remove(&p);
}

/* One window a minute, with or without the edge. */
static void see_minutes(struct store *s, uint64_t from_s, uint64_t to_s, bool edge)
{
    for (uint64_t second = from_s; second < to_s; second += 60) {
        struct delta d = window_at(second);
        d.end_ns = (second + 60) * SECOND_NS;
        if (edge)
            edge_seen(&d, "10.0.0.1", "10.0.0.2", "GET /");
        written(s, &d, NULL);
    }
}

/* Minutes tell what windows told that are deleted by then. */
static void tells_what_vanished_from_minutes(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct keep k = keep_all();
    struct err err;
    const uint64_t end_s = BEGIN_S + 3600;
    (void)state;
    assert_true(keep_set_ages(&k, "5s=10min", &err));
    store_keep(s, &k);
    see_minutes(s, BEGIN_S, end_s, true);
    see_minutes(s, end_s, end_s + 3600 - 120, false);
    assert_string_equal(told_since(&p, end_s), "");
    see_minutes(s, end_s + 3600 - 120, end_s + 3600 + 300, false);
    assert_string_equal(told_since(&p, end_s), "vanished-edge: 10.0.0.1 -> 10.0.0.2:80 (http)\n");
    assert_in_range(place_number(p.db, "SELECT count(*) FROM capture_window WHERE level = 0"), 10,
                    13);
    store_close(s);
    place_remove(&p);
}

/* While nothing was captured, nothing vanished. */
static void does_not_take_a_pause_for_silence(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint64_t second = BEGIN_S; second < BEGIN_S + 3600; second += 60)
        see(s, second, "10.0.0.1", "10.0.0.2", "GET /");
    see_nothing(s, BEGIN_S + 4 * 3600, BEGIN_S + 4 * 3600 + 1800);
    assert_string_equal(told_since(&p, 0), "");
    store_close(s);
    place_remove(&p);
}

static void drop(struct store *s, uint64_t second, uint64_t total)
{
    struct delta d = window_at(second);
    d.capture.kernel_drops = total;
    written(s, &d, NULL);
}

static void tells_of_drops(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    drop(s, BEGIN_S, 0);
    drop(s, BEGIN_S + 5, 12);
    drop(s, BEGIN_S + 10, 20);
    for (uint64_t second = 15; second < 200; second += WINDOW_S)
        drop(s, BEGIN_S + second, 20);
    drop(s, BEGIN_S + 200, 21);
    const char *text = told_since(&p, 0);
    assert_int_equal(strncmp(text, "drops-began: 12 packets of a window were dropped", 48), 0);
    const char *ended = strstr(text, "\ndrops-ended: none since ");
    assert_non_null(ended);
    assert_non_null(strstr(ended, "\ndrops-began: 1 packets"));
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM event"), 3);
    store_close(s);
    place_remove(&p);
}

/* Once for each threshold, whenever it was seen first. */
static void tells_of_certificates(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    const uint64_t day_s = 86400, begin_s = 1000 * day_s;
    (void)state;
    see_nothing(s, begin_s, begin_s + 5);
    /* At day 1040, day 1005, and one that is over. */
    place_run(p.db,
              "INSERT INTO certificate SELECT 1, 'a', '', 'CN=a', '', '', 0, '', '', 0, '', 1, "
              "1040 * 86400, 0, 0, 1, 1");
    place_run(p.db,
              "INSERT INTO certificate SELECT 2, 'b', '', 'CN=b', '', '', 0, '', '', 0, '', 1, "
              "1005 * 86400, 0, 0, 1, 1");
    place_run(p.db,
              "INSERT INTO certificate SELECT 3, 'c', '', 'CN=c', '', '', 0, '', '', 0, '', 1, "
              "900 * 86400, 0, 0, 1, 1");
    for (uint64_t second = begin_s + 60; second < begin_s + 45 * day_s; second += 3600)
        see_nothing(s, second, second + 5);
    assert_string_equal(told_since(&p, 0), "certificate-near-expiry: CN=b runs out within 7 days\n"
                                           "certificate-near-expiry: CN=b runs out within a day\n"
                                           "certificate-near-expiry: CN=a runs out within 30 days\n"
                                           "certificate-near-expiry: CN=a runs out within 7 days\n"
                                           "certificate-near-expiry: CN=a runs out within a day\n");
    store_close(s);
    place_remove(&p);
}

enum { MANY = 500 };

static void fill_many(struct delta *d)
{
    for (unsigned i = 0; i < MANY; i++)
        window_edge(d, "10.0.0.1", "10.0.0.2", (uint16_t)(1 + i));
}

/* What SQLite does to find the events of a window, in steps of its machine. */
static int steps_of(struct events *e, const struct delta *d)
{
    int steps = 0;
    assert_true(events_write(e, d));
    events_done(e, true);
    for (int i = 0; i < EVENT_STATEMENTS; i++)
        steps += sqlite3_stmt_status(e->statement[i], SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* Events of many edges are found in little time: some steps an edge once a minute, and in the
 * windows between some in all. When all vanish at once, that costs some for each minute of the hour
 * before, once. */
static void is_found_in_little_time(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct events e = {0};
    sqlite3 *db;
    uint64_t second = BEGIN_S;
    (void)state;
    for (; second < BEGIN_S + 3600; second += 300) {
        struct delta d = window_with_room(second, MANY);
        fill_many(&d);
        written(s, &d, NULL);
        see_minutes(s, second + 60, second + 300, false);
    }
    see_minutes(s, second, second + 3600 - 360, false);
    store_close(s);
    assert_int_equal(sqlite3_open(p.db, &db), SQLITE_OK);
    assert_true(events_open(&e, db));
    struct delta d = window_at(second + 3600 - 360);
    assert_in_range(steps_of(&e, &d), 1, 30 * MANY);
    d.start_ns += WINDOW_S * SECOND_NS;
    d.end_ns += WINDOW_S * SECOND_NS;
    assert_in_range(steps_of(&e, &d), 1, 200);
    d.start_ns += 100 * SECOND_NS;
    d.end_ns += 100 * SECOND_NS;
    assert_in_range(steps_of(&e, &d), 60 * MANY, 2000 * MANY);
    assert_int_equal(place_number(p.db, "SELECT count(*) FROM event WHERE kind = 'vanished-edge'"),
                     EVENTS_A_WINDOW + 1);
    delta_free(&d);
    events_close(&e);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_first_window),
        cmocka_unit_test(tells_what_is_new),
        cmocka_unit_test(tells_of_addresses),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(tells_what_vanished),
        cmocka_unit_test(tells_what_vanished_from_minutes),
        cmocka_unit_test(is_found_in_little_time),
        cmocka_unit_test(does_not_take_a_pause_for_silence),
        cmocka_unit_test(tells_of_drops),
        cmocka_unit_test(tells_of_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
