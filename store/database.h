/* database.h - what the write side and the read side need of SQLite: opening, statements, and
 * failures as sentences. */
#pragma once

#include <sqlite3.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/writer.h"

/* Once in a process, before any of its databases is opened: SQLite need not count its memory for
 * us, which takes a lock for each piece. */
void database_begin(void);

/* What SQLite reported, kept because a ROLLBACK overwrites it. */
struct failure {
    int code;        /* extended result code */
    int system_code; /* errno, or 0 */
    char text[256];
};

/* What went wrong last. If no call on `db` failed, it was our memory that was short. */
struct failure failure_of(sqlite3 *db);

/* Is it locked by someone else, or is the disk full, so that a later try may succeed? */
bool failure_passes(const struct failure *f);

/* Was there no room on the disk? */
bool failure_is_full(const struct failure *f);

/* "cannot write shop.db: the disk is full: ...": `doing` is "write", "read" or "open". Returns
 * false. */
bool failure_tell(const struct failure *f, const char *doing, const char *path, struct err *err);

/* The settings that make SQLite wary of a database that someone else may have prepared. */
void database_harden(sqlite3 *db);

/* Runs statements that answer nothing. */
bool database_run(sqlite3 *db, const char *sql);

/* The single number that `sql` answers; 0 if it answers no row. */
bool database_number(sqlite3 *db, const char *sql, int64_t *ret);

/* Prepares `sql`, to be kept for long. */
bool statement_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret);

/* Runs a statement that answers no row, and resets it. */
bool statement_run(sqlite3_stmt *s);

/* Runs a statement that answers at most one row, and leaves it on that row: SQLITE_ROW,
 * SQLITE_DONE, or an error. The caller resets it. */
int statement_row(sqlite3_stmt *s);

/* Binding cannot fail but for want of memory, which the step that follows reports, since the
 * parameter is then NULL. Text and blob are borrowed until the statement is reset. */
void bind_id(sqlite3_stmt *s, int at, int64_t value);
void bind_count(sqlite3_stmt *s, int at, uint64_t value); /* over INT64_MAX: INT64_MAX */
void bind_text(sqlite3_stmt *s, int at, const char *text);
void bind_blob(sqlite3_stmt *s, int at, struct bytes blob); /* empty: NULL */

/* The sum of two that came from columns, no greater than a column can be. */
static inline uint64_t count_sum(uint64_t a, uint64_t b)
{
    return a + b < INT64_MAX ? a + b : INT64_MAX;
}

/* Columns trust nothing: the file may have been made by anyone. A negative count reads as 0; text
 * comes in canonical form, cut to `size`; a blob is borrowed until the next step. */
uint64_t column_count(sqlite3_stmt *s, int at);
void column_text(sqlite3_stmt *s, int at, char *text, size_t size);
struct bytes column_bytes(sqlite3_stmt *s, int at);

/* Likewise of the arguments of a function in SQL. */
uint64_t value_count(sqlite3_value *v);
struct bytes value_bytes(sqlite3_value *v);
