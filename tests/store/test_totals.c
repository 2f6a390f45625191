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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_window_once),
        cmocka_unit_test(windows_that_leave_stay_counted),
        cmocka_unit_test(begins_with_the_latest_hour),
        cmocka_unit_test(edges_that_are_new_find_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
