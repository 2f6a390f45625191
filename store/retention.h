/* retention.h - what is older than what is kept (keep.h) leaves, a few windows at a time, so that
 * nobody waits for it. Pages that become free are used again; a file that is larger than wanted
 * shrinks little by little. */
#pragma once

#include "store/database.h"
#include "store/keep.h"

/* A transaction deletes so many windows, and no further one once it has deleted so many rows. */
enum { RETENTION_WINDOWS = 8, RETENTION_ROWS = 20000 };

enum { RETENTION_STATEMENTS = 6, PRUNE_STATEMENTS = 10 };

struct retention {
    struct keep keep;
    sqlite3 *db;
    char *wal_path;         /* owned */
    uint64_t wal_bytes_max; /* of which no more counts */
    sqlite3_stmt *statement[RETENTION_STATEMENTS], *prune[PRUNE_STATEMENTS];
    uint64_t pruned_ns;   /* what nothing has referred to since then is gone */
    int64_t operation_id; /* up to which operations were looked at */
};

/* Zero `r` first; keeps all. These return false when the failure is in the database. */
bool retention_open(struct retention *r, sqlite3 *db, const char *path);
void retention_close(struct retention *r);

/* Is there anything to delete? Ages are counted from `now_ns`, the end of the window written last.
 */
bool retention_due(struct retention *r, uint64_t now_ns, bool *ret_due);

/* Deletes some of it, inside a transaction of the caller's. `*ret_pruned`: of what the windows
 * refer to (operations, pairs, ...) rows may have gone too. */
bool retention_step(struct retention *r, uint64_t now_ns, bool *ret_pruned);

/* Deletes the oldest window whatever its age, since there is no room on the disk. */
bool retention_relieve(struct retention *r);

/* Outside of a transaction: gives pages back to the disk if the file is too large. */
void retention_shrink(struct retention *r);
