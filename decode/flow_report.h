/* flow_report.h - BOUNDARY: what happened on one connection since its last report.
 *
 * A report is a set of increments, so reports are added up. One is made when a flow's protocol is
 * first known, at each tick in which something changed, and at its end. */
#pragma once

#include "decode/counters.h"
#include "decode/exchange.h"

struct flow_report {
    /* Decoder's log name, or "tcp" or "udp" when none claimed it; "" when nothing was said on the
     * connection, so that it is of whatever its server speaks. Static. */
    const char *protocol;
    uint64_t began_ns; /* its first packet, which with both ends tells it from all others */
    uint64_t end_ns;   /* latest packet in the report */
    struct address client_address, server_address;
    uint16_t client_port, server_port;
    uint32_t tenant;
    uint32_t notes;    /* enum note */
    const char *asked; /* as of its exchanges; borrowed */
    const char *host;  /* of the first of its exchanges that was seen to call its server; "" if none
                          had by its first report, and then for good. Borrowed */

    /* Connections, 0 or 1 each. A UDP flow is opened by its first packet and never fails. One that
     * goes on as another protocol is closed as what it was, and opened as what it is; one that is
     * open when the capture ends is not closed. */
    uint8_t opened;  /* handshake seen complete, or traffic seen on one that began before */
    uint8_t failed;  /* SYN refused (RST) or never answered */
    uint8_t refused; /* likewise, if it was refused */
    uint8_t closed;
    uint8_t reset_by_client, reset_by_server;
    uint8_t one_way; /* only one side's packets reach the tap; told once. Not of UDP */

    /* By enum dir: TO_SERVER, TO_CLIENT. */
    uint64_t packets[2], bytes[2]; /* bytes: as on the wire, all headers */
    uint64_t duplicates[2];        /* copies of these packets that a mirror made; not among them */
    uint64_t missing_bytes[2];     /* payload acknowledged or passed over but never captured */
    uint32_t truncated[2];         /* packets of which the capture has only a part */
    uint32_t retransmits[2];       /* segments whose data had been seen already */
    uint32_t out_of_order[2];      /* segments that came before one in front of them */
    uint32_t zero_windows[2];      /* times the receiver's window closed */
    uint64_t zero_window_ns[2];    /* how long it was, counted when it opens */

    uint32_t troubles[TROUBLES]; /* by enum trouble */

    /* Of the handshake, if seen in this report; else 0. They split network time at the tap. */
    uint64_t rtt_server_ns; /* SYN to SYN-ACK */
    uint64_t rtt_client_ns; /* SYN-ACK to ACK */

    /* Least time from the tap to a side and back in this report, of the handshake or of data and
     * its acknowledgment; 0 = none. */
    uint64_t rtt_least_server_ns, rtt_least_client_ns;

    /* Of protocols that carry many exchanges at once on one connection (`multiplexed`), else 0. */
    bool multiplexed;
    uint32_t calls;       /* exchanges that ended */
    uint32_t resets[2];   /* of streams, by who reset them: TO_SERVER by the client */
    uint32_t stalls[2];   /* times a sender had used up the window it was given */
    uint32_t goaways;     /* times a side said that it will take no more */
    uint64_t ping_rtt_ns; /* least time from a ping to its answer; 0 = none answered */
    /* As they stand, not increments: */
    uint32_t open_calls;
    struct certainty certainty;
};
