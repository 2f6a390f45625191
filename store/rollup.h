/* rollup.h - windows as sums of windows: those of a minute and of an hour, and shortcuts over them
 * (levels.h).
 *
 * A window is added to the one above it when another interval has begun, a minute's windows in one
 * transaction, and only once: `rolled` says so. What is written later into a window that is in a
 * sum already is written apart, as a window of LEVEL_APART, and then added to all that hold it; so
 * each sum stays exactly that of what is under it, also of what was deleted since. */
#pragma once

#include "store/levels.h"
#include "store/rollup_rows.h"

enum { LEVEL_APART = -1, ROLLUP_STATEMENTS = 9, ROLLUP_SETTLED = 2 };
enum { ROLLUP_LOOKED_AT = 100 }; /* shortcuts, in a step */
enum { ROLLUP_AT_A_TIME = 16 };  /* windows that are added up; a shortcut has ten minutes */

struct rollup {
    sqlite3 *db;
    sqlite3_stmt *statement[ROLLUP_STATEMENTS];
    sqlite3_stmt *settle[ROLLUP_SETTLED]; /* made when one is needed */
    struct rollup_rows rows;
    uint64_t looked_from_ns; /* from there on there are shortcuts of minutes; 0: not looked yet */
    bool looked_through;     /* there are of all */
};

/* Zero `r` first. These return false when the failure is in the database. */
bool rollup_open(struct rollup *r, sqlite3 *db);
void rollup_close(struct rollup *r);

/* Adds up one minute that is over, as far as it is not yet, one minute to its hour, and one hour to
 * its shortcut: the oldest ones; and makes one shortcut of an older version's minutes, the latest
 * that is missing. What is of the minute, or hour, that holds `written_ns`, in which the latest
 * window was written, is not over. `*ret_added`: there was something to do. Inside a transaction of
 * the caller's. */
bool rollup_step(struct rollup *r, uint64_t written_ns, bool *ret_added);

/* Adds a window of LEVEL_APART to the window of level 0 that begins with it, which is rolled, and
 * to those above that have it; and deletes it. Inside the transaction that wrote it. */
bool rollup_fold(struct rollup *r, int64_t apart, uint64_t start_ns);
