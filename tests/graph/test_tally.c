/* test_tally.c - graph/tally.c, with rows.c and merge.c below it. */
#include "graph/tally.h"

#include <stdio.h>

#include "graph/merge.h"
#include "graph/variety.h"
#include "tests/check.h"
#include "tests/graph/make.h"

enum { MS = 1000000 };

static struct networks networks;
static const struct hash_key key = {{1, 2}};
static struct tally *tally;
static struct delta delta;

static int begin(void **state)
{
    (void)state;
    networks_init(&networks);
    tally = tally_new(&key, &networks);
    delta = (struct delta){0};
    return tally ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    tally_free(tally);
    delta_free(&delta);
    return 0;
}

static void take(void)
{
    assert_true(tally_take(tally, &delta));
    merge_finish(&delta);
}

static void count(struct exchange x)
{
    tally_exchange(tally, &x);
}

static uint64_t requests_of(const struct tallied *t)
{
    uint64_t requests = 0;
    for (size_t i = 0; i < OUTCOMES; i++)
        requests += t->outcomes[i];
    return requests;
}

static const struct operation_delta *operation_called(const char *name)
{
    for (uint32_t i = 0; i < delta.operation_len; i++)
        if (strcmp(delta.operation[i].name, name) == 0)
            return &delta.operation[i];
    fail_msg("no operation %s", name);
    return NULL;
}

static void an_exchange_counts_for_its_edge_and_operation(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/users/42");
    x.notes = NOTE_GAP;
    tally_exchange(tally, &x);
    assert_string_equal(x.operation, "GET /users/{id}");
    x = make_exchange("/users/43");
    x.outcome = OUTCOME_SERVER_ERROR;
    count(x);
    count(make_exchange("/cart"));
    take();
    assert_int_equal(delta.edge_len, 1);
    const struct edge_delta *edge = &delta.edge[0];
    assert_int_equal(requests_of(&edge->exchanges), 3);
    assert_int_equal(edge->exchanges.outcomes[OUTCOME_OK], 2);
    assert_int_equal(edge->exchanges.outcomes[OUTCOME_SERVER_ERROR], 1);
    assert_int_equal(edge->exchanges.request_bytes, 300);
    assert_int_equal(edge->exchanges.response_bytes, 6000);
    assert_int_equal(edge->exchanges.duration.count, 3);
    assert_int_equal(edge->exchanges.duration.max_ns, 9 * MS);
    assert_int_equal(edge->exchanges.ttfb.max_ns, 4 * MS);
    assert_int_equal(edge->first_ns, 1000ULL * MS);
    assert_int_equal(edge->last_ns, 1009ULL * MS);
    assert_int_equal(edge->notes, NOTE_GAP);
    assert_int_equal(edge->key.port, 80);
    assert_string_equal(edge->key.protocol, "http");
    assert_int_equal(delta.operation_len, 2);
    assert_string_equal(delta.operation[0].name, "GET /cart");
    assert_string_equal(delta.operation[1].name, "GET /users/{id}");
    assert_int_equal(requests_of(&delta.operation[1].exchanges), 2);
    assert_int_equal(delta.operation[1].exchanges.duration.count, 2);
}

static void operations_are_named_by_what_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *operation, *expected;
    } cases[] = {
        {"GET", "/a", "", "GET /a"},
        {"PING", "", "", "PING"},
        {"", "/a/1", "", "/a/{id}"},
        {"", "", "", ""}, /* counts for the edge only */
        {"POST", "/shop.Cart/Add", "shop.Cart/Add", "shop.Cart/Add"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = make_exchange(cases[i].path);
        bytes_to_text(x.method, sizeof x.method, bytes_of_text(cases[i].method));
        bytes_to_text(x.operation, sizeof x.operation, bytes_of_text(cases[i].operation));
        tally_exchange(tally, &x);
        assert_string_equal(x.operation, cases[i].expected);
    }
    take();
    assert_int_equal(requests_of(&delta.edge[0].exchanges), 5);
    assert_int_equal(delta.edge[0].exchanges.duration.count, 5);
    assert_int_equal(delta.operation_len, 4);
}

/* A path that was not seen is not left out as if there were none: the decoder says what it knows.
 */
static void paths_that_were_not_seen_are_not_made_up(void **state)
{
    (void)state;
    static const struct {
        const char *path, *operation, *expected;
    } cases[] = {
        {"", "GET {unknown #3}", "GET {unknown #3}"},
        {"", "", ""},                /* counts for the edge only */
        {"/a/1", "", "GET /a/{id}"}, /* something else was not seen */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = make_exchange(cases[i].path);
        x.notes = NOTE_UNKNOWN_FIELDS;
        bytes_to_text(x.operation, sizeof x.operation, bytes_of_text(cases[i].operation));
        tally_exchange(tally, &x);
        assert_string_equal(x.operation, cases[i].expected);
    }
    take();
    assert_int_equal(requests_of(&delta.edge[0].exchanges), 3);
    assert_int_equal(delta.operation_len, 2);
}

/* A streaming call has an age and a time to its first message, and is no part of the latencies. */
static void streaming_calls_have_an_age(void **state)
{
    (void)state;
    static const struct {
        enum call_kind call;
        uint64_t first_message, response_end; /* ms */
        uint64_t durations, streams, first_messages, age;
    } cases[] = {
        {CALL_NONE, 0, 1009, 1, 0, 0, 0},
        {CALL_UNARY, 1005, 1009, 1, 0, 0, 0},
        {CALL_CLIENT_STREAMING, 1005, 1009, 0, 1, 1, 9},
        {CALL_SERVER_STREAMING, 1005, 0, 0, 1, 1, 500}, /* cut off: until it was counted */
        {CALL_BIDI_STREAMING, 0, 0, 0, 1, 0, 500},      /* no message came back */
        {CALL_BIDI_STREAMING, 999, 1009, 0, 1, 0, 9},   /* the mirror swapped the directions */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = make_exchange("/shop.Cart/Watch");
        x.call = cases[i].call;
        x.first_message_ns = cases[i].first_message * MS;
        x.response_end_ns = cases[i].response_end * MS;
        x.end_ns = 1500ULL * MS;
        x.request_messages = 2, x.response_messages = 3;
        count(x);
        take();
        const struct tallied *t = &delta.operation[0].exchanges;
        assert_int_equal(requests_of(t), 1);
        assert_int_equal(t->request_messages, 2);
        assert_int_equal(t->response_messages, 3);
        assert_int_equal(t->duration.count, cases[i].durations);
        assert_int_equal(t->ttfb.count, cases[i].durations);
        assert_int_equal(t->streams, cases[i].streams);
        assert_int_equal(t->first_message.count, cases[i].first_messages);
        assert_int_equal(t->age.count, cases[i].streams);
        assert_int_equal(t->age.max_ns, cases[i].age * MS);
        assert_int_equal(delta.edge[0].exchanges.streams, cases[i].streams);
        assert_int_equal(delta.edge[0].exchanges.age.count, cases[i].streams);
        delta_free(&delta);
    }
}

/* Of a call that goes on only the gap before its message is counted: in its operation's row, or the
 * edge's if it has none. The decoder finds it as it was. */
static void messages_count_as_they_come(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/watch/7");
    x.call = CALL_SERVER_STREAMING;
    x.last_message_ns = 1234ULL * MS;
    x.response_messages = 9;
    for (uint64_t gap = 0; gap < 3; gap++)
        tally_message(tally, &x, gap * MS);
    assert_string_equal(x.operation, "");
    x.path[0] = '\0';
    x.notes = NOTE_UNKNOWN_FIELDS;
    x.last_message_ns = 1300ULL * MS;
    tally_message(tally, &x, 7 * MS);
    take();
    assert_int_equal(delta.operation_len, 1);
    assert_string_equal(delta.operation[0].name, "GET /watch/{id}");
    const struct tallied *t = &delta.operation[0].exchanges;
    assert_int_equal(t->message_gap.count, 3);
    assert_int_equal(t->message_gap.sum_ns, 3 * MS);
    assert_int_equal(requests_of(t), 0);
    assert_int_equal(t->response_messages + t->streams + t->response_bytes, 0);
    assert_int_equal(delta.edge[0].exchanges.message_gap.count, 4);
    assert_int_equal(delta.edge[0].exchanges.message_gap.max_ns, 7 * MS);
    assert_int_equal(delta.edge[0].first_ns, 1234ULL * MS);
    assert_int_equal(delta.edge[0].last_ns, 1300ULL * MS);
    assert_int_equal(delta.edge[0].notes, 0);
}

/* Times not seen, or in the wrong order, are not counted; the exchange is. */
static void times_that_make_no_sense_are_not_counted(void **state)
{
    (void)state;
    static const struct {
        uint64_t request, request_end, response, response_end;
        uint64_t durations, ttfbs;
    } cases[] = {
        {1, 2, 3, 4, 1, 1}, {0, 2, 3, 4, 0, 1}, /* joined after the first byte */
        {1, 2, 3, 0, 0, 1},                     /* the end was not seen */
        {1, 2, 0, 0, 0, 0},                     /* no answer */
        {1, 5, 3, 6, 1, 0},                     /* an early answer */
        {4, 5, 1, 2, 0, 0},                     /* the mirror swapped the directions */
        {3, 3, 3, 3, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = make_exchange("/a");
        x.request_ns = cases[i].request, x.request_end_ns = cases[i].request_end;
        x.response_ns = cases[i].response, x.response_end_ns = cases[i].response_end;
        count(x);
        take();
        const struct tallied *t = &delta.edge[0].exchanges;
        assert_int_equal(requests_of(t), 1);
        assert_int_equal(t->duration.count, cases[i].durations);
        assert_int_equal(t->ttfb.count, cases[i].ttfbs);
        delta_free(&delta);
    }
}

static void clients_outside_are_one(void **state)
{
    (void)state;
    static const char *const clients[] = {"8.8.8.8", "2001:db8::1", "9.9.9.9", "10.9.9.9"};
    for (size_t i = 0; i < 4; i++) {
        struct exchange x = make_exchange("/a");
        x.client_address = make_address(clients[i]);
        count(x);
    }
    take();
    assert_int_equal(delta.edge_len, 2);
    assert_true(address_is_none(&delta.edge[0].key.client));
    assert_int_equal(requests_of(&delta.edge[0].exchanges), 3);
}

static void edges_differ_by_each_part_of_their_key(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/a");
    count(x);
    x.server_port = 81, count(x), x.server_port = 80;
    x.tenant = 7, count(x), x.tenant = 0;
    x.protocol = "grpc", count(x), x.protocol = "http";
    x.server_address = make_address("10.0.0.3"), count(x);
    x.client_address = make_address("10.0.0.9"), count(x);
    x.client_port = 1, count(x); /* no part of it */
    take();
    assert_int_equal(delta.edge_len, 6);
    for (uint32_t i = 1; i < delta.edge_len; i++)
        assert_true(edge_key_compare(&delta.edge[i - 1].key, &delta.edge[i].key) < 0);
}

static void hosts_become_names_of_servers(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *method, *host;
    } cases[] = {
        {"http", "GET", "cart:8080"},
        {"http", "GET", "Cart"},
        {"http", "CONNECT", "elsewhere:443"}, /* where the proxy is to go */
        {"http", "GET", ""},
        {"dns", "A", "asked.example"},
        {"tls", "", "secure.example"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange x = make_exchange("/a");
        x.protocol = cases[i].protocol;
        bytes_to_text(x.method, sizeof x.method, bytes_of_text(cases[i].method));
        bytes_to_text(x.host, sizeof x.host, bytes_of_text(cases[i].host));
        count(x);
    }
    take();
    assert_int_equal(delta.name_len, 2);
    assert_string_equal(delta.name[0].name, "cart");
    assert_int_equal(delta.name[0].count, 2);
    assert_int_equal(delta.name[0].port, 80);
    assert_int_equal(delta.name[0].source, NAME_HOST);
    assert_int_equal(delta.name[0].last_ns, 1009ULL * MS);
    assert_string_equal(delta.name[1].name, "secure.example");
}

/* One request to a server, by host. */
static void call(struct tally *t, const char *host, const char *asked)
{
    struct exchange x = make_exchange("/a");
    bytes_to_text(x.host, sizeof x.host, bytes_of_text(host));
    bytes_to_text(x.asked, sizeof x.asked, bytes_of_text(asked));
    tally_exchange(t, &x);
}

/* Exchanges of one connection may be of several edges; the connection is of one. What was asked of
 * the DNS comes first; what names nothing is no name. */
static void each_name_is_an_edge(void **state)
{
    (void)state;
    struct flow_report r = {.protocol = "http",
                            .end_ns = 5000,
                            .client_address = make_address("10.0.0.1"),
                            .server_address = make_address("10.0.0.2"),
                            .server_port = 80,
                            .host = "A.example:80",
                            .opened = 1};
    tally_flow(tally, &r);
    call(tally, "a.example", "");
    call(tally, "b.example", "");
    call(tally, "A.Example.:80", "");
    call(tally, "10.0.0.2", "");
    call(tally, "b.example", "asked.example");
    call(tally, "\x01garbage b.example", "");
    take();
    assert_int_equal(delta.edge_len, 4);
    assert_string_equal(delta.edge[0].key.asked, "");
    assert_int_equal(requests_of(&delta.edge[0].exchanges), 2);
    assert_string_equal(delta.edge[1].key.asked, "a.example");
    assert_true(delta.edge[1].key.by_host);
    assert_int_equal(requests_of(&delta.edge[1].exchanges), 2);
    assert_int_equal(delta.edge[1].opened, 1);
    assert_string_equal(delta.edge[2].key.asked, "asked.example");
    assert_false(delta.edge[2].key.by_host);
    assert_string_equal(delta.edge[3].key.asked, "b.example");
    assert_int_equal(delta.edge[3].opened, 0);
    assert_int_equal(delta.name_len, 2);
    assert_int_equal(delta.name[1].count, 2);
}

/* What an absolute target of a forward proxy names is not the proxy. */
static void a_proxy_is_not_what_it_is_asked_for(void **state)
{
    (void)state;
    struct exchange x = make_exchange("/a");
    memcpy(x.host, "far.example", 12);
    x.elsewhere = true;
    count(x);
    take();
    assert_int_equal(delta.name_len, 0);
    assert_string_equal(delta.edge[0].key.asked, "");
}

/* Past the cap those that are called most keep their names, and the rest is counted all the same;
 * past the other cap nobody does, for it is somebody who tries out names. */
static void too_many_hosts(void **state)
{
    static const struct {
        unsigned hosts;
        uint32_t edges, names;
        uint64_t nameless;
    } cases[] = {
        {PLACE_NAMES_MAX - 1, PLACE_NAMES_MAX, PLACE_NAMES_MAX, 0},
        {PLACE_NAMES_MAX, PLACE_NAMES_MAX + 1, PLACE_NAMES_MAX, 1},
        {PLACE_NAMES_AT_WORK_MAX - 1, PLACE_NAMES_MAX + 1, PLACE_NAMES_MAX,
         PLACE_NAMES_AT_WORK_MAX - PLACE_NAMES_MAX},
        {PLACE_NAMES_AT_WORK_MAX, 1, 0, PLACE_NAMES_AT_WORK_MAX + 2},
        {100000, 1, 0, 100002},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (unsigned i = 0; i < cases[c].hosts; i++) {
            char host[32];
            snprintf(host, sizeof host, "x%u.example", i);
            call(tally, host, "");
        }
        call(tally, "real.example", "");
        call(tally, "real.example", "");
        take();
        assert_int_equal(delta.edge_len, cases[c].edges);
        assert_int_equal(delta.name_len, cases[c].names);
        assert_int_equal(delta.names_dropped, cases[c].nameless);
        assert_int_equal(requests_of(&delta.edge[0].exchanges),
                         cases[c].nameless ? cases[c].nameless : 2);
        assert_int_equal(delta.edge[0].key.asked[0], cases[c].nameless ? '\0' : 'r');
        assert_int_equal(delta.operation_len, delta.edge_len);
        if (delta.name_len)
            assert_string_equal(delta.name[0].name, "real.example");
        delta_free(&delta);
    }
}

static void flow_reports_add_up(void **state)
{
    (void)state;
    struct flow_report r = {
        .protocol = "http",
        .end_ns = 5000,
        .client_address = make_address("10.0.0.1"),
        .server_address = make_address("10.0.0.2"),
        .server_port = 80,
        .notes = NOTE_MIDSTREAM,
        .opened = 1,
        .packets = {3, 2},
        .bytes = {300, 200},
        .duplicates = {3, 1},
        .missing_bytes = {1, 2},
        .truncated = {7, 1},
        .retransmits = {4, 5},
        .out_of_order = {2, 0},
        .zero_windows = {0, 1},
        .zero_window_ns = {0, 70},
        .one_way = 1,
        .rtt_least_server_ns = 900,
        .rtt_server_ns = 1000,
        .rtt_client_ns = 50,
    };
    tally_flow(tally, &r);
    r.opened = 0, r.closed = 1, r.reset_by_server = 1, r.end_ns = 9000;
    r.rtt_server_ns = r.rtt_client_ns = 0;
    r.one_way = 0, r.rtt_least_server_ns = 100, r.rtt_least_client_ns = 30;
    tally_flow(tally, &r);
    count(make_exchange("/a")); /* the same edge */
    take();
    assert_int_equal(delta.edge_len, 1);
    const struct edge_delta *edge = &delta.edge[0];
    assert_int_equal(edge->opened, 1);
    assert_int_equal(edge->closed, 1);
    assert_int_equal(edge->reset_by_server, 1);
    assert_int_equal(edge->packets[0], 6);
    assert_int_equal(edge->bytes[1], 400);
    assert_int_equal(edge->duplicates[0], 6);
    assert_int_equal(edge->duplicates[1], 2);
    assert_int_equal(edge->missing_bytes[1], 4);
    assert_int_equal(edge->truncated[0], 14);
    assert_int_equal(edge->truncated[1], 2);
    assert_int_equal(edge->retransmits[0], 8);
    assert_int_equal(edge->zero_windows[1], 2);
    assert_int_equal(edge->out_of_order[0], 4);
    assert_int_equal(edge->zero_window_ns[1], 140);
    assert_int_equal(edge->one_way, 1);
    assert_int_equal(edge->rtt_least_server_sum_ns, 1000);
    assert_int_equal(edge->rtt_least_servers, 2);
    assert_int_equal(edge->rtt_least_client_sum_ns, 30);
    assert_int_equal(edge->rtt_least_clients, 1);
    assert_int_equal(edge->handshakes, 1);
    assert_int_equal(edge->rtt_server_sum_ns, 1000);
    assert_int_equal(edge->rtt_client_sum_ns, 50);
    assert_int_equal(edge->first_ns, 5000);
    assert_int_equal(edge->notes, NOTE_MIDSTREAM);
}

static void a_window_starts_empty(void **state)
{
    (void)state;
    count(make_exchange("/a"));
    take();
    delta_free(&delta);
    take();
    assert_int_equal(delta.edge_len + delta.operation_len + delta.name_len, 0);
    count(make_exchange("/b"));
    take();
    assert_int_equal(delta.operation_len, 1);
    assert_string_equal(delta.operation[0].name, "GET /b");
}

/* What operations there are: but for FEW, more than an edge may have. */
enum spread { FEW, WIDE, TREE, MANY, GIVEN, SPREADS };

/* The i-th of many exchanges, over some edges. Their order is shuffled. */
static struct exchange nth(unsigned i, enum spread kind)
{
    static const char *const prefix[SPREADS] = {"/op-", "/op-", "/tree/", "/many/", "op-"};
    unsigned spread = i * 2654435761U;
    char text[64];
    snprintf(text, sizeof text, "%s%c%s%c%c", prefix[kind], 'a' + (int)(spread >> 8) % 7,
             kind == TREE ? "/" : "", 'a' + (int)(spread >> 16) % 7,
             'a' + (kind == FEW ? 0 : (int)(spread >> 24) % 9));
    if (kind == MANY)
        snprintf(text + strlen(text) - 1, 8, "/%c%c", 'a' + (int)i / 3 % 23, 'a' + (int)i / 69 % 2);
    struct exchange x = make_exchange(kind == GIVEN ? "/" : text);
    if (kind == GIVEN)
        strcpy(x.operation, text);
    snprintf(text, sizeof text, "10.1.0.%u", i % 3);
    x.client_address = make_address(text);
    snprintf(x.host, sizeof x.host, "h%u", i % 5);
    x.response_end_ns += (uint64_t)(spread >> 10) * 3;
    x.outcome = (enum outcome)(i % OUTCOMES);
    x.call = (enum call_kind)(i % 11 % CALL_KINDS);
    x.request_messages = i % 3, x.response_messages = i % 4;
    x.first_message_ns = x.response_ns + spread % MS;
    return x;
}

static void encode_latencies(const struct tallied *t, struct writer *w)
{
    latency_encode(&t->duration, w);
    latency_encode(&t->ttfb, w);
    latency_encode(&t->first_message, w);
    latency_encode(&t->message_gap, w);
    latency_encode(&t->age, w);
}

static void assert_same_tallied(const struct tallied *a, const struct tallied *b)
{
    struct writer left = {0}, right = {0};
    assert_memory_equal(a->outcomes, b->outcomes, sizeof a->outcomes);
    assert_int_equal(a->request_bytes, b->request_bytes);
    assert_int_equal(a->request_messages, b->request_messages);
    assert_int_equal(a->response_messages, b->response_messages);
    assert_int_equal(a->streams, b->streams);
    encode_latencies(a, &left);
    encode_latencies(b, &right);
    assert_true(bytes_equal(writer_view(&left), writer_view(&right)));
    writer_free(&left);
    writer_free(&right);
}

static void assert_same_delta(const struct delta *a, const struct delta *b)
{
    assert_int_equal(a->edge_len, b->edge_len);
    assert_int_equal(a->operation_len, b->operation_len);
    assert_int_equal(a->name_len, b->name_len);
    for (uint32_t i = 0; i < a->edge_len; i++) {
        assert_int_equal(edge_key_compare(&a->edge[i].key, &b->edge[i].key), 0);
        assert_same_tallied(&a->edge[i].exchanges, &b->edge[i].exchanges);
    }
    for (uint32_t i = 0; i < a->operation_len; i++) {
        assert_int_equal(a->operation[i].edge, b->operation[i].edge);
        assert_string_equal(a->operation[i].name, b->operation[i].name);
        assert_same_tallied(&a->operation[i].exchanges, &b->operation[i].exchanges);
    }
    for (uint32_t i = 0; i < a->name_len; i++) {
        assert_int_equal(name_delta_compare(&a->name[i], &b->name[i]), 0);
        assert_int_equal(a->name[i].count, b->name[i].count);
    }
}

/* Whole, and before that as a call that goes on. */
static void count_nth(struct tally *t, unsigned i, enum spread kind)
{
    struct exchange x = nth(i, kind);
    if (call_is_streaming(x.call))
        tally_message(t, &x, i % 100 * MS);
    tally_exchange(t, &x);
}

/* The same traffic, whatever worker has counted what, gives the same delta: past the cap on
 * operations as well. */
static void the_number_of_workers_does_not_matter(void **state)
{
    (void)state;
    enum { EXCHANGES = 6000 };
    for (enum spread kind = 0; kind < SPREADS; kind++) {
        for (unsigned i = 0; i < EXCHANGES; i++)
            count_nth(tally, i, kind);
        take();
        for (unsigned workers = 2; workers <= 5; workers += 3) {
            struct tally *worker[5];
            struct delta merged = {0};
            for (unsigned w = 0; w < workers; w++)
                worker[w] = tally_new(&(struct hash_key){{w, 9}}, &networks);
            for (unsigned i = 0; i < EXCHANGES; i++)
                count_nth(worker[i % 7 % workers], EXCHANGES - 1 - i, kind);
            for (unsigned w = 0; w < workers; w++) {
                assert_true(tally_take(worker[w], &merged));
                tally_free(worker[w]);
            }
            merge_finish(&merged);
            assert_same_delta(&delta, &merged);
            delta_free(&merged);
        }
        delta_free(&delta);
    }
}

/* Whoever has seen which names, and however many. */
static void hosts_do_not_depend_on_workers(void **state)
{
    static const unsigned hosts[] = {10, 300, 1025, 5000};
    (void)state;
    for (size_t c = 0; c < sizeof hosts / sizeof *hosts; c++) {
        struct tally *two[2] = {tally_new(&key, &networks), tally_new(&key, &networks)};
        struct delta other = {0};
        for (unsigned i = 0; i < 3 * hosts[c]; i++) {
            char host[32];
            snprintf(host, sizeof host, "x%u.example", i * i % hosts[c]);
            call(tally, host, "");
            call(two[i % 7 == 0], host, "");
        }
        take();
        assert_true(tally_take(two[0], &other) && tally_take(two[1], &other));
        merge_finish(&other);
        assert_same_delta(&delta, &other);
        tally_free(two[0]);
        tally_free(two[1]);
        delta_free(&other);
        delta_free(&delta);
    }
}

/* Past its cap an edge keeps the operations that come first in order, whole, and adds up the
 * others, where there is no path in which to take anything together. */
static void too_many_operations_become_other(void **state)
{
    (void)state;
    enum { OPERATIONS = OPERATIONS_PER_EDGE_MAX + 100 };
    struct exchange x;
    for (int twice = 0; twice < 2; twice++)
        for (unsigned i = 0; i < OPERATIONS; i++) {
            unsigned shuffled = i * 7 % OPERATIONS;
            x = make_exchange("/");
            snprintf(x.operation, sizeof x.operation, "GET /w%c%c", 'a' + (int)shuffled / 26,
                     'a' + (int)shuffled % 26);
            tally_exchange(tally, &x);
        }
    x = make_exchange("/");
    strcpy(x.operation, "GET /zzz");
    tally_exchange(tally, &x);
    take();
    assert_int_equal(delta.operation_len, OPERATIONS_PER_EDGE_MAX + 1);
    for (uint32_t i = 0; i < OPERATIONS_PER_EDGE_MAX; i++)
        assert_int_equal(requests_of(&delta.operation[i].exchanges), 2);
    assert_int_equal(requests_of(&operation_called("other")->exchanges), 2 * 100 + 1);
    assert_int_equal(operation_called("other")->exchanges.duration.count, 2 * 100 + 1);
    assert_int_equal(requests_of(&delta.edge[0].exchanges), 2 * OPERATIONS + 1);
    assert_string_equal(delta.operation[0].name, "GET /waa");
}

/* A hundred thousand paths, each different: what varies is one placeholder, and nothing is lost or
 * "other"; operations beside it stay as they are. */
static void any_number_of_paths_is_few_operations(void **state)
{
    (void)state;
    enum { PATHS = 100000 };
    for (unsigned i = 0; i < PATHS; i++) {
        char path[64];
        const char word[] = {(char)('a' + i % 26), (char)('a' + i / 26 % 26),
                             (char)('a' + i / 676 % 26), (char)('a' + i / 17576), '\0'};
        snprintf(path, sizeof path, i % 2 ? "/shop/%s" : "/users/%s/orders", word);
        count(make_exchange(path));
        if (i % 1000 == 0)
            count(make_exchange("/zebra/feed"));
    }
    struct exchange x = make_exchange("/shop/red-shoes");
    tally_exchange(tally, &x);
    assert_string_equal(x.operation, "GET /shop/red-shoes"); /* the log does not learn */
    take();
    assert_int_equal(delta.operation_len, 3);
    assert_int_equal(requests_of(&operation_called("GET /shop/{*}")->exchanges), PATHS / 2 + 1);
    assert_int_equal(requests_of(&operation_called("GET /users/{*}/orders")->exchanges), PATHS / 2);
    assert_int_equal(operation_called("GET /shop/{*}")->exchanges.duration.count, PATHS / 2 + 1);
    assert_int_equal(requests_of(&operation_called("GET /zebra/feed")->exchanges), PATHS / 1000);
    assert_int_equal(requests_of(&delta.edge[0].exchanges), PATHS + PATHS / 1000 + 1);
}

/* Whatever the shape of the paths the cap holds, and a call that is open goes by the name of those
 * that have ended. */
static void the_cap_on_operations_holds(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 40 * 40 * 40; i++) {
        char path[64];
        snprintf(path, sizeof path, "/a%c%c/b%c%c/c%c%c", 'a' + i % 40 / 26, 'a' + i % 40 % 26,
                 'a' + i / 40 % 40 / 26, 'a' + i / 40 % 40 % 26, 'a' + i / 1600 / 26,
                 'a' + i / 1600 % 26);
        count(make_exchange(path));
    }
    struct exchange open = make_exchange("/aaa/baa/never-seen");
    open.call = CALL_BIDI_STREAMING;
    tally_open_call(tally, &open, 5000000000);
    take();
    assert_int_equal(delta.operation_len, 40);
    assert_string_equal(delta.operation[0].name, "GET /aaa/{*}/{*}");
    assert_int_equal(requests_of(&delta.operation[0].exchanges), 1600);
    assert_string_equal(delta.open_call[0].operation, "GET /aaa/{*}/{*}");
}

/* Past the cap on edges nothing is counted but that it was not. */
static void too_many_edges_are_dropped_and_counted(void **state)
{
    (void)state;
    struct flow_report r = {.protocol = "tcp", .opened = 1};
    r.client_address = make_address("10.0.0.1");
    for (unsigned i = 0; i < EDGES_MAX + 10; i++) {
        const uint8_t server[4] = {10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        r.server_address = address_v4(server);
        tally_flow(tally, &r);
    }
    struct exchange x = make_exchange("/a/1");
    tally_exchange(tally, &x);
    assert_string_equal(x.operation, "GET /a/{id}"); /* the log has it all the same */
    take();
    assert_int_equal(delta.edge_len, EDGES_MAX);
    assert_int_equal(delta.edges_dropped, 11);
    count(make_exchange("/a"));
    struct delta second = {0};
    assert_true(tally_take(tally, &second));
    assert_int_equal(second.edge_len, 1);
    assert_int_equal(second.edges_dropped, 0);
    delta_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exchange_counts_for_its_edge_and_operation, begin, end),
        cmocka_unit_test_setup_teardown(operations_are_named_by_what_is_known, begin, end),
        cmocka_unit_test_setup_teardown(paths_that_were_not_seen_are_not_made_up, begin, end),
        cmocka_unit_test_setup_teardown(streaming_calls_have_an_age, begin, end),
        cmocka_unit_test_setup_teardown(messages_count_as_they_come, begin, end),
        cmocka_unit_test_setup_teardown(times_that_make_no_sense_are_not_counted, begin, end),
        cmocka_unit_test_setup_teardown(clients_outside_are_one, begin, end),
        cmocka_unit_test_setup_teardown(edges_differ_by_each_part_of_their_key, begin, end),
        cmocka_unit_test_setup_teardown(hosts_become_names_of_servers, begin, end),
        cmocka_unit_test_setup_teardown(each_name_is_an_edge, begin, end),
        cmocka_unit_test_setup_teardown(a_proxy_is_not_what_it_is_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(too_many_hosts, begin, end),
        cmocka_unit_test_setup_teardown(hosts_do_not_depend_on_workers, begin, end),
        cmocka_unit_test_setup_teardown(flow_reports_add_up, begin, end),
        cmocka_unit_test_setup_teardown(a_window_starts_empty, begin, end),
        cmocka_unit_test_setup_teardown(the_number_of_workers_does_not_matter, begin, end),
        cmocka_unit_test_setup_teardown(too_many_operations_become_other, begin, end),
        cmocka_unit_test_setup_teardown(any_number_of_paths_is_few_operations, begin, end),
        cmocka_unit_test_setup_teardown(the_cap_on_operations_holds, begin, end),
        cmocka_unit_test_setup_teardown(too_many_edges_are_dropped_and_counted, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
