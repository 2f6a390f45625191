/* quic_handshake.h - what packets of QUIC tell of a handshake of TLS (RFC 9001, 4): one exchange.
 *
 * The request is the ClientHello. The answer begins with the ServerHello, or the first Handshake
 * packet, and ends with what the server had sent of its handshake when the client sent its first
 * packet with a short header, which it can do only once the handshake is over for it. Certificates,
 * the protocol chosen, and whether the client proved who it is are in Handshake packets, and
 * hidden; so are reasons to refuse, but for those that are given in Initial packets. */
#pragma once

#include "decode/decoder.h"
#include "decode/quic_frame.h"
#include "decode/quic_stream.h"

struct quic_handshake {
    struct quic_stream stream[2];
    uint64_t key;      /* of its exchange */
    bool begun;        /* the client has said something, */
    bool asked;        /* and all of its ClientHello */
    bool answering;    /* the server has said something, */
    bool sealed;       /* of it in Handshake packets */
    bool over;         /* nothing that comes can matter */
    uint64_t said_ns;  /* when the client last sent an Initial packet, capture clock */
    uint64_t heard_ns; /* when the server last sent a part of the handshake */
};

void quic_handshake_free(struct quic_handshake *h);

/* The client starts from the beginning, with other keys: because it was told to (Retry, another
 * version), or with another connection between the same ends. */
void quic_handshake_anew(struct quic_handshake *h, struct conn *c);

/* In the datagram being fed there is: a CRYPTO frame, or a CONNECTION_CLOSE, of an Initial packet;
 */
void quic_handshake_crypto(struct quic_handshake *h, struct conn *c, enum dir dir,
                           const struct quic_frame *f);
void quic_handshake_close(struct quic_handshake *h, struct conn *c, enum dir dir, uint64_t error);

/* a Handshake packet; */
void quic_handshake_sealed(struct quic_handshake *h, struct conn *c, enum dir dir);

/* a packet with a short header, by the client. */
void quic_handshake_done(struct quic_handshake *h, struct conn *c);
