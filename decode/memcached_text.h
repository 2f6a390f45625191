/* memcached_text.h - lines of Memcached's text protocol (protocol.txt of memcached: the classic
 * commands, and the meta commands) and its likes.
 *
 * Nothing here keeps state, and no key or value is handed out. */
#pragma once

#include "base/bytes.h"

enum { MEMCACHED_LINE_MAX = 2048 }; /* of a line that is not a long list of keys */

enum memcached_trait {
    MEMCACHED_STORES = 1 << 0, /* a value follows the line */
    MEMCACHED_GETS = 1 << 1,   /* a list of keys, of any length */
    MEMCACHED_META = 1 << 2,   /* with flags, among them q and O */
    MEMCACHED_LISTS = 1 << 3,  /* the answer is lines up to END */
    MEMCACHED_WATCHES = 1 << 4,
    MEMCACHED_SHAPED = 1 << 5, /* what has its shape is hardly anything else */
    MEMCACHED_NOREPLY = 1 << 6,
};

enum memcached_status {
    MEMCACHED_WRONG, /* no line of it */
    MEMCACHED_MORE,  /* it may be one: its end is not there yet */
    MEMCACHED_READ,
};

struct memcached_command {
    const char *name; /* "get"; static */
    unsigned traits;  /* enum memcached_trait */
    size_t line;      /* bytes of the line with its end; 0: a list of keys that goes on */
    size_t value;     /* of what follows it, with its end */
    bool quiet;       /* answered only if there is something to say */
    uint32_t opaque;  /* a digest of what tells its answer, if `has_opaque` */
    bool has_opaque;
    bool malformed; /* the server will refuse it */
};

/* What a client's bytes begin with. */
enum memcached_status memcached_read_command(struct bytes in, struct memcached_command *ret);

enum memcached_kind {
    MEMCACHED_DONE,  /* the answer ends with this line (and its value) */
    MEMCACHED_VALUE, /* one of a list, END follows */
    MEMCACHED_ITEM,  /* a line of a list, END follows */
};

struct memcached_answer {
    enum memcached_kind kind;
    struct bytes word; /* "STORED"; of a number "number" */
    size_t line, value;
    bool certain;    /* its word is one of the protocol's own */
    bool has_opaque; /* likewise */
    uint32_t opaque;
};

/* What a server's bytes begin with. */
enum memcached_status memcached_read_answer(struct bytes in, struct memcached_answer *ret);
