/* hops.c - see hops.h. */
#include "graph/hops.h"

#include <stdlib.h>

#include "base/hash.h"

enum { ROOM_MIN = 64 };

uint64_t hop_hash(const char *id)
{
    static const struct hash_key key = {{0x7461706772617068, 0x686f7073}};
    return id[0] ? hash_bytes(&key, id, strlen(id)) | 1 : 0;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_hops(const void *left, const void *right, void *edge)
{
    const struct hop_delta *a = left, *b = right;
    const struct edge_delta *edges = edge;
    int order = compare_numbers(hop_order(a), hop_order(b));
    if (!order)
        order = compare_numbers(a->begin_ns, b->begin_ns);
    if (!order)
        order = compare_numbers(b->end_ns, a->end_ns); /* the outer first */
    if (!order && a->edge != b->edge)
        order = edge_key_compare(&edges[a->edge].key, &edges[b->edge].key);
    if (!order)
        order = compare_numbers(a->id[0], b->id[0]);
    if (!order)
        order = compare_numbers(a->id[1], b->id[1]);
    if (!order)
        order = address_compare(&a->said, &b->said);
    return order ? order : compare_numbers(a->operation, b->operation);
}

void hops_settle(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->hop_len; i++)
        if (d->hop[i].edge < d->edge_len)
            d->hop[len++] = d->hop[i];
    if (len > 1)
        qsort_r(d->hop, len, sizeof *d->hop, order_hops, d->edge);
    if (len > HOPS_MAX)
        len = HOPS_MAX;
    d->hops_dropped += d->hop_len - len;
    d->hop_len = len;
}

bool hops_add(struct delta *d, uint32_t *room, const struct hop_delta *hop)
{
    if (d->hop_len == 2 * HOPS_MAX)
        hops_settle(d);
    if (d->hop_len == *room) {
        uint32_t more = *room ? 2 * *room : ROOM_MIN;
        struct hop_delta *grown = realloc(d->hop, more * sizeof *grown);
        if (!grown) {
            d->hops_dropped++;
            return false;
        }
        d->hop = grown;
        *room = more;
    }
    d->hop[d->hop_len++] = *hop;
    return true;
}
