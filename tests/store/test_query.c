/* test_query.c - what was written comes back, to the last nanosecond. */
#include "store/query.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "graph/latency.h"
#include "graph/name.h"
#include "store/handle.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/place.h"

/* Three windows: at 1000 s web calls cart and cart calls db, at 1005 s nobody anybody, at 1010 s
 * web calls cart again, slower, and another client joins in. */
static void write_shop(struct store *s)
{
    struct delta d = window_at(1000);
    struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&e->exchanges, OUTCOME_OK, 8, 10 * MS_NS);
    asked(&e->exchanges, OUTCOME_SERVER_ERROR, 2, 20 * MS_NS);
    asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 8, 10 * MS_NS);
    asked(&window_operation(&d, "POST /")->exchanges, OUTCOME_SERVER_ERROR, 2, 20 * MS_NS);
    e->opened = 5;
    e->closed = 2;
    e->failed = 3;
    e->refused = 1;
    e->bytes[0] = 5000;
    e->bytes[1] = 50000;
    e->packets[0] = 50;
    e->retransmits[0] = 1;
    e->retransmits[1] = 2;
    e->missing_bytes[1] = 1460;
    e->duplicates[0] = 3;
    e->duplicates[1] = 4;
    e->zero_windows[0] = 1;
    e->zero_window_ns[0] = 7 * MS_NS;
    e->out_of_order[1] = 4;
    e->rtt_least_client_sum_ns = 3 * MS_NS;
    e->rtt_least_clients = 3;
    e->troubles[TROUBLE_LOST] = 1;
    e->reset_by_client = 1;
    e->reset_by_server = 2;
    e->handshakes = 4;
    e->rtt_server_sum_ns = 4 * MS_NS;
    e->rtt_client_sum_ns = 8 * MS_NS;
    e->notes = NOTE_GAP;
    e = window_edge(&d, "10.0.0.2", "10.0.1.3", 5432);
    e->bytes[0] = 700;
    e->bytes[1] = 900;
    strcpy(e->key.protocol, "tcp");
    written(s, &d, NULL);
    d = window_at(1005);
    written(s, &d, NULL);
    d = window_at(1010);
    e = window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    asked(&e->exchanges, OUTCOME_OK, 10, 100 * MS_NS);
    asked(&window_operation(&d, "GET /")->exchanges, OUTCOME_OK, 10, 100 * MS_NS);
    e->closed = 1;
    e->bytes[0] = 100;
    e->notes = NOTE_PIPELINED;
    window_edge(&d, "10.0.0.7", "10.0.0.2", 80)->opened = 1;
    written(s, &d, NULL);
}

/* A place with the shop in it, and a question's handle. */
struct shop {
    struct place place;
    struct query *q;
};

static int open_shop(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    assert_non_null(shop);
    shop->place = place_make();
    struct store *s = place_store(&shop->place);
    write_shop(s);
    store_close(s);
    shop->q = place_query(&shop->place);
    *state = shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    query_close(shop->q);
    place_remove(&shop->place);
    free(shop);
    return 0;
}

static void edges_as_written(void **state)
{
    struct shop *shop = *state;
    struct edge_rows rows = edges_of(shop->q, all_of(shop->q));
    assert_int_equal(rows.len, 3);
    const struct edge_row *e = &rows.row[0];
    assert_string_equal(e->client, "10.0.0.1");
    assert_string_equal(e->server, "10.0.0.2");
    assert_string_equal(e->protocol, "http");
    assert_int_equal(e->port, 80);
    assert_int_equal(e->figures.requests, 20);
    assert_int_equal(e->figures.errors, 2);
    assert_true(e->figures.error_rate == 0.1);
    assert_true(e->figures.rate_per_s == 20.0 / 15);
    assert_int_equal(e->figures.request_bytes, 2000);
    assert_int_equal(e->figures.response_bytes, 20000);
    assert_int_equal(e->figures.health, HEALTH_BAD);
    assert_int_equal(e->opened, 5);
    assert_int_equal(e->closed, 3);
    assert_int_equal(e->failed, 3);
    assert_int_equal(e->refused, 1);
    assert_int_equal(edge_unanswered(e), 2);
    assert_int_equal(e->active, 2);
    assert_int_equal(e->bytes[0], 5100);
    assert_int_equal(e->bytes[1], 50000);
    assert_int_equal(e->packets[0], 50);
    assert_int_equal(e->retransmits[0], 1);
    assert_int_equal(e->retransmits[1], 2);
    assert_int_equal(e->missing_bytes[1], 1460);
    assert_int_equal(e->zero_windows[0], 1);
    assert_int_equal(e->zero_window_ns[0], 7 * MS_NS);
    assert_int_equal(e->out_of_order[1], 4);
    assert_int_equal(e->reset_by_client, 1);
    assert_int_equal(e->reset_by_server, 2);
    assert_int_equal(e->least_client_ns, MS_NS);
    assert_int_equal(e->least_server_ns, 0);
    assert_int_equal(e->quality.missing_bytes, 1460);
    assert_int_equal(e->quality.requests, 20);
    assert_int_equal(e->quality.duplicates, 7);
    assert_int_equal(e->marks.of[MARK_COPIES], SEVERITY_NOTE);
    assert_int_equal(e->marks.of[MARK_MISSING], SEVERITY_BAD);
    assert_int_equal(e->marks.of[MARK_UNDECODED], SEVERITY_NOTE); /* a single one */
    assert_int_equal(e->marks.of[MARK_MIDSTREAM], SEVERITY_NONE);
    assert_int_equal(e->connect_ns, 3 * MS_NS);
    assert_int_equal(e->rtt_client_ns, 2 * MS_NS);
    assert_int_equal(e->rtt_server_ns, MS_NS);
    assert_int_equal(e->notes, NOTE_GAP | NOTE_PIPELINED);
    assert_int_equal(e->first_seen_ns, 1000 * SECOND_NS);
    assert_int_equal(e->last_seen_ns, 1011 * SECOND_NS);
    /* With nothing decoded, the bytes are those on the wire. */
    assert_string_equal(rows.row[1].protocol, "tcp");
    assert_int_equal(rows.row[1].figures.request_bytes, 700);
    assert_int_equal(rows.row[1].figures.response_bytes, 900);
    assert_int_equal(rows.row[1].figures.duration.count, 0);
    free(rows.row);
}

static void add_vantage(struct delta *d, struct vantage v)
{
    d->vantage = realloc(d->vantage, (d->vantage_len + 1U) * sizeof v);
    assert_non_null(d->vantage);
    d->vantage[d->vantage_len++] = v;
}

/* Where packets were seen is added up over windows, and over what is written into one window. */
static void vantages_of_a_range(void **state)
{
    (void)state;
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct err err;
    struct vantage_rows rows;
    for (int i = 0; i < 3; i++) {
        struct delta d = window_at(i < 2 ? 1000 : 1005);
        add_vantage(&d, (struct vantage){.packets = 10, .bytes = 1000, .uncertain = 1});
        add_vantage(&d, (struct vantage){1, 20, 2, 70000, 8, 800, 7, 700, 6});
        written(s, &d, NULL);
    }
    store_close(s);
    struct query *q = place_query(&p);
    assert_true(query_vantages(q, all_of(q), &rows, &err));
    assert_int_equal(rows.len, 2);
    assert_int_equal(rows.row[0].packets, 30);
    assert_int_equal(rows.row[0].uncertain, 3);
    assert_int_equal(rows.row[1].interface, 1);
    assert_int_equal(rows.row[1].vlan, 20);
    assert_int_equal(rows.row[1].tunnels, 2);
    assert_int_equal(rows.row[1].tunnel_id, 70000);
    assert_int_equal(rows.row[1].packets, 24);
    assert_int_equal(rows.row[1].bytes, 2400);
    assert_int_equal(rows.row[1].duplicates, 21);
    assert_int_equal(rows.row[1].duplicate_bytes, 2100);
    assert_int_equal(rows.row[1].uncertain, 18);
    free(rows.row);
    query_close(q);
    place_remove(&p);
}

/* Percentiles of a range are those of one histogram with all that was timed in it. */
static void percentiles_of_a_range(void **state)
{
    struct shop *shop = *state;
    struct latency direct = {0};
    struct edge_rows rows = edges_of(shop->q, all_of(shop->q));
    for (int i = 0; i < 8; i++)
        latency_add(&direct, 10 * MS_NS);
    latency_add(&direct, 20 * MS_NS);
    latency_add(&direct, 20 * MS_NS);
    for (int i = 0; i < 10; i++)
        latency_add(&direct, 100 * MS_NS);
    const struct percentiles *p = &rows.row[0].figures.duration;
    assert_int_equal(p->count, 20);
    assert_int_equal(p->p50_ns, latency_quantile(&direct, 0.5));
    assert_int_equal(p->p90_ns, latency_quantile(&direct, 0.9));
    assert_int_equal(p->p95_ns, latency_quantile(&direct, 0.95));
    assert_int_equal(p->p99_ns, latency_quantile(&direct, 0.99));
    assert_int_equal(p->max_ns, 100 * MS_NS);
    assert_int_equal(p->mean_ns, 56 * MS_NS);
    assert_int_equal(rows.row[0].figures.ttfb.max_ns, 50 * MS_NS);
    latency_free(&direct);
    free(rows.row);
}

static void services_as_written(void **state)
{
    struct shop *shop = *state;
    struct service_rows rows = services_of(shop->q, all_of(shop->q));
    assert_int_equal(rows.len, 4);
    const struct service_row *cart = &rows.row[1];
    assert_string_equal(cart->name, "10.0.0.2");
    assert_string_equal(cart->address, "10.0.0.2");
    assert_string_equal(cart->protocols, "http");
    assert_int_equal(cart->source, NAME_ADDRESS);
    assert_int_equal(cart->addresses, 1);
    assert_int_equal(cart->served.requests, 20);
    assert_int_equal(cart->called.requests, 0);
    assert_int_equal(cart->callers, 2);
    assert_int_equal(cart->callees, 1);
    assert_int_equal(cart->first_seen_ns, 1000 * SECOND_NS);
    assert_int_equal(rows.row[0].called.requests, 20);
    assert_int_equal(rows.row[0].callees, 1);
    free(rows.row);
}

static void operations_as_written(void **state)
{
    struct shop *shop = *state;
    struct operation_rows rows, one;
    struct err err = {0};
    assert_true(query_operations(shop->q, all_of(shop->q), 0, &rows, &err));
    assert_int_equal(rows.len, 2);
    assert_string_equal(rows.row[0].name, "GET /");
    assert_int_equal(rows.row[0].figures.requests, 18);
    assert_int_equal(rows.row[0].figures.errors, 0);
    assert_string_equal(rows.row[1].name, "POST /");
    assert_int_equal(rows.row[1].figures.errors, 2);
    assert_true(query_operations(shop->q, all_of(shop->q), rows.row[0].edge_id, &one, &err));
    assert_int_equal(one.len, 2);
    free(one.row);
    assert_true(query_operations(shop->q, all_of(shop->q), 4711, &one, &err));
    assert_int_equal(one.len, 0);
    free(one.row);
    free(rows.row);
}

/* The histogram of an edge is what its percentiles were made from; that of all is their sum. */
static void latency_as_written(void **state)
{
    struct shop *shop = *state;
    struct edge_rows edges;
    struct latency l;
    struct err err = {0};
    struct range all = all_of(shop->q);
    uint64_t timed = 0;
    assert_true(query_edges(shop->q, all, &edges, &err));
    for (size_t i = 0; i < edges.len; i++) {
        const struct percentiles *p = &edges.row[i].figures.duration;
        assert_true(query_latency(shop->q, all, edges.row[i].id, &l, &err));
        assert_int_equal(l.count, p->count);
        assert_int_equal(latency_quantile(&l, 0.5), p->p50_ns);
        assert_int_equal(latency_quantile(&l, 0.99), p->p99_ns);
        timed += l.count;
        latency_free(&l);
    }
    assert_int_equal(timed, 20);
    assert_true(query_latency(shop->q, all, 0, &l, &err));
    assert_int_equal(l.count, timed);
    assert_int_equal(latency_at(&l, latency_bucket(100 * MS_NS)), 10);
    latency_free(&l);
    /* The first window alone; and an edge that is not there. */
    struct range first = {all.from_ns, all.from_ns + 1};
    assert_true(query_latency(shop->q, first, 0, &l, &err));
    assert_int_equal(latency_at(&l, latency_bucket(100 * MS_NS)), 0);
    assert_int_equal(l.count, 10);
    latency_free(&l);
    assert_true(query_latency(shop->q, all, 4711, &l, &err));
    assert_int_equal(l.count, 0);
    latency_free(&l);
    free(edges.row);
}

/* Every step is there, also those in which nothing happened. */
static void series_as_written(void **state)
{
    struct shop *shop = *state;
    struct points points;
    struct err err = {0};
    struct range all = all_of(shop->q);
    assert_true(query_series(shop->q, all, 0, 100, &points, &err));
    assert_int_equal(points.len, 3);
    assert_int_equal(points.point[0].requests, 10);
    assert_int_equal(points.point[0].errors, 2);
    assert_int_equal(points.point[0].bytes, 56600);
    assert_int_equal(points.point[1].requests, 0);
    assert_int_equal(points.point[1].p95_ns, 0);
    assert_int_equal(points.point[1].time_ns, 1005 * SECOND_NS);
    assert_int_equal(points.point[2].requests, 10);
    assert_int_equal(points.point[2].p50_ns, 100 * MS_NS);
    free(points.point);
    assert_true(query_series(shop->q, all, 0, 2, &points, &err));
    assert_int_equal(points.len, 2);
    assert_int_equal(points.point[1].time_ns, 1010 * SECOND_NS);
    free(points.point);
    /* However long the range is, there are no more points than were asked for. */
    assert_true(query_series(shop->q, (struct range){0, UINT64_MAX}, 0, 7, &points, &err));
    assert_in_range(points.len, 1, 7);
    free(points.point);
}

/* A range takes the windows that begin in it: from its first nanosecond, up to its last but one. */
static void ranges_that_cut(void **state)
{
    static const struct {
        uint64_t from_ns, to_ns, requests;
    } cases[] = {
        {1000 * SECOND_NS, 1015 * SECOND_NS, 20},     {1000 * SECOND_NS, 1000 * SECOND_NS + 1, 10},
        {1000 * SECOND_NS + 1, 1015 * SECOND_NS, 10}, {1010 * SECOND_NS, UINT64_MAX, 10},
        {1010 * SECOND_NS + 1, UINT64_MAX, 0},        {1000 * SECOND_NS, 1000 * SECOND_NS, 0},
        {1015 * SECOND_NS, 1000 * SECOND_NS, 0},
    };
    struct shop *shop = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct range r = {cases[i].from_ns, cases[i].to_ns};
        struct edge_rows rows = edges_of(shop->q, r);
        uint64_t requests = rows.len ? rows.row[0].figures.requests : 0;
        if (requests != cases[i].requests)
            fail_msg("case %zu: %llu requests", i, (unsigned long long)requests);
        free(rows.row);
    }
}

/* Counted back from the end of the newest window. */
static void since(void **state)
{
    struct shop *shop = *state;
    struct err err = {0};
    struct range r;
    assert_true(query_since(shop->q, 5 * SECOND_NS, &r, &err));
    assert_int_equal(r.from_ns, 1010 * SECOND_NS);
    assert_int_equal(r.to_ns, 1015 * SECOND_NS);
    static const uint64_t all[] = {0, 15 * SECOND_NS, 3600 * SECOND_NS, UINT64_MAX};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_true(query_since(shop->q, all[i], &r, &err));
        assert_int_equal(r.from_ns, 1000 * SECOND_NS);
        assert_int_equal(r.to_ns, 1015 * SECOND_NS);
    }
}

/* Connections open at the end of a range, not now; and those of pairs that are idle in it too. */
static void active_at_the_end_of_a_range(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    static const char *const replicas[] = {"10.0.0.2", "10.0.0.3"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct address a = address_of(replicas[i]);
        names_give(names, &a, NAME_USER, "cart");
    }
    for (uint64_t window = 0; window < 3; window++) {
        struct delta d = window_at(1000 + WINDOW_S * window);
        if (window == 0)
            window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->opened = 3;
        struct edge_delta *e = window_edge(&d, "10.0.0.1", "10.0.0.3", 80);
        e->opened = 5;
        e->closed = window;
        written(s, &d, names);
    }
    struct query *q = place_query(&p);
    struct edge_rows rows = edges_of(q, (struct range){1000 * SECOND_NS, 1005 * SECOND_NS});
    assert_int_equal(rows.row[0].active, 3 + 5);
    free(rows.row);
    rows = edges_of(q, (struct range){1010 * SECOND_NS, 1015 * SECOND_NS});
    assert_int_equal(rows.len, 1);
    assert_int_equal(rows.row[0].active, 3 + 5 + 4 + 3);
    free(rows.row);
    query_close(q);
    names_free(names);
    store_close(s);
    place_remove(&p);
}

static void grouped(struct query *q, enum grouping g, const char *const *names, size_t len)
{
    struct graph graph;
    struct err err = {0};
    uint64_t requests = 0;
    assert_true(query_graph(q, all_of(q), g, &graph, &err));
    assert_int_equal(graph.nodes.len, len);
    for (size_t i = 0; i < len; i++)
        assert_string_equal(graph.nodes.row[i].name, names[i]);
    for (size_t i = 0; i < graph.edges.len; i++)
        requests += graph.edges.row[i].figures.requests;
    assert_int_equal(requests, 20);
    graph_free(&graph);
}

static void groupings(void **state)
{
    static const char *const hosts[] = {"10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.1.3"};
    static const char *const subnets[] = {"10.0.0.0/24", "10.0.1.0/24"};
    struct shop *shop = *state;
    grouped(shop->q, GROUP_SERVICE, hosts, 4);
    grouped(shop->q, GROUP_HOST, hosts, 4);
    grouped(shop->q, GROUP_SUBNET, subnets, 2);
}

static void give_in_group(struct given *g, const char *address, const char *name, const char *group)
{
    struct given_rule rule = {.network = {address_of(address), 128}, .port_last = UINT16_MAX};
    struct given_label label = {0};
    snprintf(label.name, sizeof label.name, "%s", name);
    snprintf(label.group, sizeof label.group, "%s", group);
    snprintf(label.tags, sizeof label.tags, "%s", group[0] ? "eu,x" : "");
    assert_true(given_add(g, &rule, &label));
}

static void write_window(struct store *s, struct names *names, uint64_t start_s)
{
    struct delta d = window_at(start_s);
    window_edge(&d, "10.0.0.1", "10.0.0.2", 80);
    window_edge(&d, "10.0.0.2", "10.0.0.3", 5432);
    written(s, &d, names);
}

/* What the services are called, or in which group they are, as "name/group/tags". */
static void assert_services(struct query *q, enum grouping g, const char *expected)
{
    struct graph graph;
    struct err err = {0};
    char text[1024] = "";
    assert_true(query_graph(q, all_of(q), g, &graph, &err));
    for (size_t i = 0; i < graph.nodes.len; i++) {
        const struct service_row *row = &graph.nodes.row[i];
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%.99s/%.99s/%.99s ", row->name, row->group,
                 row->tags);
    }
    graph_free(&graph);
    assert_string_equal(text, expected);
}

/* Which services a node of a grouping is made of: "cart db ". */
static void assert_members(struct query *q, enum grouping g, const char *node, const char *expected)
{
    struct member_ids ids;
    struct service_rows rows;
    struct err err = {0};
    char text[1024] = "";
    assert_true(query_services(q, all_of(q), &rows, &err));
    assert_true(query_members(q, g, node, &ids, &err));
    for (size_t i = 0; i < rows.len; i++)
        for (size_t n = 0; n < ids.len; n++)
            if (rows.row[i].id == ids.id[n]) {
                size_t len = strlen(text);
                snprintf(text + len, sizeof text - len, "%.99s ", rows.row[i].name);
            }
    free(ids.id);
    free(rows.row);
    assert_string_equal(text, expected);
}

/* Services of one group are one node; a service whose line goes is in none. */
static void groups_that_were_given(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct names *names = names_new(&(struct hash_key){{1, 2}});
    (void)state;
    write_window(s, names, 1000); /* before the file is written */
    for (int once = 0; once < 2; once++) {
        struct given *given = given_new();
        give_in_group(given, "10.0.0.1", "web", "");
        give_in_group(given, "10.0.0.2", "cart", "shop");
        give_in_group(given, "10.0.0.3", "db", once ? "" : "shop");
        given_seal(given);
        names_set_given(names, NAME_USER, given);
        write_window(s, names, 1005 + 5 * (uint64_t)once);
        struct query *q = place_query(&p);
        assert_services(q, GROUP_SERVICE,
                        once ? "cart/shop/eu,x db// web// " : "cart/shop/eu,x db/shop/eu,x web// ");
        assert_services(q, GROUP_GROUP, once ? "db// shop// web// " : "shop// web// ");
        assert_members(q, GROUP_GROUP, "shop", once ? "cart " : "cart db ");
        assert_members(q, GROUP_GROUP, "web", "web ");
        assert_members(q, GROUP_HOST, "10.0.0.3", "db ");
        assert_members(q, GROUP_SUBNET, "10.0.0.0/24", "cart db web ");
        assert_members(q, GROUP_SUBNET, "10.0.9.0/24", "");
        query_close(q);
    }
    names_free(names);
    store_close(s);
    place_remove(&p);
}

/* A node that is known stays where it is when another appears. */
static void places_stay(void **state)
{
    struct shop *shop = *state;
    struct graph before, after;
    struct err err = {0};
    assert_true(query_graph(shop->q, all_of(shop->q), GROUP_SERVICE, &before, &err));
    struct store *s = place_store(&shop->place);
    struct delta d = window_at(1015);
    window_edge(&d, "10.0.0.0", "10.0.0.2", 80);
    window_edge(&d, "10.0.0.2", "10.0.0.20", 80);
    written(s, &d, NULL);
    store_close(s);
    assert_true(query_graph(shop->q, all_of(shop->q), GROUP_SERVICE, &after, &err));
    assert_int_equal(after.nodes.len, before.nodes.len + 2);
    for (size_t i = 0; i < before.nodes.len; i++)
        for (size_t j = 0; j < after.nodes.len; j++)
            if (before.nodes.row[i].id == after.nodes.row[j].id) {
                assert_true(before.nodes.row[i].x == after.nodes.row[j].x);
                assert_true(before.nodes.row[i].y == after.nodes.row[j].y);
            }
    graph_free(&before);
    graph_free(&after);
}

/* In order of time; those at the range's end belong to the next. */
static void events_as_written(void **state)
{
    struct place p = place_make();
    struct store *s = place_store(&p);
    struct event_rows rows;
    struct err err = {0};
    (void)state;
    assert_int_equal(store_event(s, 20, "sensor-restart", "killed by signal 11", &err), STORE_OK);
    assert_int_equal(store_event(s, 10, "capture-started", "", &err), STORE_OK);
    assert_int_equal(store_event(s, 30, "capture-ended", "", &err), STORE_OK);
    struct query *q = place_query(&p);
    assert_true(query_events(q, (struct range){10, 30}, &rows, &err));
    assert_int_equal(rows.len, 2);
    assert_string_equal(rows.row[0].kind, "capture-started");
    assert_int_equal(rows.row[1].time_ns, 20);
    assert_string_equal(rows.row[1].text, "killed by signal 11");
    free(rows.row);
    query_close(q);
    store_close(s);
    place_remove(&p);
}

/* With nothing in it, every question has an answer, and it is nothing. */
static void empty_database(void **state)
{
    struct place p = place_make();
    struct graph graph;
    struct operation_rows operations;
    struct points points;
    struct health_row health;
    struct event_rows events;
    struct err err = {0};
    (void)state;
    store_close(place_store(&p));
    struct query *q = place_query(&p);
    struct range none = all_of(q);
    assert_true(none.from_ns == 0 && none.to_ns == 0);
    assert_true(query_since(q, 5 * SECOND_NS, &none, &err) && none.to_ns == 0);
    struct edge_rows edges = edges_of(q, none);
    struct service_rows services = services_of(q, none);
    assert_true(query_graph(q, none, GROUP_SERVICE, &graph, &err));
    assert_true(query_operations(q, none, 0, &operations, &err));
    assert_true(query_series(q, none, 0, 100, &points, &err));
    assert_true(query_health(q, none, &health, &err) && query_events(q, none, &events, &err));
    assert_int_equal(edges.len + services.len + graph.nodes.len + graph.edges.len, 0);
    assert_int_equal(operations.len + points.len + events.len + health.windows, 0);
    free(edges.row);
    free(services.row);
    graph_free(&graph);
    free(operations.row);
    free(points.point);
    free(events.row);
    query_close(q);
    place_remove(&p);
}

/* Who asks may be confined: sorting more than SQLite's cache holds makes no file. */
static void sorts_without_a_file(void **state)
{
    struct query *q = ((const struct shop *)*state)->q;
    struct err err;
    struct rlimit before, none;
    int64_t rows = 0;
    assert_true(question_begin(q, &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    bool sorted = database_number(
        q->db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) "
        "SELECT count(DISTINCT hex(randomblob(100))) FROM n",
        &rows);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(sorted);
    assert_int_equal(rows, 40000);
    question_end(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edges_as_written, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(percentiles_of_a_range, open_shop, close_shop),
        cmocka_unit_test(vantages_of_a_range),
        cmocka_unit_test_setup_teardown(services_as_written, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(operations_as_written, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(latency_as_written, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(series_as_written, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(ranges_that_cut, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(since, open_shop, close_shop),
        cmocka_unit_test(active_at_the_end_of_a_range),
        cmocka_unit_test(groups_that_were_given),
        cmocka_unit_test_setup_teardown(groupings, open_shop, close_shop),
        cmocka_unit_test_setup_teardown(places_stay, open_shop, close_shop),
        cmocka_unit_test(events_as_written),
        cmocka_unit_test(empty_database),
        cmocka_unit_test_setup_teardown(sorts_without_a_file, open_shop, close_shop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
