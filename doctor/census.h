/* census.h - TCP connections one by one: do both of their sides reach the tap?
 *
 * A side that was never seen is missing if the other shows that it is there: it acknowledges ever
 * more, it goes on sending, it goes on after the handshake. What shows nothing of the kind (a SYN
 * that nobody answers, the last packet of a connection) is not judged. */
#pragma once

#include "base/hash.h"
#include "capture/packet.h"

/* What may be missing of a connection; in the order of its two directions everywhere. */
enum side { REQUESTS, ANSWERS, SIDES };

enum { CENSUS_MAX = 65536, NETWORKS_SEEN_MAX = 64, EXAMPLE_MAX = 160 };

/* Connections of one VLAN and tunnel. */
struct network_seen {
    uint16_t vlan;
    uint32_t tunnel_id;
    uint64_t judged;
    uint64_t lacking[SIDES];
};

struct census_result {
    uint64_t seen;           /* connections of which there was any packet */
    uint64_t past_room;      /* packets of connections past CENSUS_MAX; not looked at */
    uint64_t began_before;   /* of `seen`: their handshake was not seen */
    uint64_t encrypted;      /* of `seen`: what they carry looks like TLS */
    uint64_t judged;         /* of `seen`: enough to know whether both sides reach the tap */
    uint64_t lacking[SIDES]; /* of `judged`: by what never came */
    uint64_t split;          /* of `judged`: the two sides come in different VLANs */
    struct network_seen
        network[NETWORKS_SEEN_MAX]; /* those with most that lack a side come first */
    size_t network_len;
    uint64_t payload_bytes; /* of all, but for what was seen before; cut off or not */
    uint64_t missing_bytes; /* never seen of sides that were, though the other side has them */
    uint64_t missing_of;    /* of `seen`: connections of which there are such bytes */
    char example[SIDES][EXAMPLE_MAX]; /* "10.0.0.1:40000 > 10.0.0.2:80 (VLAN 20), 12 packets" */
    char split_example[EXAMPLE_MAX];
    char missing_example[EXAMPLE_MAX]; /* of one connection, where most is missing */
};

struct census;

/* About 9 MiB, untouched until it is needed. NULL when memory is short. */
struct census *census_new(const struct hash_key *key);
void census_free(struct census *c);

/* The next packet; those that are not TCP, and copies, are passed over. */
void census_packet(struct census *c, const struct packet *p);

void census_judge(const struct census *c, struct census_result *ret);
