/* vantage.h - BOUNDARY: where packets were seen, as far as frames tell, and how often each place
 * showed what another frame had shown already. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "capture/packet.h"

enum { VANTAGES_MAX = 256 }; /* in one window; past it packets are not counted by vantage */

/* Packets of one interface, VLAN and tunnel. */
struct vantage {
    uint16_t interface, vlan; /* as in struct packet, all four */
    uint8_t tunnels;
    uint32_t tunnel_id;
    uint64_t packets, bytes; /* IP packets, copies included; bytes of frames on the wire */
    uint64_t duplicates, duplicate_bytes; /* of these, copies */
    uint64_t uncertain;                   /* of these: a copy, or sent again; could not be told */
};

/* By interface, VLAN, tunnels, tunnel id. */
int vantage_compare(const struct vantage *a, const struct vantage *b);

/* The rows since they were last taken. */
struct vantages {
    struct hash_key key;
    struct vantage row[VANTAGES_MAX];
    size_t len;
    size_t last;                      /* the one asked for last; valid if `len` */
    uint16_t place[2 * VANTAGES_MAX]; /* by hash: row + 1; 0 = none */
    uint64_t dropped;                 /* packets past VANTAGES_MAX */
};

void vantages_init(struct vantages *v, const struct hash_key *key);

/* The row of a packet's vantage; NULL, counted, when there is no room for one more. */
struct vantage *vantages_of(struct vantages *v, const struct packet *p);

/* Moves the rows of `from` to `into`. */
void vantages_move(struct vantages *into, struct vantages *from);

/* Moves the rows, in order, into `ret_rows`, which has room for VANTAGES_MAX, and `dropped` into
 * `ret_dropped`; starts anew. Returns how many rows. */
size_t vantages_take(struct vantages *v, struct vantage *ret_rows, uint64_t *ret_dropped);
