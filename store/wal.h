/* wal.h - the write-ahead log of the writer: when it is copied into the database, and how large it
 * may become.
 *
 * A reader that does not finish keeps the log from being used again from its beginning, so that it
 * grows with every transaction. At WAL_BYTES_MAX the writer stops until the reader has left. */
#pragma once

#include "store/database.h"

enum { WAL_PAGES = 1000, WAL_BYTES_MIN = 1024 * 1024, WAL_BYTES_MAX = 64 * 1024 * 1024 };

struct wal {
    sqlite3 *db;
    int frames, frames_max; /* pages in it */
};

/* Of a connection that writes; `w` is kept until it is closed. */
void wal_open(struct wal *w, sqlite3 *db);

/* How large it may become: `bytes`, if that is neither too much nor too little. */
void wal_limit(struct wal *w, uint64_t bytes);

/* And that is. */
uint64_t wal_bytes_max(const struct wal *w);

/* After a transaction: copies what is in the log, if it is much; waits for nobody. With `ballast`
 * bytes (not 0) more the disk must be able to take all of it. */
void wal_tidy(struct wal *w, uint64_t ballast);

/* Is there room for one more transaction? If there is none, waits a little for readers to finish:
 * where some are always there, but each soon finishes, those that begin meanwhile are in nobody's
 * way, while at no single moment there need be none. */
bool wal_has_room(struct wal *w);

/* Empties the log as far as readers let it; waits for none. */
void wal_empty(struct wal *w);
