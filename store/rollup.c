/* rollup.c - see rollup.h. */
#include "store/rollup.h"

#include "store/columns.h"

/* What stands at the end of a window: that of the latest of those in the sum ?1 which has the row,
 * among the windows of level ?2 that begin in [?3, ?4). */
#define SETTLE(table, key, column)                                                                 \
    "UPDATE " table " SET " column " = coalesce((SELECT x." column " FROM capture_window w "       \
    "JOIN " table " x ON x.window_id = w.id AND x." key " = " table "." key " "                    \
    "WHERE w.level = ?2 AND w.start_ns >= ?3 AND w.start_ns < ?4 AND w.rolled "                    \
    "ORDER BY w.start_ns DESC LIMIT 1), " column ") WHERE window_id = ?1"

static const char *const settle_sql[ROLLUP_SETTLED] = {
    SETTLE("edge_window", "pair_id", "active"),
    SETTLE("connection_window", "connection_id", "open_calls"),
};

enum statement {
    FIND,
    ADD_WINDOW,
    MARK,
    DROP,
    NEXT_WINDOW,
    NEXT_SUM,
    FIRST_OPEN,
    FIRST_ROLLED,
    LAST_ROLLED
};
/* How a column of the sum grows by a row of the window. */
#define ADDS(column, field)                                                                        \
    ", " #column " = min(9223372036854775807, " #column " + excluded." #column ")"
#define WINDOW_COUNTS(X) X(windows, ) WINDOW_COLUMNS(X) X(connections_forgotten, )
#define FOUND "SELECT id, end_ns, rolled, thinned, start_ns FROM capture_window "
#define BEGINS_IN "AND start_ns >= ?2 AND start_ns < ?3 "

/* clang-format off */
static const char *const sql[ROLLUP_STATEMENTS] = {
    [FIND] = FOUND "WHERE level = ?1 AND start_ns = ?2",
    /* What is in a sum of minutes has them from the hour, too: such a shortcut is `rolled`. */
    [ADD_WINDOW] =
        "INSERT INTO capture_window (level, start_ns, end_ns, rolled, "
        "flows" WINDOW_COUNTS(COLUMN_NAME) ") SELECT ?1, ?2, x.end_ns, ?4, "
        "x.flows" WINDOW_COUNTS(COLUMN_OF_X) " FROM capture_window x WHERE x.id = ?3 "
        "ON CONFLICT (level, start_ns) DO UPDATE SET end_ns = max(end_ns, excluded.end_ns), "
        "flows = iif(excluded.end_ns >= end_ns, excluded.flows, flows)" WINDOW_COUNTS(ADDS),
    [MARK] = "UPDATE capture_window SET rolled = 1 WHERE id = ?1",
    [DROP] = "DELETE FROM capture_window WHERE id = ?1",
    /* The first window that is in no sum, but for those in [?1, ?2); and the first after
       it. */
    [NEXT_WINDOW] = FOUND "WHERE rolled = 0 AND level = 0 AND (start_ns < ?1 OR start_ns >= ?2) "
                          "ORDER BY start_ns LIMIT 1",
    [NEXT_SUM] = FOUND "WHERE rolled = 0 AND level = ?1 AND start_ns <> ?2 "
                       "ORDER BY start_ns LIMIT 1",
    [FIRST_OPEN] = FOUND "WHERE rolled = 0 AND level = ?1 " BEGINS_IN "ORDER BY start_ns LIMIT 1",
    [FIRST_ROLLED] = FOUND "WHERE rolled AND level = ?1 " BEGINS_IN "ORDER BY start_ns LIMIT 1",
    [LAST_ROLLED] = FOUND "WHERE rolled AND level = ?1 " BEGINS_IN "ORDER BY start_ns DESC LIMIT 1",
};
/* clang-format on */

bool rollup_open(struct rollup *r, sqlite3 *db)
{
    r->db = db;
    rollup_rows_open(&r->rows, db);
    for (int i = 0; i < ROLLUP_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &r->statement[i]))
            return false;
    return true;
}

void rollup_close(struct rollup *r)
{
    for (int i = 0; i < ROLLUP_STATEMENTS; i++)
        sqlite3_finalize(r->statement[i]);
    for (int i = 0; i < ROLLUP_SETTLED; i++)
        sqlite3_finalize(r->settle[i]);
    rollup_rows_close(&r->rows);
    *r = (struct rollup){0};
}

/* A row of capture_window. */
struct sum_window {
    int64_t id; /* 0: there is none */
    int level;
    uint64_t start_ns, end_ns;
    bool rolled, thinned;
};

static bool ask(sqlite3_stmt *s, int level, struct sum_window *ret)
{
    int status = statement_row(s);
    *ret = (struct sum_window){.level = level};
    if (status == SQLITE_ROW)
        *ret = (struct sum_window){.id = sqlite3_column_int64(s, 0),
                                   .level = level,
                                   .end_ns = column_count(s, 1),
                                   .rolled = sqlite3_column_int(s, 2) != 0,
                                   .thinned = sqlite3_column_int(s, 3) != 0,
                                   .start_ns = column_count(s, 4)};
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static bool find(struct rollup *r, int level, uint64_t start_ns, struct sum_window *ret)
{
    sqlite3_stmt *s = r->statement[FIND];
    bind_id(s, 1, level);
    bind_count(s, 2, start_ns);
    return ask(s, level, ret);
}

static bool run_on(sqlite3_stmt *s, int64_t id)
{
    bind_id(s, 1, id);
    return statement_run(s);
}

/* What was added out of turn to a sum of windows that are all there. */
static bool settle(struct rollup *r, const struct sum_window *sum)
{
    for (int i = 0; i < ROLLUP_SETTLED; i++) {
        if (!r->settle[i] && !statement_prepare(r->db, settle_sql[i], &r->settle[i]))
            return false;
        sqlite3_stmt *s = r->settle[i];
        bind_id(s, 1, sum->id);
        bind_id(s, 2, levels[sum->level].below);
        bind_count(s, 3, sum->start_ns);
        bind_count(s, 4, sum->start_ns + levels[sum->level].length_ns);
        if (!statement_run(s))
            return false;
    }
    return true;
}

/* Windows that are added at a time, in the order of their beginnings. */
struct addends {
    struct sum_window window[ROLLUP_AT_A_TIME];
    size_t len;
};

/* The sum, made if need be, as `*ret_sum`, and as it was before. */
static bool add_counts(struct rollup *r, int level, uint64_t start_ns, const struct addends *from,
                       struct sum_window *ret_before, struct sum_window *ret_sum)
{
    sqlite3_stmt *s = r->statement[ADD_WINDOW];
    if (!find(r, level, start_ns, ret_before))
        return false;
    for (size_t i = 0; i < from->len; i++) {
        bind_id(s, 1, level);
        bind_count(s, 2, start_ns);
        bind_id(s, 3, from->window[i].id);
        bind_id(s, 4, level == LEVEL_TEN_MINUTES);
        if (!statement_run(s))
            return false;
    }
    return find(r, level, start_ns, ret_sum);
}

/* Adds windows to the window of that level that begins then, made if need be. Those that end before
 * what is in it already come first. */
static bool add_windows(struct rollup *r, int level, uint64_t start_ns, const struct addends *from,
                        struct sum_window *ret_sum)
{
    struct sum_window before;
    int64_t id[ROLLUP_AT_A_TIME + 1];
    size_t len = 0;
    if (!add_counts(r, level, start_ns, from, &before, ret_sum))
        return false;
    for (size_t i = 0; before.id && i < from->len; i++)
        if (from->window[i].end_ns < before.end_ns)
            id[len++] = from->window[i].id;
    bool late = len > 0;
    if (before.id)
        id[len++] = before.id;
    for (size_t i = 0; i < from->len; i++)
        if (!before.id || from->window[i].end_ns >= before.end_ns)
            id[len++] = from->window[i].id;
    return rollup_rows_add(&r->rows, id, len, ret_sum->id) &&
           (!late || level == LEVEL_WINDOW || ret_sum->thinned || settle(r, ret_sum));
}

static bool add_window(struct rollup *r, int level, const struct sum_window *from,
                       struct sum_window *ret_sum)
{
    struct addends one = {{*from}, 1};
    return add_windows(r, level, level_start(level, from->start_ns), &one, ret_sum);
}

/* Of a level, the first or last (as the statement says) that is in a sum and begins in an interval.
 */
static bool find_rolled(struct rollup *r, enum statement which, int level, uint64_t from_ns,
                        uint64_t to_ns, struct sum_window *ret)
{
    sqlite3_stmt *s = r->statement[which];
    bind_id(s, 1, level);
    bind_count(s, 2, from_ns);
    bind_count(s, 3, to_ns);
    return ask(s, level, ret);
}

/* Adds `from` to the shortcut over a window of `level`, if there is one. */
static bool add_to_shortcut(struct rollup *r, int level, const struct sum_window *from)
{
    int over = levels[level].shortcut;
    struct sum_window sum;
    return find(r, over, level_start(over, from->start_ns), &sum) &&
           (!sum.id || add_window(r, over, from, &sum));
}

/* Marks a minute or an hour as `rolled`, and adds it to its shortcut: one that is there, or one
 * that is made because nothing that ought to be in it is `rolled` already. */
static bool mark(struct rollup *r, const struct sum_window *w)
{
    int over = levels[w->level].shortcut;
    uint64_t start_ns = level_start(over, w->start_ns);
    struct sum_window sum, other = {0};
    if (!find(r, over, start_ns, &sum) ||
        (!sum.id && !find_rolled(r, FIRST_ROLLED, w->level, start_ns,
                                 start_ns + levels[over].length_ns, &other)))
        return false;
    return run_on(r->statement[MARK], w->id) && (other.id || add_window(r, over, w, &sum));
}

/* Adds `from` to its hour, and to the shortcut over that if it is in one. */
static bool add_to_hour(struct rollup *r, const struct sum_window *from)
{
    struct sum_window hour;
    return add_window(r, LEVEL_HOUR, from, &hour) &&
           (!hour.rolled || add_to_shortcut(r, LEVEL_HOUR, from));
}

/* Adds windows of one minute to it, and to all that has it. */
static bool add_to_minute(struct rollup *r, const struct addends *from)
{
    uint64_t start_ns = level_start(LEVEL_MINUTE, from->window[0].start_ns);
    struct sum_window minute;
    if (!add_windows(r, LEVEL_MINUTE, start_ns, from, &minute))
        return false;
    for (size_t i = 0; minute.rolled && i < from->len; i++)
        if (!add_to_shortcut(r, LEVEL_MINUTE, &from->window[i]) ||
            !add_to_hour(r, &from->window[i]))
            return false;
    return true;
}

/* Some of the windows of a minute that are in no sum: those that begin first. They are marked. */
static bool take_open(struct rollup *r, uint64_t minute_ns, struct addends *ret)
{
    sqlite3_stmt *s = r->statement[FIRST_OPEN];
    for (ret->len = 0; ret->len < ROLLUP_AT_A_TIME; ret->len++) {
        struct sum_window *w = &ret->window[ret->len];
        bind_id(s, 1, LEVEL_WINDOW);
        bind_count(s, 2, minute_ns);
        bind_count(s, 3, minute_ns + levels[LEVEL_MINUTE].length_ns);
        if (!ask(s, LEVEL_WINDOW, w))
            return false;
        if (!w->id)
            break;
        if (!run_on(r->statement[MARK], w->id))
            return false;
    }
    return true;
}

/* The windows of a minute that are in no sum. */
static bool add_minute(struct rollup *r, uint64_t minute_ns)
{
    struct addends open;
    do
        if (!take_open(r, minute_ns, &open) || (open.len && !add_to_minute(r, &open)))
            return false;
    while (open.len == ROLLUP_AT_A_TIME);
    return true;
}

/* The first minute, or hour, that is in no sum; but the one at `now_ns` is not over. */
static bool find_next(struct rollup *r, int level, uint64_t now_ns, struct sum_window *ret)
{
    sqlite3_stmt *s = r->statement[NEXT_SUM];
    bind_id(s, 1, level);
    bind_count(s, 2, level_start(level, now_ns));
    return ask(s, level, ret);
}

/* Of the minutes of an interval that are in an hour, a shortcut. */
static bool make_shortcut(struct rollup *r, uint64_t start_ns)
{
    uint64_t end_ns = start_ns + levels[LEVEL_TEN_MINUTES].length_ns, at_ns = start_ns;
    struct addends minutes = {.len = 0};
    struct sum_window sum;
    while (minutes.len < ROLLUP_AT_A_TIME) {
        struct sum_window *minute = &minutes.window[minutes.len];
        if (!find_rolled(r, FIRST_ROLLED, LEVEL_MINUTE, at_ns, end_ns, minute))
            return false;
        if (!minute->id)
            break;
        at_ns = minute->start_ns + 1;
        minutes.len++;
    }
    return !minutes.len || add_windows(r, LEVEL_TEN_MINUTES, start_ns, &minutes, &sum);
}

/* Goes back through the minutes there were when the database was opened, and makes one shortcut
 * that is missing (an older version made none); but none in an hour of which minutes were deleted,
 * which is read as a whole. */
static bool make_missing(struct rollup *r, bool *ret_made)
{
    for (int i = 0; i < ROLLUP_LOOKED_AT && !r->looked_through; i++) {
        struct sum_window minute, hour, sum;
        uint64_t before_ns = r->looked_from_ns ? r->looked_from_ns : INT64_MAX;
        if (!find_rolled(r, LAST_ROLLED, LEVEL_MINUTE, 0, before_ns, &minute))
            return false;
        r->looked_through = !minute.id;
        if (r->looked_through)
            break;
        uint64_t start_ns = level_start(LEVEL_TEN_MINUTES, minute.start_ns);
        if (!find(r, LEVEL_TEN_MINUTES, start_ns, &sum) ||
            !find(r, LEVEL_HOUR, level_start(LEVEL_HOUR, start_ns), &hour))
            return false;
        if (!sum.id && !hour.thinned) {
            *ret_made = true;
            return make_shortcut(r, start_ns); /* and sees next time that it is there */
        }
        r->looked_from_ns = start_ns;
        r->looked_through = !start_ns;
    }
    return true;
}

bool rollup_step(struct rollup *r, uint64_t written_ns, bool *ret_added)
{
    sqlite3_stmt *s = r->statement[NEXT_WINDOW];
    struct sum_window w, minute, hour;
    uint64_t now_ns = level_start(LEVEL_MINUTE, written_ns);
    bool made = false;
    bind_count(s, 1, now_ns);
    bind_count(s, 2, now_ns + levels[LEVEL_MINUTE].length_ns);
    if (!ask(s, LEVEL_WINDOW, &w) ||
        (w.id && !add_minute(r, level_start(LEVEL_MINUTE, w.start_ns))))
        return false;
    if (!find_next(r, LEVEL_MINUTE, now_ns, &minute) ||
        (minute.id && !(mark(r, &minute) && add_to_hour(r, &minute))))
        return false;
    if (!find_next(r, LEVEL_HOUR, now_ns, &hour) || (hour.id && !mark(r, &hour)))
        return false;
    if (!make_missing(r, &made))
        return false;
    *ret_added = w.id || minute.id || hour.id || made;
    return true;
}

bool rollup_fold(struct rollup *r, int64_t apart, uint64_t start_ns)
{
    struct addends from = {.len = 1};
    struct sum_window *w = &from.window[0], sum;
    return find(r, LEVEL_APART, start_ns, w) && w->id == apart &&
           add_windows(r, LEVEL_WINDOW, start_ns, &from, &sum) && add_to_minute(r, &from) &&
           run_on(r->statement[DROP], apart);
}
