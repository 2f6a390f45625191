/* exact.c - see exact.h. */
#include "tests/store/exact.h"

#include <stdio.h>
#include <string.h>

#include "store/functions.h"
#include "store/rollup.h"
#include "tests/check.h"

enum { TEXT_ROOM = 16384 };

static sqlite3 *database_of(const char *path)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_true(functions_add(db));
    return db;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    int64_t n = -1;
    if (!database_number(db, sql, &n))
        fail_msg("%s: %.900s", sqlite3_errmsg(db), sql);
    return n;
}

/* The rows of `table`, by columns: of a key, in SQL as they stand (`is`), and added up (`sum`). */
struct columns {
    char is[TEXT_ROOM], sum[TEXT_ROOM], keys[256];
};

static void add_text(char *to, const char *format, const char *column)
{
    size_t len = strlen(to);
    for (; *format; format++) {
        if (*format == '$')
            len += (size_t)snprintf(to + len, TEXT_ROOM - len, "%s", column);
        else
            to[len++] = *format;
    }
    assert_true(len < TEXT_ROOM - 100);
    to[len] = '\0';
}

static const char bits[] =
    ", sum(DISTINCT iif(x.$ & 1, 1, 0)) + sum(DISTINCT iif(x.$ & 2, 2, 0)) + "
    "sum(DISTINCT iif(x.$ & 4, 4, 0)) + sum(DISTINCT iif(x.$ & 8, 8, 0)) + "
    "sum(DISTINCT iif(x.$ & 16, 16, 0)) + sum(DISTINCT iif(x.$ & 32, 32, 0)) + "
    "sum(DISTINCT iif(x.$ & 64, 64, 0)) + sum(DISTINCT iif(x.$ & 128, 128, 0))";

static void add_column(struct columns *c, const char *name, const char *type, bool key)
{
    static const struct {
        const char *name, *sum;
    } special[] = {
        {"notes", bits},
        {"active", NULL}, /* of the latest, as below */
        {"open_calls", NULL},
        {"ping_rtt_ns", ", coalesce(min(nullif(x.$, 0)), 0)"},
        {"p50_ms", ", quantile_ms(merged(duration), 0.5)"},
        {"p95_ms", ", quantile_ms(merged(duration), 0.95)"},
        {"p99_ms", ", quantile_ms(merged(duration), 0.99)"},
        {"max_ms", ", quantile_ms(merged(duration), 1)"},
    };
    const char *sum = strcmp(type, "BLOB") == 0 ? ", merged(x.$)" : ", sum(x.$)";
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(name, special[i].name) == 0)
            sum = special[i].sum;
    if (key && strcmp(name, "window_id") != 0) {
        size_t len = strlen(c->keys);
        snprintf(c->keys + len, sizeof c->keys - len, ", x.%s", name);
        sum = ", x.$";
    }
    if (!sum || strcmp(name, "window_id") == 0)
        return;
    add_text(c->is, ", x.$", name);
    add_text(c->sum, sum, name);
}

static struct columns columns_of(sqlite3 *db, const char *table)
{
    struct columns c = {{0}, {0}, {0}};
    sqlite3_stmt *s;
    assert_true(statement_prepare(
        db, "SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0", &s));
    bind_text(s, 1, table);
    while (sqlite3_step(s) == SQLITE_ROW)
        add_column(&c, (const char *)sqlite3_column_text(s, 0),
                   (const char *)sqlite3_column_text(s, 1), sqlite3_column_int(s, 2) != 0);
    sqlite3_finalize(s);
    return c;
}

static const struct {
    const char *length;
    int below;
} sums_at[LEVELS_AND_SHORTCUTS] = {
    [LEVEL_MINUTE] = {"60000000000", LEVEL_WINDOW},
    [LEVEL_HOUR] = {"3600000000000", LEVEL_MINUTE},
    [LEVEL_TEN_MINUTES] = {"600000000000", LEVEL_MINUTE},
    [LEVEL_SIX_HOURS] = {"21600000000000", LEVEL_HOUR},
};

/* The windows of a level of a table are those of the level below that are rolled, added up by the
 * interval they begin in: neither has a row that the other has not. */
static void assert_table(sqlite3 *db, const char *table, int level)
{
    static char sums[4 * TEXT_ROOM], rows[4 * TEXT_ROOM], sql[10 * TEXT_ROOM];
    struct columns c = columns_of(db, table);
    snprintf(rows, sizeof rows,
             "SELECT w.start_ns%s FROM %s x JOIN capture_window w ON w.id = x.window_id "
             "WHERE w.level = %d",
             c.is, table, level);
    snprintf(sums, sizeof sums,
             "SELECT w.start_ns - w.start_ns %% %s AS part%s FROM %s x JOIN capture_window w "
             "ON w.id = x.window_id WHERE w.level = %d AND w.rolled GROUP BY part%s",
             sums_at[level].length, c.sum, table, sums_at[level].below, c.keys);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM (%s EXCEPT %s)", rows, sums);
    if (number(db, sql) != 0)
        fail_msg("%s of level %d has rows that are not the sums of those below", table, level);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM (%s EXCEPT %s)", sums, rows);
    if (number(db, sql) != 0)
        fail_msg("%s of level %d lacks sums of those below", table, level);
}

/* `column` is that of the latest window of the level below which has the row. */
static void assert_latest(sqlite3 *db, const char *table, const char *key, const char *column,
                          int level)
{
    char sql[2048];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM %s x JOIN capture_window w ON w.id = x.window_id WHERE "
             "w.level = %d AND x.%s <> (SELECT y.%s FROM %s y JOIN capture_window v ON v.id = "
             "y.window_id WHERE v.level = %d AND v.rolled AND y.%s = x.%s AND v.start_ns >= "
             "w.start_ns AND v.start_ns < w.start_ns + %s ORDER BY v.start_ns DESC LIMIT 1)",
             table, level, column, column, table, sums_at[level].below, key, key,
             sums_at[level].length);
    if (number(db, sql) != 0)
        fail_msg("%s.%s of level %d is not that of the latest", table, column, level);
}

void assert_sums(const char *path)
{
    sqlite3 *db = database_of(path);
    sqlite3_stmt *s;
    int tables = 0;
    assert_true(statement_prepare(
        db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_window' "
        "ESCAPE '\\' AND name <> 'capture_window'",
        &s));
    for (; sqlite3_step(s) == SQLITE_ROW; tables++)
        for (int level = LEVEL_MINUTE; level < LEVELS_AND_SHORTCUTS; level++)
            assert_table(db, (const char *)sqlite3_column_text(s, 0), level);
    sqlite3_finalize(s);
    assert_int_equal(tables, ROLLUP_TABLES);
    for (int level = LEVEL_MINUTE; level < LEVELS_AND_SHORTCUTS; level++) {
        assert_latest(db, "edge_window", "pair_id", "active", level);
        assert_latest(db, "connection_window", "connection_id", "open_calls", level);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
