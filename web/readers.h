/* readers.h - open handles of one database, lent to the threads that answer requests.
 *
 * A handle belongs to one thread at a time. One of them is kept for the graph, because it remembers
 * where it placed the nodes: whoever asks, the picture stays the same. */
#pragma once

#include "store/query.h"

enum { READERS_IDLE_MAX = 8 };

struct readers;

enum reader_kind { READER_ANY, READER_GRAPH };

enum reader_state {
    READER_LENT,   /* *ret is to be given back with readers_return() */
    READER_ABSENT, /* no such file: nothing was captured so far */
    READER_BROKEN, /* `err` says why */
};

/* `path` is kept. NULL when memory is short. */
struct readers *readers_new(const char *path);
void readers_free(struct readers *r); /* when all are back */

/* Waits if the one for the graph is out. A file that was replaced by another is opened anew. */
enum reader_state readers_borrow(struct readers *r, enum reader_kind kind, struct query **ret,
                                 struct err *err);
void readers_return(struct readers *r, enum reader_kind kind, struct query *q);

/* Tells one file from another that came to the same path; 0 = there is none. */
uint64_t readers_file(struct readers *r);

const char *readers_path(const struct readers *r);
