/* wire.c - deltas as bytes; see wire.h. */
#include "graph/wire.h"

#include <assert.h>
#include <stdlib.h>

#include "graph/live.h"
#include "graph/relays.h"
#include "graph/wire_field.h"
#include "graph/wire_secured.h"

enum {
    DELTA_VERSION = 4,
    /* No row is shorter: a count of rows that the bytes cannot hold is refused before memory is
     * asked for. */
    EDGE_BYTES_MIN = 65 + EDGE_NUMBERS,
    OPERATION_BYTES_MIN = 40,
    NAME_BYTES_MIN = 22,
    CONNECTION_BYTES_MIN = 18,
    OPEN_CALL_BYTES_MIN = 9,
    VANTAGE_BYTES_MIN = 9,
    RELAY_BYTES_MIN = 9,
    SAMPLE_BYTES_MIN = 40,
    /* Of all histograms in a delta; 512 MiB. Past it they keep count, sum, least and greatest. */
    OCTAVES_MAX = 1 << 22,
    SAMPLE_BYTES_MAX = 8192, /* of an exchange; there is none so long */
};

static_assert(sizeof(struct capture_counters) % sizeof(uint64_t) == 0, "counters of 64 bits only");
static_assert(sizeof(struct decode_counters) % sizeof(uint64_t) == 0, "counters of 64 bits only");

static void put_numbers(struct writer *w, const uint64_t *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        wire_put_number(w, value[i]);
}

static void get_numbers(struct cursor *c, uint64_t *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        value[i] = wire_get_number(c);
}

static void put_tallied(struct writer *w, const struct tallied *t)
{
    put_numbers(w, t->outcomes, OUTCOMES);
    wire_put_number(w, t->request_bytes);
    wire_put_number(w, t->response_bytes);
    wire_put_number(w, t->request_messages);
    wire_put_number(w, t->response_messages);
    wire_put_number(w, t->streams);
    latency_encode(&t->duration, w);
    latency_encode(&t->ttfb, w);
    latency_encode(&t->first_message, w);
    latency_encode(&t->message_gap, w);
    latency_encode(&t->age, w);
}

static void put_key(struct writer *w, const struct edge_key *key)
{
    wire_put_address(w, &key->client);
    wire_put_address(w, &key->server);
    writer_varint(w, key->port);
    writer_varint(w, key->tenant);
    writer_text(w, key->protocol);
    writer_text(w, key->asked);
    writer_varint(w, key->by_host);
}

static void put_edge(struct writer *w, const struct edge_delta *e)
{
    put_key(w, &e->key);
    wire_put_number(w, e->first_ns);
    wire_put_number(w, e->last_ns);
    put_tallied(w, &e->exchanges);
    put_numbers(w, &e->opened, EDGE_NUMBERS);
    writer_varint(w, e->notes);
}

static void put_operation(struct writer *w, const struct operation_delta *o)
{
    writer_varint(w, o->edge);
    writer_text(w, o->name);
    writer_varint(w, o->templated);
    put_tallied(w, &o->exchanges);
}

static void put_name(struct writer *w, const struct name_delta *n)
{
    wire_put_address(w, &n->address);
    writer_varint(w, n->port);
    writer_varint(w, n->tenant);
    writer_varint(w, n->source);
    wire_put_number(w, n->count);
    wire_put_number(w, n->first_ns);
    wire_put_number(w, n->last_ns);
    wire_put_number(w, n->until_ns);
    writer_text(w, n->name);
}

static void put_connection(struct writer *w, const struct connection_delta *n)
{
    writer_varint(w, n->edge);
    writer_varint(w, n->client_port);
    wire_put_number(w, n->began_ns);
    wire_put_number(w, n->last_ns);
    writer_varint(w, n->closed);
    wire_put_number(w, n->reports);
    wire_put_number(w, n->calls);
    put_numbers(w, n->resets, 2);
    put_numbers(w, n->stalls, 2);
    wire_put_number(w, n->goaways);
    wire_put_number(w, n->ping_rtt_ns);
    writer_varint(w, n->open_calls);
    wire_put_certainty(w, &n->certainty);
}

static void put_open_call(struct writer *w, const struct open_call_delta *o)
{
    writer_varint(w, o->edge);
    writer_varint(w, o->client_port);
    writer_varint(w, o->stream_id);
    writer_varint(w, o->call);
    wire_put_number(w, o->request_ns);
    wire_put_number(w, o->last_message_ns);
    wire_put_number(w, o->request_messages);
    wire_put_number(w, o->response_messages);
    writer_text(w, o->operation);
    writer_varint(w, o->templated);
}

static void put_vantage(struct writer *w, const struct vantage *v)
{
    writer_varint(w, v->interface);
    writer_varint(w, v->vlan);
    writer_varint(w, v->tunnels);
    writer_varint(w, v->tunnel_id);
    wire_put_number(w, v->packets);
    wire_put_number(w, v->bytes);
    wire_put_number(w, v->duplicates);
    wire_put_number(w, v->duplicate_bytes);
    wire_put_number(w, v->uncertain);
}

static void put_relay(struct writer *w, const struct relay_delta *r)
{
    writer_varint(w, r->edge);
    wire_put_address(w, &r->said);
    put_key(w, &r->inner);
    wire_put_number(w, r->last_ns);
    wire_put_number(w, r->requests);
    wire_put_number(w, r->passed_on);
}

static void put_sample(struct writer *w, const struct delta *d, const struct sample_delta *s)
{
    writer_varint(w, s->edge);
    writer_varint(w, s->kept);
    writer_varint(w, s->templated);
    writer_text(w, s->operation);
    writer_varint(w, s->len);
    writer_bytes(w, d->sample_bytes.at + s->at, s->len);
}

static void put_counters(struct writer *w, const struct delta *d)
{
    wire_put_number(w, d->edges_dropped);
    wire_put_number(w, d->names_dropped);
    wire_put_number(w, d->connections_dropped);
    wire_put_number(w, d->open_calls_dropped);
    wire_put_number(w, d->vantages_dropped);
    wire_put_number(w, d->secured_dropped);
    wire_put_number(w, d->hops_dropped);
    put_numbers(w, (const uint64_t *)&d->capture, sizeof d->capture / sizeof(uint64_t));
    put_numbers(w, (const uint64_t *)&d->decode, sizeof d->decode / sizeof(uint64_t));
}

void wire_put_delta(struct writer *w, const struct delta *d)
{
    writer_u8(w, DELTA_VERSION);
    wire_put_number(w, d->start_ns);
    wire_put_number(w, d->end_ns);
    writer_varint(w, d->edge_len);
    for (uint32_t i = 0; i < d->edge_len; i++)
        put_edge(w, &d->edge[i]);
    writer_varint(w, d->operation_len);
    for (uint32_t i = 0; i < d->operation_len; i++)
        put_operation(w, &d->operation[i]);
    writer_varint(w, d->name_len);
    for (uint32_t i = 0; i < d->name_len; i++)
        put_name(w, &d->name[i]);
    writer_varint(w, d->connection_len);
    for (uint32_t i = 0; i < d->connection_len; i++)
        put_connection(w, &d->connection[i]);
    writer_varint(w, d->open_call_len);
    for (uint32_t i = 0; i < d->open_call_len; i++)
        put_open_call(w, &d->open_call[i]);
    writer_varint(w, d->vantage_len);
    for (uint32_t i = 0; i < d->vantage_len; i++)
        put_vantage(w, &d->vantage[i]);
    wire_put_secured(w, d);
    writer_varint(w, d->relay_len);
    for (uint32_t i = 0; i < d->relay_len; i++)
        put_relay(w, &d->relay[i]);
    writer_varint(w, d->sample_len);
    for (uint32_t i = 0; i < d->sample_len; i++)
        put_sample(w, d, &d->sample[i]);
    put_counters(w, d);
}

struct reader {
    struct cursor c;
    size_t octaves_left;
};

static void get_latency(struct reader *r, struct latency *l)
{
    if (!latency_decode(&r->c, l) || l->is_short) {
        wire_damage(&r->c);
        return;
    }
    if (latency_octaves(l) > r->octaves_left)
        latency_forget_buckets(l);
    r->octaves_left -= latency_octaves(l);
}

static void get_tallied(struct reader *r, struct tallied *t)
{
    get_numbers(&r->c, t->outcomes, OUTCOMES);
    t->request_bytes = wire_get_number(&r->c);
    t->response_bytes = wire_get_number(&r->c);
    t->request_messages = wire_get_number(&r->c);
    t->response_messages = wire_get_number(&r->c);
    t->streams = wire_get_number(&r->c);
    get_latency(r, &t->duration);
    get_latency(r, &t->ttfb);
    get_latency(r, &t->first_message);
    get_latency(r, &t->message_gap);
    get_latency(r, &t->age);
}

static void get_key(struct cursor *c, struct edge_key *key)
{
    key->client = wire_get_address(c);
    key->server = wire_get_address(c);
    key->port = (uint16_t)wire_get_within(c, UINT16_MAX);
    key->tenant = (uint32_t)wire_get_within(c, UINT32_MAX);
    wire_get_text(c, key->protocol, sizeof key->protocol);
    wire_get_text(c, key->asked, sizeof key->asked);
    key->by_host = wire_get_within(c, 1);
}

static void get_edge(struct reader *r, struct edge_delta *e)
{
    struct cursor *c = &r->c;
    get_key(c, &e->key);
    e->first_ns = wire_get_number(c);
    e->last_ns = wire_get_number(c);
    get_tallied(r, &e->exchanges);
    get_numbers(c, edge_numbers(e), EDGE_NUMBERS);
    e->notes = wire_get_within(c, (1U << NOTES) - 1);
}

/* An index of an edge that is there; 0, with damage, if there are none. */
static uint32_t get_edge_at(struct cursor *c, const struct delta *d)
{
    uint32_t at = (uint32_t)wire_get_within(c, UINT32_MAX);
    if (at < d->edge_len)
        return at;
    wire_damage(c);
    return 0;
}

static void get_operation(struct reader *r, struct operation_delta *o, const struct delta *d)
{
    o->edge = get_edge_at(&r->c, d);
    wire_get_text(&r->c, o->name, sizeof o->name);
    o->templated = wire_get_within(&r->c, 1);
    get_tallied(r, &o->exchanges);
}

static void get_name(struct reader *r, struct name_delta *n)
{
    struct cursor *c = &r->c;
    n->address = wire_get_address(c);
    n->port = (uint16_t)wire_get_within(c, UINT16_MAX);
    n->tenant = (uint32_t)wire_get_within(c, UINT32_MAX);
    n->source = (enum name_source)wire_get_within(c, NAME_SOURCES - 1);
    n->count = wire_get_number(c);
    n->first_ns = wire_get_number(c);
    n->last_ns = wire_get_number(c);
    n->until_ns = wire_get_number(c);
    wire_get_text(c, n->name, sizeof n->name);
}

static void get_connection(struct cursor *c, struct connection_delta *n, const struct delta *d)
{
    n->edge = get_edge_at(c, d);
    n->client_port = (uint16_t)wire_get_within(c, UINT16_MAX);
    n->began_ns = wire_get_number(c);
    n->last_ns = wire_get_number(c);
    n->closed = wire_get_within(c, true);
    n->reports = wire_get_number(c);
    n->calls = wire_get_number(c);
    get_numbers(c, n->resets, 2);
    get_numbers(c, n->stalls, 2);
    n->goaways = wire_get_number(c);
    n->ping_rtt_ns = wire_get_number(c);
    n->open_calls = (uint32_t)wire_get_within(c, UINT32_MAX);
    n->certainty = wire_get_certainty(c);
}

static void get_open_call(struct cursor *c, struct open_call_delta *o, const struct delta *d)
{
    o->edge = get_edge_at(c, d);
    o->client_port = (uint16_t)wire_get_within(c, UINT16_MAX);
    o->stream_id = (uint32_t)wire_get_within(c, UINT32_MAX);
    o->call = (enum call_kind)wire_get_within(c, CALL_KINDS - 1);
    o->request_ns = wire_get_number(c);
    o->last_message_ns = wire_get_number(c);
    o->request_messages = wire_get_number(c);
    o->response_messages = wire_get_number(c);
    wire_get_text(c, o->operation, sizeof o->operation);
    o->templated = wire_get_within(c, 1);
}

static void get_edges(struct reader *r, struct delta *d)
{
    d->edge = wire_get_rows(&r->c, EDGES_MAX, EDGE_BYTES_MIN, sizeof *d->edge, &d->edge_len);
    for (uint32_t i = 0; i < d->edge_len && !r->c.starved; i++) {
        get_edge(r, &d->edge[i]);
        if (i && edge_key_compare(&d->edge[i - 1].key, &d->edge[i].key) >= 0)
            wire_damage(&r->c);
    }
}

static void get_operations(struct reader *r, struct delta *d)
{
    d->operation = wire_get_rows(&r->c, OPERATIONS_MAX, OPERATION_BYTES_MIN, sizeof *d->operation,
                                 &d->operation_len);
    for (uint32_t i = 0; i < d->operation_len && !r->c.starved; i++) {
        struct operation_delta *at = &d->operation[i];
        get_operation(r, at, d);
        if (i && (at[-1].edge > at->edge ||
                  (at[-1].edge == at->edge && strcmp(at[-1].name, at->name) >= 0)))
            wire_damage(&r->c);
    }
}

static void get_names(struct reader *r, struct delta *d)
{
    d->name = wire_get_rows(&r->c, NAMES_MAX, NAME_BYTES_MIN, sizeof *d->name, &d->name_len);
    for (uint32_t i = 0; i < d->name_len && !r->c.starved; i++) {
        get_name(r, &d->name[i]);
        if (i && name_delta_compare(&d->name[i - 1], &d->name[i]) >= 0)
            wire_damage(&r->c);
    }
}

static void get_connections(struct reader *r, struct delta *d)
{
    d->connection = wire_get_rows(&r->c, CONNECTIONS_MAX, CONNECTION_BYTES_MIN,
                                  sizeof *d->connection, &d->connection_len);
    for (uint32_t i = 0; i < d->connection_len && !r->c.starved; i++) {
        struct connection_delta *at = &d->connection[i];
        get_connection(&r->c, at, d);
        if (i && !r->c.starved && connection_compare(at - 1, at, d->edge) >= 0)
            wire_damage(&r->c);
    }
}

static void get_open_calls(struct reader *r, struct delta *d)
{
    d->open_call = wire_get_rows(&r->c, OPEN_CALLS_MAX, OPEN_CALL_BYTES_MIN, sizeof *d->open_call,
                                 &d->open_call_len);
    for (uint32_t i = 0; i < d->open_call_len && !r->c.starved; i++) {
        struct open_call_delta *at = &d->open_call[i];
        get_open_call(&r->c, at, d);
        if (i && !r->c.starved && open_call_compare(at - 1, at, d->edge) >= 0)
            wire_damage(&r->c);
    }
}

static void get_vantage(struct cursor *c, struct vantage *v)
{
    v->interface = (uint16_t)wire_get_within(c, UINT16_MAX);
    v->vlan = (uint16_t)wire_get_within(c, UINT16_MAX);
    v->tunnels = (uint8_t)wire_get_within(c, UINT8_MAX);
    v->tunnel_id = (uint32_t)wire_get_within(c, UINT32_MAX);
    v->packets = wire_get_number(c);
    v->bytes = wire_get_number(c);
    v->duplicates = wire_get_number(c);
    v->duplicate_bytes = wire_get_number(c);
    v->uncertain = wire_get_number(c);
}

static void get_vantages(struct reader *r, struct delta *d)
{
    d->vantage =
        wire_get_rows(&r->c, VANTAGES_MAX, VANTAGE_BYTES_MIN, sizeof *d->vantage, &d->vantage_len);
    for (uint32_t i = 0; i < d->vantage_len && !r->c.starved; i++) {
        get_vantage(&r->c, &d->vantage[i]);
        if (i && vantage_compare(&d->vantage[i - 1], &d->vantage[i]) >= 0)
            wire_damage(&r->c);
    }
}

static void get_relays(struct cursor *c, struct delta *d)
{
    d->relay = wire_get_rows(c, RELAYS_MAX, RELAY_BYTES_MIN, sizeof *d->relay, &d->relay_len);
    for (uint32_t i = 0; i < d->relay_len && !c->starved; i++) {
        struct relay_delta *at = &d->relay[i];
        at->edge = get_edge_at(c, d);
        at->said = wire_get_address(c);
        get_key(c, &at->inner);
        at->last_ns = wire_get_number(c);
        at->requests = wire_get_number(c);
        at->passed_on = wire_get_number(c);
        if (i && !c->starved && relay_compare(at - 1, at) >= 0)
            wire_damage(c);
    }
}

/* It must be one exchange, and nothing behind it. */
static void get_sampled(struct cursor *c, struct delta *d, struct sample_delta *s)
{
    struct bytes bytes = cursor_take(c, wire_get_within(c, SAMPLE_BYTES_MAX));
    struct cursor inner = cursor_over(bytes);
    struct exchange x;
    if (c->starved || !wire_get_exchange(&inner, &x) || cursor_left(&inner)) {
        wire_damage(c);
        return;
    }
    s->at = d->sample_bytes.len;
    s->len = (uint32_t)bytes.len;
    writer_bytes(&d->sample_bytes, bytes.at, bytes.len);
    if (d->sample_bytes.failed)
        wire_damage(c);
}

static void get_samples(struct cursor *c, struct delta *d)
{
    d->sample = wire_get_rows(c, SAMPLES_MAX, SAMPLE_BYTES_MIN, sizeof *d->sample, &d->sample_len);
    for (uint32_t i = 0; i < d->sample_len && !c->starved; i++) {
        struct sample_delta *at = &d->sample[i];
        at->edge = get_edge_at(c, d);
        at->kept = (uint32_t)wire_get_within(c, (1U << KEPTS) - 1);
        at->templated = wire_get_within(c, 1);
        wire_get_text(c, at->operation, sizeof at->operation);
        get_sampled(c, d, at);
        if (!at->kept)
            wire_damage(c);
    }
}

static void get_counters(struct cursor *c, struct delta *d)
{
    d->edges_dropped = wire_get_number(c);
    d->names_dropped = wire_get_number(c);
    d->connections_dropped = wire_get_number(c);
    d->open_calls_dropped = wire_get_number(c);
    d->vantages_dropped = wire_get_number(c);
    d->secured_dropped = wire_get_number(c);
    d->hops_dropped = wire_get_number(c);
    get_numbers(c, (uint64_t *)&d->capture, sizeof d->capture / sizeof(uint64_t));
    get_numbers(c, (uint64_t *)&d->decode, sizeof d->decode / sizeof(uint64_t));
}

bool wire_get_delta(struct bytes in, struct delta *ret)
{
    struct reader r = {.c = cursor_over(in), .octaves_left = OCTAVES_MAX};
    *ret = (struct delta){0};
    if (cursor_u8(&r.c) != DELTA_VERSION)
        return false;
    ret->start_ns = wire_get_number(&r.c);
    ret->end_ns = wire_get_number(&r.c);
    get_edges(&r, ret);
    get_operations(&r, ret);
    get_names(&r, ret);
    get_connections(&r, ret);
    get_open_calls(&r, ret);
    get_vantages(&r, ret);
    wire_get_secured(&r.c, ret);
    get_relays(&r.c, ret);
    get_samples(&r.c, ret);
    get_counters(&r.c, ret);
    if (!r.c.starved && !cursor_left(&r.c) && ret->start_ns <= ret->end_ns)
        return true;
    delta_free(ret);
    return false;
}
