/* deltas.c - see deltas.h. */
#include "tests/store/deltas.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "graph/wire.h"
#include "tests/check.h"

struct address address_of(const char *text)
{
    struct address a = {0};
    if (text[0])
        assert_true(address_from_text(text, &a));
    return a;
}

struct delta window_at(uint64_t start_s)
{
    return window_with_room(start_s, ROOM);
}

struct delta window_with_room(uint64_t start_s, size_t room)
{
    struct delta d = {.start_ns = start_s * SECOND_NS, .end_ns = (start_s + WINDOW_S) * SECOND_NS};
    d.edge = calloc(room, sizeof *d.edge);
    d.operation = calloc(2 * room, sizeof *d.operation);
    d.connection = calloc(2 * room, sizeof *d.connection);
    d.open_call = calloc(2 * room, sizeof *d.open_call);
    d.sample = calloc(room, sizeof *d.sample);
    assert_true(d.edge && d.operation && d.connection && d.open_call && d.sample);
    return d;
}

/* Fails the test where `rows`, of `size` each, have no room for one after `len`. */
static void check_room(void *rows, size_t len, size_t size)
{
    assert_true((len + 1) * size <= malloc_usable_size(rows));
}

struct edge_delta *window_edge(struct delta *d, const char *client, const char *server,
                               uint16_t port)
{
    check_room(d->edge, d->edge_len, sizeof *d->edge);
    struct edge_delta *e = &d->edge[d->edge_len++];
    e->key.client = address_of(client);
    e->key.server = address_of(server);
    e->key.port = port;
    strcpy(e->key.protocol, "http");
    e->first_ns = d->start_ns;
    e->last_ns = d->start_ns + SECOND_NS;
    return e;
}

struct operation_delta *window_operation(struct delta *d, const char *name)
{
    assert_true(d->edge_len);
    check_room(d->operation, d->operation_len, sizeof *d->operation);
    struct operation_delta *o = &d->operation[d->operation_len++];
    o->edge = d->edge_len - 1;
    snprintf(o->name, sizeof o->name, "%s", name);
    return o;
}

struct connection_delta *window_connection(struct delta *d, uint16_t client_port, uint64_t began_s,
                                           uint64_t calls)
{
    assert_true(d->edge_len);
    check_room(d->connection, d->connection_len, sizeof *d->connection);
    struct connection_delta *c = &d->connection[d->connection_len++];
    c->edge = d->edge_len - 1;
    c->client_port = client_port;
    c->began_ns = began_s * SECOND_NS;
    c->last_ns = d->start_ns + SECOND_NS;
    c->calls = calls;
    return c;
}

struct open_call_delta *window_open_call(struct delta *d, uint16_t client_port, uint32_t stream_id,
                                         uint64_t began_s)
{
    assert_true(d->edge_len);
    check_room(d->open_call, d->open_call_len, sizeof *d->open_call);
    struct open_call_delta *c = &d->open_call[d->open_call_len++];
    c->edge = d->edge_len - 1;
    c->client_port = client_port;
    c->stream_id = stream_id;
    c->request_ns = began_s * SECOND_NS;
    c->call = CALL_BIDI_STREAMING;
    return c;
}

struct sample_delta *window_sample(struct delta *d, const struct exchange *x, uint32_t kept)
{
    assert_true(d->edge_len);
    check_room(d->sample, d->sample_len, sizeof *d->sample);
    struct sample_delta *s = &d->sample[d->sample_len++];
    s->edge = d->edge_len - 1;
    s->kept = kept;
    s->at = d->sample_bytes.len;
    snprintf(s->operation, sizeof s->operation, "%s", x->operation);
    wire_put_bare_exchange(&d->sample_bytes, x);
    s->len = (uint32_t)(d->sample_bytes.len - s->at);
    return s;
}

struct exchange exchange_at(uint64_t start_s, uint64_t at_ms, uint64_t took_ms, const char *path)
{
    uint64_t at_ns = start_s * SECOND_NS + at_ms * MS_NS;
    struct exchange x = {
        .protocol = "http",
        .client_address = address_of("10.0.0.1"),
        .server_address = address_of("10.0.0.2"),
        .client_port = 40000,
        .server_port = 80,
        .request_ns = at_ns,
        .request_end_ns = at_ns,
        .end_ns = at_ns + took_ms * MS_NS,
        .request_bytes = 100,
        .response_bytes = 1000,
        .grpc_status = -1,
        .error_code = -1,
        .outcome = took_ms ? OUTCOME_OK : OUTCOME_UNANSWERED,
        .method = "GET",
    };
    if (took_ms) {
        x.response_ns = at_ns + took_ms * MS_NS / 2;
        x.response_end_ns = x.end_ns;
        strcpy(x.status, "200");
    }
    snprintf(x.path, sizeof x.path, "%s", path);
    snprintf(x.operation, sizeof x.operation, "GET %s", path);
    return x;
}

void asked(struct tallied *t, enum outcome outcome, uint64_t count, uint64_t duration_ns)
{
    t->outcomes[outcome] += count;
    t->request_bytes += 100 * count;
    if (!duration_ns)
        return;
    t->response_bytes += 1000 * count;
    for (uint64_t i = 0; i < count; i++) {
        latency_add(&t->duration, duration_ns);
        latency_add(&t->ttfb, duration_ns / 2);
    }
}

void written(struct store *s, struct delta *d, const struct names *names)
{
    struct err err = {0};
    if (store_write(s, d, names, &err) != STORE_OK)
        fail_msg("%s", err.text);
    delta_free(d);
}

void written_plain(struct store *s, uint64_t start_s)
{
    struct delta d = window_at(start_s);
    asked(&window_edge(&d, "10.0.0.1", "10.0.0.2", 80)->exchanges, OUTCOME_OK, 10, MS_NS);
    written(s, &d, NULL);
}

struct range all_of(struct query *q)
{
    struct err err = {0};
    struct range r = {0};
    if (!query_history(q, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

struct edge_rows edges_of(struct query *q, struct range r)
{
    struct err err = {0};
    struct edge_rows rows = {0};
    if (!query_edges(q, r, &rows, &err))
        fail_msg("%s", err.text);
    return rows;
}

struct service_rows services_of(struct query *q, struct range r)
{
    struct err err = {0};
    struct service_rows rows = {0};
    if (!query_services(q, r, &rows, &err))
        fail_msg("%s", err.text);
    return rows;
}

const char *told(struct query *q)
{
    static char text[4096];
    struct edge_rows rows = edges_of(q, all_of(q));
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < rows.len && used < sizeof text; i++) {
        const struct edge_row *e = &rows.row[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s>%s:%u %llu", i ? " " : "",
                                 e->client, e->server, e->port,
                                 (unsigned long long)e->figures.requests);
    }
    free(rows.row);
    return text;
}
