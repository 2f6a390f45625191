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
    HEALTH_SEEN = 1 << 7,          /* a packet of side 0; side 1 likewise. Stays */
    HEALTH_ONE_WAY_TOLD = 1 << 9,  /* stays */
    HEALTH_ANSWERED = 1 << 10,     /* one side has got something of the other, unseen. Stays */
    HEALTH_AGAIN = 1 << 11,        /* data was sent again. Stays */
    HEALTH_REFUSED = 1 << 12,      /* besides HEALTH_FAILED */
};

enum {
    HEALTH_LONE_LEAST = 8
}; /* packets with data after which a silent other side was not captured */

/* What goes wrong. On most connections nothing does. */
struct ills {
    uint64_t missing_bytes[2]; /* payload of a side that was never captured */
    uint32_t truncated[2];     /* packets of which the capture has only a part */
    uint32_t retransmits[2];
    uint32_t out_of_order[2]; /* segments of a side that came before one in front of them */
    uint32_t zero_windows[2]; /* announced by a side */
    uint64_t closed_ns[2];    /* since when a side's window has been closed; 0: it is open */
    uint64_t zero_window_ns[2];
};

/* Zeroed is a beginning; health_fini() gives back what it owns. */
struct health {
    uint64_t bytes[2];     /* frames sent by a side, as on the wire */
    uint64_t handshake_ns; /* packet time of the latest SYN or SYN-ACK; 0 = none */
    uint64_t rtt_server_ns, rtt_client_ns;
    uint32_t packets[2];
    uint32_t duplicates[2];   /* copies of a side's packets */
    uint64_t rtt_least_ns[2]; /* from the tap to a side and back; 0 = none */
    /* Data of a side whose acknowledgment is awaited, which tells how far the other side is. */
    uint64_t probe_ns[2];  /* when it was sent; 0: there is none */
    uint32_t probe_end[2]; /* the sequence number behind it */
    struct ills *ills;     /* owned; NULL: nothing has gone wrong, or memory is short */
    uint16_t events;       /* enum health_event */
    uint8_t lone;          /* packets with data while the other side was silent, up to 255 */
};

/* Was any packet of this side seen? */
static inline bool health_is_seen(const struct health *h, unsigned side)
{
    return h->events & HEALTH_SEEN << side;
}

/* A packet of the flow, sent by `side`. */
void health_packet(struct health *h, unsigned side, const struct packet *p);

/* `len` bytes of payload of `side` were never captured; a segment of it came before one in front of
 * it, or again. */
void health_missing(struct health *h, unsigned side, uint64_t len);
void health_out_of_order(struct health *h, unsigned side);
void health_again(struct health *h, unsigned side);

/* The SYN, the SYN-ACK that answers it, the ACK that answers that. */
void health_syn(struct health *h, uint64_t now_ns);
void health_syn_ack(struct health *h, uint64_t now_ns);
void health_established(struct health *h, uint64_t now_ns);

/* Data of `side` that ends before sequence number `end` came for the first time, or (false) again:
 * then nobody knows which of the two an acknowledgment answers (RFC 6298, 3). */
void health_data(struct health *h, unsigned side, uint32_t end, uint64_t now_ns, bool first);

/* `side` acknowledges what comes before `acknowledged`. */
void health_acked(struct health *h, unsigned side, uint32_t acknowledged, uint64_t now_ns);

/* Was nothing of the other side seen, though enough data was? Its packets do not reach the tap. */
bool health_is_one_way(const struct health *h);

/* What one side acknowledges shows that the other has spoken, which was not seen. */
void health_answered(struct health *h);

/* There was time enough to see the other side, if only because a reordered packet would have come
 * by now. */
void health_settled(struct health *h);

/* There was time enough for it to answer: any data that stayed alone, and was not sent again, was
 * enough. */
void health_waited(struct health *h);

void health_fini(struct health *h);

/* Moves the counters into a report and starts them anew. `client` is a side. */
void health_report(struct health *h, unsigned client, struct flow_report *ret_report);
