/* store.h - the write side of the database: a delta a transaction.
 *
 * docs/schema.md describes the tables; schema.sql is the truth. WAL mode, synchronous=FULL: what is
 * committed survives a kill and a power cut. One writer at a time, by a lock on the file FILE.lock.
 * While it is open a file FILE.ballast takes up room that a full disk is given back (ballast.h);
 * then the oldest windows are deleted too, so that writing goes on. */
#pragma once

#include "base/err.h"
#include "graph/delta.h"
#include "graph/name.h"
#include "store/keep.h"

struct store;

/* Opens the database at `path`, creating it (mode 0600) or migrating it. Refuses, with the reason
 * and a remedy in `err`: a file that is no SQLite database, a database of another program
 * (application_id), a newer schema, a read-only place, a database that another tapgraph writes.
 * Given to the caller. */
struct store *store_open(const char *path, struct err *err);
void store_close(struct store *s); /* NULL is fine; checkpoints the WAL */

enum { REQUESTS_KEPT_DEFAULT = 200000, REQUESTS_KEPT_MAX = 100000000 };

/* Keeps at most so many requests (docs/requests.md); 0: no more of them. Without it, the default.
 */
void store_keep_requests(struct store *s, uint64_t count);

/* What is kept from now on; all, before this is called. What is older leaves as windows are
 * written.
 */
void store_keep(struct store *s, const struct keep *k);

enum store_status {
    STORE_OK,
    STORE_BUSY,   /* locked by someone else, the disk is full, or a reader that does not finish has
                     made the log too long: try the same delta again later */
    STORE_FAILED, /* it will not get better by itself */
};

/* Writes one window in one transaction, with `names` applied to its endpoints. On anything but
 * STORE_OK the database is as before, and `err` says why. */
enum store_status store_write(struct store *s, const struct delta *d, const struct names *names,
                              struct err *err);

/* What was there, of the time of a window, when the database was opened. */
enum store_overlap {
    STORE_NOTHING, /* no such window */
    STORE_OTHERS,  /* one with other counts: another part of the traffic, or more than one */
    STORE_SAME,    /* one with the same counts of frames, bytes and exchanges, if `d` is the first
                    * window of its sensor: the same capture */
    STORE_UNREAD,  /* that could not be found out */
};
enum store_overlap store_overlap(struct store *s, const struct delta *d);

/* Was the file removed, renamed or replaced since it was opened? What is written from then on
 * nobody would find, so store_write() fails. */
bool store_is_gone(const struct store *s);

/* A thing that happened to the collector itself ("sensor-restart", "capture-started", ...). */
enum store_status store_event(struct store *s, uint64_t time_ns, const char *kind, const char *text,
                              struct err *err);
