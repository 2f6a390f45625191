/* query_edges.c - edges and services of a range. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/service_tls.h"
#include "store/spoiled.h"
#include "store/summary.h"

static uint64_t mean(uint64_t sum, uint64_t count)
{
    return count ? sum / count : 0;
}

/* By direction. */
static void copy_wire(const struct edge_delta *d, struct edge_row *row)
{
    memcpy(row->bytes, d->bytes, sizeof row->bytes);
    memcpy(row->packets, d->packets, sizeof row->packets);
    memcpy(row->missing_bytes, d->missing_bytes, sizeof row->missing_bytes);
    memcpy(row->retransmits, d->retransmits, sizeof row->retransmits);
    memcpy(row->out_of_order, d->out_of_order, sizeof row->out_of_order);
    memcpy(row->zero_windows, d->zero_windows, sizeof row->zero_windows);
    memcpy(row->zero_window_ns, d->zero_window_ns, sizeof row->zero_window_ns);
}

static void copy_tls(const struct tls_brief *tls, struct edge_row *row)
{
    row->tls.handshakes = tls->handshakes;
    row->tls.mutual = tls_mutual_of(tls->mutual);
    memcpy(row->tls.version, tls->version, sizeof row->tls.version);
    memcpy(row->tls.server_name, tls->server_name, sizeof row->tls.server_name);
}

static struct quality quality_of(const struct edge_delta *d, const struct capture_counters *c)
{
    struct quality q = {0};
    quality_add(&q, d);
    quality_set_capture(&q, c);
    return q;
}

static bool is_beside(const struct topology_edge *a, const struct topology_edge *b)
{
    return a->client == b->client && a->server == b->server && a->port == b->port;
}

/* The edge on which the handshakes are of what was opened: that with the same ends and port, which
 * stands near in the order of edges. */
static size_t tls_edge_of(const struct topology *t, size_t edge)
{
    const struct topology_edge *e = &t->edge[edge];
    for (size_t i = edge; i-- > 0 && is_beside(e, &t->edge[i]);)
        if (strcmp(t->edge[i].protocol, "tls") == 0)
            return i;
    for (size_t i = edge; i < t->edge_len && is_beside(e, &t->edge[i]); i++)
        if (strcmp(t->edge[i].protocol, "tls") == 0)
            return i;
    return edge;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct edge_row edge_row(const struct summary *a, size_t i)
{
    const struct topology *t = &a->topology;
    const struct topology_edge *e = &t->edge[i];
    const struct sum *sum = &a->sums[i];
    const struct edge_delta *d = &sum->counted;
    const struct topology_node *client = &t->node[e->client], *server = &t->node[e->server];
    struct edge_row row = {
        .id = e->id,
        .client_id = client->id,
        .server_id = server->id,
        .port = e->port,
        .figures = figures_of_edge(d, a->range),
        .opened = d->opened,
        .closed = d->closed,
        .active = sum->active,
        .failed = d->failed,
        .refused = d->refused,
        .reset_by_client = d->reset_by_client,
        .reset_by_server = d->reset_by_server,
        .connect_ns = mean(d->rtt_server_sum_ns + d->rtt_client_sum_ns, d->handshakes),
        .least_client_ns = mean(d->rtt_least_client_sum_ns, d->rtt_least_clients),
        .least_server_ns = mean(d->rtt_least_server_sum_ns, d->rtt_least_servers),
        .notes = d->notes,
        .decrypted = d->decrypted,
        .first_seen_ns = e->first_ns,
        .last_seen_ns = e->last_ns,
    };
    row.rtt_client_ns =
        d->handshakes ? mean(d->rtt_client_sum_ns, d->handshakes) : row.least_client_ns;
    row.rtt_server_ns =
        d->handshakes ? mean(d->rtt_server_sum_ns, d->handshakes) : row.least_server_ns;
    /* A side that waits before it acknowledges (delayed ACK) looks far away; no round trip is
     * longer at the least than those of the handshakes are on average. */
    row.least_client_ns = least(row.least_client_ns, row.rtt_client_ns);
    row.least_server_ns = least(row.least_server_ns, row.rtt_server_ns);
    copy_wire(d, &row);
    row.quality = quality_of(d, &a->capture);
    row.marks = quality_marks(&row.quality);
    memcpy(row.client, client->name, sizeof row.client);
    memcpy(row.server, server->name, sizeof row.server);
    memcpy(row.protocol, e->protocol, sizeof row.protocol);
    copy_tls(&a->tls[d->decrypted ? tls_edge_of(t, i) : i], &row);
    return row;
}

bool summary_edges(const struct summary *a, struct edge_rows *ret)
{
    *ret = (struct edge_rows){.row = malloc((a->topology.edge_len + 1) * sizeof *ret->row)};
    for (size_t i = 0; ret->row && i < a->topology.edge_len; i++)
        if (a->sums[i].seen)
            ret->row[ret->len++] = edge_row(a, i);
    return ret->row != NULL;
}

/* What a node did in the range, while it is added up. */
struct party {
    struct tallied served, called;
    uint64_t served_bytes[2], called_bytes[2]; /* on the wire, where nothing was decoded */
    uint64_t first_ns, last_ns;
    uint32_t callers, callees;
    char protocols[64];
    struct marks marks;
    bool seen;
};

static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += len)
        if ((at == list || at[-1] == ',') && (at[len] == ',' || !at[len]))
            return true;
    return false;
}

/* Keeps the list in order and whole: a word that does not fit is left out. */
static void add_protocol(char *list, size_t size, const char *protocol)
{
    char old[64], *rest = NULL;
    size_t used = 0;
    if (has_word(list, protocol) || strlen(list) + strlen(protocol) + 2 > size)
        return;
    memcpy(old, list, sizeof old);
    list[0] = '\0';
    bool added = false;
    for (char *word = strtok_r(old, ",", &rest); word || !added;) {
        bool first = !added && (!word || strcmp(protocol, word) < 0);
        const char *next = first ? protocol : word;
        used += (size_t)snprintf(list + used, size - used, "%s%s", used ? "," : "", next);
        added = added || first;
        if (!first)
            word = strtok_r(NULL, ",", &rest);
    }
}

static void see(struct party *p, const struct topology_edge *e)
{
    if (!p->seen || e->first_ns < p->first_ns)
        p->first_ns = e->first_ns;
    if (e->last_ns > p->last_ns)
        p->last_ns = e->last_ns;
    p->seen = true;
}

/* Edges come in order of client and server, so equal pairs of services stand side by side. */
static void add_edge(struct party *parties, const struct summary *a, size_t i)
{
    const struct topology_edge *e = &a->topology.edge[i];
    const struct edge_delta *d = &a->sums[i].counted;
    struct party *client = &parties[e->client], *server = &parties[e->server];
    bool counted = false;
    for (size_t j = i; j-- > 0;) {
        const struct topology_edge *before = &a->topology.edge[j];
        if (before->client != e->client || before->server != e->server)
            break;
        counted = counted || a->sums[j].seen;
    }
    tallied_add(&client->called, &d->exchanges);
    tallied_add(&server->served, &d->exchanges);
    for (int dir = 0; dir < 2; dir++) {
        client->called_bytes[dir] += d->bytes[dir];
        server->served_bytes[dir] += d->bytes[dir];
    }
    add_protocol(server->protocols, sizeof server->protocols, e->protocol);
    see(client, e);
    see(server, e);
    struct quality quality = quality_of(d, &a->capture);
    struct marks marks = quality_marks(&quality);
    marks_add(&client->marks, &marks);
    marks_add(&server->marks, &marks);
    client->callees += !counted;
    server->callers += !counted;
}

static struct figures party_figures(const struct tallied *t, const uint64_t bytes[2],
                                    struct range r)
{
    struct figures f = figures_of(t, r);
    if (!f.requests) {
        f.request_bytes = bytes[0];
        f.response_bytes = bytes[1];
    }
    return f;
}

static struct service_row service_row(const struct topology_node *n, const struct party *p,
                                      struct range r)
{
    struct service_row row = {
        .id = n->id,
        .source = n->source,
        .addresses = n->addresses,
        .served = party_figures(&p->served, p->served_bytes, r),
        .called = party_figures(&p->called, p->called_bytes, r),
        .callers = p->callers,
        .callees = p->callees,
        .marks = p->marks,
        .first_seen_ns = p->first_ns,
        .last_seen_ns = p->last_ns,
    };
    memcpy(row.name, n->name, sizeof row.name);
    memcpy(row.address, n->address, sizeof row.address);
    memcpy(row.protocols, p->protocols, sizeof row.protocols);
    memcpy(row.group, n->group, sizeof row.group);
    memcpy(row.tags, n->tags, sizeof row.tags);
    return row;
}

bool summary_services(const struct summary *a, struct service_rows *ret)
{
    size_t len = a->topology.node_len;
    struct party *parties = calloc(len + 1, sizeof *parties);
    *ret = (struct service_rows){.row = malloc((len + 1) * sizeof *ret->row)};
    bool made = parties && ret->row;
    for (size_t i = 0; made && i < a->topology.edge_len; i++)
        if (a->sums[i].seen)
            add_edge(parties, a, i);
    for (size_t i = 0; made && i < len; i++) {
        if (parties[i].seen)
            ret->row[ret->len++] = service_row(&a->topology.node[i], &parties[i], a->range);
        made = tallied_is_whole(&parties[i].served) && tallied_is_whole(&parties[i].called);
    }
    for (size_t i = 0; parties && i < len; i++) {
        tallied_free(&parties[i].served);
        tallied_free(&parties[i].called);
    }
    free(parties);
    return made;
}

bool summary_load(struct query *q, struct range r, enum grouping grouping, struct summary *ret,
                  struct err *err)
{
    *ret = (struct summary){.range = r};
    if (!question_begin(q, err))
        return false;
    bool loaded = topology_load(q, grouping, &ret->topology, err) &&
                  sums_load(q, r, &ret->topology, false, &ret->sums, err) &&
                  captured_load(q, r, &ret->capture, err) &&
                  tls_briefs_load(q, r, &ret->topology, &ret->tls, err);
    question_end(q);
    if (!loaded)
        summary_free(ret);
    return loaded;
}

void summary_free(struct summary *a)
{
    if (a->sums)
        sums_free(a->sums, a->topology.edge_len);
    topology_free(&a->topology);
    free(a->tls);
    *a = (struct summary){0};
}

bool query_edges(struct query *q, struct range r, struct edge_rows *ret, struct err *err)
{
    return query_grouped_edges(q, r, GROUP_SERVICE, ret, err);
}

bool query_grouped_edges(struct query *q, struct range r, enum grouping grouping,
                         struct edge_rows *ret, struct err *err)
{
    struct summary a;
    if (!summary_load(q, r, grouping, &a, err))
        return false;
    bool made = summary_edges(&a, ret);
    summary_free(&a);
    return made || question_no_memory(q, err);
}

bool query_services(struct query *q, struct range r, struct service_rows *ret, struct err *err)
{
    struct summary a;
    struct edge_rows edges = {0};
    struct service_rows rows = {0};
    if (!summary_load(q, r, GROUP_SERVICE, &a, err))
        return false;
    bool made = summary_services(&a, &rows) && summary_edges(&a, &edges);
    summary_free(&a);
    if (!made)
        question_no_memory(q, err);
    made = made && service_tls_add(q, r, &edges, &rows, err);
    free(edges.row);
    if (made)
        *ret = rows;
    else
        free(rows.row);
    return made;
}
