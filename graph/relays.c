/* relays.c - see relays.h.
 *
 * All hops are listed by each of their identifiers, in order of when they began. Of one, those that
 * may be its outer side are looked for backwards: the nearest that was still open when it ended,
 * and went to where it came from. A service that calls itself is no hop. What has found no outer
 * side when its window is whole, but says for whom it is, is believed. */
#include "graph/relays.h"

#include <stdlib.h>

enum { LOOK_BACK_MAX = 64 }; /* hops with the same identifier that are looked at for each */

/* One that has ended, with what its edge's row in its window said. */
struct waiting {
    struct hop_delta hop;
    struct edge_key key;
};

struct relays {
    struct waiting waiting[RELAYS_WAITING_MAX];
    uint32_t len;
};

/* A hop by one of its identifiers. */
struct listed {
    uint64_t id;
    uint32_t at; /* of the window's hops, and behind those the ones that wait */
};

/* What is joined. `used`: is the inner side of a relay, by hop. */
struct joint {
    struct relays *relays;
    struct delta *d;
    struct listed *list; /* owned */
    bool *used;          /* owned */
    size_t list_len;
    uint32_t hops, room;
};

struct relays *relays_new(void)
{
    return calloc(1, sizeof(struct relays));
}

void relays_free(struct relays *r)
{
    free(r);
}

static const struct hop_delta *hop_at(const struct joint *j, uint32_t at)
{
    return at < j->d->hop_len ? &j->d->hop[at] : &j->relays->waiting[at - j->d->hop_len].hop;
}

static const struct edge_key *key_at(const struct joint *j, uint32_t at)
{
    return at < j->d->hop_len ? &j->d->edge[j->d->hop[at].edge].key
                              : &j->relays->waiting[at - j->d->hop_len].key;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_listed(const void *left, const void *right, void *joint)
{
    const struct listed *a = left, *b = right;
    const struct hop_delta *x = hop_at(joint, a->at), *y = hop_at(joint, b->at);
    int order = compare_numbers(a->id, b->id);
    if (!order)
        order = compare_numbers(x->begin_ns, y->begin_ns);
    if (!order)
        order = compare_numbers(y->end_ns, x->end_ns); /* the outer first */
    if (!order)
        order = edge_key_compare(key_at(joint, a->at), key_at(joint, b->at));
    return order ? order : compare_numbers(a->at, b->at);
}

static bool holds(const struct joint *j, uint32_t outer, uint32_t inner)
{
    const struct edge_key *in = key_at(j, outer), *out = key_at(j, inner);
    return hop_at(j, outer)->end_ns >= hop_at(j, inner)->end_ns && in->tenant == out->tenant &&
           !address_is_none(&out->client) && address_equal(&in->server, &out->client) &&
           !address_equal(&out->client, &out->server);
}

/* Without an outer side that was seen, `outer` is `inner`, which says for whom it is. */
static void add_relay(struct joint *j, uint32_t outer, uint32_t inner)
{
    struct delta *d = j->d;
    const struct hop_delta *in = hop_at(j, outer), *out = hop_at(j, inner);
    if (d->relay_len >= j->room) { /* what was joined before may have left some */
        uint32_t room = 2 * d->relay_len + 64;
        struct relay_delta *grown = realloc(d->relay, room * sizeof *grown);
        if (!grown) {
            d->hops_dropped++;
            return;
        }
        d->relay = grown;
        j->room = room;
    }
    d->relay[d->relay_len++] = (struct relay_delta){
        .edge = in->edge,
        .inner = *key_at(j, inner),
        .last_ns = out->end_ns,
        .requests = 1,
        .passed_on = in->operation == out->operation,
    };
    if (outer == inner)
        d->relay[d->relay_len - 1].said = out->said;
    j->used[inner] = true;
}

/* Looks for the outer side of the hop at `i` of the list. What waits has found none in its own
 * window, so its outer side is of this one, which ended later. */
static void find_outer(struct joint *j, size_t i)
{
    const struct listed *inner = &j->list[i];
    for (size_t back = 1; back <= i && back <= LOOK_BACK_MAX; back++) {
        const struct listed *outer = &j->list[i - back];
        if (outer->id != inner->id || j->used[inner->at])
            return;
        if (outer->at < j->d->hop_len && holds(j, outer->at, inner->at)) {
            add_relay(j, outer->at, inner->at);
            return;
        }
    }
}

static void list_hops(struct joint *j)
{
    for (uint32_t at = 0; at < j->hops; at++)
        for (int i = 0; i < HOP_IDS; i++)
            if (hop_at(j, at)->id[i])
                j->list[j->list_len++] = (struct listed){hop_at(j, at)->id[i], at};
    qsort_r(j->list, j->list_len, sizeof *j->list, order_listed, j);
}

int relay_compare(const struct relay_delta *a, const struct relay_delta *b)
{
    int order = compare_numbers(a->edge, b->edge);
    if (!order)
        order = edge_key_compare(&a->inner, &b->inner);
    return order ? order : address_compare(&a->said, &b->said);
}

static int order_relays(const void *left, const void *right)
{
    return relay_compare(left, right);
}

/* Makes one row of those that are the same. */
static void unite(struct delta *d)
{
    uint32_t len = 0;
    if (d->relay_len > 1)
        qsort(d->relay, d->relay_len, sizeof *d->relay, order_relays);
    for (uint32_t i = 0; i < d->relay_len; i++) {
        struct relay_delta *row = &d->relay[i], *last = len ? &d->relay[len - 1] : NULL;
        if (last && !relay_compare(last, row)) {
            last->requests += row->requests;
            last->passed_on += row->passed_on;
            if (row->last_ns > last->last_ns)
                last->last_ns = row->last_ns;
        } else if (len < RELAYS_MAX) {
            d->relay[len++] = *row;
        } else {
            d->hops_dropped += row->requests;
        }
    }
    d->relay_len = len;
}

/* Those that ended last first. */
static int order_waiting(const void *left, const void *right)
{
    const struct waiting *a = left, *b = right;
    int order = compare_numbers(b->hop.end_ns, a->hop.end_ns);
    if (!order)
        order = compare_numbers(a->hop.begin_ns, b->hop.begin_ns);
    if (!order)
        order = compare_numbers(hop_order(&a->hop), hop_order(&b->hop));
    return order ? order : edge_key_compare(&a->key, &b->key);
}

/* What has found no outer side, and may do so yet. */
static void keep_waiting(struct joint *j)
{
    struct waiting *all = calloc(j->hops + 1U, sizeof *all);
    uint32_t len = 0;
    for (uint32_t at = 0; all && at < j->hops; at++)
        if (!j->used[at] && hop_at(j, at)->end_ns + RELAYS_WAIT_NS >= j->d->end_ns &&
            !address_is_none(&key_at(j, at)->client))
            all[len++] = (struct waiting){*hop_at(j, at), *key_at(j, at)};
    if (len > 1)
        qsort(all, len, sizeof *all, order_waiting);
    if (len > RELAYS_WAITING_MAX)
        len = RELAYS_WAITING_MAX;
    if (len)
        memcpy(j->relays->waiting, all, len * sizeof *all);
    j->relays->len = len;
    free(all);
}

void relays_join(struct relays *r, struct delta *d)
{
    struct joint j = {.relays = r, .d = d, .hops = d->hop_len + r->len};
    j.list = malloc((HOP_IDS * (size_t)j.hops + 1) * sizeof *j.list);
    j.used = calloc(j.hops + 1U, sizeof *j.used);
    if (j.list && j.used) {
        list_hops(&j);
        for (size_t i = 0; i < j.list_len; i++)
            find_outer(&j, i);
        for (uint32_t at = 0; at < d->hop_len; at++)
            if (!j.used[at] && !address_is_none(&d->hop[at].said))
                add_relay(&j, at, at);
        unite(d);
        keep_waiting(&j);
    } else {
        d->hops_dropped += d->hop_len;
    }
    free(j.list);
    free(j.used);
    d->hop_len = 0;
}
