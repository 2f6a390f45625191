/* quic_initial.h - opens Initial packets of QUIC, whose keys follow from what is in the clear (RFC
 * 9001, 5.2 to 5.4; RFC 9369, 3.3), and the library that does it.
 *
 * The tag of a packet that opens has been verified: what is no QUIC does not open. */
#pragma once

#include "decode/decoder.h"
#include "decode/quic_packet.h"

enum { QUIC_PAYLOAD_MAX = 9216 }; /* of a longer packet nothing is read */

struct quic_key {
    uint8_t key[16], iv[12], header[16];
};

struct quic_keys {
    uint32_t version;
    struct quic_key by[2]; /* enum dir: of those that the client sends, and the server */
};

/* Of the connection whose client chose `dcid` for its first packet, or was given it by a Retry.
 * False: the version is not known, or the library refuses. */
bool quic_derive(uint32_t version, struct bytes dcid, struct quic_keys *ret);

/* Is this an Initial packet of that version that was sent in this direction? Then `ret` is what
 * is in it, and lies in `room`. */
bool quic_open(const struct quic_keys *keys, enum dir dir, const struct quic_packet *p,
               uint8_t room[QUIC_PAYLOAD_MAX], struct bytes *ret);
