/* quic_packet.h - packets of QUIC in datagrams: what of them is not protected (RFC 9000, 17; RFC
 * 8999; RFC 9369 for version 2). Pure: views into the datagram, borrowed. */
#pragma once

#include "base/bytes.h"

enum { QUIC_VERSION_1 = 0x00000001, QUIC_VERSION_2 = 0x6b3343cf, QUIC_ID_MAX = 20 };

enum quic_type {
    QUIC_INITIAL,
    QUIC_ZERO_RTT,
    QUIC_HANDSHAKE,
    QUIC_RETRY,
    QUIC_NEGOTIATION, /* the server does not speak the client's version */
    QUIC_UNKNOWN,     /* of a version that is not known */
    QUIC_ONE_RTT,     /* with a short header: the handshake is over for its sender */
};

struct quic_packet {
    enum quic_type type;
    uint32_t version;
    struct bytes all;        /* header included; Retry and the last three: all that is left */
    struct bytes dcid, scid; /* connection ids; empty with a short header */
    size_t number_at;        /* where in `all` the protected packet number is; of the first three */
};

/* The next packet of a datagram, which moves on. False: there is none, or it makes no sense, or its
 * end is missing. */
bool quic_next_packet(struct bytes *rest, struct quic_packet *ret);

/* A number of variable length (RFC 9000, 16). */
uint64_t quic_number(struct cursor *c);
