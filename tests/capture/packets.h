/* packets.h - IP packets as frames, for tests: TCP and UDP over IPv4 and IPv6, with what a mirror
 * puts around them, whole and in fragments. */
#pragma once

#include "capture/frame.h"

/* What is around a packet: where it was seen. */
struct place {
    uint16_t vlan; /* 0: no tag */
    uint16_t interface;
    uint8_t hops; /* routers passed: TTL and MAC addresses differ */
    uint8_t tos;
    uint32_t gre_key; /* 0: in no tunnel; else GRE over IPv4, each frame with an id of its own */
};

/* A packet from 10.0.0.1 or 2001:db8::1, port 4000, to ...2, port 80. */
struct made {
    bool v6, udp;
    uint16_t id;       /* IPv4 */
    uint32_t sequence; /* TCP */
    const void *payload;
    size_t payload_len;
};

enum { MADE_MAX = 70000 };

/* The IP packet; returns its length. `ip` has room for MADE_MAX. */
size_t packets_ip(const struct made *m, uint8_t *ip);

/* One fragment of that packet: `len` bytes of what follows the IP header, from `offset` on; fewer
 * at its end. */
size_t packets_fragment(const uint8_t *ip, size_t ip_len, size_t offset, size_t len, uint32_t id,
                        uint8_t *fragment);

/* An IP packet as an Ethernet frame seen at `at`; `bytes` has room for MADE_MAX and is borrowed by
 * the frame. */
struct frame packets_frame(const uint8_t *ip, size_t ip_len, const struct place *at,
                           uint64_t time_ns, uint8_t *bytes);
