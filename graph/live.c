/* live.c - see live.h. */
#include "graph/live.h"

#include <stdlib.h>

#include "graph/merge.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_edges(const struct edge_delta *edge, uint32_t a, uint32_t b)
{
    return a == b ? 0 : edge_key_compare(&edge[a].key, &edge[b].key);
}

int connection_compare(const struct connection_delta *a, const struct connection_delta *b,
                       const struct edge_delta *edge)
{
    int order = compare_edges(edge, a->edge, b->edge);
    if (!order)
        order = compare_numbers(a->began_ns, b->began_ns);
    return order ? order : compare_numbers(a->client_port, b->client_port);
}

int open_call_compare(const struct open_call_delta *a, const struct open_call_delta *b,
                      const struct edge_delta *edge)
{
    int order = compare_numbers(a->request_ns, b->request_ns);
    if (!order)
        order = compare_edges(edge, a->edge, b->edge);
    if (!order)
        order = compare_numbers(a->client_port, b->client_port);
    return order ? order : compare_numbers(a->stream_id, b->stream_id);
}

/* How things stand later comes after; at the same time, any order will do that is one. */
static int compare_standing(const struct connection_delta *a, const struct connection_delta *b)
{
    int order = compare_numbers(a->last_ns, b->last_ns);
    if (!order)
        order = compare_numbers(a->certainty.fields, b->certainty.fields);
    if (!order)
        order = compare_numbers(a->certainty.known, b->certainty.known);
    if (!order)
        order = compare_numbers(a->certainty.late_fields, b->certainty.late_fields);
    if (!order)
        order = compare_numbers(a->certainty.late_known, b->certainty.late_known);
    return order ? order : compare_numbers(a->open_calls, b->open_calls);
}

/* Likewise. */
static int compare_progress(const struct open_call_delta *a, const struct open_call_delta *b)
{
    int order = compare_numbers(a->last_message_ns, b->last_message_ns);
    if (!order)
        order = compare_numbers(a->response_messages, b->response_messages);
    if (!order)
        order = compare_numbers(a->request_messages, b->request_messages);
    if (!order)
        order = strcmp(a->operation, b->operation);
    return order ? order : (a->call > b->call) - (a->call < b->call);
}

static int order_connections(const void *left, const void *right, void *edge)
{
    int order = connection_compare(left, right, edge);
    return order ? order : compare_standing(left, right);
}

static int order_open_calls(const void *left, const void *right, void *edge)
{
    int order = open_call_compare(left, right, edge);
    return order ? order : compare_progress(left, right);
}

void connection_add(struct connection_delta *into, const struct connection_delta *from)
{
    if (from->last_ns >= into->last_ns) {
        into->last_ns = from->last_ns;
        into->open_calls = from->open_calls;
        into->certainty = from->certainty;
    }
    into->closed = into->closed || from->closed;
    into->reports += from->reports;
    into->calls += from->calls;
    for (size_t dir = 0; dir < 2; dir++) {
        into->resets[dir] += from->resets[dir];
        into->stalls[dir] += from->stalls[dir];
    }
    into->goaways += from->goaways;
    if (from->ping_rtt_ns && (!into->ping_rtt_ns || from->ping_rtt_ns < into->ping_rtt_ns))
        into->ping_rtt_ns = from->ping_rtt_ns;
}

/* Takes out the rows whose edge is not there. */
static void drop_orphaned_connections(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->connection_len; i++) {
        if (d->connection[i].edge < d->edge_len)
            d->connection[len++] = d->connection[i];
        else
            d->connections_dropped += d->connection[i].reports;
    }
    d->connection_len = len;
}

void live_settle_connections(struct delta *d)
{
    struct connection_delta *row = d->connection;
    uint32_t len = 0;
    drop_orphaned_connections(d);
    if (d->connection_len > 1)
        qsort_r(row, d->connection_len, sizeof *row, order_connections, d->edge);
    for (uint32_t i = 0; i < d->connection_len; i++) {
        if (len && !connection_compare(&row[len - 1], &row[i], d->edge))
            connection_add(&row[len - 1], &row[i]);
        else if (len < CONNECTIONS_MAX)
            row[len++] = row[i];
        else
            d->connections_dropped += row[i].reports;
    }
    d->connection_len = len;
}

static void drop_orphaned_open_calls(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->open_call_len; i++)
        if (d->open_call[i].edge < d->edge_len)
            d->open_call[len++] = d->open_call[i];
    d->open_calls_dropped += d->open_call_len - len;
    d->open_call_len = len;
}

void live_settle_open_calls(struct delta *d)
{
    struct open_call_delta *row = d->open_call;
    uint32_t len = 0;
    drop_orphaned_open_calls(d);
    if (d->open_call_len > 1)
        qsort_r(row, d->open_call_len, sizeof *row, order_open_calls, d->edge);
    for (uint32_t i = 0; i < d->open_call_len; i++) {
        if (len && !open_call_compare(&row[len - 1], &row[i], d->edge))
            row[len - 1] = row[i];
        else if (len < OPEN_CALLS_MAX)
            row[len++] = row[i];
    }
    d->open_calls_dropped += d->open_call_len - len;
    d->open_call_len = len;
}

static int compare_with_operation(const void *wanted, const void *row)
{
    const struct open_call_delta *call = wanted;
    const struct operation_delta *operation = row;
    int order = (call->edge > operation->edge) - (call->edge < operation->edge);
    return order ? order : strcmp(call->operation, operation->name);
}

void live_name_open_calls(struct delta *d)
{
    for (uint32_t i = 0; i < d->open_call_len; i++) {
        struct open_call_delta *call = &d->open_call[i];
        if (call->operation[0] &&
            (!d->operation_len || !bsearch(call, d->operation, d->operation_len,
                                           sizeof *d->operation, compare_with_operation)))
            bytes_to_text(call->operation, sizeof call->operation, bytes_of_text(OPERATION_OTHER));
    }
}
