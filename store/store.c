/* store.c - see store.h. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/ballast.h"
#include "store/functions.h"
#include "store/lock.h"
#include "store/migrate.h"
#include "store/retention.h"
#include "store/wal.h"
#include "store/window.h"

enum { BUSY_MS = 1000, WAL_SHARE = 8 /* of what is kept in all */, RELIEVED = 4 };

struct store {
    char *path; /* owned */
    struct lock lock;
    struct stat file; /* as it was opened */
    sqlite3 *db;
    struct wal wal;
    struct ballast ballast;
    struct retention retention;
    struct window_writer window;
    uint64_t written_from_ns, written_to_ns; /* the window written last */
    sqlite3_stmt *begin, *commit, *rollback, *event, *touch, *overlap;
    int64_t last_window; /* when it was opened */
};

/* Made before SQLite sees it, since SQLite would make it readable for all. */
static bool make_file(const char *path, struct stat *ret, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool made = fd >= 0 && fstat(fd, ret) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return made || err_set(err,
                           "cannot write %s: %s (choose a --db that this user may write to, in a "
                           "directory that exists)",
                           path, strerror(why));
}

/* Whether closing leaves the write-ahead log as it is. */
static void keep_log(sqlite3 *db, bool keep)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)NULL);
}

static bool settle(sqlite3 *db)
{
    static const char *const pragmas[] = {
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",  /* a commit survives a power cut */
        "PRAGMA secure_delete = OFF", /* there is no secret in it, and deleting would cost as
                                         writing */
        "PRAGMA foreign_keys = ON",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA cache_size = -16384", /* KiB at most: so that indexes are not read anew each window
                                       */
        "PRAGMA journal_size_limit = 16777216",
    };
    for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++)
        if (!database_run(db, pragmas[i]))
            return false;
    return true;
}

static bool prepare(struct store *s)
{
    return statement_prepare(s->db, "BEGIN IMMEDIATE", &s->begin) &&
           statement_prepare(s->db, "COMMIT", &s->commit) &&
           statement_prepare(s->db, "ROLLBACK", &s->rollback) &&
           statement_prepare(s->db, "INSERT INTO event (time_ns, kind, text) VALUES (?1, ?2, ?3)",
                             &s->event) &&
           statement_prepare(s->db, "UPDATE state SET writes = writes + 1", &s->touch) &&
           database_number(s->db, "SELECT ifnull(max(id), 0) FROM capture_window",
                           &s->last_window) &&
           statement_prepare(s->db,
                             "SELECT frames = ?3 AND bytes = ?4 AND exchanges = ?5 FROM "
                             "capture_window WHERE level = 0 AND start_ns = ?1 AND id <= ?2",
                             &s->overlap) &&
           window_open(&s->window, s->db) && retention_open(&s->retention, s->db, s->path);
}

static bool open_database(struct store *s, struct err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (!make_file(s->path, &s->file, err))
        return false;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) == SQLITE_OK) {
        database_harden(s->db);
        sqlite3_busy_timeout(s->db, BUSY_MS);
        keep_log(s->db, true); /* it may be another program's */
        if (functions_add(s->db) && !schema_migrate(s->db, s->path, err))
            return false;
        keep_log(s->db, false);
        if (settle(s->db) && prepare(s) && ballast_open(&s->ballast, s->path)) {
            wal_open(&s->wal, s->db);
            ballast_make(&s->ballast);
            return true;
        }
    }
    struct failure f = failure_of(s->db);
    return failure_tell(&f, "open", s->path, err);
}

struct store *store_open(const char *path, struct err *err)
{
    struct store *s = calloc(1, sizeof *s);
    if (s) {
        s->lock.fd = -1;
        s->path = strdup(path);
    }
    if (!s || !s->path)
        err_set(err, "cannot open %s: out of memory", path);
    else if (lock_take(&s->lock, path, err) && open_database(s, err))
        return s;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    bool ours = s->touch;
    window_close(&s->window);
    retention_close(&s->retention);
    sqlite3_finalize(s->begin);
    sqlite3_finalize(s->commit);
    sqlite3_finalize(s->rollback);
    sqlite3_finalize(s->event);
    sqlite3_finalize(s->touch);
    sqlite3_finalize(s->overlap);
    if (ours)
        sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(s->db);
    ballast_close(&s->ballast);
    lock_drop(&s->lock);
    free(s->path);
    free(s);
}

void store_keep_requests(struct store *s, uint64_t count)
{
    s->window.requests.most = count;
}

void store_keep(struct store *s, const struct keep *k)
{
    s->retention.keep = *k;
    wal_limit(&s->wal, k->size_bytes / WAL_SHARE);
    s->retention.wal_bytes_max = wal_bytes_max(&s->wal);
}

/* After a failed transaction: says what happened, and undoes it. */
static enum store_status undo(struct store *s, bool *ret_full, struct err *err)
{
    struct failure f = failure_of(s->db);
    *ret_full = failure_is_full(&f);
    failure_tell(&f, "write", s->path, err);
    if (!sqlite3_get_autocommit(s->db))
        statement_run(s->rollback);
    return failure_passes(&f) ? STORE_BUSY : STORE_FAILED;
}

/* What may as well be done with a later window: if it fails now, it is undone. */
static bool aside(struct store *s, bool (*do_it)(struct store *s, bool *ret_done))
{
    bool done = false;
    if (!wal_has_room(&s->wal) || !statement_run(s->begin))
        return false;
    if (do_it(s, &done) && done && statement_run(s->commit))
        return true;
    if (!sqlite3_get_autocommit(s->db))
        statement_run(s->rollback);
    return false;
}

static bool add_up(struct store *s, bool *ret_done)
{
    return rollup_step(&s->window.rollup, s->written_from_ns, ret_done);
}

static bool delete_old(struct store *s, bool *ret_done)
{
    bool pruned;
    *ret_done = true;
    if (!retention_step(&s->retention, s->written_to_ns, &pruned))
        return false;
    if (pruned)
        window_forget(&s->window);
    return true;
}

static bool relieve(struct store *s, bool *ret_done)
{
    *ret_done = true;
    return retention_relieve(&s->retention);
}

/* After a window was written. */
static void look_after(struct store *s)
{
    bool due = false;
    aside(s, add_up);
    if (retention_due(&s->retention, s->written_to_ns, &due) && due) {
        aside(s, delete_old);
        retention_shrink(&s->retention);
    }
    ballast_make(&s->ballast);
    wal_tidy(&s->wal, s->ballast.bytes);
}

/* The disk is full: there is room to copy the log, and to delete, so that pages are free. */
static void make_room(struct store *s)
{
    ballast_drop(&s->ballast);
    wal_empty(&s->wal);
    for (int i = 0; i < RELIEVED; i++) { /* small transactions, since the log takes room too */
        aside(s, relieve);
        wal_empty(&s->wal);
    }
    aside(s, add_up); /* what is in a sum can be deleted next time */
    wal_empty(&s->wal);
    ballast_retake(&s->ballast); /* or the next time nothing could be done */
}

static enum store_status write_once(struct store *s, const struct delta *d,
                                    const struct names *names, bool *ret_full, struct err *err)
{
    if (!wal_has_room(&s->wal)) {
        err_set(err,
                "cannot write %s: a program that reads it does not finish, and its log has become "
                "%d MB: end that program",
                s->path, s->wal.frames_max / 256);
        return STORE_BUSY;
    }
    bool written = statement_run(s->begin) && window_write(&s->window, d, names) &&
                   statement_run(s->touch) && statement_run(s->commit);
    enum store_status status = written ? STORE_OK : undo(s, ret_full, err);
    window_done(&s->window, d, written);
    return status;
}

enum store_overlap store_overlap(struct store *s, const struct delta *d)
{
    static const enum store_overlap found[2] = {STORE_OTHERS, STORE_SAME};
    bind_count(s->overlap, 1, d->start_ns);
    bind_id(s->overlap, 2, s->last_window);
    bind_count(s->overlap, 3, d->capture.frames);
    bind_count(s->overlap, 4, d->capture.bytes);
    bind_count(s->overlap, 5, d->decode.exchanges);
    enum store_overlap ret = STORE_UNREAD;
    int status = statement_row(s->overlap);
    if (status == SQLITE_ROW)
        ret = found[sqlite3_column_int(s->overlap, 0) != 0];
    else if (status == SQLITE_DONE)
        ret = STORE_NOTHING;
    sqlite3_reset(s->overlap);
    return ret;
}

bool store_is_gone(const struct store *s)
{
    struct stat named;
    if (stat(s->path, &named) != 0)
        return errno == ENOENT;
    return named.st_ino != s->file.st_ino || named.st_dev != s->file.st_dev;
}

enum store_status store_write(struct store *s, const struct delta *d, const struct names *names,
                              struct err *err)
{
    bool full = false;
    if (store_is_gone(s)) {
        err_set(err, "%s was removed or replaced while it was written", s->path);
        return STORE_FAILED;
    }
    enum store_status status = write_once(s, d, names, &full, err);
    if (full) {
        make_room(s);
        status = write_once(s, d, names, &full, err);
    }
    if (status == STORE_OK) {
        s->written_from_ns = d->start_ns;
        s->written_to_ns = d->end_ns;
        look_after(s);
    }
    return status;
}

enum store_status store_event(struct store *s, uint64_t time_ns, const char *kind, const char *text,
                              struct err *err)
{
    bind_count(s->event, 1, time_ns);
    bind_text(s->event, 2, kind);
    bind_text(s->event, 3, text);
    bool full;
    bool written = statement_run(s->begin) && statement_run(s->event) && statement_run(s->touch) &&
                   statement_run(s->commit);
    return written ? STORE_OK : undo(s, &full, err);
}
