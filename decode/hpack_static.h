/* hpack_static.h - the entries of header compression that every connection has (RFC 7541, A). */
#pragma once

#include "decode/http2_word.h"

enum { HPACK_STATIC_LAST = 61 };

struct hpack_static {
    struct bytes name, value; /* static */
    uint8_t word;             /* the name, as enum http2_word */
};

/* By index, from 1; there is nothing at 0. */
extern const struct hpack_static hpack_static[HPACK_STATIC_LAST + 1];
