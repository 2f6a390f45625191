/* trace.c - see trace.h. */
#include "store/trace.h"

#include <stdlib.h>
#include <string.h>

void trace_free(struct trace *t)
{
    free(t->hop);
    *t = (struct trace){0};
}

enum { EXTERNAL_ID = 1 }; /* many are this one service */

static void measure(struct trace_hop *hop)
{
    const struct request_row *r = &hop->request;
    hop->begin_ns = r->time_ns;
    hop->end_ns = r->is_timed ? r->time_ns + r->duration_ns : r->exchange.end_ns;
    if (hop->end_ns < hop->begin_ns)
        hop->end_ns = hop->begin_ns;
    hop->parent = -1;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By beginning; of those at the same time what lasts longer is outside. */
static int order_hops(const void *left, const void *right)
{
    const struct trace_hop *a = left, *b = right;
    int order = compare_numbers(a->begin_ns, b->begin_ns);
    if (!order)
        order = compare_numbers(b->end_ns, a->end_ns);
    return order ? order : (a->request.id > b->request.id) - (a->request.id < b->request.id);
}

/* Is the server of the one the client of the other? */
static bool leads_to(const struct trace_hop *outer, const struct trace_hop *inner)
{
    const struct request_row *a = &outer->request, *b = &inner->request;
    return (a->server_id == b->client_id && a->server_id != EXTERNAL_ID) ||
           (!address_is_none(&a->exchange.server_address) &&
            address_equal(&a->exchange.server_address, &b->exchange.client_address));
}

static bool names_as_parent(const struct trace_hop *inner, const struct trace_hop *outer)
{
    const char *parent = inner->request.exchange.parent_id;
    return parent[0] && strcmp(parent, outer->request.exchange.span_id) == 0;
}

/* The caller of hop `i`, among those before it. */
static int32_t caller_of(const struct trace *t, size_t i)
{
    const struct trace_hop *inner = &t->hop[i];
    for (size_t j = i; j-- > 0;)
        if (names_as_parent(inner, &t->hop[j]) && leads_to(&t->hop[j], inner))
            return (int32_t)j;
    for (size_t j = i; j-- > 0;)
        if (leads_to(&t->hop[j], inner) && inner->begin_ns <= t->hop[j].end_ns)
            return (int32_t)j;
    return -1;
}

/* Time of hop `i` in which none of its children, which come in order, was under way. */
static uint64_t own_time(const struct trace *t, size_t i)
{
    const struct trace_hop *hop = &t->hop[i];
    uint64_t own_ns = 0, at_ns = hop->begin_ns;
    for (size_t j = i + 1; j < t->len; j++) {
        const struct trace_hop *child = &t->hop[j];
        if (child->parent != (int32_t)i)
            continue;
        uint64_t begin_ns = child->begin_ns < hop->end_ns ? child->begin_ns : hop->end_ns;
        if (begin_ns > at_ns)
            own_ns += begin_ns - at_ns;
        if (child->end_ns > at_ns)
            at_ns = child->end_ns;
    }
    return own_ns + (hop->end_ns > at_ns ? hop->end_ns - at_ns : 0);
}

/* Writes hop `i` and those below it to `to`, in order; `place` says where each went. */
static void place_from(const struct trace *t, size_t i, struct trace_hop *to, int32_t *place,
                       size_t *len)
{
    /* Without recursion: after a hop comes its first child not yet placed, or its parent's. */
    for (int32_t at = (int32_t)i; at >= 0;) {
        if (place[at] < 0) {
            place[at] = (int32_t)*len;
            to[*len] = t->hop[at];
            to[*len].parent = t->hop[at].parent < 0 ? -1 : place[t->hop[at].parent];
            to[*len].depth = to[*len].parent < 0 ? 0 : to[to[*len].parent].depth + 1;
            ++*len;
        }
        int32_t next = at + 1;
        while (next < (int32_t)t->len && (t->hop[next].parent != at || place[next] >= 0))
            next++;
        at = next < (int32_t)t->len ? next : t->hop[at].parent;
    }
}

/* Puts each hop before those it called for. */
static bool put_in_order(struct trace *t)
{
    struct trace_hop *to = malloc(t->len * sizeof *to);
    int32_t *place = malloc(t->len * sizeof *place);
    size_t len = 0;
    bool fine = to && place;
    for (size_t i = 0; fine && i < t->len; i++)
        place[i] = -1;
    for (size_t i = 0; fine && i < t->len; i++)
        if (t->hop[i].parent < 0)
            place_from(t, i, to, place, &len);
    free(place);
    if (!fine) {
        free(to);
        return false;
    }
    free(t->hop);
    t->hop = to;
    return true;
}

static bool is_failure(enum outcome outcome)
{
    return outcome_is_error(outcome) || outcome == OUTCOME_CLIENT_ERROR;
}

/* Is the service on a side of a hop before, or the client of this one? */
static bool is_known(const struct trace *t, size_t i, int64_t service, bool of_this)
{
    for (size_t j = 0; j < i; j++)
        if (t->hop[j].request.client_id == service || t->hop[j].request.server_id == service)
            return true;
    return of_this && t->hop[i].request.client_id == service;
}

static void sum_up(struct trace *t)
{
    struct trace_hop *slowest = NULL;
    for (size_t i = 0; i < t->len; i++) {
        struct trace_hop *hop = &t->hop[i];
        t->errors += is_failure(hop->request.exchange.outcome);
        t->services += !is_known(t, i, hop->request.client_id, false);
        t->services += !is_known(t, i, hop->request.server_id, true);
        t->loose += i && hop->parent < 0;
        if (!i || hop->begin_ns < t->begin_ns)
            t->begin_ns = hop->begin_ns;
        if (hop->end_ns > t->end_ns)
            t->end_ns = hop->end_ns;
        if (!slowest || hop->own_ns > slowest->own_ns)
            slowest = hop;
    }
    if (slowest)
        slowest->is_slowest = slowest->own_ns > 0;
}

bool trace_build(struct trace *t)
{
    if (!t->len)
        return true;
    for (size_t i = 0; i < t->len; i++)
        measure(&t->hop[i]);
    qsort(t->hop, t->len, sizeof *t->hop, order_hops);
    for (size_t i = 0; i < t->len; i++)
        t->hop[i].parent = caller_of(t, i);
    for (size_t i = 0; i < t->len; i++)
        t->hop[i].own_ns = own_time(t, i);
    bool ordered = put_in_order(t);
    sum_up(t);
    return ordered;
}
