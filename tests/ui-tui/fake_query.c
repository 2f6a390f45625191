/* fake_query.c - see fake_query.h. */
#include "tests/ui-tui/fake_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct query *query_open(const char *path, struct err *err)
{
    err_set(err, "%s: no such file", path);
    return NULL;
}

void query_close(struct query *q)
{
    (void)q;
}

static bool answers(const struct query *q, struct err *err)
{
    return !q->fails || err_set(err, "%s", q->fails);
}

/* The caller frees it, so it cannot be the array itself. */
static void *copy_of(const void *rows, size_t size)
{
    void *copy = malloc(size ? size : 1);
    if (copy && size)
        memcpy(copy, rows, size);
    return copy;
}

bool query_history(struct query *q, struct range *ret, struct err *err)
{
    *ret = q->history;
    return answers(q, err);
}

bool query_since(struct query *q, uint64_t since_ns, struct range *ret, struct err *err)
{
    *ret = q->history;
    if (since_ns && q->history.to_ns - q->history.from_ns > since_ns)
        ret->from_ns = q->history.to_ns - since_ns;
    return answers(q, err);
}

bool query_version(struct query *q, uint64_t *ret, struct err *err)
{
    *ret = q->version;
    return answers(q, err);
}

bool query_edges(struct query *q, struct range r, struct edge_rows *ret, struct err *err)
{
    q->asked = r;
    ret->len = q->edge_len;
    ret->row = copy_of(q->edge, q->edge_len * sizeof *q->edge);
    return answers(q, err);
}

bool query_tls(struct query *q, struct range r, int64_t edge_id, struct tls_rows *ret,
               struct err *err)
{
    (void)r;
    (void)edge_id;
    ret->len = q->tls_len;
    ret->row = copy_of(q->tls, q->tls_len * sizeof *q->tls);
    return answers(q, err);
}

bool query_services(struct query *q, struct range r, struct service_rows *ret, struct err *err)
{
    (void)r;
    ret->len = q->service_len;
    ret->row = copy_of(q->service, q->service_len * sizeof *q->service);
    return answers(q, err);
}

bool query_operations(struct query *q, struct range r, int64_t edge_id, struct operation_rows *ret,
                      struct err *err)
{
    (void)r;
    ret->len = 0;
    ret->row = copy_of(q->operation, q->operation_len * sizeof *q->operation);
    for (size_t i = 0; ret->row && i < q->operation_len; i++) {
        if (!edge_id || q->operation[i].edge_id == edge_id)
            ret->row[ret->len++] = q->operation[i];
    }
    return answers(q, err);
}

bool query_backends(struct query *q, struct range r, int64_t service_id, struct backend_rows *ret,
                    struct err *err)
{
    (void)r;
    ret->len = 0;
    ret->row = copy_of(q->backend, q->backend_len * sizeof *q->backend);
    for (size_t i = 0; ret->row && i < q->backend_len; i++) {
        if (!service_id || q->backend[i].service_id == service_id)
            ret->row[ret->len++] = q->backend[i];
    }
    return answers(q, err);
}

bool query_connections(struct query *q, struct range r, int64_t edge_id,
                       struct connection_rows *ret, struct err *err)
{
    (void)r;
    ret->len = 0;
    ret->row = copy_of(q->connection, q->connection_len * sizeof *q->connection);
    for (size_t i = 0; ret->row && i < q->connection_len; i++) {
        if (!edge_id || q->connection[i].edge_id == edge_id)
            ret->row[ret->len++] = q->connection[i];
    }
    return answers(q, err);
}

bool query_open_calls(struct query *q, struct range r, int64_t edge_id, struct open_call_rows *ret,
                      struct err *err)
{
    (void)r;
    ret->len = 0;
    ret->row = copy_of(q->open_call, q->open_call_len * sizeof *q->open_call);
    for (size_t i = 0; ret->row && i < q->open_call_len; i++) {
        if (!edge_id || q->open_call[i].edge_id == edge_id)
            ret->row[ret->len++] = q->open_call[i];
    }
    return answers(q, err);
}

bool query_insights(struct query *q, struct range r, struct insight_rows *ret, struct err *err)
{
    (void)r;
    ret->len = q->insight_len;
    ret->row = copy_of(q->insight, q->insight_len * sizeof *q->insight);
    return answers(q, err);
}

bool query_health(struct query *q, struct range r, struct health_row *ret, struct err *err)
{
    (void)r;
    *ret = q->health;
    return answers(q, err);
}

bool query_events(struct query *q, struct range r, struct event_rows *ret, struct err *err)
{
    (void)r;
    ret->len = q->event_len;
    ret->row = copy_of(q->event, q->event_len * sizeof *q->event);
    return answers(q, err);
}

bool query_relays(struct query *q, struct range r, struct relay_rows *ret, struct err *err)
{
    (void)r;
    ret->len = q->relay_len;
    ret->row = copy_of(q->relay, q->relay_len * sizeof *q->relay);
    return answers(q, err);
}

bool query_names(struct query *q, struct range r, struct name_rows *ret, struct err *err)
{
    (void)r;
    ret->len = q->name_len;
    ret->row = copy_of(q->name, q->name_len * sizeof *q->name);
    return answers(q, err);
}

bool query_members(struct query *q, enum grouping grouping, const char *node,
                   struct member_ids *ret, struct err *err)
{
    (void)node;
    q->grouping = grouping;
    ret->len = q->member_len;
    ret->id = copy_of(q->member, q->member_len * sizeof *q->member);
    return answers(q, err);
}

const char *grouping_name(enum grouping g)
{
    static const char *const names[] = {"service", "group", "host", "subnet"};
    return names[g];
}

/* Services in columns by how far they are from one that nobody calls. */
bool query_graph(struct query *q, struct range r, enum grouping grouping, struct graph *ret,
                 struct err *err)
{
    q->asked = r;
    q->grouping = grouping;
    *ret = (struct graph){.range = r, .nodes.len = q->service_len, .edges.len = q->edge_len};
    ret->nodes.row = copy_of(q->service, q->service_len * sizeof *q->service);
    ret->edges.row = copy_of(q->edge, q->edge_len * sizeof *q->edge);
    return answers(q, err);
}

void graph_free(struct graph *g)
{
    free(g->nodes.row);
    free(g->edges.row);
    *g = (struct graph){0};
}

/* Of all: 600 requests, 12 of them errors. Of an edge or service: a saw that rises with its number,
 * of which the peaks fail, and the valleys are slow. */
bool query_series(struct query *q, struct range r, int64_t id, size_t points_max,
                  struct points *ret, struct err *err)
{
    (void)r;
    ret->len = points_max < 12 ? points_max : 12;
    ret->point = calloc(ret->len, sizeof *ret->point);
    for (size_t i = 0; ret->point && i < ret->len; i++) {
        uint64_t step = (i * (uint64_t)(id + 1)) % 12;
        ret->point[i].requests = id ? step : 50;
        ret->point[i].errors = id ? step / 10 : 1;
        ret->point[i].p95_ns = id ? (12 - step) * 1000000 : 0;
    }
    return answers(q, err);
}

bool query_series_of(struct query *q, struct range r, enum series_of of, struct series_ids ids,
                     size_t points_max, struct points *ret, struct err *err)
{
    q->series_of = of;
    q->series_asked++;
    for (size_t i = 0; !q->fails && i < ids.len; i++)
        query_series(q, r, ids.id[i], points_max, &ret[i], err);
    return answers(q, err);
}

/* 40 calls between 1 and 40 ms, and one of 300 ms; ten times slower before the history. */
bool query_latency(struct query *q, struct range r, int64_t edge_id, struct latency *ret,
                   struct err *err)
{
    (void)edge_id;
    uint64_t slower = r.to_ns <= q->history.from_ns ? 10 : 1;
    *ret = (struct latency){0};
    for (uint64_t i = 1; i <= 40; i++)
        latency_add(ret, i * slower * 1000000);
    latency_add(ret, 300 * slower * 1000000);
    return answers(q, err);
}

/* The shop ----------------------------------------------------------------------------------- */

static const uint64_t ms = 1000000, second = 1000000000;
static const uint64_t noon = 1770120000; /* 2026-02-03 12:00:00 UTC */

static struct figures figures_of(double rate_per_s, double error_rate, uint64_t p95_ns)
{
    struct figures f = {.requests = (uint64_t)(rate_per_s * 60), .rate_per_s = rate_per_s};
    f.errors = (uint64_t)((double)f.requests * error_rate);
    f.error_rate = error_rate;
    f.duration = (struct percentiles){.count = f.requests,
                                      .p50_ns = p95_ns / 4,
                                      .p90_ns = p95_ns / 2,
                                      .p95_ns = p95_ns,
                                      .p99_ns = p95_ns * 2,
                                      .max_ns = p95_ns * 3};
    f.request_bytes = f.requests * 200;
    f.response_bytes = f.requests * 1500;
    f.health = !f.requests         ? HEALTH_IDLE
               : error_rate > 0.05 ? HEALTH_BAD
               : error_rate > 0.01 ? HEALTH_WARN
                                   : HEALTH_GOOD;
    return f;
}

struct edge_row edge_of(int64_t id, const char *client, const char *server, double rate_per_s,
                        uint64_t p95_ms)
{
    struct edge_row e = {.id = id, .port = 8080, .protocol = "http"};
    snprintf(e.client, sizeof e.client, "%s", client);
    snprintf(e.server, sizeof e.server, "%s", server);
    e.figures = figures_of(rate_per_s, 0, p95_ms * ms);
    e.bytes[0] = e.figures.request_bytes;
    e.bytes[1] = e.figures.response_bytes;
    return e;
}

static struct service_row service_of(int64_t id, const char *name, const char *address,
                                     struct figures served)
{
    struct service_row s = {.id = id, .addresses = 1, .served = served, .callers = 1};
    snprintf(s.name, sizeof s.name, "%s", name);
    snprintf(s.address, sizeof s.address, "%s", address);
    return s;
}

static struct operation_row operation_of(const struct edge_row *e, const char *name,
                                         struct figures figures)
{
    struct operation_row o = {.edge_id = e->id, .port = e->port, .figures = figures};
    memcpy(o.client, e->client, sizeof o.client);
    memcpy(o.server, e->server, sizeof o.server);
    memcpy(o.protocol, e->protocol, sizeof o.protocol);
    snprintf(o.name, sizeof o.name, "%s", name);
    return o;
}

static struct edge_row edges[5];
static struct service_row services[5];
static struct operation_row operations[4];
static struct event_row events[2];
static struct relay_row relays[2];
static struct name_row names[3];

static void fill_edges(void)
{
    edges[0] = edge_of(1, "cart", "redis", 40, 1);
    edges[0].port = 6379;
    strcpy(edges[0].protocol, "redis");
    edges[1] = edge_of(2, "external", "web", 12.3, 80);
    edges[2] = edge_of(3, "web", "cart", 9.5, 18);
    edges[3] = edge_of(4, "web", "pay", 0.8, 2400);
    edges[3].figures = figures_of(0.8, 0.125, 2400 * ms);
    edges[4] = edge_of(5, "web", "10.0.0.99", 0, 0);
    edges[4].port = 5432;
    strcpy(edges[4].protocol, "tcp");
    edges[4].bytes[1] = 123456789;
    static const int64_t clients[] = {3, 1, 2, 2, 2}, servers[] = {4, 2, 3, 5, 6};
    for (int i = 0; i < 5; i++) {
        edges[i].client_id = clients[i];
        edges[i].server_id = servers[i];
    }
}

/* web reaches redis by way of cart, and is called so although the DNS says something else. */
static void fill_relays_and_names(void)
{
    relays[0] = (struct relay_row){.client_id = 2, .via_id = 3, .server_id = 4, .port = 6379};
    relays[0].requests = 500;
    relays[1] = (struct relay_row){.client_id = 1, .via_id = 2, .server_id = 5, .port = 8080};
    relays[1].requests = 40;
    relays[1].passed_on = 10;
    static const char *const texts[2][5] = {{"web", "cart", "redis", "10.0.0.3", "redis"},
                                            {"external", "web", "pay", "10.0.0.2", "http"}};
    for (int i = 0; i < 2; i++) {
        strcpy(relays[i].client, texts[i][0]);
        strcpy(relays[i].via, texts[i][1]);
        strcpy(relays[i].server, texts[i][2]);
        strcpy(relays[i].via_address, texts[i][3]);
        strcpy(relays[i].protocol, texts[i][4]);
    }
    static const struct {
        const char *address, *name;
        enum name_source source;
        uint16_t port;
        int64_t service_id;
    } said[3] = {{"10.0.0.2", "web", NAME_HOST, 8080, 2},
                 {"10.0.0.2", "www.shop.example", NAME_DNS, 0, 2},
                 {"10.0.0.3", "cart", NAME_HOST, 8080, 3}};
    for (int i = 0; i < 3; i++) {
        names[i] = (struct name_row){.port = said[i].port, .source = said[i].source, .count = 12};
        names[i].is_name = i != 1;
        names[i].first_ns = noon * second;
        names[i].last_ns = (noon + 30) * second;
        names[i].service_id = said[i].service_id;
        strcpy(names[i].address, said[i].address);
        strcpy(names[i].name, said[i].name);
    }
}

static void fill_others(void)
{
    services[0] = service_of(1, "external", "", figures_of(0, 0, 0));
    services[0].callers = 0;
    services[1] = service_of(2, "web", "10.0.0.2", edges[1].figures);
    services[1].addresses = 3;
    services[1].callees = 3;
    strcpy(services[1].protocols, "http");
    services[2] = service_of(3, "cart", "10.0.0.3", edges[2].figures);
    services[3] = service_of(4, "redis", "10.0.0.4", edges[0].figures);
    services[4] = service_of(5, "pay", "10.0.0.5", edges[3].figures);

    operations[0] = operation_of(&edges[2], "GET /cart/{id}", figures_of(7, 0, 12 * ms));
    operations[1] = operation_of(&edges[2], "POST /cart/{id}/items", figures_of(2.5, 0, 30 * ms));
    operations[2] = operation_of(&edges[3], "GET /health", figures_of(0.2, 0, 2 * ms));
    operations[3] = operation_of(&edges[3], "POST /pay", figures_of(0.6, 0.2, 2600 * ms));

    events[0] = (struct event_row){
        .time_ns = noon * second, .kind = "capture-started", .text = "eth1, promiscuous"};
    events[1] = (struct event_row){
        .time_ns = (noon + 30) * second, .kind = "sensor-restart", .text = "signal 11"};
}

struct query shop(void)
{
    fill_edges();
    fill_others();
    fill_relays_and_names();
    return (struct query){
        .version = 1,
        .history = {noon * second, (noon + 60) * second},
        .edge = edges,
        .edge_len = 5,
        .service = services,
        .service_len = 5,
        .operation = operations,
        .operation_len = 4,
        .event = events,
        .event_len = 2,
        .relay = relays,
        .relay_len = 2,
        .name = names,
        .name_len = 3,
        .health = {.windows = 12,
                   .capture = {.frames = 48000, .bytes = 31000000, .packets = 47500, .not_ip = 500},
                   .decode = {.flows = 35, .flows_opened = 412, .exchanges = 3756}},
    };
}

/* Three requests of the shop; the first is part of a trace of two hops. */
bool query_requests(struct query *q, struct range r, const struct request_criteria *c,
                    struct request_rows *ret, struct err *err)
{
    static struct request_row rows[3];
    static const struct {
        const char *client, *server, *path, *status, *trace;
        enum outcome outcome;
        uint64_t ms;
    } made[] = {
        {"web", "cart", "/cart/7", "200", "4bf92f3577b34da6a3ce929d0e0e4736", OUTCOME_OK, 18},
        {"web", "pay", "/pay\x1b[2J", "503", "", OUTCOME_SERVER_ERROR, 2400},
        {"web", "pay", "/health", "", "", OUTCOME_TIMEOUT, 0}};
    (void)r;
    *ret = (struct request_rows){.row = calloc(3, sizeof *rows)};
    for (int i = 0; i < 3; i++) {
        struct request_row *row = &rows[i];
        *row = (struct request_row){.id = i + 1, .edge_id = i ? 4 : 3, .is_timed = made[i].ms > 0};
        snprintf(row->client, sizeof row->client, "%s", made[i].client);
        snprintf(row->server, sizeof row->server, "%s", made[i].server);
        strcpy(row->protocol, "http");
        row->time_ns = q->history.to_ns - (uint64_t)(i + 1) * second;
        row->duration_ns = row->ttfb_ns = made[i].ms * ms;
        row->has_ttfb = row->is_timed;
        row->kept = i ? 1U << KEPT_ERROR : 1U << KEPT_FAIR;
        strcpy(row->exchange.method, "GET");
        snprintf(row->exchange.path, sizeof row->exchange.path, "%s", made[i].path);
        snprintf(row->exchange.status, sizeof row->exchange.status, "%s", made[i].status);
        snprintf(row->exchange.trace_id, sizeof row->exchange.trace_id, "%s", made[i].trace);
        row->exchange.outcome = made[i].outcome;
        if (ret->row && row->id > c->after_id && (!c->edge_id || c->edge_id == row->edge_id) &&
            (!c->passes || c->passes(c->ctx, row)) &&
            (!c->outcomes || c->outcomes >> row->exchange.outcome & 1) &&
            (!c->limit || ret->len < c->limit))
            ret->row[ret->len++] = *row;
    }
    return answers(q, err);
}

bool query_trace(struct query *q, const char *trace_id, struct range r, struct trace *ret,
                 struct err *err)
{
    struct request_rows rows;
    (void)r;
    *ret = (struct trace){.hop = calloc(2, sizeof *ret->hop), .len = 2, .services = 3};
    snprintf(ret->trace_id, sizeof ret->trace_id, "%s", trace_id);
    if (!query_requests(q, q->history, &(struct request_criteria){0}, &rows, err) || !ret->hop)
        return false;
    ret->begin_ns = q->history.to_ns - second;
    ret->end_ns = ret->begin_ns + 20 * ms;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t begin_ns = ret->begin_ns + i * 10 * ms;
        ret->hop[i] = (struct trace_hop){.request = rows.row[i],
                                         .parent = (int32_t)i - 1,
                                         .depth = i,
                                         .begin_ns = begin_ns,
                                         .end_ns = ret->end_ns,
                                         .own_ns = 10 * ms,
                                         .is_slowest = i == 1};
    }
    free(rows.row);
    return true;
}

void trace_free(struct trace *t)
{
    free(t->hop);
    *t = (struct trace){0};
}
