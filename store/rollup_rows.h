/* rollup_rows.h - inside rollup: the rows of several windows, added up to those of another.
 *
 * The rows of a window come in the order of their keys, and many windows have rows of the same
 * keys. They are added up in memory, a number of keys at a time, and each sum is written once. */
#pragma once

#include "store/database.h"
#include "store/tallied.h"

enum { ROLLUP_TABLES = 8, ROLLUP_KEYS_MAX = 4 };

struct rollup_row;

struct rollup_rows {
    sqlite3 *db;
    /* Of each table. Made when the first sum is: a short replay has none. */
    bool prepared;
    sqlite3_stmt *read[ROLLUP_TABLES], *write[ROLLUP_TABLES];
    struct tallied_blobs blobs;
    /* The sums of the least keys from `first` on, in rising order. */
    struct rollup_row *row; /* owned; room for as many as are summed at a time */
    uint16_t *order;        /* owned; of `row`, by key */
    unsigned len;
    int64_t first[ROLLUP_KEYS_MAX];
    bool more; /* there are greater keys: those from `next` on */
    int64_t next[ROLLUP_KEYS_MAX];
};

/* Zero `r` first. */
void rollup_rows_open(struct rollup_rows *r, sqlite3 *db);
void rollup_rows_close(struct rollup_rows *r);

/* Adds the rows of `len` windows, in this order, to those of `into`, in every table whose name ends
 * in _window: counters are added, histograms merged, and what stands at a window's end is that of
 * the latest. If rows of `into` are there already, it is among `windows` itself, at its place in
 * the order. false: the failure is in the database, or memory is short. */
bool rollup_rows_add(struct rollup_rows *r, const int64_t *windows, size_t len, int64_t into);
