/* operations.h - what a window counted by operation, as rows: `operation`, operation_window.
 *
 * A server has the same templates for all of its clients, and over all windows: of the names with a
 * path that we made (`templated`) those of one server and port are one tree (graph/variety.h), with
 * at most OPERATIONS_PER_EDGE_MAX names. When segments become one there, operations that are stored
 * under their older names are added to the one that they have become, histograms included, in all
 * windows. */
#pragma once

#include "graph/delta.h"
#include "store/naming.h"
#include "store/tallied.h"

enum { OPERATION_STATEMENTS = 16, OPERATION_SERVERS_MAX = 256 };

struct variety;

struct operations {
    sqlite3_stmt *statement[OPERATION_STATEMENTS];
    struct tallied_blobs blobs;
    /* Servers of which a name was new lately. At the cap all are forgotten, and read again. */
    struct operation_server {
        int64_t service;
        int64_t port;
        char protocol[PROTOCOL_TEXT_MAX];
        struct variety *variety; /* owned */
    } server[OPERATION_SERVERS_MAX];
    size_t server_len;
};

/* Zero `o` first. Of all here: false: the failure is in the database. */
bool operations_open(struct operations *o, sqlite3 *db);
void operations_close(struct operations *o);

/* Forgets what was remembered: the transaction in which it was learned may have been undone. */
void operations_forget(struct operations *o);

/* What a window counted of an operation, and when its edge was seen in it. */
struct operation_seen {
    const struct operation_delta *delta;
    uint64_t first_ns, last_ns;
};

/* Writes it. Rows that are there are added to. */
bool operations_write(struct operations *o, int64_t window, int64_t pair,
                      const struct operation_seen *seen);

/* The row of an operation of a window that has been written: under its name, what that has become,
 * or "other". 0: there is none. */
bool operations_id(struct operations *o, int64_t pair, const char *name, bool templated,
                   int64_t *ret);

/* What a templated operation of a pair is called. */
bool operations_name(struct operations *o, int64_t pair, const char *name,
                     char ret[OPERATION_TEXT_MAX]);
