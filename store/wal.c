/* wal.c - see wal.h. */
#include "store/wal.h"

#include <stdio.h>

enum { PAGE_BYTES = 4096, WAIT_MS = 200 /* for readers, before the writer stops */ };

static int note_frames(void *wal, sqlite3 *db, const char *name, int frames)
{
    struct wal *w = wal;
    (void)db;
    (void)name;
    w->frames = frames;
    return SQLITE_OK;
}

void wal_open(struct wal *w, sqlite3 *db)
{
    *w = (struct wal){.db = db, .frames_max = WAL_BYTES_MAX / PAGE_BYTES};
    sqlite3_wal_autocheckpoint(db, 0);
    sqlite3_wal_hook(db, note_frames, w);
}

static bool checkpoint(struct wal *w, int how, int wait_ms)
{
    int64_t usual_ms = 0;
    database_number(w->db, "PRAGMA busy_timeout", &usual_ms);
    sqlite3_busy_timeout(w->db, wait_ms);
    bool done = sqlite3_wal_checkpoint_v2(w->db, NULL, how, NULL, NULL) == SQLITE_OK;
    sqlite3_busy_timeout(w->db, (int)usual_ms);
    if (done)
        w->frames = 0;
    return done;
}

void wal_limit(struct wal *w, uint64_t bytes)
{
    uint64_t least = bytes > WAL_BYTES_MIN ? bytes : WAL_BYTES_MIN;
    w->frames_max = (int)(least < WAL_BYTES_MAX ? least : WAL_BYTES_MAX) / PAGE_BYTES;
    char limit[64];
    snprintf(limit, sizeof limit, "PRAGMA journal_size_limit = %d", w->frames_max * PAGE_BYTES);
    database_run(w->db, limit);
    wal_empty(w); /* the file, which may be longer */
}

uint64_t wal_bytes_max(const struct wal *w)
{
    return (uint64_t)w->frames_max * PAGE_BYTES;
}

void wal_tidy(struct wal *w, uint64_t ballast)
{
    uint64_t fits = ballast / 2 / PAGE_BYTES;
    if (w->frames >= WAL_PAGES || w->frames >= w->frames_max / 2 ||
        (fits && (uint64_t)w->frames >= fits))
        sqlite3_wal_checkpoint_v2(w->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

bool wal_has_room(struct wal *w)
{
    return w->frames < w->frames_max || checkpoint(w, SQLITE_CHECKPOINT_RESTART, WAIT_MS);
}

void wal_empty(struct wal *w)
{
    checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE, 0);
}
