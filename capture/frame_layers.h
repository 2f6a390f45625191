/* frame_layers.h - how the layers of a frame hand it on to each other. PRIVATE to capture/frame*.c.
 *
 * Each layer takes its header off the front of what is left and passes the rest on, so that a
 * layer may contain any other. Nothing is written to the packet before the last header is read: a
 * tunnel around what turns out to be FRAME_MALFORMED puts `layers` back and is an ordinary packet
 * itself. Whoever calls a layer that is a tunnel asks layers_enter() first. */
#pragma once

#include "capture/frame.h"
#include "capture/tenant.h"

/* Where reading has got to. */
struct layers {
    const struct frame *frame;
    const struct frame_options *options;
    struct cursor bytes;      /* captured, from here to the end of the layer */
    size_t length;            /* the same on the wire: at least as many */
    const uint8_t *ip;        /* the innermost IP header */
    const uint8_t *ip_end;    /* of what was captured of its packet */
    const uint8_t *from, *to; /* its addresses */
    bool is_v6;
    bool unbounded;     /* it gave no length */
    uint8_t ttl;        /* of it, as in struct packet */
    uint16_t ip_id;     /* likewise */
    uint16_t ethertype; /* set with FRAME_NOT_IP by layer_ethertype(): what it was */

    /* From here on all begins as 0. */
    bool pseudowire; /* an Ethernet frame was looked for behind MPLS labels */
    uint8_t tunnels; /* this and the next as in struct packet */
    uint16_t vlan;
    uint32_t tunnel_id;
    uint64_t link;
    uint32_t network; /* tenant_of() of the innermost tunnel that tells networks apart */
};

/* The layers. Each reads on to the innermost packet. */
enum frame_verdict layer_ethernet(struct layers *l, struct packet *packet);
enum frame_verdict layer_ethertype(struct layers *l, uint16_t ethertype, struct packet *packet);
enum frame_verdict layer_typed_link(struct layers *l, size_t header, size_t type_at,
                                    struct packet *packet);
enum frame_verdict layer_family(struct layers *l, struct packet *packet);
enum frame_verdict layer_ip(struct layers *l, struct packet *packet); /* of either version */
enum frame_verdict layer_ipv4(struct layers *l, struct packet *packet);
enum frame_verdict layer_ipv6(struct layers *l, struct packet *packet);
enum frame_verdict layer_mpls(struct layers *l, struct packet *packet);
enum frame_verdict layer_pppoe(struct layers *l, struct packet *packet);
enum frame_verdict layer_ppp(struct layers *l, struct packet *packet);
enum frame_verdict layer_nsh(struct layers *l, struct packet *packet);

/* What the next-protocol field of NSH or VXLAN-GPE announces. */
enum frame_verdict layer_next(struct layers *l, uint8_t next, struct packet *packet);

/* GRE. FRAME_MALFORMED also for what is not taken off. */
enum frame_verdict layer_gre(struct layers *l, struct packet *packet);

/* What a tunnel carries by its EtherType, Ethernet itself included. What that is no IP packet and
 * no Ethernet frame is FRAME_MALFORMED. */
enum frame_verdict layer_carried(struct layers *l, uint16_t ethertype, struct packet *packet);

/* Which tunnel datagrams to this port may be; TUNNELS if none. */
enum tunnel overlay_of(const struct frame_options *options, uint16_t port);

/* What a datagram carries, from behind the UDP header on. FRAME_MALFORMED if it is no tunnel. */
enum frame_verdict layer_overlay(struct layers *l, enum tunnel tunnel, struct packet *packet);

static inline uint16_t be16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t be32_at(const uint8_t *at)
{
    return (uint32_t)be16_at(at) << 16 | be16_at(at + 2);
}

static inline uint32_t be24_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 16 | be16_at(at + 1);
}

/* The next `len` bytes, at least one, or NULL if they were not captured. */
static inline const uint8_t *take(struct layers *l, size_t len)
{
    struct bytes taken = cursor_take(&l->bytes, len);
    if (!taken.len)
        return NULL;
    l->length -= len;
    return taken.at;
}

/* Why take() had no header of `len` bytes: only a snapshot makes a frame longer than it looks. */
static inline enum frame_verdict lacks(const struct layers *l, size_t len)
{
    return len <= l->length ? FRAME_HEADERS_CUT : FRAME_MALFORMED;
}

/* The layer ends `len` bytes from here: what follows is padding. */
static inline void end_layer(struct layers *l, size_t len)
{
    l->length = len;
    if ((size_t)(l->bytes.end - l->bytes.at) > len)
        l->bytes.end = l->bytes.at + len;
}

/* May a tunnel of this kind be taken off here? If so, it counts as taken off. */
static inline bool layers_enter(struct layers *l, enum tunnel tunnel)
{
    if (l->tunnels >= TUNNEL_DEPTH_MAX || l->options->left_on >> tunnel & 1)
        return false;
    l->tunnels++;
    return true;
}

static inline void set_network(struct layers *l, enum tenant_kind kind, uint32_t id)
{
    l->tunnel_id = id;
    l->network = tenant_of(kind, id);
}
