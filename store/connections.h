/* connections.h - the write side of `connection` and `connection_window`: connections that carry
 * many calls at once.
 *
 * `connection` is bounded: when there is no room for those of a window, rows that are closed go
 * first, the longest idle of them, and then those that are open; they are counted in the window's
 * `connections_forgotten`. */
#pragma once

#include "graph/delta.h"
#include "store/naming.h"

enum {
    CONNECTION_STATEMENTS = 9,
    CONNECTIONS_KEPT_MAX = 65536,
    CONNECTIONS_RECALLED = 8192, /* rows of which is remembered where they are */
};

/* The row of a connection that was written lately. */
struct connection_recalled {
    int64_t pair, id; /* id 0: none */
    uint64_t began_ns;
    uint16_t client_port;
    bool closed;
};

struct connections {
    sqlite3_stmt *statement[CONNECTION_STATEMENTS];
    struct connection_recalled *recalled; /* owned; CONNECTIONS_RECALLED */
    bool recalls;                         /* any */
    uint64_t max;                         /* rows; CONNECTIONS_KEPT_MAX */
    uint64_t count;                       /* rows there are, if `counted` */
    bool counted;
};

/* Zero `c` first. Of all here: false: the failure is in the database. */
bool connections_open(struct connections *c, sqlite3 *db);
void connections_close(struct connections *c);

/* A new sensor knows none of the connections: they count as closed. */
bool connections_forget(struct connections *c);

/* Writes those of a window. `pairs` has the pair of each edge of `d`. */
bool connections_write(struct connections *c, int64_t window, const struct delta *d,
                       const struct pair *pairs);

/* The transaction was undone. */
void connections_undone(struct connections *c);
