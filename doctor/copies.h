/* copies.h - in what packets that came twice differ: that tells why they did. */
#pragma once

#include "base/hash.h"
#include "capture/packet.h"

/* The first that holds of a copy and the packet it repeats. */
enum copy_pattern {
    COPY_INTERFACE, /* two interfaces, or files, show it */
    COPY_TUNNEL,    /* once inside a tunnel and once outside, or in two tunnels */
    COPY_ROUTED,    /* before and after a router: the time to live differs */
    COPY_TAG,       /* once with a VLAN tag and once without */
    COPY_VLAN,      /* in two VLANs, with the same time to live */
    COPY_LINK,      /* between other MAC addresses */
    COPY_SAME,      /* the very same frame */
    COPY_UNKNOWN,   /* what it repeats lies too far back */
    COPY_PATTERNS,
};

struct copies_result {
    uint64_t packets, copies; /* of all packets, those that are copies */
    uint64_t by_pattern[COPY_PATTERNS];
    struct copy_example {
        uint16_t vlan[2]; /* of the packet, of its copy */
        uint8_t ttl[2];
        uint8_t tunnels[2];
        uint32_t tunnel_id[2];
        uint16_t interface[2];
    } example[COPY_PATTERNS]; /* the first of each */
};

struct copies;

/* About 1 MiB. NULL when memory is short. */
struct copies *copies_new(const struct hash_key *key);
void copies_free(struct copies *c);

/* The next packet of the capture; `copy` says whether it is one. */
void copies_packet(struct copies *c, const struct packet *p);

const struct copies_result *copies_result(const struct copies *c);
