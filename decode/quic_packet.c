/* quic_packet.c - see quic_packet.h. */
#include "decode/quic_packet.h"

enum { LONG_HEADER = 0x80 };

uint64_t quic_number(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    struct bytes more = cursor_take(c, (1U << (first >> 6)) - 1);
    uint64_t number = first & 0x3f;
    for (size_t i = 0; i < more.len; i++)
        number = number << 8 | more.at[i];
    return c->starved ? 0 : number;
}

static enum quic_type type_of(uint8_t first, uint32_t version)
{
    unsigned type = first >> 4 & 3;
    switch (version) {
    case 0:
        return QUIC_NEGOTIATION;
    case QUIC_VERSION_1:
        return (enum quic_type)type;
    case QUIC_VERSION_2:
        return (enum quic_type)((type + 3) & 3);
    default:
        return QUIC_UNKNOWN;
    }
}

static struct bytes read_id(struct cursor *c)
{
    uint8_t len = cursor_u8(c);
    return cursor_take(c, len);
}

/* What follows the connection ids. */
static bool read_length(struct cursor *c, struct bytes in, struct quic_packet *ret)
{
    if (ret->type == QUIC_INITIAL) {
        uint64_t token = quic_number(c);
        if (token > cursor_left(c))
            return false;
        cursor_skip(c, (size_t)token);
    }
    uint64_t len = quic_number(c);
    if (c->starved || len > cursor_left(c))
        return false;
    ret->number_at = (size_t)(c->at - in.at);
    ret->all.len = ret->number_at + (size_t)len;
    return true;
}

static bool read_long(struct bytes in, struct quic_packet *ret)
{
    struct cursor c = cursor_over(in);
    uint8_t first = cursor_u8(&c);
    ret->version = cursor_be32(&c);
    ret->type = type_of(first, ret->version);
    ret->dcid = read_id(&c);
    ret->scid = read_id(&c);
    if (c.starved)
        return false;
    if (ret->type > QUIC_HANDSHAKE)
        return true;
    if (ret->dcid.len > QUIC_ID_MAX || ret->scid.len > QUIC_ID_MAX)
        return false;
    return read_length(&c, in, ret);
}

bool quic_next_packet(struct bytes *rest, struct quic_packet *ret)
{
    struct bytes in = *rest;
    *rest = (struct bytes){0};
    if (!in.len)
        return false;
    *ret = (struct quic_packet){.type = QUIC_ONE_RTT, .all = in};
    if (in.at[0] & LONG_HEADER && !read_long(in, ret))
        return false;
    *rest = bytes_after(in, ret->all.len);
    return true;
}
