/* quic_stream.h - the stream of a handshake, put in order from what CRYPTO frames carry (RFC 9000,
 * 19.6), in whatever order they come. Bounded: what lies farther on is refused. */
#pragma once

#include "base/bytes.h"

enum {
    QUIC_STREAM_MAX = 16384, /* bytes kept */
    QUIC_ISLANDS_MAX = 64,   /* runs of bytes with holes between them */
};

/* Zero is a fresh one. */
struct quic_stream {
    uint8_t *bytes; /* owned */
    uint32_t room;
    uint32_t read; /* what the owner has done with */
    uint32_t islands;
    struct quic_island {
        uint16_t from, to;
    } island[QUIC_ISLANDS_MAX]; /* in order; no two touch */
};

void quic_stream_free(struct quic_stream *s);

/* False: it was refused, or memory is short; what was kept stays. */
bool quic_stream_add(struct quic_stream *s, uint64_t offset, struct bytes in);

/* What is there in order, behind what is done with; good until the next addition. */
struct bytes quic_stream_front(const struct quic_stream *s);
