/* fake_calls.c - see fake_calls.h. */
#include "tests/ui-tui/fake_calls.h"

#include <stdio.h>
#include <string.h>

static const uint64_t ms = 1000000, second = 1000000000;

static struct edge_row edges[1];
static struct service_row services[1];
static struct operation_row operations[2];
static struct backend_row backends[3];
static struct connection_row connections[2];
static struct open_call_row open_calls[2];
static struct insight_row insights[2];

static void fill_backends(void)
{
    static const uint64_t calls[] = {1164, 24, 12};
    for (int i = 0; i < 3; i++) {
        struct backend_row *b = &backends[i];
        *b = (struct backend_row){.service_id = 7, .port = 50051, .protocol = "grpc"};
        strcpy(b->service, "orders");
        snprintf(b->address, sizeof b->address, "10.0.0.%d", i + 21);
        b->calls = calls[i];
        b->share = (double)calls[i] / 1200;
        b->open_calls = i ? 0 : 2;
        b->connections = i ? 1 : 2;
        b->figures.requests = calls[i];
        b->figures.duration = (struct percentiles){.count = calls[i], .p95_ns = 12 * ms};
        b->figures.health = HEALTH_GOOD;
    }
}

static void fill_connections(uint64_t end_ns)
{
    for (int i = 0; i < 2; i++) {
        struct connection_row *c = &connections[i];
        *c = (struct connection_row){.edge_id = 6, .port = 50051, .protocol = "grpc"};
        strcpy(c->client, "web");
        strcpy(c->server, "orders");
        strcpy(c->client_address, "10.0.0.2");
        snprintf(c->server_address, sizeof c->server_address, "10.0.0.%d", i + 21);
        c->client_port = (uint16_t)(40312 + i);
        c->last_ns = end_ns - 2 * second;
    }
    connections[0].began_ns = end_ns - 60 * second;
    connections[0].calls = 1164;
    connections[0].share = 0.97;
    connections[0].open_calls = 2;
    connections[0].certainty = (struct certainty){1000, 934, 200, 200};
    connections[0].resets[0] = 3;
    connections[0].ping_rtt_ns = ms / 2;
    connections[1].began_ns = end_ns - 20 * second;
    connections[1].calls = 36;
    connections[1].share = 0.03;
    connections[1].closed = true;
    connections[1].certainty = (struct certainty){300, 300, 128, 128};
}

static void fill_open_calls(uint64_t end_ns)
{
    for (int i = 0; i < 2; i++) {
        struct open_call_row *o = &open_calls[i];
        *o = (struct open_call_row){.edge_id = 6, .port = 50051, .protocol = "grpc"};
        strcpy(o->client, "web");
        strcpy(o->server, "orders");
        strcpy(o->server_address, "10.0.0.21");
        o->client_port = 40312;
        o->stream_id = (uint32_t)(2 * i + 1);
        o->seen_ns = end_ns;
    }
    open_calls[0].call = CALL_BIDI_STREAMING;
    open_calls[1].call = CALL_SERVER_STREAMING;
    strcpy(open_calls[1].operation, "shop.Orders/Watch");
    open_calls[1].began_ns = end_ns - 42 * second;
    open_calls[1].last_message_ns = end_ns - 800 * ms;
    open_calls[1].request_messages = 1;
    open_calls[1].response_messages = 84;
    open_calls[1].response_messages_per_s = 2;
}

static struct evidence evidence_of(const char *what, const char *figure, double share)
{
    struct evidence e = {.share = share};
    snprintf(e.what, sizeof e.what, "%s", what);
    snprintf(e.figure, sizeof e.figure, "%s", figure);
    return e;
}

static void fill_insights(void)
{
    struct insight_row *i = &insights[0];
    *i = (struct insight_row){
        .kind = "backend-imbalance",
        .subject = "orders:50051 grpc",
        .title = "One of 3 backends of orders:50051 takes 97 % of its calls.",
        .advice = "Each client holds one long connection to it: balance calls, not connections "
                  "(client-side balancing, or a proxy that knows HTTP/2).",
        .service_id = 7,
        .weight = 9,
        .evidence_len = 10,
    };
    i->evidence[0] = evidence_of("10.0.0.21:50051", "97 % of calls, 1164 calls", 0.97);
    i->evidence[1] = evidence_of("10.0.0.22:50051", "2.0 % of calls, 24 calls", 0.02);
    i->evidence[2] = evidence_of("10.0.0.23:50051", "1.0 % of calls, 12 calls", 0.01);
    for (int e = 3; e < EVIDENCE_MAX; e++)
        i->evidence[e] = evidence_of("10.0.0.24:50051", "no call", -1);
    insights[1] = (struct insight_row){
        .kind = "connection-imbalance",
        .subject = "web → orders:50051 grpc",
        .title = "One of 2 connections carries 97 % of the calls of web to orders:50051.",
        .advice = "See whether the client opens a channel for each backend.",
        .edge_id = 6,
        .weight = 3,
    };
}

static struct figures streaming(void)
{
    return (struct figures){
        .requests = 6,
        .rate_per_s = 0.1,
        .streams = 6,
        .first_message = {.count = 6, .p50_ns = 5 * ms},
        .message_gap = {.count = 80, .p50_ns = second},
        .age = {.count = 6, .p50_ns = 30 * second},
        .health = HEALTH_GOOD,
    };
}

static void fill_edge(const struct query *q)
{
    edges[0] = edge_of(6, "web", "orders", 20, 12);
    edges[0].port = 50051;
    edges[0].client_id = 2;
    edges[0].server_id = 7;
    strcpy(edges[0].protocol, "grpc");
    services[0] = (struct service_row){.id = 7, .name = "orders", .addresses = 3, .callers = 1};
    services[0].served = edges[0].figures;
    for (int i = 0; i < 2; i++) {
        operations[i] = q->operation[0];
        operations[i].edge_id = 6;
        operations[i].port = 50051;
        strcpy(operations[i].server, "orders");
        strcpy(operations[i].protocol, "grpc");
    }
    strcpy(operations[0].name, "shop.Orders/Add");
    strcpy(operations[1].name, "shop.Orders/Watch");
    operations[1].figures = streaming();
}

struct query shop_with_calls(void)
{
    struct query q = shop();
    uint64_t end_ns = q.history.to_ns;
    fill_edge(&q);
    fill_backends();
    fill_connections(end_ns);
    fill_open_calls(end_ns);
    fill_insights();
    q.edge = edges;
    q.edge_len = 1;
    q.service = services;
    q.service_len = 1;
    q.operation = operations;
    q.operation_len = 2;
    q.backend = backends;
    q.backend_len = 3;
    q.connection = connections;
    q.connection_len = 2;
    q.open_call = open_calls;
    q.open_call_len = 2;
    q.insight = insights;
    q.insight_len = 2;
    return q;
}
