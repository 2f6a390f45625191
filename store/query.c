/* query.c - the handle, and what time the database covers. See query.h. */
#include "store/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/handle.h"
#include "store/migrate.h"
#include "store/sweep.h"

enum { BUSY_MS = 2000 };
#define SINCE_HOURS_NS (UINT64_C(12) * 3600 * LEVEL_SECOND_NS)

static bool tell(const struct query *q, struct err *err)
{
    struct failure f = failure_of(q->db);
    return failure_tell(&f, "read", q->path, err);
}

/* A file name as part of a URI (RFC 3986). */
static char *uri_of(const char *path)
{
    static const char digits[] = "0123456789ABCDEF", tail[] = "?immutable=1";
    char *uri = malloc(5 + 3 * strlen(path) + sizeof tail);
    if (!uri)
        return NULL;
    char *at = stpcpy(uri, "file:");
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     strchr("/._-~", c);
        if (plain) {
            *at++ = (char)c;
            continue;
        }
        *at++ = '%';
        *at++ = digits[c >> 4];
        *at++ = digits[c & 15];
    }
    strcpy(at, tail);
    return uri;
}

/* A database in WAL mode that nobody writes, in a place where we may not make its -shm file: it can
 * be read as something that does not change. */
static bool open_immutable(struct query *q)
{
    char *uri = uri_of(q->path), *wal = NULL;
    bool quiet = asprintf(&wal, "%s-wal", q->path) > 0 && access(wal, F_OK) != 0;
    sqlite3_close(q->db);
    q->db = NULL;
    bool opened =
        uri && quiet &&
        sqlite3_open_v2(uri, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK;
    free(uri);
    free(wal);
    return opened;
}

/* Was it the -shm file that could not be made? Which of two codes SQLite gives depends on who may
 * do what with the file and its directory. */
static bool may_not_share(sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;
    return code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
}

static bool open_database(struct query *q, struct err *err)
{
    int64_t tables;
    struct stat about;
    if (access(q->path, F_OK) != 0)
        return err_set(err,
                       "there is no database %s yet: 'tapgraph capture' and 'tapgraph replay' "
                       "make one (--db FILE names another, and so does $TAPGRAPH_DB)",
                       q->path);
    if (stat(q->path, &about) == 0 && S_ISDIR(about.st_mode))
        return err_set(err, "%s is a directory: name the database in it, as in --db %s/tapgraph.db",
                       q->path, q->path);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX; /* of one thread at a time */
    bool opened = sqlite3_open_v2(q->path, &q->db, flags, NULL) == SQLITE_OK;
    if (opened)
        sqlite3_busy_timeout(q->db, BUSY_MS);
    if (opened && !database_number(q->db, "SELECT count(*) FROM sqlite_schema", &tables) &&
        may_not_share(q->db))
        opened = open_immutable(q);
    if (!opened || !sweep_open(q))
        return tell(q, err);
    sqlite3_busy_timeout(q->db, BUSY_MS);
    database_harden(q->db);
    /* What is sorted stays in memory: a page that is confined may make no file for it. */
    database_run(q->db, "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY");
    return schema_check(q->db, q->path, err);
}

struct query *query_open(const char *path, struct err *err)
{
    struct query *q = calloc(1, sizeof *q);
    if (q)
        q->path = strdup(path);
    if (!q || !q->path)
        err_set(err, "cannot read %s: out of memory", path);
    else if (open_database(q, err))
        return q;
    query_close(q);
    return NULL;
}

void query_close(struct query *q)
{
    if (!q)
        return;
    for (int g = 0; g < GROUPINGS; g++)
        free(q->placed[g]);
    sqlite3_close(q->db);
    plan_free(&q->plan);
    free(q->path);
    free(q);
}

bool question_begin(struct query *q, struct err *err)
{
    q->is_planned = false;
    return database_run(q->db, "BEGIN") || tell(q, err);
}

void question_end(struct query *q)
{
    q->is_planned = false;
    if (!sqlite3_get_autocommit(q->db))
        database_run(q->db, "COMMIT");
}

sqlite3_stmt *question_ask(struct query *q, const char *sql, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(q->db, sql, -1, 0, &s, NULL) == SQLITE_OK)
        return s;
    tell(q, err);
    return NULL;
}

bool question_row(struct query *q, sqlite3_stmt *s, bool *ret_failed, struct err *err)
{
    int status = sqlite3_step(s);
    if (status == SQLITE_ROW)
        return true;
    if (status != SQLITE_DONE) {
        *ret_failed = true;
        tell(q, err);
    }
    return false;
}

bool question_plan(struct query *q, struct range r, int highest, struct err *err)
{
    bool known = q->is_planned && q->planned.from_ns == r.from_ns && q->planned.to_ns == r.to_ns &&
                 q->planned_highest == highest;
    if (known)
        return true;
    plan_free(&q->plan);
    q->planned = r;
    q->planned_highest = highest;
    q->is_planned = plan_make(&q->plan, q->db, &r, highest);
    return q->is_planned || tell(q, err);
}

void question_bind_range(sqlite3_stmt *s, struct range r)
{
    bind_count(s, 1, r.from_ns);
    bind_count(s, 2, r.to_ns);
}

enum { AT_WINDOWS = 9 }; /* as RANGE_WINDOWS says */

sqlite3_stmt *question_ask_range(struct query *q, const char *sql, struct range r, struct err *err)
{
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (!s)
        return NULL;
    question_bind_range(s, r);
    if (sqlite3_bind_parameter_count(s) < AT_WINDOWS)
        return s;
    bool same = q->is_planned && q->planned.from_ns == r.from_ns && q->planned.to_ns == r.to_ns;
    if (same || question_plan(q, r, LEVEL_SIX_HOURS, err)) {
        bind_text(s, AT_WINDOWS, q->plan.ids);
        return s;
    }
    sqlite3_finalize(s);
    return NULL;
}

bool question_no_memory(const struct query *q, struct err *err)
{
    return err_set(err, "cannot read %s: out of memory", q->path);
}

static bool load_rows(struct query *q, sqlite3_stmt *s, size_t size,
                      void (*read)(sqlite3_stmt *s, void *row), char **rows, size_t *len,
                      struct err *err)
{
    bool failed = false;
    size_t room = 0;
    while (question_row(q, s, &failed, err)) {
        if (*len == room) {
            room = room ? 2 * room : 64;
            char *more = realloc(*rows, room * size);
            if (!more)
                return question_no_memory(q, err);
            *rows = more;
        }
        read(s, *rows + (*len)++ * size);
    }
    return !failed;
}

bool question_list(struct query *q, const char *sql, struct range r, size_t size,
                   void (*read)(sqlite3_stmt *s, void *row), void **ret_rows, size_t *ret_len,
                   struct err *err)
{
    char *rows = NULL;
    size_t len = 0;
    if (!question_begin(q, err))
        return false;
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    bool made = s && load_rows(q, s, size, read, &rows, &len, err);
    sqlite3_finalize(s);
    question_end(q);
    if (!made) {
        free(rows);
        return false;
    }
    *ret_rows = rows;
    *ret_len = len;
    return true;
}

#define LAST_OF(level)                                                                             \
    "coalesce((SELECT end_ns FROM capture_window WHERE level = " level                             \
    " ORDER BY start_ns DESC LIMIT 1), 0)"

/* The first window of a level begins where the first of the level below it does, if that is in it
 * and all of those are there. */
static const char history_sql[] =
    "WITH first AS (SELECT (SELECT min(start_ns) FROM capture_window WHERE level = 0) AS window, "
    "(SELECT min(start_ns) FROM capture_window WHERE level = 1) AS minute, "
    "(SELECT min(start_ns) FROM capture_window WHERE level = 2) AS hour), "
    "exact AS (SELECT window, coalesce((SELECT iif(thinned OR first.window IS NULL OR "
    "first.window >= start_ns + 60000000000, start_ns, first.window) FROM capture_window "
    "WHERE level = 1 AND start_ns = first.minute), window) AS minute, "
    "(SELECT iif(thinned, start_ns, NULL) FROM capture_window WHERE level = 2 AND "
    "start_ns = first.hour) AS hour FROM first) "
    "SELECT min(coalesce(window, minute, hour), coalesce(minute, window, hour), "
    "coalesce(hour, minute, window)), max(" LAST_OF("0") ", " LAST_OF("1") ", " LAST_OF(
        "2") ") "
             "FROM exact";

bool query_history(struct query *q, struct range *ret, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q, history_sql, err);
    struct range r = {0};
    if (!s)
        return false;
    if (question_row(q, s, &failed, err))
        r = (struct range){column_count(s, 0), column_count(s, 1)};
    sqlite3_finalize(s);
    if (!failed)
        *ret = r;
    return !failed;
}

bool query_since(struct query *q, uint64_t since_ns, struct range *ret, struct err *err)
{
    struct range all;
    if (!query_history(q, &all, err))
        return false;
    if (since_ns && since_ns < all.to_ns - all.from_ns) {
        uint64_t from_ns = all.to_ns - since_ns;
        if (since_ns >= SINCE_HOURS_NS)
            from_ns = level_start(LEVEL_HOUR, from_ns);
        all.from_ns = from_ns > all.from_ns ? from_ns : all.from_ns;
    }
    *ret = all;
    return true;
}

bool query_version(struct query *q, uint64_t *ret, struct err *err)
{
    int64_t writes;
    if (!database_number(q->db, "SELECT writes FROM state", &writes))
        return tell(q, err);
    *ret = (uint64_t)writes;
    return true;
}
