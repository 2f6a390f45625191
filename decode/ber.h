/* ber.h - tags and lengths of BER (X.690), the definite ones, as LDAP has them. */
#pragma once

#include "base/bytes.h"

/* Reads a length. False: it is an indefinite one, or of more than 4 bytes. A cursor that starves is
 * no mistake. */
static inline bool ber_length(struct cursor *c, size_t *ret_length)
{
    uint8_t first = cursor_u8(c), bytes = first & 0x7f;
    *ret_length = first;
    if (!(first & 0x80))
        return true;
    if (!bytes || bytes > 4)
        return false;
    *ret_length = 0;
    while (bytes--)
        *ret_length = *ret_length << 8 | cursor_u8(c);
    return true;
}

/* Reads a value with its tag and length, as much as there is of it. False: nothing is left, or it
 * cannot be read. */
static inline bool ber_value(struct cursor *c, uint8_t *ret_tag, struct bytes *ret_value)
{
    size_t length = 0;
    *ret_tag = cursor_u8(c);
    if (!ber_length(c, &length) || c->starved)
        return false;
    *ret_value = cursor_take(c, length < cursor_left(c) ? length : cursor_left(c));
    return true;
}

/* Likewise, of this tag. */
static inline bool ber_tagged(struct cursor *c, uint8_t tag, struct bytes *ret_value)
{
    uint8_t found;
    return ber_value(c, &found, ret_value) && found == tag;
}

/* Likewise, but false also where some of it is missing. */
static inline bool ber_whole(struct cursor *c, uint8_t tag, struct bytes *ret_value)
{
    size_t length = 0;
    bool is_so = cursor_u8(c) == tag && ber_length(c, &length) && !c->starved;
    *ret_value = cursor_take(c, length);
    return is_so && !c->starved;
}
