/* hpack_static.h - the entries of header compression that every connection has (RFC 7541, A). */
#pragma once

#include "base/bytes.h"

enum { HPACK_STATIC_LAST = 61 };

struct hpack_static {
    struct bytes name, value; /* static */
};

/* By index, from 1; there is nothing at 0. */
extern const struct hpack_static hpack_static[HPACK_STATIC_LAST + 1];
