/* test_totals.c - counters that only grow, whatever leaves the database. */
#include "store/totals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static void update(struct totals *t, const struct place *p)
{
    struct query *q = place_query(p);
    struct err err;
    if (!totals_update(t, q, &err))
        fail_msg("%s", err.text);
    query_close(q);
}

static uint64_t requests(const struct totals *t)
{
    uint64_t ret = 0;
    for (size_t i = 0; i < t->edge_len; i++)
        ret += tallied_requests(&t->edge[i].count.exchanges);
    return ret;
}

static void each_window_once(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct totals t = {0};
    (void)state;
    written_plain(s, 1000);
    update(&t, &p);
    update(&t, &p);
    assert_int_equal(requests(&t), 10);
    written_plain(s, 1005);
    written_plain(s, 1010);
    update(&t, &p);
    assert_int_equal(requests(&t), 30);
    assert_int_equal(t.edge_len, 1);
    assert_string_equal(t.edge[0].server, "10.0.0.2");
    assert_int_equal(t.edge[0].count.exchanges.duration.count, 30);
    assert_int_equal(t.health.windows, 3);
    assert_int_equal(t.to_ns, 1015 * SECOND_NS);
    totals_free(&t);
    store_close(s);
    place_remove(&p);
}

static void windows_that_leave_stay_counted(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct totals t = {0};
    (void)state;
    written_plain(s, 1000);
    update(&t, &p);
    store_close(s);
    place_run(p.db, "PRAGMA foreign_keys = 1; DELETE FROM capture_window");
    update(&t, &p);
    assert_int_equal(requests(&t), 10);
    s = place_store(&p);
    written_plain(s, 1005);
    update(&t, &p);
    assert_int_equal(requests(&t), 20);
    totals_free(&t);
    store_close(s);
    place_remove(&p);
}

/* A page that starts beside a year of history does not read all of it. */
static void begins_with_the_latest_hour(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct totals t = {0};
    (void)state;
    written_plain(s, 1000);
    written_plain(s, 1010);
    written_plain(s, 4605);
    update(&t, &p);
    assert_int_equal(t.from_ns, 1010 * SECOND_NS);
    assert_int_equal(requests(&t), 20);
    totals_free(&t);
    store_close(s);
    place_remove(&p);
}

static void edges_that_are_new_find_their_place(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct totals t = {0};
    (void)state;
    for (uint64_t n = 0; n < 5; n++) {
        struct delta d = window_at(1000 + 5 * n);
        for (uint64_t i = 0; i <= n; i++) {
            char client[32];
            snprintf(client, sizeof client, "10.0.1.%d", (int)(9 - n + i));
            asked(&window_edge(&d, client, "10.0.0.2", 80)->exchanges, OUTCOME_OK, 1, MS_NS);
        }
        written(s, &d, NULL);
        update(&t, &p);
    }
    assert_int_equal(t.edge_len, 5);
    assert_int_equal(requests(&t), 15);
    for (size_t i = 1; i < t.edge_len; i++)
        assert_true(t.edge[i - 1].edge_id < t.edge[i].edge_id);
    totals_free(&t);
    store_close(s);
    place_remove(&p);
}

static void update_operations(struct operation_totals *t, const struct place *p)
{
    struct query *q = place_query(p);
    struct err err;
    if (!operation_totals_update(t, q, &err))
        fail_msg("%s", err.text);
    query_close(q);
}

/* Two clients and ports of a server are one; each window is counted once. */
static void operations_once(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct operation_totals t = {0};
    (void)state;
    for (uint64_t at = 1000; at <= 1005; at += 5) {
        struct delta d = window_at(at);
        window_edge(&d, "10.0.0.1", "10.0.0.9", 80);
        asked(&window_operation(&d, "GET /a")->exchanges, OUTCOME_OK, 3, 5 * MS_NS);
        asked(&window_operation(&d, "GET /b")->exchanges, OUTCOME_OK, 1, 5 * MS_NS);
        window_edge(&d, "10.0.0.2", "10.0.0.9", 8080);
        asked(&window_operation(&d, "GET /a")->exchanges, OUTCOME_SERVER_ERROR, 2, 5 * MS_NS);
        written(s, &d, NULL);
        update_operations(&t, &p);
        update_operations(&t, &p);
    }
    assert_int_equal(t.len, 2);
    const struct operation_total *a = &t.row[strcmp(t.row[0].name, "GET /a") != 0];
    assert_string_equal(a->server, "10.0.0.9");
    assert_int_equal(a->calls, 10);
    assert_int_equal(a->failed, 4);
    assert_int_equal(a->duration.count, 10);
    assert_int_equal(t.left_out, 0);
    operation_totals_free(&t);
    store_close(s);
    place_remove(&p);
}

/* A flood of names costs no more than its cap, and what is left out is told. */
static void operations_are_capped(void **state)
{
    enum { MANY = TOTALS_OPERATIONS_MAX + 200, EACH = 50 };
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct operation_totals t = {0};
    (void)state;
    for (int i = 0; i < MANY / EACH;) {
        struct delta d = window_with_room(1000 + (uint64_t)i, 1000);
        for (int end = i + 26; i < end; i++) {
            char server[24], name[24];
            snprintf(server, sizeof server, "10.0.%d.9", i);
            window_edge(&d, "10.0.0.1", server, 80);
            for (int n = 0; n < EACH; n++) {
                snprintf(name, sizeof name, "op%d", n);
                asked(&window_operation(&d, name)->exchanges, OUTCOME_OK, 1, 5 * MS_NS);
            }
        }
        written(s, &d, NULL);
    }
    update_operations(&t, &p);
    assert_int_equal(t.len, TOTALS_OPERATIONS_MAX);
    assert_int_equal(t.left_out, MANY - TOTALS_OPERATIONS_MAX);
    operation_totals_free(&t);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_window_once),
        cmocka_unit_test(windows_that_leave_stay_counted),
        cmocka_unit_test(begins_with_the_latest_hour),
        cmocka_unit_test(edges_that_are_new_find_their_place),
        cmocka_unit_test(operations_once),
        cmocka_unit_test(operations_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
