/* window.h - one window as rows: capture_window, edge_window, total_window, vantage_window, by
 * operations.h operation_window, and by connections.h and open_calls.h what is known of connections
 * and open calls.
 *
 * A window that is there already (a sensor was started anew within it, a capture was replayed into
 * the same database) is added to: counters by SQL, histograms by reading, merging and writing them.
 * If a sum has it already (rollup.h), what comes is written apart and added to all of them. */
#pragma once

#include "graph/delta.h"
#include "store/connections.h"
#include "store/events.h"
#include "store/evidence.h"
#include "store/naming.h"
#include "store/open_calls.h"
#include "store/operations.h"
#include "store/relays.h"
#include "store/requests.h"
#include "store/rollup.h"
#include "store/secured.h"
#include "store/tallied.h"

enum { WINDOW_STATEMENTS = 8 };

struct window_writer {
    sqlite3_stmt *statement[WINDOW_STATEMENTS];
    struct naming naming;
    struct connections connections;
    struct relays_writer relays;
    struct evidence_writer evidence;
    struct open_calls open_calls;
    struct secured secured;
    struct requests requests;
    struct operations operations;
    struct rollup rollup;
    struct events events;
    struct tallied_blobs blobs;
    /* The totals at the end of the window before, since a delta brings totals and a row keeps
     * increments. */
    struct capture_counters capture;
    struct decode_counters decode;
    bool begun; /* a window was written since window_open() */
};

/* Zero `w` first. false: the failure is in `db`. */
bool window_open(struct window_writer *w, sqlite3 *db);
void window_close(struct window_writer *w);

/* Writes the rows, inside a transaction of the caller's. false: the failure is in the database. */
bool window_write(struct window_writer *w, const struct delta *d, const struct names *names);

/* Rows were deleted, or undone: what is remembered of them may not be so any more. */
void window_forget(struct window_writer *w);

/* The transaction was committed, or it was undone. */
void window_done(struct window_writer *w, const struct delta *d, bool committed);
