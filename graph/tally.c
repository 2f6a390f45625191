/* tally.c - see tally.h. */
#include "graph/tally.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "graph/hops.h"
#include "graph/host.h"
#include "graph/lately.h"
#include "graph/merge.h"
#include "graph/rows.h"
#include "graph/sampler.h"
#include "graph/template.h"

struct tally {
    struct rows rows;
    const struct networks *networks;
    const struct patterns *patterns; /* or NULL */
    bool keeps_samples;
    uint32_t weight;
    struct sampler sampler;
    struct lately lately;
    char last_host[NAME_TEXT_MAX]; /* of the exchange before, and */
    char last_name[NAME_TEXT_MAX]; /* the name in it; "": there is none */
};

static_assert(sizeof((struct exchange *)0)->operation == OPERATION_TEXT_MAX, "one is the other");
static_assert(OPERATION_TEXT_MAX > LATELY_PATH_MAX + sizeof((struct exchange *)0)->method,
              "what is kept of late was not cut");
static_assert(sizeof((struct exchange *)0)->host == NAME_TEXT_MAX, "one is the other");

struct tally *tally_new(const struct hash_key *key, const struct networks *networks)
{
    struct tally *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    rows_init(&t->rows, key);
    t->networks = networks;
    t->weight = 1;
    return t;
}

void tally_set_weight(struct tally *t, uint32_t weight)
{
    t->weight = weight;
}

void tally_set_patterns(struct tally *t, const struct patterns *patterns)
{
    t->patterns = patterns;
}

void tally_keep_samples(struct tally *t)
{
    t->keeps_samples = true;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    rows_fini(&t->rows);
    sampler_free(&t->sampler);
    free(t);
}

/* The row of the edge that `key` will name once its protocol is set and a client outside is taken
 * out of it. */
static struct edge_delta *find_edge(struct tally *t, struct edge_key *key, const char *protocol)
{
    if (!networks_hold(t->networks, &key->client))
        key->client = (struct address){0};
    bytes_to_text(key->protocol, sizeof key->protocol, bytes_of_text(protocol));
    uint32_t row = rows_edge(&t->rows, key);
    if (row != NO_ROW)
        return &t->rows.open.edge[row];
    t->rows.open.edges_dropped++;
    return NULL;
}

static void note_times(struct edge_delta *edge, uint64_t first_ns, uint64_t last_ns)
{
    if (first_ns && (!edge->first_ns || first_ns < edge->first_ns))
        edge->first_ns = first_ns;
    if (last_ns > edge->last_ns)
        edge->last_ns = last_ns;
}

/* From one moment to another, if both were seen and are the right way round. */
static void count_span(struct latency *l, uint64_t from_ns, uint64_t to_ns, uint32_t weight)
{
    if (from_ns && to_ns >= from_ns)
        latency_add_many(l, to_ns - from_ns, weight);
}

static void count_exchange(struct tallied *t, const struct exchange *x, uint32_t weight)
{
    t->outcomes[x->outcome] += weight;
    t->request_bytes += x->request_bytes * weight;
    t->response_bytes += x->response_bytes * weight;
    t->request_messages += (uint64_t)x->request_messages * weight;
    t->response_messages += (uint64_t)x->response_messages * weight;
    if (!call_is_streaming(x->call)) {
        count_span(&t->duration, x->request_ns, x->response_end_ns, weight);
        count_span(&t->ttfb, x->request_end_ns, x->response_ns, weight);
        return;
    }
    t->streams += weight;
    count_span(&t->first_message, x->request_ns, x->first_message_ns, weight);
    count_span(&t->age, x->request_ns, x->response_end_ns ? x->response_end_ns : x->end_ns, weight);
}

/* What the path is a case of, at the end of an operation; it is made anew if it has not been of
 * late. */
static void put_template(struct tally *t, const char *path, char *text, size_t size)
{
    struct bytes of = bytes_of_text(path);
    struct lately_path *lately = lately_path_place(&t->lately, of);
    if (lately && lately_path_is(lately, of)) {
        bytes_to_text(text, size, bytes_of(lately->made, lately->made_len));
        return;
    }
    template_path(path, text, size);
    if (lately)
        lately_path_keep(lately, of, bytes_of_text(text));
}

/* Of a path that was not seen only the decoder can say which it may be. Returns whether it is a
 * template of ours. */
static bool make_operation(struct tally *t, struct exchange *x)
{
    if (!x->path[0] && x->notes & NOTE_UNKNOWN_FIELDS)
        return false;
    size_t len = strlen(x->method);
    memcpy(x->operation, x->method, len + 1);
    if (!x->path[0])
        return false;
    if (len)
        x->operation[len++] = ' ';
    const char *given = t->patterns ? patterns_find(t->patterns, x->path) : NULL;
    if (given) {
        bytes_to_text(x->operation + len, sizeof x->operation - len, bytes_of_text(given));
        return false;
    }
    put_template(t, x->path, x->operation + len, sizeof x->operation - len);
    return x->path[0] == '/';
}

/* The row of its operation, or NO_ROW when neither method nor path is known. */
static uint32_t find_operation(struct tally *t, uint32_t edge, struct exchange *x)
{
    bool templated = !x->operation[0] && make_operation(t, x);
    return x->operation[0] ? rows_operation(&t->rows, edge, x->operation, templated) : NO_ROW;
}

/* Where to count what belongs to an operation, whose sum goes to the edge when the window ends, or
 * to none. */
static struct tallied *tallied_of(struct tally *t, uint32_t edge, uint32_t operation)
{
    return operation == NO_ROW ? &t->rows.open.edge[edge].exchanges
                               : &t->rows.open.operation[operation].exchanges;
}

static void hear_name(struct tally *t, uint32_t row, uint64_t time_ns, uint64_t until_ns)
{
    if (row == NO_ROW) {
        t->rows.open.names_dropped++;
        return;
    }
    struct name_delta *name = &t->rows.open.name[row];
    if (!name->count++ || time_ns < name->first_ns)
        name->first_ns = time_ns;
    if (time_ns > name->last_ns)
        name->last_ns = time_ns;
    if (until_ns > name->until_ns)
        name->until_ns = until_ns;
}

/* The name in a host; "" if that names nothing. */
static const char *name_in_host(struct tally *t, const char *host)
{
    if (strcmp(host, t->last_host) != 0) {
        bytes_to_text(t->last_host, sizeof t->last_host, bytes_of_text(host));
        if (!host_to_name(t->last_host, t->last_name, sizeof t->last_name))
            t->last_name[0] = '\0';
    }
    return t->last_name;
}

/* Who called which server, and by which name: `asked` of the DNS, or else by `host`. Returns the
 * row of the name in the host, or NO_ROW. */
static uint32_t call_server(struct tally *t, struct edge_key *key, const char *asked,
                            const char *host)
{
    const char *name = host[0] ? name_in_host(t, host) : "";
    uint32_t row = name[0] ? rows_host(&t->rows, key, name) : NO_ROW;
    key->by_host = !asked[0] && row != NO_ROW;
    bytes_to_text(key->asked, sizeof key->asked, bytes_of_text(key->by_host ? name : asked));
    return row;
}

void tally_answer(struct tally *t, const struct name_answer *a)
{
    struct name_delta wanted = {.address = a->address, .tenant = a->tenant, .source = NAME_DNS};
    bytes_to_text(wanted.name, sizeof wanted.name, bytes_of_text(a->name));
    hear_name(t, rows_name(&t->rows, &wanted), a->time_ns, a->until_ns);
}

static void count_secured(struct tally *t, uint32_t edge, const struct exchange *x)
{
    const struct tls_facts *tls = &x->tls;
    bool established = x->outcome == OUTCOME_OK;
    if (!tls->told)
        return;
    struct secured_delta more = {
        .edge = edge,
        .version = tls->version,
        .cipher = tls->cipher,
        .certificate = tls->certificate,
        .client_certificate = tls->client_certificate,
        .handshakes = t->weight,
        .established = established ? t->weight : 0,
        .resumed = tls->resumed ? t->weight : 0,
        .retried = tls->retried ? t->weight : 0,
        .unreadable = tls->unreadable ? t->weight : 0,
        .ech = tls->ech ? t->weight : 0,
        .last_ns = x->end_ns,
    };
    more.mutual[tls->mutual] = more.established;
    memcpy(more.server_name, x->host, sizeof more.server_name);
    memcpy(more.alpn, tls->alpn, sizeof more.alpn);
    memcpy(more.alpn_offered, tls->alpn_offered, sizeof more.alpn_offered);
    memcpy(more.inside, tls->inside, sizeof more.inside);
    memcpy(more.ja4, tls->ja4, sizeof more.ja4);
    if (!rows_secured(&t->rows, &more))
        t->rows.open.secured_dropped++;
}

bool tally_knows_certificate(struct tally *t, const struct fingerprint *f,
                             const struct fingerprint *issued_by)
{
    struct certificate_delta *row = rows_find_certificate(&t->rows, f);
    if (!row || fingerprint_compare(&row->certificate.issued_by, issued_by) < 0)
        return false;
    row->shown++;
    return true;
}

void tally_certificate(struct tally *t, const struct certificate *c)
{
    struct certificate_delta more = {.certificate = *c, .shown = 1};
    if (!rows_certificate(&t->rows, &more))
        t->rows.open.secured_dropped++;
}

static uint32_t row_of(const struct tally *t, const struct edge_delta *edge)
{
    return (uint32_t)(edge - t->rows.open.edge);
}

/* As edge_of(), of one that was not seen of late. */
static struct edge_delta *look_for_edge(struct tally *t, const struct exchange *x, const char *host,
                                        bool ended)
{
    struct edge_key key = {.client = x->client_address,
                           .server = x->server_address,
                           .port = x->server_port,
                           .tenant = x->tenant};
    uint32_t row = call_server(t, &key, x->asked, host);
    bool named = host[0] && name_in_host(t, host)[0];
    if (ended && named)
        hear_name(t, row, x->end_ns, 0);
    struct edge_delta *edge = find_edge(t, &key, x->protocol);
    if (!edge || (named && row == NO_ROW)) /* dropped, and counted each time */
        return edge;
    struct lately_edge *lately = lately_edge_place(&t->lately, x);
    lately_edge_keep(lately, x, host);
    lately->edge = row_of(t, edge);
    lately->name = row;
    return edge;
}

/* The edge of an exchange; if that has ended, the name by which it calls is heard. */
static struct edge_delta *edge_of(struct tally *t, const struct exchange *x, bool ended)
{
    const char *host = exchange_calls_server(x) ? x->host : "";
    const struct lately_edge *lately = lately_edge_place(&t->lately, x);
    if (!lately_edge_is(lately, x, host))
        return look_for_edge(t, x, host, ended);
    if (ended && lately->name != NO_ROW)
        hear_name(t, lately->name, x->end_ns, 0);
    return &t->rows.open.edge[lately->edge];
}

/* For whom a service inside says that it asks. */
static struct address said_client(const struct tally *t, const struct exchange *x)
{
    struct address said = {0};
    bool known = x->forwarded_for[0] && address_from_text(x->forwarded_for, &said) &&
                 networks_hold(t->networks, &said) &&
                 networks_hold(t->networks, &x->client_address) &&
                 !address_equal(&said, &x->client_address);
    return known ? said : (struct address){0};
}

/* The identifiers that it carries. */
struct ids {
    uint64_t request, trace; /* hop_hash() of them */
};

/* If it was seen from end to end and tells of another side. */
static void count_hop(struct tally *t, uint32_t edge, const struct exchange *x, struct ids ids)
{
    struct hop_delta hop = {
        .id = {ids.request, ids.trace},
        .begin_ns = x->request_ns,
        .end_ns = x->response_end_ns,
        .said = said_client(t, x),
        .edge = edge,
    };
    if (!hop.id[0] && !hop.id[1] && address_is_none(&hop.said))
        return;
    if (!hop.begin_ns || hop.end_ns < hop.begin_ns)
        return;
    hop.operation = hop_hash(x->method) + 3 * hop_hash(x->path);
    hops_add(&t->rows.open, &t->rows.hop_room, &hop);
}

/* `operation`: its row, or NO_ROW. */
static void keep_sample(struct tally *t, uint32_t edge, uint32_t operation,
                        const struct exchange *x, struct ids ids)
{
    const struct operation_delta *row =
        operation == NO_ROW ? NULL : &t->rows.open.operation[operation];
    if (!t->keeps_samples)
        return;
    struct sampled as = {.edge = edge,
                         .operation = row ? row->name : "",
                         .templated = row && row->templated,
                         .id = ids.trace ? ids.trace : ids.request};
    sampler_offer(&t->sampler, &t->rows.open, &as, x);
}

void tally_exchange(struct tally *t, struct exchange *x)
{
    struct edge_delta *edge = edge_of(t, x, true);
    bool given = x->operation[0];
    if (!edge) {
        if (!given)
            make_operation(t, x);
        return;
    }
    note_times(edge, x->request_ns ? x->request_ns : x->end_ns, x->end_ns);
    edge->notes |= x->notes;
    edge->skewed += x->notes & NOTE_SKEW ? t->weight : 0;
    edge->decrypted += x->notes & NOTE_DECRYPTED ? t->weight : 0;
    uint32_t operation = find_operation(t, row_of(t, edge), x);
    count_exchange(tallied_of(t, row_of(t, edge), operation), x, t->weight);
    count_secured(t, row_of(t, edge), x);
    struct ids ids = {hop_hash(x->request_id), hop_hash(x->trace_id)};
    count_hop(t, row_of(t, edge), x, ids);
    keep_sample(t, row_of(t, edge), operation, x, ids);
    if (given || operation == NO_ROW)
        return;
    if (text_equal(t->rows.open.operation[operation].name, OPERATION_OTHER))
        bytes_to_text(x->operation, sizeof x->operation, bytes_of_text(OPERATION_OTHER));
}

void tally_message(struct tally *t, struct exchange *x, uint64_t gap_ns)
{
    struct edge_delta *edge = edge_of(t, x, false);
    if (!edge)
        return;
    note_times(edge, x->last_message_ns, x->last_message_ns);
    bool given = x->operation[0];
    uint32_t row = row_of(t, edge), operation = find_operation(t, row, x);
    latency_add_many(&tallied_of(t, row, operation)->message_gap, gap_ns, t->weight);
    if (!given)
        x->operation[0] = '\0';
}

/* The latest that was seen of it; 0: nothing that has a time. */
static uint64_t heard_of_ns(const struct exchange *x)
{
    const uint64_t times[] = {x->request_ns, x->request_end_ns, x->response_ns, x->response_end_ns,
                              x->last_message_ns};
    uint64_t latest = 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i] > latest)
            latest = times[i];
    return latest;
}

/* Times that are part of a key must not first become equal where they are written. */
static uint64_t key_ns(uint64_t ns)
{
    return ns < INT64_MAX ? ns : INT64_MAX;
}

/* The row of its operation is made too, so that the name has its place among the others. */
static bool add_open_call(struct tally *t, uint32_t edge, struct exchange *x)
{
    struct open_call_delta call = {
        .edge = edge,
        .client_port = x->client_port,
        .stream_id = x->stream_id,
        .call = x->call,
        .request_ns = key_ns(x->request_ns),
        .last_message_ns = x->last_message_ns,
        .request_messages = x->request_messages,
        .response_messages = x->response_messages,
    };
    bool given = x->operation[0];
    uint32_t row = find_operation(t, edge, x);
    call.templated = row != NO_ROW && t->rows.open.operation[row].templated;
    bytes_to_text(call.operation, sizeof call.operation, bytes_of_text(x->operation));
    if (!given)
        x->operation[0] = '\0';
    return rows_open_call(&t->rows, &call);
}

void tally_open_call(struct tally *t, struct exchange *x, uint64_t now_ns)
{
    struct edge_delta *edge = edge_of(t, x, false);
    uint64_t last_ns = heard_of_ns(x);
    if (!last_ns)
        last_ns = now_ns;
    if (edge)
        note_times(edge, x->request_ns ? x->request_ns : last_ns, last_ns);
    if (!edge || !add_open_call(t, row_of(t, edge), x))
        t->rows.open.open_calls_dropped++;
}

void tally_forget_open_calls(struct tally *t)
{
    t->rows.open.open_call_len = 0;
    t->rows.open.open_calls_dropped = 0;
}

/* A client outside is not in the edge, but its connections are told apart by port. */
static void count_connection(struct tally *t, uint32_t edge, const struct flow_report *r)
{
    struct connection_delta more = {
        .edge = edge,
        .client_port = r->client_port,
        .began_ns = key_ns(r->began_ns),
        .last_ns = r->end_ns,
        .closed = r->closed,
        .reports = 1,
        .calls = r->calls,
        .resets = {r->resets[0], r->resets[1]},
        .stalls = {r->stalls[0], r->stalls[1]},
        .goaways = r->goaways,
        .ping_rtt_ns = r->ping_rtt_ns,
        .open_calls = r->open_calls,
        .certainty = r->certainty,
    };
    if (!rows_connection(&t->rows, &more))
        t->rows.open.connections_dropped++;
}

/* What the report counts, as often as it stands for. */
static void count_report(struct edge_delta *edge, const struct flow_report *r, uint64_t weight)
{
    bool handshake = r->rtt_server_ns || r->rtt_client_ns;
    edge->opened += r->opened * weight;
    edge->failed += r->failed * weight;
    edge->refused += r->refused * weight;
    edge->closed += r->closed * weight;
    edge->reset_by_client += r->reset_by_client * weight;
    edge->reset_by_server += r->reset_by_server * weight;
    for (size_t dir = 0; dir < 2; dir++) {
        edge->packets[dir] += r->packets[dir] * weight;
        edge->bytes[dir] += r->bytes[dir] * weight;
        edge->duplicates[dir] += r->duplicates[dir] * weight;
        edge->missing_bytes[dir] += r->missing_bytes[dir] * weight;
        edge->truncated[dir] += r->truncated[dir] * weight;
        edge->retransmits[dir] += r->retransmits[dir] * weight;
        edge->zero_windows[dir] += r->zero_windows[dir] * weight;
        edge->out_of_order[dir] += r->out_of_order[dir] * weight;
        edge->zero_window_ns[dir] += r->zero_window_ns[dir] * weight;
    }
    for (size_t i = 0; i < TROUBLES; i++)
        edge->troubles[i] += r->troubles[i] * weight;
    edge->one_way += r->one_way * weight;
    edge->rtt_least_server_sum_ns += r->rtt_least_server_ns * weight;
    edge->rtt_least_client_sum_ns += r->rtt_least_client_ns * weight;
    edge->rtt_least_servers += r->rtt_least_server_ns ? weight : 0;
    edge->rtt_least_clients += r->rtt_least_client_ns ? weight : 0;
    edge->handshakes += handshake ? weight : 0;
    edge->rtt_server_sum_ns += r->rtt_server_ns * weight;
    edge->rtt_client_sum_ns += r->rtt_client_ns * weight;
}

void tally_flow(struct tally *t, const struct flow_report *r)
{
    struct edge_key key = {.client = r->client_address,
                           .server = r->server_address,
                           .port = r->server_port,
                           .tenant = r->tenant};
    call_server(t, &key, r->asked ? r->asked : "", r->host ? r->host : "");
    struct edge_delta *edge = find_edge(t, &key, r->protocol);
    if (!edge)
        return;
    note_times(edge, r->end_ns, r->end_ns);
    edge->notes |= r->notes;
    count_report(edge, r, t->weight);
    if (r->multiplexed)
        count_connection(t, row_of(t, edge), r);
}

static void sum_operations(struct delta *d)
{
    for (uint32_t i = 0; i < d->operation_len; i++) {
        struct operation_delta *operation = &d->operation[i];
        tallied_add(&d->edge[operation->edge].exchanges, &operation->exchanges);
    }
}

bool tally_take(struct tally *t, struct delta *into)
{
    struct delta *open = &t->rows.open;
    rows_finish(&t->rows);
    sum_operations(open);
    bool merged = merge_first_rows(into, open);
    if (!merged)
        merge_drop_rows(into, open);
    rows_clear(&t->rows);
    lately_forget_rows(&t->lately);
    sampler_clear(&t->sampler);
    return merged;
}
