/* events.h - what happened in what was seen: things that are new, edges that vanished, certificates
 * near their end, packets that were dropped. docs/events.md tells the rules.
 *
 * All of it follows from the windows, so that the same windows make the same events. */
#pragma once

#include "graph/delta.h"
#include "store/database.h"

enum {
    EVENT_ROWS_MAX = 100000, /* of the table; the oldest go */
    EVENTS_A_WINDOW = 20,    /* of a kind; one more tells how many there were besides */
    EVENTS_LEARN_S = 600,    /* what is seen within this time of a beginning is not new */
    EVENTS_SILENT_S = 3600,  /* an edge without traffic for so long vanished, if it was regular: */
    EVENTS_REGULAR = 6,      /* traffic in so many of the 12 parts of the hour before */
    EVENT_STATEMENTS = 12,
};

/* What is known of the windows before. */
struct events_state {
    int64_t last_service, last_edge, last_endpoint, last_operation, last_certificate;
    uint64_t begins_ns;  /* of the history; 0: there is none yet */
    uint64_t checked_ns; /* up to when it was looked for what vanished and what runs out */
    uint64_t dropped_ns; /* end of the latest window with drops; 0: none, or long ago */
};

struct events {
    sqlite3_stmt *statement[EVENT_STATEMENTS];
    struct events_state now, kept;
};

/* Zero `e` first. false: the failure is in `db`. */
bool events_open(struct events *e, sqlite3 *db);
void events_close(struct events *e);

/* Behind all other rows of the window, in its transaction. */
bool events_write(struct events *e, const struct delta *d);

/* The transaction was committed, or undone. */
void events_done(struct events *e, bool committed);
