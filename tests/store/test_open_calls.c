/* test_open_calls.c - the calls that are open now, and no others. */
#include "store/open_calls.h"

#include <string.h>

#include "store/query.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

static struct open_call_rows open_calls_of(const struct place *p, struct range r)
{
    struct query *q = place_query(p);
    struct open_call_rows rows = {0};
    struct err err = {0};
    if (!query_open_calls(q, r, 0, &rows, &err))
        fail_msg("%s", err.text);
    query_close(q);
    return rows;
}

static const struct range ever = {0, UINT64_MAX};

static size_t count_of(const struct place *p, struct range r)
{
    struct open_call_rows rows = open_calls_of(p, r);
    free(rows.row);
    return rows.len;
}

static struct delta window_of(uint64_t start_s)
{
    struct delta d = window_at(start_s);
    strcpy(window_edge(&d, "10.0.0.1", "10.0.0.2", 50051)->key.protocol, "grpc");
    d.capture.frames = start_s;
    return d;
}

static void as_written(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct delta d = window_of(1000);
    (void)state;
    struct open_call_delta *c = window_open_call(&d, 40000, 9, 1002);
    c->call = CALL_SERVER_STREAMING;
    c->request_messages = 1;
    c->response_messages = 20;
    c->last_message_ns = 1004 * SECOND_NS;
    strcpy(c->operation, "shop.Prices/Watch");
    window_open_call(&d, 40000, 5, 0); /* from before the capture */
    written(s, &d, NULL);
    struct open_call_rows rows = open_calls_of(&p, ever);
    assert_int_equal(rows.len, 2);
    assert_int_equal(rows.row[0].stream_id, 5); /* open longest */
    assert_int_equal(rows.row[0].began_ns, 0);
    assert_string_equal(rows.row[0].operation, "");
    const struct open_call_row *row = &rows.row[1];
    assert_string_equal(row->client, "10.0.0.1");
    assert_string_equal(row->server, "10.0.0.2");
    assert_string_equal(row->server_address, "10.0.0.2");
    assert_string_equal(row->protocol, "grpc");
    assert_string_equal(row->operation, "shop.Prices/Watch");
    assert_int_equal(row->client_port, 40000);
    assert_int_equal(row->port, 50051);
    assert_int_equal(row->call, CALL_SERVER_STREAMING);
    assert_int_equal(row->began_ns, 1002 * SECOND_NS);
    assert_int_equal(row->seen_ns, 1005 * SECOND_NS);
    assert_int_equal(row->last_message_ns, 1004 * SECOND_NS);
    assert_int_equal(row->request_messages, 1);
    assert_int_equal(row->response_messages, 20);
    assert_true(row->response_messages_per_s == 4);
    free(rows.row);
    store_close(s);
    place_remove(&p);
}

/* Messages a second are those of the newest window, not of the call's life. */
static void rates_of_the_newest_window(void **state)
{
    static const uint64_t messages[] = {50, 50, 75};
    static const double rates[] = {10, 0, 5};
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct delta d = window_of(1000 + WINDOW_S * i);
        window_open_call(&d, 40000, 9, 1001)->request_messages = messages[i];
        written(s, &d, NULL);
        struct open_call_rows rows = open_calls_of(&p, ever);
        assert_int_equal(rows.len, 1);
        assert_int_equal(rows.row[0].request_messages, messages[i]);
        if (rows.row[0].request_messages_per_s != rates[i])
            fail_msg("window %d: %f a second", (int)i, rows.row[0].request_messages_per_s);
        free(rows.row);
    }
    /* One that shows up late: those of its life. */
    struct delta d = window_of(1015);
    window_open_call(&d, 40000, 11, 1000)->request_messages = 40;
    written(s, &d, NULL);
    struct open_call_rows rows = open_calls_of(&p, ever);
    assert_int_equal(rows.len, 1);
    assert_true(rows.row[0].request_messages_per_s == 2);
    free(rows.row);
    store_close(s);
    place_remove(&p);
}

/* What each window leaves behind. */
static void replaced_by_each_window(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    struct delta d = window_of(1000);
    window_open_call(&d, 40000, 1, 1001);
    window_open_call(&d, 40000, 3, 1001);
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 2);
    d = window_of(1005); /* one of them has ended */
    window_open_call(&d, 40000, 3, 1001);
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 1);
    d = window_of(990); /* older than the newest */
    window_open_call(&d, 40000, 5, 991);
    d.capture.frames = 1005;
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 1);
    d = window_at(1010); /* nothing was seen at all */
    d.capture.frames = 1010;
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 1);
    d = window_of(1015); /* something was, and no open call */
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 0);
    store_close(s);
    place_remove(&p);
}

static void a_new_sensor(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    struct delta d = window_of(1000);
    window_open_call(&d, 40000, 1, 1001);
    written(s, &d, NULL);
    d = window_at(1005);
    d.capture.frames = 1;
    written(s, &d, NULL);
    assert_int_equal(count_of(&p, ever), 0);
    store_close(s);
    place_remove(&p);
}

/* Of a range without the newest window there is no answer, rather than a wrong one. */
static void older_ranges_know_none(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        struct delta d = window_of(1000 + WINDOW_S * i);
        window_open_call(&d, 40000, 1, 1001);
        written(s, &d, NULL);
    }
    assert_int_equal(count_of(&p, (struct range){1000 * SECOND_NS, 1005 * SECOND_NS}), 0);
    assert_int_equal(count_of(&p, (struct range){1005 * SECOND_NS, 1010 * SECOND_NS}), 1);
    assert_int_equal(count_of(&p, (struct range){1010 * SECOND_NS, UINT64_MAX}), 0);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_written),
        cmocka_unit_test(rates_of_the_newest_window),
        cmocka_unit_test(replaced_by_each_window),
        cmocka_unit_test(a_new_sensor),
        cmocka_unit_test(older_ranges_know_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
