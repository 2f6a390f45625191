/* rollup.c - see rollup.h. */
#include "store/rollup.h"

#include "store/tallied.h"

/* How a column of the sum grows by a row of the window. */
#define ADDS(column, field)                                                                        \
    ", " #column " = min(9223372036854775807, " #column " + excluded." #column ")"
#define MERGES(column, field) ", " #column " = merged(" #column ", excluded." #column ")"
#define FIGURE(column, quantile) ", " #column " = quantile_ms(duration, " #quantile ")"

#define CONNECTION_COUNTS(X)                                                                       \
    X(calls, )                                                                                     \
    X(resets_by_client, )                                                                          \
    X(resets_by_server, )                                                                          \
    X(stalls_to_server, )                                                                          \
    X(stalls_to_client, )                                                                          \
    X(goaways, )
#define TLS_COUNTS(X)                                                                              \
    X(handshakes, )                                                                                \
    X(established, )                                                                               \
    X(resumed, )                                                                                   \
    X(retried, )                                                                                   \
    X(unreadable, )                                                                                \
    X(ech, )                                                                                       \
    X(mutual_hidden, )                                                                             \
    X(mutual_no, )                                                                                 \
    X(mutual_asked, )                                                                              \
    X(mutual_yes, )
#define RELAY_COUNTS(X) X(requests, ) X(passed_on, )
#define FORWARDED_COUNTS(X) X(requests, )
#define VANTAGE_COUNTS(X)                                                                          \
    X(packets, )                                                                                   \
    X(bytes, )                                                                                     \
    X(duplicates, )                                                                                \
    X(duplicate_bytes, )                                                                           \
    X(uncertain, )
#define TOTAL_COUNTS(X) X(bytes_to_server, ) X(bytes_to_client, )
#define NONE(X)

/* Adds the rows of window ?2 to those of ?1: counters are added, histograms merged, and what
 * `also` names, a list of columns, grows as `as` says. With ?3 the window is not the latest of
 * those added so far. Like any list of columns, `keys` begins with a comma. */
#define ADD(table, keys, of_x, counts, blobs, also, also_of_x, as)                                 \
    "INSERT INTO " table " (window_id" keys counts(COLUMN_NAME) blobs(COLUMN_NAME) also            \
        ") SELECT ?1" of_x                                                                         \
        counts(COLUMN_OF_X) blobs(COLUMN_OF_X) also_of_x                                           \
        " FROM " table " x WHERE x.window_id = ?2 ON CONFLICT (window_id" keys ") DO UPDATE SET "  \
        "window_id = window_id" counts(ADDS) blobs(MERGES) as

/* What stands at the end of a window: that of the latest of those in the sum ?1 which has the row,
 * among the windows of level ?2 that begin in [?3, ?4). */
#define SETTLE(table, key, column)                                                                 \
    "UPDATE " table " SET " column " = coalesce((SELECT x." column " FROM capture_window w "       \
    "JOIN " table " x ON x.window_id = w.id AND x." key " = " table "." key " "                    \
    "WHERE w.level = ?2 AND w.start_ns >= ?3 AND w.start_ns < ?4 AND w.rolled "                    \
    "ORDER BY w.start_ns DESC LIMIT 1), " column ") WHERE window_id = ?1"

/* The figures of the histograms of window ?1. */
#define FIGURES(table)                                                                             \
    "UPDATE " table                                                                                \
    " SET window_id = window_id" TALLIED_QUANTILES(FIGURE) " WHERE window_id = ?1 "                \
                                                           "AND duration IS NOT NULL"

#define EDGE_COUNTS(X) TALLIED_COUNTS(X) EDGE_COLUMNS(X)
#define ALL_TOTALS(X) TALLIED_COUNTS(X) TOTAL_COUNTS(X)

/* Every table whose name ends in _window. A new one has a row here, and no other place to think
 * of: deleting goes by its reference to capture_window. */
static const struct summed {
    const char *add, *settle, *figures; /* the latter two: NULL if there is nothing of the kind */
} tables[ROLLUP_TABLES] = {
    {ADD("total_window", "", "", ALL_TOTALS, TALLIED_BLOBS, "", "", ""), NULL,
     FIGURES("total_window")},
    {ADD("edge_window", ", pair_id", ", x.pair_id", EDGE_COUNTS, TALLIED_BLOBS, ", notes, active",
         ", x.notes, x.active",
         ", notes = notes | excluded.notes, active = iif(?3, active, excluded.active)"),
     SETTLE("edge_window", "pair_id", "active"), FIGURES("edge_window")},
    {ADD("operation_window", ", operation_id", ", x.operation_id", TALLIED_COUNTS, TALLIED_BLOBS,
         "", "", ""),
     NULL, FIGURES("operation_window")},
    {ADD("connection_window", ", connection_id", ", x.connection_id", CONNECTION_COUNTS, NONE,
         ", ping_rtt_ns, open_calls", ", x.ping_rtt_ns, x.open_calls",
         ", ping_rtt_ns = coalesce(min(nullif(ping_rtt_ns, 0), nullif(excluded.ping_rtt_ns, 0)), "
         "max(ping_rtt_ns, excluded.ping_rtt_ns)), "
         "open_calls = iif(?3, open_calls, excluded.open_calls)"),
     SETTLE("connection_window", "connection_id", "open_calls"), NULL},
    {ADD("tls_window", ", tls_id", ", x.tls_id", TLS_COUNTS, NONE, "", "", ""), NULL, NULL},
    {ADD("relay_window", ", outer_id, inner_id", ", x.outer_id, x.inner_id", RELAY_COUNTS, NONE, "",
         "", ""),
     NULL, NULL},
    {ADD("forwarded_window", ", client_id, pair_id", ", x.client_id, x.pair_id", FORWARDED_COUNTS,
         NONE, "", "", ""),
     NULL, NULL},
    {ADD("vantage_window", ", interface, vlan, tunnels, tunnel_id",
         ", x.interface, x.vlan, x.tunnels, x.tunnel_id", VANTAGE_COUNTS, NONE, "", "", ""),
     NULL, NULL},
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

/* Unless it is there: what was made before one failed stays. */
static bool prepare_one(sqlite3 *db, const char *sql_text, sqlite3_stmt **s)
{
    return *s || !sql_text || statement_prepare(db, sql_text, s);
}

static bool prepare_each(struct rollup *r)
{
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        const struct summed *t = &tables[i];
        if (!prepare_one(r->db, t->add, &r->add[i]) ||
            !prepare_one(r->db, t->settle, &r->settle[i]) ||
            !prepare_one(r->db, t->figures, &r->figures[i]))
            return false;
    }
    r->prepared = true;
    return true;
}

bool rollup_open(struct rollup *r, sqlite3 *db)
{
    r->db = db;
    for (int i = 0; i < ROLLUP_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &r->statement[i]))
            return false;
    return true;
}

void rollup_close(struct rollup *r)
{
    for (int i = 0; i < ROLLUP_STATEMENTS; i++)
        sqlite3_finalize(r->statement[i]);
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        sqlite3_finalize(r->add[i]);
        sqlite3_finalize(r->settle[i]);
        sqlite3_finalize(r->figures[i]);
    }
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

/* What is done first with any sum: so the statements are there for what follows. */
static bool add_rows(struct rollup *r, int64_t into, int64_t from, bool late)
{
    if (!r->prepared && !prepare_each(r))
        return false;
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        bind_id(r->add[i], 1, into);
        bind_id(r->add[i], 2, from);
        bind_id(r->add[i], 3, late);
        if (!statement_run(r->add[i]))
            return false;
    }
    return true;
}

/* What was added out of turn to a sum of windows that are all there. */
static bool settle(struct rollup *r, const struct sum_window *sum)
{
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        sqlite3_stmt *s = r->settle[i];
        if (!s)
            continue;
        bind_id(s, 1, sum->id);
        bind_id(s, 2, levels[sum->level].below);
        bind_count(s, 3, sum->start_ns);
        bind_count(s, 4, sum->start_ns + levels[sum->level].length_ns);
        if (!statement_run(s))
            return false;
    }
    return true;
}

static bool write_figures(struct rollup *r, int64_t id)
{
    for (int i = 0; i < ROLLUP_TABLES; i++)
        if (r->figures[i] && !run_on(r->figures[i], id))
            return false;
    return true;
}

/* Adds `from` to the window of that level that begins then, made if need be. Its figures are left
 * to the caller. */
static bool add_window(struct rollup *r, int level, uint64_t start_ns,
                       const struct sum_window *from, struct sum_window *ret_sum)
{
    sqlite3_stmt *s = r->statement[ADD_WINDOW];
    struct sum_window before;
    if (!find(r, level, start_ns, &before))
        return false;
    bind_id(s, 1, level);
    bind_count(s, 2, start_ns);
    bind_id(s, 3, from->id);
    bind_id(s, 4, level == LEVEL_TEN_MINUTES);
    if (!statement_run(s) || !find(r, level, start_ns, ret_sum))
        return false;
    bool late = before.id && from->end_ns < before.end_ns;
    return add_rows(r, ret_sum->id, from->id, late) &&
           (!late || level == LEVEL_WINDOW || ret_sum->thinned || settle(r, ret_sum));
}

static bool add_and_figure(struct rollup *r, int level, const struct sum_window *from,
                           struct sum_window *ret_sum)
{
    return add_window(r, level, level_start(level, from->start_ns), from, ret_sum) &&
           write_figures(r, ret_sum->id);
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
           (!sum.id || add_and_figure(r, over, from, &sum));
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
    return run_on(r->statement[MARK], w->id) && (other.id || add_and_figure(r, over, w, &sum));
}

/* Adds `from` to its hour, and to the shortcut over that if it is in one. */
static bool add_to_hour(struct rollup *r, const struct sum_window *from)
{
    struct sum_window hour;
    return add_and_figure(r, LEVEL_HOUR, from, &hour) &&
           (!hour.rolled || add_to_shortcut(r, LEVEL_HOUR, from));
}

/* Adds `from` to its minute, whose figures are left to the caller, and to all that has that. */
static bool add_to_minute(struct rollup *r, const struct sum_window *from)
{
    struct sum_window minute;
    return add_window(r, LEVEL_MINUTE, level_start(LEVEL_MINUTE, from->start_ns), from, &minute) &&
           (!minute.rolled || (add_to_shortcut(r, LEVEL_MINUTE, from) && add_to_hour(r, from)));
}

/* The windows of a minute that are in no sum. */
static bool add_minute(struct rollup *r, uint64_t minute_ns)
{
    sqlite3_stmt *s = r->statement[FIRST_OPEN];
    struct sum_window w, sum;
    for (;;) {
        bind_id(s, 1, LEVEL_WINDOW);
        bind_count(s, 2, minute_ns);
        bind_count(s, 3, minute_ns + levels[LEVEL_MINUTE].length_ns);
        if (!ask(s, LEVEL_WINDOW, &w))
            return false;
        if (!w.id)
            break;
        if (!run_on(r->statement[MARK], w.id) || !add_to_minute(r, &w))
            return false;
    }
    return find(r, LEVEL_MINUTE, minute_ns, &sum) && write_figures(r, sum.id);
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
    uint64_t end_ns = start_ns + levels[LEVEL_TEN_MINUTES].length_ns;
    struct sum_window minute = {.start_ns = start_ns}, sum = {0};
    for (uint64_t at_ns = start_ns;; at_ns = minute.start_ns + 1) {
        if (!find_rolled(r, FIRST_ROLLED, LEVEL_MINUTE, at_ns, end_ns, &minute))
            return false;
        if (!minute.id)
            return !sum.id || write_figures(r, sum.id);
        if (!add_window(r, LEVEL_TEN_MINUTES, start_ns, &minute, &sum))
            return false;
    }
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
    struct sum_window from, sum;
    if (!find(r, LEVEL_APART, start_ns, &from) || from.id != apart)
        return false;
    return add_window(r, LEVEL_WINDOW, start_ns, &from, &sum) && write_figures(r, sum.id) &&
           add_to_minute(r, &from) &&
           find(r, LEVEL_MINUTE, level_start(LEVEL_MINUTE, start_ns), &sum) &&
           write_figures(r, sum.id) && run_on(r->statement[DROP], apart);
}
