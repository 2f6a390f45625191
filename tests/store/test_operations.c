/* test_operations.c - when operations were seen. */
#include "store/operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* A window in which a client asks 10.0.0.9 for that, from a second after its start to two. */
static void ask(struct store *s, uint64_t start_s, const char *client, const char *name)
{
    struct delta d = window_at(start_s);
    struct edge_delta *e = window_edge(&d, client, "10.0.0.9", 80);
    asked(&e->exchanges, OUTCOME_OK, 1, MS_NS);
    e->first_ns = (start_s + 1) * SECOND_NS;
    e->last_ns = (start_s + 2) * SECOND_NS;
    struct operation_delta *o = window_operation(&d, name);
    asked(&o->exchanges, OUTCOME_OK, 1, MS_NS);
    o->templated = strchr(name, '/') != NULL;
    written(s, &d, NULL);
}

static struct operation_rows operations_of(const struct place *p)
{
    struct query *q = place_query(p);
    struct operation_rows rows = {0};
    struct err err = {0};
    if (!query_operations(q, all_of(q), 0, &rows, &err))
        fail_msg("%s", err.text);
    query_close(q);
    return rows;
}

static void was_seen(const struct operation_row *row, const char *name, uint64_t first_s,
                     uint64_t last_s)
{
    assert_string_equal(row->name, name);
    assert_int_equal(row->first_seen_ns, first_s * SECOND_NS);
    assert_int_equal(row->last_seen_ns, last_s * SECOND_NS);
}

/* Whatever comes late. */
static void first_and_last_seen(void **state)
{
    struct place p = place_make();
    (void)state;
    struct store *s = place_store(&p);
    ask(s, 1000, "10.0.0.1", "PING");
    ask(s, 1010, "10.0.0.1", "GET");
    ask(s, 1020, "10.0.0.1", "PING");
    ask(s, 990, "10.0.0.1", "GET");
    ask(s, 1015, "10.0.0.1", "PING");
    store_close(s);
    struct operation_rows rows = operations_of(&p);
    assert_int_equal(rows.len, 2);
    was_seen(&rows.row[0], "GET", 991, 1012);
    was_seen(&rows.row[1], "PING", 1001, 1022);
    free(rows.row);
    place_remove(&p);
}

/* A name between services stands for those of all their addresses: as long as one of these is not
 * known, nobody knows when it began. */
static void replicas_are_one(void **state)
{
    struct place p = place_make();
    (void)state;
    struct store *s = place_store(&p);
    ask(s, 1000, "10.0.0.1", "PING");
    ask(s, 1010, "10.0.0.2", "PING");
    store_close(s);
    place_run(p.db, "UPDATE pair SET edge_id = 1");
    struct operation_rows rows = operations_of(&p);
    assert_int_equal(rows.len, 1);
    was_seen(&rows.row[0], "PING", 1001, 1012);
    free(rows.row);
    place_run(p.db, "UPDATE operation SET first_ns = 0 WHERE id = 2");
    rows = operations_of(&p);
    was_seen(&rows.row[0], "PING", 0, 1012);
    free(rows.row);
    place_remove(&p);
}

/* Names that become one were seen when any of them was. */
static void templates_that_become_one(void **state)
{
    struct place p = place_make();
    char name[32];
    (void)state;
    struct store *s = place_store(&p);
    for (uint64_t i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "GET /thing/item-%c%c%c", (int)('a' + i % 26),
                 (int)('a' + i / 26), (int)('a' + i * 7 % 26));
        ask(s, 1000 + WINDOW_S * i, "10.0.0.1", name);
    }
    store_close(s);
    struct operation_rows rows = operations_of(&p);
    assert_int_equal(rows.len, 1);
    was_seen(&rows.row[0], "GET /thing/{*}", 1001, 1002 + WINDOW_S * 299);
    free(rows.row);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_and_last_seen),
        cmocka_unit_test(replicas_are_one),
        cmocka_unit_test(templates_that_become_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
