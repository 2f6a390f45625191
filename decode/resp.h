/* resp.h - values of Redis' protocol, RESP 2 and 3 (redis.io/docs/latest/develop/reference/
 * protocol-spec). A value is a line that begins with its type; of strings and aggregates the line
 * says how long what follows is. */
#pragma once

#include "base/bytes.h"

enum resp_kind {
    RESP_SIMPLE, /* "+OK", ":7", "#t", ",1.5", "(123", "_": the line is all of it */
    RESP_ERROR,  /* "-ERR ..." */
    RESP_STRING, /* "$5" or "=5": so many bytes follow, and an end of line; a length of -1: nil */
    RESP_BLOB_ERROR, /* "!21": likewise */
    RESP_ARRAY,      /* "*3", "~3": so many values follow; -1: nil */
    RESP_PUSH,       /* ">3": likewise, and nobody asked for it */
    RESP_ATTRIBUTE,  /* "|1": so many pairs follow, and then the value that they are of */
    RESP_MAP,        /* "%2": so many pairs */
};

struct resp {
    enum resp_kind kind;
    int64_t len;       /* of strings: bytes; of aggregates: values, twice the pairs; -1: nil */
    struct bytes text; /* of the line, without its type and end; of simple values and errors */
    size_t line;       /* length of the line with its end */
};

enum {
    RESP_LINE_MAX = 1024,       /* of a line that is looked at; errors may be longer than others */
    RESP_VALUES_MAX = 1 << 24,  /* of an aggregate */
    RESP_BYTES_MAX = 512 << 20, /* of a string; Redis' own limit */
};

enum resp_status { RESP_READ, RESP_MORE, RESP_WRONG };

/* Reads the line at the front of `in`. RESP_MORE: its end is not here. */
enum resp_status resp_read(struct bytes in, struct resp *ret);
