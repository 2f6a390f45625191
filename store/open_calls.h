/* open_calls.h - the write side of `open_call`: the calls that were open when the newest window
 * ended, and no others.
 *
 * A window that is not the newest (a capture replayed into a database with later ones) leaves them
 * as they are, and so does one in which nothing was seen at all. */
#pragma once

#include "graph/delta.h"
#include "store/naming.h"
#include "store/operations.h"

enum { OPEN_CALL_STATEMENTS = 4 };

struct open_calls {
    sqlite3_stmt *statement[OPEN_CALL_STATEMENTS];
};

/* Zero `c` first. Of all here: false: the failure is in the database. */
bool open_calls_open(struct open_calls *c, sqlite3 *db);
void open_calls_close(struct open_calls *c);

/* A new sensor knows none of the calls. */
bool open_calls_forget(struct open_calls *c);

/* Writes those of a window. `pairs` has the pair of each edge of `d`. */
bool open_calls_write(struct open_calls *c, struct operations *operations, int64_t window,
                      const struct delta *d, const struct pair *pairs);
