/* query_series.c - figures over time. */
#include <stdlib.h>

#include "store/sums.h"

enum { POINTS_MAX = 100000 };
#define WINDOW_NS_DEFAULT UINT64_C(5000000000)

static const char sql[] =
    "SELECT w.start_ns" TALLIED_COLUMNS ", "
    "x.bytes_to_server + x.bytes_to_client "
    "FROM capture_window w JOIN edge_window x ON x.window_id = w.id "
    "JOIN pair p ON p.id = x.pair_id "
    "WHERE w.level = 0 AND w.start_ns >= ?1 AND w.start_ns < ?2 AND (?3 = 0 OR p.edge_id = ?3)";

/* How long the windows of the range are. */
static bool window_length(struct query *q, struct range r, uint64_t *ret, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q,
                                   "SELECT min(end_ns - start_ns) FROM capture_window WHERE level "
                                   "= 0 AND start_ns >= ?1 AND start_ns < ?2",
                                   err);
    if (!s)
        return false;
    question_bind_range(s, r);
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
    uint64_t step_ns;
    size_t len;
    struct tallied *sum; /* owned */
    uint64_t *bytes;     /* owned */
};

static bool plan(struct steps *s, struct range r, uint64_t window_ns, size_t points_max)
{
    uint64_t length = r.to_ns > r.from_ns ? r.to_ns - r.from_ns : 0;
    uint64_t windows = length / window_ns + (length % window_ns != 0);
    if (!points_max || points_max > POINTS_MAX)
        points_max = POINTS_MAX;
    s->range = r;
    uint64_t in_a_step = windows / points_max + (windows % points_max != 0);
    s->step_ns = in_a_step > UINT64_MAX / window_ns ? UINT64_MAX : window_ns * in_a_step;
    s->len = s->step_ns ? (size_t)(length / s->step_ns + (length % s->step_ns != 0)) : 0;
    s->sum = calloc(s->len + 1, sizeof *s->sum);
    s->bytes = calloc(s->len + 1, sizeof *s->bytes);
    return s->sum && s->bytes;
}

static bool add_rows(struct query *q, struct steps *steps, int64_t edge_id, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (!s)
        return false;
    question_bind_range(s, steps->range);
    bind_id(s, 3, edge_id);
    while (question_row(q, s, &failed, err)) {
        uint64_t at = (column_count(s, 0) - steps->range.from_ns) / steps->step_ns;
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
        .time_ns = s->range.from_ns + i * s->step_ns,
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
    uint64_t window_ns;
    if (!question_begin(q, err))
        return false;
    bool added = window_length(q, r, &window_ns, err) &&
                 (plan(&steps, r, window_ns, points_max) || question_no_memory(q, err)) &&
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
