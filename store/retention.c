/* retention.c - see retention.h. */
#include "store/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SHRINK_PAGES = 256, LOOKED_AT = 1000 };

enum statement { OLDEST, THIN, DROP, DROP_SHORTCUT, FIRST, OPERATIONS_END };

static const char *const sql[RETENTION_STATEMENTS] = {
    /* Never what is in no sum yet, nor what windows are left of. */
    [OLDEST] = "SELECT w.id, w.start_ns FROM capture_window w WHERE w.level = ?1 AND (w.rolled OR "
               "w.level = 2) AND NOT EXISTS (SELECT 1 FROM capture_window f WHERE f.level = "
               "w.level - 1 AND f.start_ns >= w.start_ns AND f.start_ns < w.start_ns + ?2) "
               "ORDER BY w.start_ns LIMIT 1",
    [THIN] = "UPDATE capture_window SET thinned = 1 WHERE level = ?1 AND start_ns = ?2",
    [DROP] = "DELETE FROM capture_window WHERE id = ?1",
    [DROP_SHORTCUT] = "DELETE FROM capture_window WHERE level = ?1 AND start_ns = ?2",
    [FIRST] = "SELECT min(coalesce((SELECT start_ns FROM capture_window WHERE level = 0 ORDER BY "
              "start_ns LIMIT 1), 9223372036854775807), coalesce((SELECT start_ns FROM "
              "capture_window WHERE level = 1 ORDER BY start_ns LIMIT 1), 9223372036854775807), "
              "coalesce((SELECT start_ns FROM capture_window WHERE level = 2 ORDER BY start_ns "
              "LIMIT 1), 9223372036854775807))",
    [OPERATIONS_END] = "SELECT coalesce(max(id), 0) FROM operation",
};

/* What no window refers to any more, since it was seen last before ?1; some rows of each.
 * Operations of pairs that are still seen are looked at in turn, from ?2 to ?3. */
#define SOME "LIMIT 1000)"
static const char *const prune_sql[PRUNE_STATEMENTS] = {
    "UPDATE pair SET operations = operations - (SELECT count(*) FROM operation o WHERE o.pair_id = "
    "pair.id AND o.id > ?2 AND o.id <= ?3 AND NOT EXISTS (SELECT 1 FROM operation_window WHERE "
    "operation_id = o.id)) WHERE id IN (SELECT o.pair_id FROM operation o WHERE o.id > ?2 AND o.id "
    "<= ?3 AND NOT EXISTS (SELECT 1 FROM operation_window WHERE operation_id = o.id))",
    "DELETE FROM operation WHERE id > ?2 AND id <= ?3 AND NOT EXISTS (SELECT 1 FROM "
    "operation_window WHERE operation_id = operation.id)",
    "DELETE FROM operation WHERE id IN (SELECT o.id FROM pair p JOIN operation o ON o.pair_id = "
    "p.id WHERE p.last_ns < ?1 " SOME,
    "DELETE FROM connection WHERE id IN (SELECT id FROM connection WHERE closed AND last_ns < "
    "?1 " SOME,
    "DELETE FROM tls WHERE id IN (SELECT id FROM tls WHERE last_ns < ?1 " SOME,
    "DELETE FROM pair WHERE id IN (SELECT id FROM pair WHERE last_ns < ?1 AND NOT EXISTS (SELECT 1 "
    "FROM operation WHERE pair_id = pair.id) " SOME,
    "DELETE FROM edge WHERE id IN (SELECT id FROM edge WHERE NOT EXISTS (SELECT 1 FROM pair WHERE "
    "edge_id = edge.id) " SOME,
    "DELETE FROM endpoint WHERE id IN (SELECT id FROM endpoint WHERE last_ns < ?1 AND NOT EXISTS "
    "(SELECT 1 FROM pair WHERE client_id = endpoint.id) AND NOT EXISTS (SELECT 1 FROM pair WHERE "
    "server_id = endpoint.id) " SOME,
    "DELETE FROM service WHERE id IN (SELECT id FROM service WHERE id <> 1 AND NOT EXISTS (SELECT "
    "1 FROM endpoint WHERE service_id = service.id) AND NOT EXISTS (SELECT 1 FROM edge WHERE "
    "client_id = service.id) AND NOT EXISTS (SELECT 1 FROM edge WHERE server_id = "
    "service.id) " SOME,
    "DELETE FROM certificate WHERE id IN (SELECT id FROM certificate WHERE last_ns < ?1 AND id NOT "
    "IN (SELECT certificate_id FROM tls UNION SELECT client_certificate_id FROM tls) " SOME,
};

bool retention_open(struct retention *r, sqlite3 *db, const char *path)
{
    r->keep = keep_all();
    r->db = db;
    if (asprintf(&r->wal_path, "%s-wal", path) < 0) {
        r->wal_path = NULL;
        return false;
    }
    for (int i = 0; i < RETENTION_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &r->statement[i]))
            return false;
    for (int i = 0; i < PRUNE_STATEMENTS; i++)
        if (!statement_prepare(db, prune_sql[i], &r->prune[i]))
            return false;
    return true;
}

void retention_close(struct retention *r)
{
    for (int i = 0; i < RETENTION_STATEMENTS; i++)
        sqlite3_finalize(r->statement[i]);
    for (int i = 0; i < PRUNE_STATEMENTS; i++)
        sqlite3_finalize(r->prune[i]);
    free(r->wal_path);
    *r = (struct retention){0};
}

static bool answer(sqlite3_stmt *s, int64_t *ret)
{
    int status = statement_row(s);
    *ret = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

struct old_window {
    int64_t id; /* 0: there is none */
    int level;
    uint64_t start_ns;
};

static bool oldest(struct retention *r, int level, struct old_window *ret)
{
    sqlite3_stmt *s = r->statement[OLDEST];
    bind_id(s, 1, level);
    bind_count(s, 2, levels[level].length_ns);
    int status = statement_row(s);
    *ret = (struct old_window){.level = level};
    if (status == SQLITE_ROW)
        *ret = (struct old_window){sqlite3_column_int64(s, 0), level, column_count(s, 1)};
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

/* Bytes of a file; 0 if there is none. */
static uint64_t file_bytes(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

struct room {
    uint64_t used, file; /* bytes: with the log, pages that are in use, and all of them */
};

static bool measure(const struct retention *r, struct room *ret)
{
    int64_t pages, unused, page;
    if (!database_number(r->db, "PRAGMA page_count", &pages) ||
        !database_number(r->db, "PRAGMA freelist_count", &unused) ||
        !database_number(r->db, "PRAGMA page_size", &page))
        return false;
    uint64_t wal = file_bytes(r->wal_path);
    if (wal > r->wal_bytes_max) /* deleting does not make it shorter */
        wal = r->wal_bytes_max;
    *ret = (struct room){(uint64_t)((pages - unused) * page) + wal, (uint64_t)(pages * page) + wal};
    return true;
}

/* The window that is to leave next; that of no id if all may stay. */
static bool find_due(struct retention *r, uint64_t now_ns, struct old_window *ret)
{
    struct room room = {0};
    for (int level = LEVEL_WINDOW; level < LEVELS; level++) {
        uint64_t age_ns = r->keep.age_ns[level], length_ns = levels[level].length_ns;
        if (age_ns >= now_ns)
            continue;
        if (!oldest(r, level, ret))
            return false;
        if (ret->id && ret->start_ns + length_ns <= now_ns - age_ns)
            return true;
    }
    *ret = (struct old_window){0};
    if (r->keep.size_bytes == UINT64_MAX)
        return true;
    if (!measure(r, &room))
        return false;
    for (int level = 0; room.used > r->keep.size_bytes && level < LEVELS && !ret->id; level++)
        if (!oldest(r, level, ret))
            return false;
    return true;
}

static bool drop_shortcut(struct retention *r, const struct old_window *w)
{
    sqlite3_stmt *s = r->statement[DROP_SHORTCUT];
    int over = levels[w->level].shortcut;
    if (over == w->level)
        return true;
    bind_id(s, 1, over);
    bind_count(s, 2, level_start(over, w->start_ns));
    return statement_run(s);
}

static bool drop(struct retention *r, const struct old_window *w)
{
    sqlite3_stmt *thin = r->statement[THIN], *s = r->statement[DROP];
    if (w->level < LEVEL_HOUR) {
        bind_id(thin, 1, w->level + 1);
        bind_count(thin, 2, level_start(w->level + 1, w->start_ns));
        if (!statement_run(thin))
            return false;
    }
    bind_id(s, 1, w->id);
    return drop_shortcut(r, w) && statement_run(s);
}

static bool prune(struct retention *r, uint64_t first_ns)
{
    int64_t end;
    if (!answer(r->statement[OPERATIONS_END], &end))
        return false;
    int64_t from = r->operation_id < end ? r->operation_id : 0;
    for (int i = 0; i < PRUNE_STATEMENTS; i++) {
        sqlite3_stmt *s = r->prune[i];
        int parameters = sqlite3_bind_parameter_count(s);
        if (parameters >= 1)
            bind_count(s, 1, first_ns);
        if (parameters >= 3) {
            bind_id(s, 2, from);
            bind_id(s, 3, from + LOOKED_AT);
        }
        if (!statement_run(s))
            return false;
    }
    r->operation_id = from + LOOKED_AT;
    return true;
}

/* When the history begins later than it did. */
static bool prune_if_due(struct retention *r, bool *ret_pruned)
{
    int64_t first;
    if (!answer(r->statement[FIRST], &first))
        return false;
    uint64_t first_ns = first > 0 ? (uint64_t)first : 0;
    if (first_ns <= r->pruned_ns)
        return true;
    r->pruned_ns = first_ns;
    *ret_pruned = true;
    return prune(r, first_ns);
}

bool retention_due(struct retention *r, uint64_t now_ns, bool *ret_due)
{
    struct old_window w;
    if (!find_due(r, now_ns, &w))
        return false;
    *ret_due = w.id != 0;
    return true;
}

bool retention_step(struct retention *r, uint64_t now_ns, bool *ret_pruned)
{
    int64_t before = sqlite3_total_changes64(r->db);
    *ret_pruned = false;
    for (int i = 0;
         i < RETENTION_WINDOWS && sqlite3_total_changes64(r->db) - before < RETENTION_ROWS; i++) {
        struct old_window w;
        if (!find_due(r, now_ns, &w) || (w.id && !drop(r, &w)))
            return false;
        if (!w.id)
            break;
    }
    return prune_if_due(r, ret_pruned);
}

bool retention_relieve(struct retention *r)
{
    struct old_window w = {0};
    for (int level = 0; level < LEVELS && !w.id; level++)
        if (!oldest(r, level, &w))
            return false;
    return !w.id || drop(r, &w);
}

void retention_shrink(struct retention *r)
{
    struct room room;
    char shrink[48];
    if (r->keep.size_bytes == UINT64_MAX || !measure(r, &room) || room.file == room.used ||
        room.file <= r->keep.size_bytes)
        return;
    snprintf(shrink, sizeof shrink, "PRAGMA incremental_vacuum(%d)", SHRINK_PAGES);
    database_run(r->db, shrink);
}
