/* copies.c - see copies.h.
 *
 * A table of what was seen last, by what no mirror and no router changes. Whether a packet is a
 * copy was decided elsewhere; here is only looked up what the packet was like before. */
#include "doctor/copies.h"

#include <stdlib.h>

enum { RECENT = 16384 }; /* a power of two */

/* Without padding, so that it can be hashed as bytes. */
struct likeness {
    struct address source, destination;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledged, len;
    uint16_t ip_id;
    uint8_t protocol, tcp_flags;
};

struct copies {
    struct hash_key key;
    struct copies_result result;
    struct recent {
        uint64_t likeness; /* hashed; 0: free */
        uint64_t link;
        uint32_t tunnel_id;
        uint16_t vlan, interface;
        uint8_t ttl, tunnels;
    } recent[RECENT];
};

struct copies *copies_new(const struct hash_key *key)
{
    struct copies *c = calloc(1, sizeof *c);
    if (c)
        c->key = *key;
    return c;
}

void copies_free(struct copies *c)
{
    free(c);
}

static uint64_t likeness_of(const struct copies *c, const struct packet *p)
{
    struct likeness l = {
        .source = p->source,
        .destination = p->destination,
        .source_port = p->source_port,
        .destination_port = p->destination_port,
        .sequence = p->sequence,
        .acknowledged = p->acknowledged,
        .len = (uint32_t)p->payload.len + p->cut,
        .ip_id = p->ip_id,
        .protocol = p->protocol,
        .tcp_flags = p->tcp_flags,
    };
    return hash_bytes(&c->key, &l, sizeof l) | 1;
}

static enum copy_pattern pattern_of(const struct recent *before, const struct recent *copy)
{
    if (before->likeness != copy->likeness)
        return COPY_UNKNOWN;
    if (before->interface != copy->interface)
        return COPY_INTERFACE;
    if (before->tunnels != copy->tunnels || before->tunnel_id != copy->tunnel_id)
        return COPY_TUNNEL;
    if (before->ttl != copy->ttl)
        return COPY_ROUTED;
    if (before->vlan != copy->vlan)
        return before->vlan && copy->vlan ? COPY_VLAN : COPY_TAG;
    return before->link == copy->link ? COPY_SAME : COPY_LINK;
}

static void note(struct copies_result *r, const struct recent *before, const struct recent *copy)
{
    enum copy_pattern pattern = pattern_of(before, copy);
    r->copies++;
    if (!r->by_pattern[pattern]++)
        r->example[pattern] = (struct copy_example){
            .vlan = {before->vlan, copy->vlan},
            .ttl = {before->ttl, copy->ttl},
            .tunnels = {before->tunnels, copy->tunnels},
            .tunnel_id = {before->tunnel_id, copy->tunnel_id},
            .interface = {before->interface, copy->interface},
        };
}

void copies_packet(struct copies *c, const struct packet *p)
{
    struct recent now = {
        .likeness = likeness_of(c, p),
        .link = p->link,
        .tunnel_id = p->tunnel_id,
        .vlan = p->vlan,
        .interface = p->interface,
        .ttl = p->ttl,
        .tunnels = p->tunnels,
    };
    struct recent *before = &c->recent[now.likeness >> 1 & (RECENT - 1)];
    c->result.packets++;
    if (p->copy)
        note(&c->result, before, &now);
    else
        *before = now;
}

const struct copies_result *copies_result(const struct copies *c)
{
    return &c->result;
}
