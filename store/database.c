/* database.c - see database.h. */
#include "store/database.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"

void database_begin(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct failure failure_of(sqlite3 *db)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    bool told = code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE;
    if (!db || !told)
        return (struct failure){.code = SQLITE_NOMEM, .text = "out of memory"};
    struct failure f = {.code = code, .system_code = sqlite3_system_errno(db)};
    snprintf(f.text, sizeof f.text, "%s", sqlite3_errmsg(db));
    return f;
}

bool failure_is_full(const struct failure *f)
{
    bool no_room = f->system_code == ENOSPC || f->system_code == EDQUOT;
    return (f->code & 0xff) == SQLITE_FULL || ((f->code & 0xff) == SQLITE_IOERR && no_room);
}

bool failure_passes(const struct failure *f)
{
    int code = f->code & 0xff;
    return code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_NOMEM ||
           failure_is_full(f);
}

/* Why, and what to do about it. */
static const char *remedy(const struct failure *f)
{
    if (failure_is_full(f))
        return "the disk is full: free some space on it";
    switch (f->code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program holds a lock on it: end that program's transaction";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "no permission: run as its owner, or choose another --db";
    case SQLITE_CANTOPEN:
        return "is the path right, and may this user read the file and its directory?";
    case SQLITE_NOTADB:
        return "it is not an SQLite database: choose another --db";
    case SQLITE_CORRUPT:
        return "it is damaged: move it and its -wal file aside and start a new one; "
               "`sqlite3 FILE .recover` saves what can be saved";
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
        return "its tables are not as this tapgraph made them: choose another --db";
    case SQLITE_INTERRUPT:
        return "the question took too long: ask for a shorter range";
    case SQLITE_IOERR:
        return "the disk reports an error: see the kernel's log";
    default:
        return NULL;
    }
}

bool failure_tell(const struct failure *f, const char *doing, const char *path, struct err *err)
{
    const char *what = remedy(f);
    if (!what)
        return err_set(err, "cannot %s %s: %s", doing, path, f->text);
    return err_set(err, "cannot %s %s: %s (%s)", doing, path, what, f->text);
}

void database_harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024);
    sqlite3_extended_result_codes(db, 1);
}

bool database_run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool database_number(sqlite3 *db, const char *sql, int64_t *ret)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, 0, &s, NULL) != SQLITE_OK)
        return false;
    int status = sqlite3_step(s);
    if (status == SQLITE_ROW)
        *ret = sqlite3_column_int64(s, 0);
    if (status == SQLITE_DONE)
        *ret = 0;
    sqlite3_finalize(s);
    return status == SQLITE_ROW || status == SQLITE_DONE;
}

bool statement_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) == SQLITE_OK;
}

bool statement_run(sqlite3_stmt *s)
{
    sqlite3_step(s);
    return sqlite3_reset(s) == SQLITE_OK;
}

int statement_row(sqlite3_stmt *s)
{
    int status = sqlite3_step(s);
    if (status != SQLITE_ROW)
        sqlite3_reset(s);
    return status;
}

void bind_id(sqlite3_stmt *s, int at, int64_t value)
{
    sqlite3_bind_int64(s, at, value);
}

void bind_count(sqlite3_stmt *s, int at, uint64_t value)
{
    sqlite3_bind_int64(s, at, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

void bind_blob(sqlite3_stmt *s, int at, struct bytes blob)
{
    if (blob.len)
        sqlite3_bind_blob64(s, at, blob.at, blob.len, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, at);
}

uint64_t column_count(sqlite3_stmt *s, int at)
{
    int64_t value = sqlite3_column_int64(s, at);
    return value > 0 ? (uint64_t)value : 0;
}

void column_text(sqlite3_stmt *s, int at, char *text, size_t size)
{
    const void *from = sqlite3_column_text(s, at);
    int len = sqlite3_column_bytes(s, at);
    text_clean(text, size, bytes_of(from, from && len > 0 ? (size_t)len : 0));
}

struct bytes column_bytes(sqlite3_stmt *s, int at)
{
    const void *from = sqlite3_column_blob(s, at);
    int len = from ? sqlite3_column_bytes(s, at) : 0;
    return bytes_of(from, len > 0 ? (size_t)len : 0);
}

uint64_t value_count(sqlite3_value *v)
{
    int64_t value = sqlite3_value_int64(v);
    return value > 0 ? (uint64_t)value : 0;
}

struct bytes value_bytes(sqlite3_value *v)
{
    const void *at = sqlite3_value_blob(v);
    int len = at ? sqlite3_value_bytes(v) : 0;
    return bytes_of(at, len > 0 ? (size_t)len : 0);
}
