/* test_tallied.c - all that is counted of exchanges comes back, added up, of edges, services and
 * operations. */
#include "store/tallied.h"

#include <string.h>

#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static void count_streams(struct tallied *t, uint64_t times)
{
    t->outcomes[OUTCOME_OK] += times;
    t->request_messages += 2 * times;
    t->response_messages += 30 * times;
    t->streams += times;
    for (uint64_t i = 0; i < times; i++) {
        latency_add(&t->first_message, (1 + i) * MS_NS);
        latency_add(&t->message_gap, (10 + i) * MS_NS);
        latency_add(&t->age, (1 + i) * SECOND_NS);
    }
}

static void are(const struct figures *f, uint64_t times, uint64_t longest)
{
    assert_int_equal(f->requests, times);
    assert_int_equal(f->request_messages, 2 * times);
    assert_int_equal(f->response_messages, 30 * times);
    assert_int_equal(f->streams, times);
    assert_int_equal(f->first_message.count, times);
    assert_int_equal(f->first_message.max_ns, longest * MS_NS);
    assert_int_equal(f->message_gap.max_ns, (9 + longest) * MS_NS);
    assert_int_equal(f->age.count, times);
    assert_int_equal(f->age.max_ns, longest * SECOND_NS);
    assert_int_equal(f->duration.count, 0); /* a stream's duration is no latency */
}

/* Two windows, one of them written twice. */
static void streams(void **state)
{
    static const uint64_t starts_s[] = {1000, 1000, 1005};
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err = {0};
    struct operation_rows operations;
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct delta d = window_at(starts_s[i]);
        count_streams(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, 2 + i);
        count_streams(&window_operation(&d, "shop.Prices/Watch")->exchanges, 2 + i);
        written(s, &d, NULL);
    }
    struct query *q = place_query(&p);
    struct edge_rows edges = edges_of(q, all_of(q));
    struct service_rows services = services_of(q, all_of(q));
    are(&edges.row[0].figures, 2 + 3 + 4, 4);
    are(&services.row[0].called, 9, 4);
    are(&services.row[1].served, 9, 4);
    assert_true(query_operations(q, all_of(q), 0, &operations, &err));
    are(&operations.row[0].figures, 9, 4);
    free(edges.row);
    free(services.row);
    free(operations.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* Nothing is stored for what there was none of. */
static void empty_is_null(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    written_plain(s, 1000);
    assert_int_equal(place_number(p.db, "SELECT (first_message IS NULL) + (message_gap IS NULL) + "
                                        "(age IS NULL) + (duration IS NULL) FROM edge_window"),
                     3);
    assert_int_equal(place_number(p.db, "SELECT streams FROM edge_window"), 0);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams),
        cmocka_unit_test(empty_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
