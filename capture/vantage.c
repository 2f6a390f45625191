/* vantage.c - see vantage.h. */
#include "capture/vantage.h"

#include <stdbool.h>
#include <stdlib.h>

int vantage_compare(const struct vantage *a, const struct vantage *b)
{
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    if (a->vlan != b->vlan)
        return a->vlan < b->vlan ? -1 : 1;
    if (a->tunnels != b->tunnels)
        return a->tunnels < b->tunnels ? -1 : 1;
    return (a->tunnel_id > b->tunnel_id) - (a->tunnel_id < b->tunnel_id);
}

void vantages_init(struct vantages *v, const struct hash_key *key)
{
    *v = (struct vantages){.key = *key};
}

static inline bool is_of(const struct vantage *row, const struct packet *p)
{
    return row->vlan == p->vlan && row->tunnel_id == p->tunnel_id &&
           row->interface == p->interface && row->tunnels == p->tunnels;
}

/* The row with the place of `of`; NULL when there is no room. */
static struct vantage *find(struct vantages *v, const struct vantage *of)
{
    uint64_t word[2] = {(uint64_t)of->interface << 32 | (uint64_t)of->vlan << 16 | of->tunnels,
                        of->tunnel_id};
    size_t mask = sizeof v->place / sizeof *v->place - 1;
    size_t at = hash_bytes(&v->key, word, sizeof word) & mask;
    for (; v->place[at]; at = (at + 1) & mask) {
        v->last = v->place[at] - 1U;
        if (vantage_compare(&v->row[v->last], of) == 0)
            return &v->row[v->last];
    }
    if (v->len == VANTAGES_MAX)
        return NULL;
    v->last = v->len;
    v->row[v->len++] = (struct vantage){
        .interface = of->interface,
        .vlan = of->vlan,
        .tunnels = of->tunnels,
        .tunnel_id = of->tunnel_id,
    };
    v->place[at] = (uint16_t)v->len;
    return &v->row[v->last];
}

struct vantage *vantages_of(struct vantages *v, const struct packet *p)
{
    if (v->len && is_of(&v->row[v->last], p))
        return &v->row[v->last];
    struct vantage of = {
        .interface = p->interface,
        .vlan = p->vlan,
        .tunnels = p->tunnels,
        .tunnel_id = p->tunnel_id,
    };
    struct vantage *row = find(v, &of);
    v->dropped += !row;
    return row;
}

static void forget(struct vantages *v)
{
    memset(v->place, 0, sizeof v->place);
    v->len = 0;
    v->dropped = 0;
}

void vantages_move(struct vantages *into, struct vantages *from)
{
    for (size_t i = 0; i < from->len; i++) {
        const struct vantage *more = &from->row[i];
        struct vantage *row = find(into, more);
        if (!row) {
            into->dropped += more->packets;
            continue;
        }
        row->packets += more->packets;
        row->bytes += more->bytes;
        row->duplicates += more->duplicates;
        row->duplicate_bytes += more->duplicate_bytes;
        row->uncertain += more->uncertain;
    }
    into->dropped += from->dropped;
    forget(from);
}

static int compare(const void *a, const void *b)
{
    return vantage_compare(a, b);
}

size_t vantages_take(struct vantages *v, struct vantage *ret_rows, uint64_t *ret_dropped)
{
    size_t len = v->len;
    memcpy(ret_rows, v->row, len * sizeof *ret_rows);
    if (len > 1)
        qsort(ret_rows, len, sizeof *ret_rows, compare);
    *ret_dropped = v->dropped;
    forget(v);
    return len;
}
