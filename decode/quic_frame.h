/* quic_frame.h - frames of an Initial packet (RFC 9000, 17.2.2 and 19). Pure. */
#pragma once

#include "base/bytes.h"

enum quic_frame_kind { QUIC_CRYPTO, QUIC_CLOSE };

struct quic_frame {
    enum quic_frame_kind kind;
    uint64_t offset;   /* of CRYPTO */
    struct bytes data; /* of CRYPTO: a part of the handshake's stream */
    uint64_t error;    /* of CONNECTION_CLOSE */
};

/* The next frame that says something; PADDING, PING and ACK are passed over. False: there is none,
 * or what follows may not be in such a packet. */
bool quic_next_frame(struct cursor *c, struct quic_frame *ret);

enum {
    QUIC_NO_ERROR = 0,
    QUIC_INTERNAL_ERROR = 1,
    QUIC_CONNECTION_REFUSED = 2,
    QUIC_APPLICATION_ERROR = 12, /* something that is not to be said in the clear */
    QUIC_ERROR_OF_TLS = 0x100,   /* to 0x1ff: an alert of TLS (RFC 9001, 4.8) */
};

/* "CONNECTION_REFUSED" (RFC 9000, 20.1), of at most 23 bytes; NULL of others. Static. */
const char *quic_error_name(uint64_t error);
