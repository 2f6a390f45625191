/* totals.c - see totals.h. */
#include "store/totals.h"

#include <stdlib.h>
#include <string.h>

#include "store/columns.h"
#include "store/summary.h"

static const uint64_t BEGIN_NS = 3600 * UINT64_C(1000000000);

static int compare(const void *left, const void *right)
{
    const struct total *a = left, *b = right;
    return (a->edge_id > b->edge_id) - (a->edge_id < b->edge_id);
}

static struct total *find(const struct totals *t, size_t len, int64_t edge_id)
{
    struct total key = {.edge_id = edge_id};
    return len ? bsearch(&key, t->edge, len, sizeof key, compare) : NULL;
}

static void copy_text(char *to, const char *from, size_t size)
{
    size_t len = strnlen(from, size - 1);
    memcpy(to, from, len);
    to[len] = '\0';
}

static void describe(const struct summary *s, const struct topology_edge *edge, struct total *ret)
{
    const struct topology_node *client = &s->topology.node[edge->client];
    const struct topology_node *server = &s->topology.node[edge->server];
    ret->edge_id = edge->id;
    copy_text(ret->client, client->name, sizeof ret->client);
    copy_text(ret->server, server->name, sizeof ret->server);
    copy_text(ret->client_group, client->group, sizeof ret->client_group);
    copy_text(ret->server_group, server->group, sizeof ret->server_group);
    ret->client_outside = client->id == TOPOLOGY_EXTERNAL;
    ret->server_outside = server->id == TOPOLOGY_EXTERNAL;
    ret->port = edge->port;
    copy_text(ret->protocol, edge->protocol, sizeof ret->protocol);
}

/* Room for all edges that are new, so that what follows cannot fail. */
static bool make_room(struct totals *t, const struct summary *s)
{
    size_t need = t->edge_len;
    for (size_t i = 0; i < s->topology.edge_len; i++)
        need += s->sums[i].seen && !find(t, t->edge_len, s->topology.edge[i].id);
    if (need > TOTALS_EDGES_MAX)
        need = TOTALS_EDGES_MAX;
    if (need <= t->room)
        return true;
    struct total *edge = realloc(t->edge, need * sizeof *edge);
    if (!edge)
        return false;
    t->edge = edge;
    t->room = need;
    return true;
}

static void add_new(struct totals *t, const struct summary *s)
{
    size_t known = t->edge_len;
    for (size_t i = 0; i < s->topology.edge_len; i++) {
        if (!s->sums[i].seen || find(t, known, s->topology.edge[i].id))
            continue;
        if (t->edge_len == t->room) {
            t->left_out++;
            continue;
        }
        struct total *total = &t->edge[t->edge_len++];
        *total = (struct total){0};
        describe(s, &s->topology.edge[i], total);
    }
    if (t->edge_len > known)
        qsort(t->edge, t->edge_len, sizeof *t->edge, compare);
}

static void add_edges(struct totals *t, struct summary *s)
{
    add_new(t, s);
    for (size_t i = 0; i < s->topology.edge_len; i++) {
        struct total *total = find(t, t->edge_len, s->topology.edge[i].id);
        if (!total)
            continue;
        total->active = s->sums[i].active;
        if (!s->sums[i].seen)
            continue;
        struct edge_delta *into = &total->count, *from = &s->sums[i].counted;
        tallied_move(&into->exchanges, &from->exchanges);
        for (size_t n = 0; n < EDGE_NUMBERS; n++)
            edge_numbers(into)[n] += edge_numbers(from)[n];
        into->notes |= from->notes;
        total->handshakes += s->tls[i].handshakes;
        total->mutual += s->tls[i].mutual[MUTUAL_YES];
    }
}

static void add_health(struct health_row *into, const struct health_row *from)
{
    into->time_ns = from->time_ns;
    into->windows += from->windows;
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        *counter_in(&into->capture, capture_counter_at[i]) +=
            counter_of(&from->capture, capture_counter_at[i]);
    for (int i = 0; i < DECODE_COUNTERS; i++)
        *counter_in(&into->decode, decode_counter_at[i]) +=
            counter_of(&from->decode, decode_counter_at[i]);
    into->decode.flows = from->decode.flows;
#define ADD(column, field) into->field += from->field;
    LIMIT_COLUMNS(ADD)
#undef ADD
    into->connections_forgotten += from->connections_forgotten;
}

/* The windows that are not in yet; false if there are none. */
static bool range_of_new(const struct totals *t, struct range history, struct range *ret)
{
    *ret = (struct range){t->to_ns, history.to_ns};
    if (!t->to_ns)
        ret->from_ns = history.to_ns > BEGIN_NS ? history.to_ns - BEGIN_NS : 0;
    return ret->from_ns < ret->to_ns;
}

bool totals_update(struct totals *t, struct query *q, struct err *err)
{
    struct range history, r;
    struct health_row health;
    struct summary s;
    if (!query_history(q, &history, err))
        return false;
    if (!range_of_new(t, history, &r))
        return true;
    if (!query_health(q, r, &health, err) || !summary_load(q, r, GROUP_SERVICE, &s, err))
        return false;
    bool fits = make_room(t, &s);
    if (fits) {
        add_edges(t, &s);
        add_health(&t->health, &health);
        if (!t->to_ns)
            t->from_ns = r.from_ns;
        t->to_ns = r.to_ns;
    }
    summary_free(&s);
    return fits || question_no_memory(q, err);
}

void totals_free(struct totals *t)
{
    for (size_t i = 0; i < t->edge_len; i++)
        tallied_free(&t->edge[i].count.exchanges);
    free(t->edge);
    operation_totals_free(&t->operations);
    *t = (struct totals){0};
}
