/* query_series.c - figures over time. */
#include <stdlib.h>

#include "store/sums.h"

enum { POINTS_MAX = 100000 };
#define WINDOW_NS_DEFAULT UINT64_C(5000000000)

static const char all_sql[] = "SELECT w.start_ns" TALLIED_COLUMNS ", "
                              "x.bytes_to_server + x.bytes_to_client FROM " RANGE_WINDOWS
                              " JOIN total_window x ON x.window_id = w.id";

/* CROSS, since the pairs of an edge are fewer than those of a window. */
static const char edge_sql[] =
    "SELECT w.start_ns" TALLIED_COLUMNS
    ", x.bytes_to_server + x.bytes_to_client FROM " RANGE_WINDOWS
    " CROSS JOIN pair p ON p.edge_id = ?3 "
    "CROSS JOIN edge_window x ON x.window_id = w.id AND x.pair_id = p.id";

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
    int highest; /* level of windows that lie in one step */
    size_t len;
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
    s->sum = calloc(s->len + 1, sizeof *s->sum);
    s->bytes = calloc(s->len + 1, sizeof *s->bytes);
    return (s->sum && s->bytes) || question_no_memory(q, err);
}

static bool add_rows(struct query *q, struct steps *steps, int64_t edge_id, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, edge_id ? edge_sql : all_sql, steps->range, err);
    if (!s)
        return false;
    if (edge_id)
        bind_id(s, 3, edge_id);
    while (question_row(q, s, &failed, err)) {
        uint64_t start_ns = column_count(s, 0);
        uint64_t at = start_ns < steps->origin_ns ? steps->len
                                                  : (start_ns - steps->origin_ns) / steps->step_ns;
        if (at >= steps->len)
            continue;
        tallied_read(s, 1, &steps->sum[at]);
        steps->bytes[at] += column_count(s, 1 + TALLIED_READ);
    }
    sqlite3_finalize(s);
    return !failed;
}

static struct point point_of(const struct steps *s, size_t i)
{
    struct figures f = figures_of(&s->sum[i], s->range);
    return (struct point){
        .time_ns = s->origin_ns + i * s->step_ns,
        .requests = f.requests,
        .errors = f.errors,
        .p50_ns = f.duration.p50_ns,
        .p95_ns = f.duration.p95_ns,
        .p99_ns = f.duration.p99_ns,
        .bytes = s->bytes[i],
    };
}

bool query_series(struct query *q, struct range r, int64_t edge_id, size_t points_max,
                  struct points *ret, struct err *err)
{
    struct steps steps = {0};
    if (!question_begin(q, err))
        return false;
    bool added = make_steps(q, &steps, r, points_max, err) &&
                 (!steps.len || add_rows(q, &steps, edge_id, err));
    question_end(q);
    struct points points = {.point = added ? malloc((steps.len + 1) * sizeof *points.point) : NULL};
    if (added && !points.point)
        added = question_no_memory(q, err);
    for (; added && points.len < steps.len; points.len++)
        points.point[points.len] = point_of(&steps, points.len);
    for (size_t i = 0; steps.sum && i < steps.len; i++)
        tallied_free(&steps.sum[i]);
    free(steps.sum);
    free(steps.bytes);
    if (added)
        *ret = points;
    return added;
}
