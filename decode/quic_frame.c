/* quic_frame.c - see quic_frame.h. */
#include "decode/quic_frame.h"

#include "decode/quic_packet.h"

enum {
    PADDING = 0,
    PING = 1,
    ACK = 2,
    ACK_WITH_ECN = 3,
    CRYPTO = 6,
    CONNECTION_CLOSE = 0x1c,
    ECN_COUNTS = 3,
};

static void skip_ack(struct cursor *c, bool with_ecn)
{
    quic_number(c); /* the largest acknowledged */
    quic_number(c); /* delay */
    uint64_t ranges = quic_number(c);
    quic_number(c); /* the first range */
    while (ranges-- && !c->starved) {
        quic_number(c); /* gap */
        quic_number(c); /* length */
    }
    for (int i = 0; with_ecn && i < ECN_COUNTS; i++)
        quic_number(c);
}

static bool read_crypto(struct cursor *c, struct quic_frame *ret)
{
    ret->kind = QUIC_CRYPTO;
    ret->offset = quic_number(c);
    uint64_t len = quic_number(c);
    if (len > cursor_left(c))
        return false;
    ret->data = cursor_take(c, (size_t)len);
    return !c->starved;
}

static bool read_close(struct cursor *c, struct quic_frame *ret)
{
    ret->kind = QUIC_CLOSE;
    ret->error = quic_number(c);
    quic_number(c); /* the type of the frame that was wrong */
    uint64_t reason = quic_number(c);
    if (reason > cursor_left(c))
        return false;
    cursor_skip(c, (size_t)reason);
    return !c->starved;
}

bool quic_next_frame(struct cursor *c, struct quic_frame *ret)
{
    *ret = (struct quic_frame){0};
    while (cursor_left(c)) {
        uint64_t type = quic_number(c);
        switch (type) {
        case PADDING:
        case PING:
            break;
        case ACK:
        case ACK_WITH_ECN:
            skip_ack(c, type == ACK_WITH_ECN);
            break;
        case CRYPTO:
            return read_crypto(c, ret);
        case CONNECTION_CLOSE:
            return read_close(c, ret);
        default:
            return false;
        }
    }
    return false;
}

/* Without an _ERROR that would not fit a status. */
static const char *const errors[] = {
    "NO_ERROR",
    "INTERNAL_ERROR",
    "CONNECTION_REFUSED",
    "FLOW_CONTROL_ERROR",
    "STREAM_LIMIT_ERROR",
    "STREAM_STATE_ERROR",
    "FINAL_SIZE_ERROR",
    "FRAME_ENCODING_ERROR",
    "TRANSPORT_PARAMETER",
    "CONNECTION_ID_LIMIT",
    "PROTOCOL_VIOLATION",
    "INVALID_TOKEN",
    "APPLICATION_ERROR",
    "CRYPTO_BUFFER_EXCEEDED",
    "KEY_UPDATE_ERROR",
    "AEAD_LIMIT_REACHED",
    "NO_VIABLE_PATH",
};

const char *quic_error_name(uint64_t error)
{
    return error < sizeof errors / sizeof *errors ? errors[error] : NULL;
}
