/* plan.c - see plan.h. */
#include "store/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/query.h"

struct planning {
    struct plan *plan;
    struct range range;
    int highest;
    sqlite3_stmt *all, *open; /* windows of a level that begin in an interval: all, or those */
    sqlite3_stmt *before;
    uint64_t first_open_ns[LEVELS]; /* in no sum, of which this is the first */
};

#define FOUND                                                                                      \
    "SELECT id, start_ns, end_ns, thinned FROM capture_window WHERE level = ?1 AND start_ns >= "   \
    "?2 AND start_ns < ?3 "

static const char all_sql[] = FOUND "ORDER BY start_ns";
/* Is there anything in [?1, ?2)? */
static const char before_sql[] =
    "SELECT EXISTS (SELECT 1 FROM capture_window WHERE level = 0 AND start_ns >= ?1 AND "
    "start_ns < ?2) OR EXISTS (SELECT 1 FROM capture_window WHERE level = 1 AND thinned AND "
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

static bool take(struct planning *p, int level, struct interval in, bool open);

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
static bool take_window(struct planning *p, int level, const struct found *w)
{
    bool begins = begins_in(p, level, w);
    bool whole = begins && w->end_ns <= p->range.to_ns && level <= p->highest;
    bool chosen = level == LEVEL_WINDOW || whole || (begins && w->thinned);
    if (chosen && !choose(p->plan, level, w))
        return false;
    return level == LEVEL_WINDOW ||
           take(p, level - 1, cut(p, w->start_ns, w->start_ns + levels[level].length_ns),
                chosen || w->thinned);
}

/* What begins in the interval, from a level downwards; with `open`, what is in no sum yet. No
 * function calls itself deeper than there are levels. */
static bool take(struct planning *p, int level, struct interval in, bool open)
{
    struct found *w = NULL;
    size_t len = 0;
    bool nothing = open && level < LEVEL_HOUR && p->first_open_ns[LEVEL_WINDOW] >= in.to_ns &&
                   p->first_open_ns[level] >= in.to_ns;
    if (in.from_ns >= in.to_ns || nothing)
        return true;
    struct interval begin = in;
    if (level > LEVEL_WINDOW)
        begin.from_ns = level_start(level, in.from_ns);
    bool taken = list(p, level, begin, open, &w, &len);
    uint64_t done_ns = in.from_ns;
    for (size_t i = 0; taken && i < len; i++) {
        if (level > LEVEL_WINDOW)
            taken = take(p, level - 1, (struct interval){done_ns, w[i].start_ns}, open);
        taken = taken && take_window(p, level, &w[i]);
        done_ns = w[i].start_ns + levels[level].length_ns;
    }
    if (taken && level > LEVEL_WINDOW)
        taken = take(p, level - 1, (struct interval){done_ns, in.to_ns}, open);
    free(w);
    return taken;
}

static bool find_open(struct planning *p, sqlite3 *db)
{
    static const char *const sql[] = {
        "SELECT coalesce((SELECT start_ns FROM capture_window WHERE level = 0 AND rolled = 0 "
        "ORDER BY start_ns LIMIT 1), 9223372036854775807)",
        "SELECT coalesce((SELECT start_ns FROM capture_window WHERE level = 1 AND rolled = 0 "
        "ORDER BY start_ns LIMIT 1), 9223372036854775807)",
    };
    for (int level = LEVEL_WINDOW; level < LEVEL_HOUR; level++) {
        int64_t first;
        if (!database_number(db, sql[level], &first))
            return false;
        p->first_open_ns[level] = first > 0 ? (uint64_t)first : 0;
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
    struct planning planning = {.plan = p, .range = *r, .highest = highest};
    if (planning.range.to_ns > INT64_MAX)
        planning.range.to_ns = INT64_MAX;
    bool made = statement_prepare(db, all_sql, &planning.all) &&
                statement_prepare(db, open_sql, &planning.open) &&
                statement_prepare(db, before_sql, &planning.before) && find_open(&planning, db) &&
                take(&planning, LEVEL_HOUR, cut(&planning, 0, INT64_MAX), false);
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
