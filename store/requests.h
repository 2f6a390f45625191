/* requests.h - the write side of `request`: exchanges that were kept (graph/sample.h).
 *
 * Rows leave from the oldest on: those past the number that is kept, and those more than
 * REQUESTS_KEEP_NS older than the window at hand; at most REQUESTS_DROPPED_MAX of each kind a
 * window, which is more than a window brings. */
#pragma once

#include "graph/delta.h"
#include "store/naming.h"
#include "store/operations.h"

#define REQUESTS_KEEP_NS (24 * 3600 * UINT64_C(1000000000))

enum {
    REQUEST_STATEMENTS = 3,
    REQUESTS_DROPPED_MAX = 4096,
};

struct requests {
    sqlite3_stmt *statement[REQUEST_STATEMENTS];
    uint64_t most; /* rows that are kept; 0: none are written */
};

/* Zero `r` first. Of all here: false: the failure is in the database. */
bool requests_open(struct requests *r, sqlite3 *db);
void requests_close(struct requests *r);

/* Writes those of a window, whose operations have been written, and lets go of old ones. `pairs`
 * has the pair of each edge of `d`. */
bool requests_write(struct requests *r, struct operations *operations, const struct delta *d,
                    const struct pair *pairs);
