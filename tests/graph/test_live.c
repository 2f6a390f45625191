/* test_live.c - graph/live.c: connections and open calls, through tallies that are merged. */
#include "graph/live.h"

#include <stdio.h>

#include "graph/merge.h"
#include "graph/tally.h"
#include "graph/wire.h"
#include "tests/check.h"
#include "tests/graph/make.h"

enum { WORKERS_MOST = 5 };

static struct networks networks;
static struct tally *worker[WORKERS_MOST];
static struct delta delta;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    for (unsigned w = 0; w < WORKERS_MOST; w++)
        worker[w] = tally_new(&(struct hash_key){{w, 7}}, &networks);
    delta = (struct delta){0};
    return worker[WORKERS_MOST - 1] ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    for (unsigned w = 0; w < WORKERS_MOST; w++)
        tally_free(worker[w]);
    delta_free(&delta);
    return 0;
}

static void take(struct delta *into)
{
    for (unsigned w = 0; w < WORKERS_MOST; w++)
        assert_true(tally_take(worker[w], into));
    merge_finish(into);
}

/* 10.0.0.1 talks to 10.0.0.2:80 since 100, from port 40000; last heard of at 200. */
static struct flow_report make_report(void)
{
    return (struct flow_report){
        .protocol = "http2",
        .began_ns = 100,
        .end_ns = 200,
        .client_address = make_address("10.0.0.1"),
        .server_address = make_address("10.0.0.2"),
        .client_port = 40000,
        .server_port = 80,
        .multiplexed = true,
    };
}

/* A stream of messages from there, open since 1 s. */
static struct exchange make_call(uint32_t stream)
{
    struct exchange x = make_exchange("/shop.Cart/Watch");
    x.protocol = "grpc";
    x.call = CALL_SERVER_STREAMING;
    x.stream_id = stream;
    x.response_end_ns = x.end_ns = 0;
    x.request_messages = 1, x.response_messages = 5;
    x.first_message_ns = x.response_ns;
    x.last_message_ns = 1007000000;
    return x;
}

/* Reports on a connection add up, but for how it stands: there the latest counts, in whatever order
 * they come. */
static void reports_on_a_connection_add_up(void **state)
{
    (void)state;
    struct flow_report early = make_report(), late = make_report();
    early.calls = 3, late.calls = 4;
    early.resets[1] = 1, late.resets[0] = 2;
    early.stalls[0] = 5, late.stalls[0] = 6;
    early.goaways = 1;
    early.ping_rtt_ns = 900, late.ping_rtt_ns = 700;
    early.open_calls = 9, late.open_calls = 2;
    early.certainty = (struct certainty){10, 5, 10, 5};
    late.certainty = (struct certainty){20, 15, 10, 10};
    late.end_ns = 300;
    late.closed = 1;
    for (int apart = 0; apart < 2; apart++)
        for (int reversed = 0; reversed < 2; reversed++) {
            tally_flow(worker[0], reversed ? &late : &early);
            tally_flow(worker[apart], reversed ? &early : &late);
            take(&delta);
            assert_int_equal(delta.connection_len, 1);
            const struct connection_delta *c = &delta.connection[0];
            assert_int_equal(c->edge, 0);
            assert_int_equal(c->client_port, 40000);
            assert_int_equal(c->began_ns, 100);
            assert_int_equal(c->last_ns, 300);
            assert_true(c->closed);
            assert_int_equal(c->reports, 2);
            assert_int_equal(c->calls, 7);
            assert_int_equal(c->resets[0], 2);
            assert_int_equal(c->resets[1], 1);
            assert_int_equal(c->stalls[0], 11);
            assert_int_equal(c->goaways, 1);
            assert_int_equal(c->ping_rtt_ns, 700);
            assert_int_equal(c->open_calls, 2);
            assert_memory_equal(&c->certainty, &late.certainty, sizeof c->certainty);
            delta_free(&delta);
        }
}

/* At the same time, what a worker was told last is how it stands. */
static void of_two_reports_at_one_time_the_later_counts(void **state)
{
    (void)state;
    struct flow_report r = make_report();
    static const uint32_t open_calls[] = {3, 5, 4};
    for (size_t i = 0; i < 3; i++) {
        r.open_calls = open_calls[i];
        tally_flow(worker[0], &r);
    }
    take(&delta);
    assert_int_equal(delta.connection[0].open_calls, 4);
}

/* A ping that was not answered is not the fastest. */
static void no_ping_is_no_time(void **state)
{
    (void)state;
    struct flow_report r = make_report();
    r.ping_rtt_ns = 900;
    tally_flow(worker[0], &r);
    r.ping_rtt_ns = 0;
    tally_flow(worker[0], &r);
    take(&delta);
    assert_int_equal(delta.connection[0].ping_rtt_ns, 900);
}

static void other_connections_have_no_row(void **state)
{
    (void)state;
    struct flow_report r = make_report();
    r.multiplexed = false;
    tally_flow(worker[0], &r);
    take(&delta);
    assert_int_equal(delta.edge_len, 1);
    assert_int_equal(delta.connection_len, 0);
}

/* Rows are apart by edge, beginning and port, and in that order; clients outside are one edge, but
 * their ports stay. */
static void connections_are_ordered(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        uint64_t began_ns;
        uint16_t client_port;
    } rising[] = {
        {"8.8.8.8", 100, 1}, {"9.9.9.9", 100, 2}, {"8.8.8.8", 200, 1},
        {"10.0.0.1", 50, 9}, {"10.0.0.1", 60, 1}, {"10.0.0.9", 10, 1},
    };
    enum { CONNECTIONS = sizeof rising / sizeof *rising };
    for (size_t i = 0; i < CONNECTIONS; i++) {
        size_t at = i * 5 % CONNECTIONS;
        struct flow_report r = make_report();
        r.client_address = make_address(rising[at].client);
        r.began_ns = rising[at].began_ns;
        r.client_port = rising[at].client_port;
        tally_flow(worker[i % 3], &r);
    }
    take(&delta);
    assert_int_equal(delta.edge_len, 3);
    assert_int_equal(delta.connection_len, CONNECTIONS);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        assert_int_equal(delta.connection[i].edge, i < 3 ? 0 : i < 5 ? 1 : 2);
        assert_int_equal(delta.connection[i].began_ns, rising[i].began_ns);
        assert_int_equal(delta.connection[i].client_port, rising[i].client_port);
    }
}

/* An open call is told of as it stands; of it nothing is counted, and the decoder finds it as it
 * was. */
static void an_open_call_is_told_of(void **state)
{
    (void)state;
    struct exchange x = make_call(7);
    tally_open_call(worker[0], &x, 5000000000);
    assert_string_equal(x.operation, "");
    take(&delta);
    assert_int_equal(delta.open_call_len, 1);
    const struct open_call_delta *call = &delta.open_call[0];
    assert_int_equal(call->client_port, 40000);
    assert_int_equal(call->stream_id, 7);
    assert_int_equal(call->call, CALL_SERVER_STREAMING);
    assert_int_equal(call->request_ns, 1000000000);
    assert_int_equal(call->last_message_ns, 1007000000);
    assert_int_equal(call->request_messages, 1);
    assert_int_equal(call->response_messages, 5);
    assert_string_equal(call->operation, "GET /shop.Cart/Watch");
    assert_int_equal(delta.edge_len, 1);
    assert_string_equal(delta.edge[call->edge].key.protocol, "grpc");
    assert_int_equal(delta.edge[0].first_ns, 1000000000);
    assert_int_equal(delta.edge[0].last_ns, 1007000000);
    assert_int_equal(delta.edge[0].exchanges.outcomes[OUTCOME_UNKNOWN], 0);
    assert_int_equal(delta.edge[0].exchanges.response_messages, 0);
}

/* What is known of a call whose beginning was not seen may be only that it is open. Its edge was
 * seen at some time all the same: never in 1970. */
static void a_call_of_unknown_beginning(void **state)
{
    (void)state;
    struct exchange x = {.protocol = "http2", .stream_id = 3, .error_code = -1};
    x.client_address = make_address("10.0.0.1"), x.server_address = make_address("10.0.0.2");
    tally_open_call(worker[0], &x, 5000000000);
    take(&delta);
    assert_int_equal(delta.open_call_len, 1);
    assert_int_equal(delta.open_call[0].request_ns, 0);
    assert_string_equal(delta.open_call[0].operation, "");
    assert_int_equal(delta.operation_len, 0);
    assert_int_equal(delta.edge[0].first_ns, 5000000000);
    assert_int_equal(delta.edge[0].last_ns, 5000000000);
}

/* An open call goes by the name that it will be counted under. */
static void open_calls_are_other_where_exchanges_are(void **state)
{
    (void)state;
    struct exchange x = make_call(1);
    for (unsigned i = 0; i < OPERATIONS_PER_EDGE_MAX; i++) {
        struct exchange ended = make_call(1);
        snprintf(ended.operation, sizeof ended.operation, "m%03u", i);
        tally_exchange(worker[i % 3], &ended);
    }
    strcpy(x.operation, "n"); /* past all */
    tally_open_call(worker[0], &x, 1);
    strcpy(x.operation, "a"); /* before all: "m199" goes in its stead */
    x.stream_id = 2;
    tally_open_call(worker[1], &x, 1);
    strcpy(x.operation, "m199");
    x.stream_id = 3;
    tally_open_call(worker[2], &x, 1);
    assert_string_equal(x.operation, "m199");
    take(&delta);
    assert_int_equal(delta.open_call_len, 3);
    assert_string_equal(delta.open_call[0].operation, "other");
    assert_string_equal(delta.open_call[1].operation, "a");
    assert_string_equal(delta.open_call[2].operation, "other");
}

/* Those that have been open longest come first, of them those whose beginning was not seen. */
static void open_calls_are_ordered(void **state)
{
    (void)state;
    static const struct {
        uint64_t request_ns;
        const char *client;
        uint16_t client_port;
        uint32_t stream_id;
    } rising[] = {
        {0, "10.0.0.2", 1, 1}, {5, "8.8.8.8", 9, 9},  {5, "10.0.0.1", 1, 5},
        {5, "10.0.0.1", 2, 1}, {5, "10.0.0.1", 2, 3}, {6, "8.8.8.8", 1, 1},
    };
    enum { CALLS = sizeof rising / sizeof *rising };
    for (size_t i = 0; i < CALLS; i++) {
        size_t at = i * 5 % CALLS;
        struct exchange x = make_call(rising[at].stream_id);
        x.request_ns = rising[at].request_ns;
        x.client_address = make_address(rising[at].client);
        x.client_port = rising[at].client_port;
        tally_open_call(worker[i % 3], &x, 1);
    }
    take(&delta);
    assert_int_equal(delta.open_call_len, CALLS);
    for (size_t i = 0; i < CALLS; i++) {
        assert_int_equal(delta.open_call[i].request_ns, rising[i].request_ns);
        assert_int_equal(delta.open_call[i].stream_id, rising[i].stream_id);
    }
}

/* Calls from outside that cannot be told apart are one row, and counted. */
static void open_calls_that_look_the_same_are_one(void **state)
{
    (void)state;
    static const char *const clients[] = {"8.8.8.8", "9.9.9.9", "7.7.7.7"};
    for (unsigned i = 0; i < 3; i++) {
        struct exchange x = make_call(1);
        x.request_ns = 0;
        x.client_address = make_address(clients[i]);
        x.last_message_ns = 10 + i * 5 % 3; /* the second is the latest */
        x.response_messages = i;
        tally_open_call(worker[i % 2], &x, 1);
    }
    take(&delta);
    assert_int_equal(delta.open_call_len, 1);
    assert_int_equal(delta.open_call[0].response_messages, 1);
    assert_int_equal(delta.open_calls_dropped, 2);
}

/* A window that could not end tells of what is open when it does. */
static void a_window_that_goes_on_forgets_what_was_open(void **state)
{
    (void)state;
    struct exchange x = make_call(1);
    tally_open_call(worker[0], &x, 1);
    tally_forget_open_calls(worker[0]);
    x.stream_id = 3;
    tally_open_call(worker[0], &x, 2);
    take(&delta);
    assert_int_equal(delta.open_call_len, 1);
    assert_int_equal(delta.open_call[0].stream_id, 3);
}

static void a_window_starts_with_none(void **state)
{
    (void)state;
    struct exchange x = make_call(1);
    struct flow_report r = make_report();
    for (int window = 0; window < 2; window++) {
        tally_open_call(worker[0], &x, 1);
        tally_flow(worker[0], &r);
        take(&delta);
        assert_int_equal(delta.open_call_len, 1);
        assert_int_equal(delta.connection_len, 1);
        assert_int_equal(delta.connection[0].reports, 1);
        delta_free(&delta);
    }
}

/* The nth of many events: reports, several of each connection, and open calls. */
static void play(struct tally *t, unsigned nth, unsigned connections)
{
    unsigned i = nth * 7919 % connections;
    struct flow_report r = make_report();
    r.client_address.byte[15] = (uint8_t)(i % 13);
    r.server_address.byte[15] = (uint8_t)(i % 3);
    r.began_ns = 1000 + i / 7;
    r.client_port = (uint16_t)i;
    r.end_ns =
        2000 + nth; /* its own, as on one worker the packets of one connection are in order */
    r.calls = nth % 5;
    r.open_calls = nth % 11;
    r.ping_rtt_ns = nth % 17;
    r.certainty = (struct certainty){nth, nth / 2, 200, nth % 200};
    tally_flow(t, &r);
    struct exchange x = make_call(2 * i + 1);
    x.client_address = r.client_address;
    x.server_address = r.server_address;
    x.client_port = r.client_port;
    x.request_ns = 500 + i / 5;
    x.last_message_ns = 900 + nth;
    snprintf(x.operation, sizeof x.operation, "op%u", i % 300);
    if (nth < connections)
        tally_open_call(t, &x, 1);
}

static void assert_same(const struct delta *a, const struct delta *b)
{
    struct writer left = {0}, right = {0};
    wire_put_delta(&left, a);
    wire_put_delta(&right, b);
    assert_false(left.failed || right.failed);
    assert_true(bytes_equal(writer_view(&left), writer_view(&right)));
    writer_free(&left);
    writer_free(&right);
}

/* The same rows, and the same number of those that found no room, come of the same traffic,
 * whatever worker has seen what, below the caps and past them. */
static void the_number_of_workers_does_not_matter(void **state)
{
    (void)state;
    static const unsigned counts[] = {500, 2 * CONNECTIONS_MAX + 3000};
    for (size_t c = 0; c < 2; c++) {
        unsigned events = counts[c] + counts[c] / 2;
        for (unsigned nth = 0; nth < events; nth++)
            play(worker[0], nth, counts[c]);
        take(&delta);
        for (unsigned workers = 2; workers <= WORKERS_MOST; workers += 3) {
            struct delta merged = {0};
            for (unsigned k = 0; k < events; k++) {
                unsigned nth = events - 1 - k;
                play(worker[nth % 7 % workers], nth, counts[c]);
            }
            take(&merged);
            assert_same(&delta, &merged);
            delta_free(&merged);
        }
        bool past = counts[c] > CONNECTIONS_MAX;
        assert_int_equal(delta.connection_len, past ? CONNECTIONS_MAX : 500);
        assert_int_equal(delta.open_call_len, past ? OPEN_CALLS_MAX : 500);
        assert_int_equal(delta.open_calls_dropped, past ? counts[c] - OPEN_CALLS_MAX : 0);
        uint64_t reports = delta.connections_dropped;
        for (uint32_t i = 0; i < delta.connection_len; i++)
            reports += delta.connection[i].reports;
        assert_int_equal(reports, events);
        assert_int_equal(delta.connections_dropped != 0, past);
        delta_free(&delta);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reports_on_a_connection_add_up, begin, end),
        cmocka_unit_test_setup_teardown(of_two_reports_at_one_time_the_later_counts, begin, end),
        cmocka_unit_test_setup_teardown(no_ping_is_no_time, begin, end),
        cmocka_unit_test_setup_teardown(other_connections_have_no_row, begin, end),
        cmocka_unit_test_setup_teardown(connections_are_ordered, begin, end),
        cmocka_unit_test_setup_teardown(an_open_call_is_told_of, begin, end),
        cmocka_unit_test_setup_teardown(a_call_of_unknown_beginning, begin, end),
        cmocka_unit_test_setup_teardown(open_calls_are_other_where_exchanges_are, begin, end),
        cmocka_unit_test_setup_teardown(open_calls_are_ordered, begin, end),
        cmocka_unit_test_setup_teardown(open_calls_that_look_the_same_are_one, begin, end),
        cmocka_unit_test_setup_teardown(a_window_that_goes_on_forgets_what_was_open, begin, end),
        cmocka_unit_test_setup_teardown(a_window_starts_with_none, begin, end),
        cmocka_unit_test_setup_teardown(the_number_of_workers_does_not_matter, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
