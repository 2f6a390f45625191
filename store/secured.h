/* secured.h - the write side of `tls`, `tls_window` and `certificate`.
 *
 * Tables are bounded: when there is no room for the rows of a window, those seen least lately go,
 * counted in the window's `secured_dropped`. */
#pragma once

#include "graph/delta.h"
#include "store/naming.h"

enum { SECURED_STATEMENTS = 12, SECURED_KEPT_MAX = 65536, CERTIFICATES_KEPT_MAX = 65536 };

/* How many rows a table has, if that is known. */
struct kept {
    uint64_t count, max;
    bool counted;
};

struct secured {
    sqlite3_stmt *statement[SECURED_STATEMENTS];
    struct kept tls, certificates;
};

/* Zero `s` first. Of all here: false: the failure is in the database. */
bool secured_open(struct secured *s, sqlite3 *db);
void secured_close(struct secured *s);

/* Writes the rows of a window. `pairs` has the pair of each edge of `d`. */
bool secured_write(struct secured *s, int64_t window, const struct delta *d,
                   const struct pair *pairs);

/* The transaction was undone. */
void secured_undone(struct secured *s);
