/* plan.c - see plan.h. */
#include "store/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/query.h"

/* From the shortest windows to the longest. */
enum { RUNGS = LEVELS_AND_SHORTCUTS };
static const int ladder[RUNGS] = {LEVEL_WINDOW, LEVEL_MINUTE, LEVEL_TEN_MINUTES, LEVEL_HOUR,
                                  LEVEL_SIX_HOURS};

struct planning {
    struct plan *plan;
    struct range range;
    uint64_t longest_ns;      /* that a sum may be */
    sqlite3_stmt *all, *open; /* windows of a level that begin in an interval: all, or those */
    sqlite3_stmt *before;
    uint64_t first_open_ns[RUNGS]; /* in no sum, of which this is the first up to that rung */
};

#define FOUND                                                                                      \
    "SELECT id, start_ns, end_ns, thinned FROM capture_window WHERE level = ?1 AND start_ns >= "   \
    "?2 AND start_ns < ?3 "

static const char all_sql[] = FOUND "ORDER BY start_ns";
/* Is there anything in [?1, ?2)? */
static const char before_sql[] =
    "SELECT EXISTS (SELECT 1 FROM capture_window WHERE level = 0 AND start_ns >= ?1 AND "
    "start_ns < ?2) OR EXISTS (SELECT 1 FROM capture_window WHERE level IN (1, 2) AND thinned AND "
    "start_ns >= ?1 AND start_ns < ?2)";
static const char open_sql[] = FOUND "AND rolled = 0 ORDER BY start_ns";

struct found {
    int64_t id;
    uint64_t start_ns, end_ns;
    bool thinned;
};

struct interval {
    uint64_t from_ns, to_ns;
};

/* The windows of a level that begin in an interval; given. */
static bool list(struct planning *p, int level, struct interval in, bool open, struct found **ret,
                 size_t *ret_len)
{
    sqlite3_stmt *s = open ? p->open : p->all;
    size_t room = 0;
    bind_id(s, 1, level);
    bind_count(s, 2, in.from_ns);
    bind_count(s, 3, in.to_ns);
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (*ret_len == room) {
            room = room ? 2 * room : 64;
            struct found *more = realloc(*ret, room * sizeof *more);
            if (!more) {
                sqlite3_reset(s);
                return false;
            }
            *ret = more;
        }
        (*ret)[(*ret_len)++] = (struct found){sqlite3_column_int64(s, 0), column_count(s, 1),
                                              column_count(s, 2), sqlite3_column_int(s, 3) != 0};
    }
    return sqlite3_reset(s) == SQLITE_OK;
}

static bool choose(struct plan *p, int level, const struct found *w)
{
    if (p->len == p->room) {
        size_t room = p->room ? 2 * p->room : 256;
        struct planned *more = realloc(p->window, room * sizeof *more);
        if (!more)
            return false;
        p->window = more;
        p->room = room;
    }
    p->window[p->len++] = (struct planned){w->id, level, w->end_ns};
    return true;
}

static struct interval cut(const struct planning *p, uint64_t from_ns, uint64_t to_ns)
{
    return (struct interval){from_ns > p->range.from_ns ? from_ns : p->range.from_ns,
                             to_ns < p->range.to_ns ? to_ns : p->range.to_ns};
}

static bool take(struct planning *p, int rung, struct interval in, bool open);

/* Does what is in a window begin in the range? The interval of a sum may begin before it, and yet
 * nothing of it. */
static bool begins_in(struct planning *p, int level, const struct found *w)
{
    if (w->start_ns >= p->range.from_ns)
        return true;
    if (level == LEVEL_WINDOW || w->thinned)
        return false;
    bind_count(p->before, 1, w->start_ns);
    bind_count(p->before, 2, p->range.from_ns);
    int status = statement_row(p->before);
    bool none = status == SQLITE_ROW && !sqlite3_column_int(p->before, 0);
    sqlite3_reset(p->before);
    return none;
}

/* A window that may be a sum: itself, and of those under it the ones that it has not. */
static bool take_window(struct planning *p, int rung, const struct found *w)
{
    int level = ladder[rung];
    uint64_t length_ns = levels[level].length_ns;
    bool begins = begins_in(p, level, w);
    bool whole = begins && w->end_ns <= p->range.to_ns && length_ns <= p->longest_ns;
    bool chosen = level == LEVEL_WINDOW || whole || (begins && w->thinned);
    if (chosen && !choose(p->plan, level, w))
        return false;
    return level == LEVEL_WINDOW ||
           take(p, rung - 1, cut(p, w->start_ns, w->start_ns + length_ns), chosen || w->thinned);
}

/* What begins in the interval, from a rung downwards; with `open`, what is in no sum yet. No
 * function calls itself deeper than there are rungs. */
static bool take(struct planning *p, int rung, struct interval in, bool open)
{
    struct found *w = NULL;
    size_t len = 0;
    int level = ladder[rung];
    if (in.from_ns >= in.to_ns || (open && p->first_open_ns[rung] >= in.to_ns))
        return true;
    struct interval begin = in;
    if (level > LEVEL_WINDOW)
        begin.from_ns = level_start(level, in.from_ns);
    bool taken = list(p, level, begin, open, &w, &len);
    uint64_t done_ns = in.from_ns;
    for (size_t i = 0; taken && i < len; i++) {
        if (level > LEVEL_WINDOW)
            taken = take(p, rung - 1, (struct interval){done_ns, w[i].start_ns}, open);
        taken = taken && take_window(p, rung, &w[i]);
        done_ns = w[i].start_ns + levels[level].length_ns;
    }
    if (taken && level > LEVEL_WINDOW)
        taken = take(p, rung - 1, (struct interval){done_ns, in.to_ns}, open);
    free(w);
    return taken;
}

static bool find_open(struct planning *p, sqlite3 *db)
{
    uint64_t least_ns = INT64_MAX;
    for (int rung = 0; rung < RUNGS; rung++) {
        char sql[160];
        int64_t first;
        snprintf(sql, sizeof sql,
                 "SELECT coalesce((SELECT start_ns FROM capture_window WHERE level = %d AND "
                 "rolled = 0 ORDER BY start_ns LIMIT 1), 9223372036854775807)",
                 ladder[rung]);
        if (!database_number(db, sql, &first))
            return false;
        if (first <= 0)
            least_ns = 0;
        else if ((uint64_t)first < least_ns)
            least_ns = (uint64_t)first;
        p->first_open_ns[rung] = least_ns;
    }
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct planned *a = left, *b = right;
    int order = (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static bool write_ids(struct plan *p)
{
    enum { DIGITS = 21 };
    p->ids = malloc(3 + p->len * DIGITS);
    if (!p->ids)
        return false;
    char *at = p->ids;
    *at++ = '[';
    for (size_t i = 0; i < p->len; i++)
        at += sprintf(at, "%s%lld", i ? "," : "", (long long)p->window[i].id);
    memcpy(at, "]", 2);
    return true;
}

bool plan_make(struct plan *p, sqlite3 *db, const struct range *r, int highest)
{
    struct planning planning = {.plan = p, .range = *r, .longest_ns = levels[highest].length_ns};
    if (planning.range.to_ns > INT64_MAX)
        planning.range.to_ns = INT64_MAX;
    bool made = statement_prepare(db, all_sql, &planning.all) &&
                statement_prepare(db, open_sql, &planning.open) &&
                statement_prepare(db, before_sql, &planning.before) && find_open(&planning, db) &&
                take(&planning, RUNGS - 1, cut(&planning, 0, INT64_MAX), false);
    sqlite3_finalize(planning.all);
    sqlite3_finalize(planning.open);
    sqlite3_finalize(planning.before);
    if (p->len)
        qsort(p->window, p->len, sizeof *p->window, compare);
    return made && write_ids(p);
}

void plan_free(struct plan *p)
{
    free(p->window);
    free(p->ids);
    *p = (struct plan){0};
}
