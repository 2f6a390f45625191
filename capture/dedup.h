/* dedup.h - tells a copy of a packet, which a mirror port made, from a packet that was sent again.
 *
 * A mirror shows a packet more than once when it takes it at several places: at two ports of a
 * VLAN, before and after a router, inside a tunnel and outside. Two packets are the same when their
 * innermost IP packets are, but for what may change on the way: time to live, DSCP, checksums. The
 * places differ in what was around it (its vantage: interface, VLAN, tunnel, MAC addresses) and in
 * time to live.
 *
 * IPv4 with an identification, and fragments, which always have one: the same again within
 * DEDUP_WINDOW_NS is a copy, since what is sent again gets a new identification. So is a SYN, which
 * nobody sends again so soon. Without an identification (IPv4
 * with 0, IPv6) what is sent again may be equal to the last bit. Then what counts is how often each
 * place has shown it: a packet is a copy if another place has shown it at least as often. When one
 * place shows it more often than any other, it was sent again, unless that place is known to show
 * everything twice or more: this is learned, vantage by vantage, from at least DEDUP_LEARN packets
 * half of which came again, and by then every second (third, fourth) sighting is a packet and the
 * others are copies. Until it is learned such a packet is DEDUP_UNCERTAIN.
 *
 * On a feed without copies the filter steps aside: it looks only at one packet in
 * DEDUP_SAMPLE, and at all again once it finds a copy. */
#pragma once

#include "base/hash.h"
#include "capture/packet.h"

#define DEDUP_WINDOW_NS UINT64_C(20000000) /* 20 ms between one sighting and the next */

enum {
    DEDUP_LEARN = 200,     /* packets of a vantage, before anything is concluded from them */
    DEDUP_SLEEP = 65536,   /* packets without a copy, before it steps aside */
    DEDUP_SAMPLE_BITS = 5, /* then one packet in 32 is looked at */
};

enum dedup_verdict {
    DEDUP_FIRST,     /* not seen before; or sent again */
    DEDUP_COPY,      /* an earlier frame brought it */
    DEDUP_UNCERTAIN, /* seen before; a copy, or sent again */
};

struct dedup;

/* About 0.6 MiB. `key` is copied. NULL when memory is short. */
struct dedup *dedup_new(const struct hash_key *key);
void dedup_free(struct dedup *d);

/* Judges the next packet. `is_fragment`: `p` is what frame_parse() makes of a FRAME_FRAGMENT. */
enum dedup_verdict dedup_packet(struct dedup *d, const struct packet *p, bool is_fragment);

/* Does it look at every packet now? */
bool dedup_is_awake(const struct dedup *d);
