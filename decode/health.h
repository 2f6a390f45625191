/* health.h - how a flow fares on the wire: counters since its last report.
 *
 * By side, like everything in a flow. */
#pragma once

#include <stdint.h>

#include "capture/packet.h"
#include "decode/flow_report.h"

enum health_event {
    HEALTH_OPENED = 1 << 0,
    HEALTH_FAILED = 1 << 1,
    HEALTH_CLOSED = 1 << 2,
    HEALTH_RESET = 1 << 3,         /* by side 0; by side 1 the bit above */
    HEALTH_WINDOW_CLOSED = 1 << 5, /* of side 0; side 1 likewise. Stays until it opens */
};

struct health {
    uint64_t bytes[2];         /* frames sent by a side, as on the wire */
    uint64_t missing_bytes[2]; /* payload of a side that was never captured */
    uint64_t handshake_ns;     /* packet time of the latest SYN or SYN-ACK; 0 = none */
    uint64_t rtt_server_ns, rtt_client_ns;
    uint32_t packets[2];
    uint32_t retransmits[2];
    uint32_t zero_windows[2]; /* announced by a side */
    uint8_t events;           /* enum health_event */
};

/* A packet of the flow, sent by `side`. */
void health_packet(struct health *h, unsigned side, const struct packet *p);

/* The SYN, the SYN-ACK that answers it, the ACK that answers that. */
void health_syn(struct health *h, uint64_t now_ns);
void health_syn_ack(struct health *h, uint64_t now_ns);
void health_established(struct health *h, uint64_t now_ns);

/* Moves the counters into a report and starts them anew. `client` is a side. */
void health_report(struct health *h, unsigned client, struct flow_report *ret_report);
