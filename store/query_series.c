/* query_series.c - figures over time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/sums.h"

enum { POINTS_MAX = 100000 };
#define WINDOW_NS_DEFAULT UINT64_C(5000000000)

#define SERIES_COLUMNS "w.start_ns" TALLIED_COLUMNS ", x.bytes_to_server + x.bytes_to_client FROM "

static const char all_sql[] =
    "SELECT 0, " SERIES_COLUMNS RANGE_WINDOWS " JOIN total_window x ON x.window_id = w.id";

/* ?3: a JSON array of ids. CROSS, since the pairs that are wanted are fewer than those of a window.
 */
#define OF_PAIRS(from)                                                                             \
    "WITH wanted (place, pair_id) AS MATERIALIZED (SELECT j.key, p.id FROM json_each(?3) j " from  \
    ") SELECT wanted.place, " SERIES_COLUMNS RANGE_WINDOWS " CROSS JOIN wanted "                   \
    "CROSS JOIN edge_window x ON x.window_id = w.id AND x.pair_id = wanted.pair_id"

static const char *const sql_of[] = {
    [SERIES_OF_ALL] = all_sql,
    [SERIES_OF_EDGE] = OF_PAIRS("CROSS JOIN pair p ON p.edge_id = j.value"),
    [SERIES_OF_SERVICE] = OF_PAIRS("CROSS JOIN edge g ON g.server_id = j.value "
                                   "CROSS JOIN pair p ON p.edge_id = g.id"),
};

/* How long the windows of the range are. */
static bool window_length(struct query *q, struct range r, uint64_t *ret, struct err *err)
{
    static const char length_sql[] = "SELECT min(end_ns - start_ns) FROM capture_window WHERE "
                                     "level = 0 AND start_ns >= ?1 AND start_ns < ?2";
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, length_sql, r, err);
    if (!s)
        return false;
    *ret = 0;
    if (question_row(q, s, &failed, err))
        *ret = column_count(s, 0);
    if (!*ret)
        *ret = WINDOW_NS_DEFAULT;
    sqlite3_finalize(s);
    return !failed;
}

struct steps {
    struct range range;
    uint64_t origin_ns; /* where the first step begins */
    uint64_t step_ns;
    int highest;         /* level of windows that lie in one step */
    size_t len;          /* of the steps of a line */
    size_t lines;        /* which stand behind each other in what follows */
    struct tallied *sum; /* owned */
    uint64_t *bytes;     /* owned */
};

static uint64_t multiple_of(uint64_t unit, uint64_t at_least)
{
    uint64_t units = at_least / unit + (at_least % unit != 0);
    return units > UINT64_MAX / unit ? UINT64_MAX : units * unit;
}

/* A step of a minute or longer is of whole minutes of the clock, one of an hour of whole hours:
 * then their sums are what a point is made of. */
static void set_steps(struct steps *s, struct range r, uint64_t window_ns, size_t points_max)
{
    uint64_t length = r.to_ns > r.from_ns ? r.to_ns - r.from_ns : 0;
    uint64_t least = length / points_max + (length % points_max != 0);
    s->range = r;
    s->origin_ns = r.from_ns;
    s->step_ns = multiple_of(window_ns, least ? least : window_ns);
    s->highest = LEVEL_WINDOW;
    for (int level = LEVEL_MINUTE; level < LEVELS; level++) {
        if (s->step_ns < levels[level].length_ns)
            break;
        s->highest = level;
        s->origin_ns = level_start(level, r.from_ns);
        length = r.to_ns > s->origin_ns ? r.to_ns - s->origin_ns : 0;
        least = length / points_max + (length % points_max != 0);
        s->step_ns = multiple_of(levels[level].length_ns, least);
    }
    s->len = s->step_ns ? (size_t)(length / s->step_ns + (length % s->step_ns != 0)) : 0;
}

static bool make_steps(struct query *q, struct steps *s, struct range r, size_t points_max,
                       struct err *err)
{
    uint64_t window_ns;
    if (!points_max || points_max > POINTS_MAX)
        points_max = POINTS_MAX;
    if (!window_length(q, r, &window_ns, err))
        return false;
    set_steps(s, r, window_ns, points_max);
    if (!question_plan(q, r, s->highest, err))
        return false;
    for (size_t i = 0; i < q->plan.len; i++) { /* nothing shorter may be left */
        uint64_t length_ns = levels[q->plan.window[i].level].length_ns;
        if (q->plan.window[i].level > s->highest && length_ns > window_ns)
            window_ns = length_ns;
    }
    if (window_ns > s->step_ns)
        set_steps(s, r, window_ns, points_max);
    s->sum = calloc(s->len * s->lines + 1, sizeof *s->sum);
    s->bytes = calloc(s->len * s->lines + 1, sizeof *s->bytes);
    return (s->sum && s->bytes) || question_no_memory(q, err);
}

static void add_row(struct steps *steps, sqlite3_stmt *s)
{
    uint64_t line = column_count(s, 0), start_ns = column_count(s, 1);
    if (line >= steps->lines || start_ns < steps->origin_ns)
        return;
    uint64_t step = (start_ns - steps->origin_ns) / steps->step_ns;
    if (step >= steps->len)
        return;
    size_t at = (size_t)line * steps->len + (size_t)step;
    tallied_read(s, 2, &steps->sum[at]);
    steps->bytes[at] += column_count(s, 2 + TALLIED_READ);
}

/* `ids`: a JSON array; NULL for what has none. */
static bool add_rows(struct query *q, struct steps *steps, enum series_of of, const char *ids,
                     struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, sql_of[of], steps->range, err);
    if (!s)
        return false;
    if (ids)
        sqlite3_bind_text(s, 3, ids, -1, SQLITE_STATIC);
    while (question_row(q, s, &failed, err))
        add_row(steps, s);
    sqlite3_finalize(s);
    return !failed;
}

static struct point point_of(const struct steps *s, size_t line, size_t step)
{
    size_t i = line * s->len + step;
    struct figures f = figures_of(&s->sum[i], s->range);
    return (struct point){
        .time_ns = s->origin_ns + step * s->step_ns,
        .requests = f.requests,
        .errors = f.errors,
        .p50_ns = f.duration.p50_ns,
        .p95_ns = f.duration.p95_ns,
        .p99_ns = f.duration.p99_ns,
        .bytes = s->bytes[i],
    };
}

/* "[3,17]", given. */
static char *ids_to_json(const int64_t *id, size_t len)
{
    char *text = malloc(len * 22 + 3), *at = text;
    if (!text)
        return NULL;
    *at++ = '[';
    for (size_t i = 0; i < len; i++)
        at += sprintf(at, i ? ",%" PRId64 : "%" PRId64, id[i]);
    at[0] = ']';
    at[1] = '\0';
    return text;
}

static void free_steps(struct steps *s)
{
    for (size_t i = 0; s->sum && i < s->len * s->lines; i++)
        tallied_free(&s->sum[i]);
    free(s->sum);
    free(s->bytes);
}

/* Gives each line its points; all or none. */
static bool give_points(const struct steps *s, struct points *ret)
{
    for (size_t line = 0; line < s->lines; line++) {
        struct point *point = malloc((s->len + 1) * sizeof *point);
        if (!point) {
            while (line > 0)
                free(ret[--line].point);
            return false;
        }
        for (size_t step = 0; step < s->len; step++)
            point[step] = point_of(s, line, step);
        ret[line] = (struct points){point, s->len};
    }
    return true;
}

bool query_series_of(struct query *q, struct range r, enum series_of of, struct series_ids ids,
                     size_t points_max, struct points *ret, struct err *err)
{
    struct steps steps = {.lines = of == SERIES_OF_ALL ? 1 : ids.len};
    char *json = ids_to_json(ids.id, ids.len);
    if (!json)
        return question_no_memory(q, err);
    bool asked = question_begin(q, err);
    if (asked) {
        asked = make_steps(q, &steps, r, points_max, err) &&
                (!steps.len || add_rows(q, &steps, of, of == SERIES_OF_ALL ? NULL : json, err));
        question_end(q);
    }
    free(json);
    bool given = asked && (give_points(&steps, ret) || question_no_memory(q, err));
    free_steps(&steps);
    return given;
}

bool query_series(struct query *q, struct range r, int64_t edge_id, size_t points_max,
                  struct points *ret, struct err *err)
{
    const struct series_ids ids = {&edge_id, 1};
    return query_series_of(q, r, edge_id ? SERIES_OF_EDGE : SERIES_OF_ALL, ids, points_max, ret,
                           err);
}
