/* steps.c - see steps.h. */
#include "store/steps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/sums.h"

enum { STEPS_MAX = 100000, SQL_MAX = 4096 };
#define WINDOW_NS_DEFAULT UINT64_C(5000000000)

static const char all_sql[] = "SELECT w.start_ns" TALLIED_COLUMNS ", "
                              "x.bytes_to_server + x.bytes_to_client FROM " RANGE_WINDOWS
                              " JOIN total_window x ON x.window_id = w.id";

/* The pairs of a subject, p: they are fewer than those of a window. */
static const char any_pair[] = "WITH p AS MATERIALIZED (SELECT id FROM pair) ";
static const char edge_pairs[] = "WITH p AS MATERIALIZED (SELECT id FROM pair WHERE edge_id = ?3) ";
static const char server_pairs[] =
    "WITH p AS MATERIALIZED (SELECT p.id FROM endpoint e JOIN pair p ON p.server_id = e.id "
    "WHERE e.service_id = ?3) ";
static const char client_pairs[] =
    "WITH p AS MATERIALIZED (SELECT p.id FROM endpoint e JOIN pair p ON p.client_id = e.id "
    "WHERE e.service_id = ?3) ";

static const char of_pairs[] =
    "SELECT w.start_ns" TALLIED_COLUMNS
    ", x.bytes_to_server + x.bytes_to_client FROM " RANGE_WINDOWS
    " CROSS JOIN p CROSS JOIN edge_window x ON x.window_id = w.id AND x.pair_id = p.id";

static const char of_operations[] =
    ", o AS MATERIALIZED (SELECT o.id FROM p CROSS JOIN operation o ON o.pair_id = p.id AND "
    "o.name = ?4) SELECT w.start_ns" TALLIED_COLUMNS
    ", x.request_bytes + x.response_bytes FROM " RANGE_WINDOWS
    " CROSS JOIN o CROSS JOIN operation_window x ON x.window_id = w.id AND x.operation_id = o.id";

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

static uint64_t multiple_of(uint64_t unit, uint64_t at_least)
{
    uint64_t units = at_least / unit + (at_least % unit != 0);
    return units > UINT64_MAX / unit ? UINT64_MAX : units * unit;
}

/* A step of a minute or longer is of whole minutes of the clock, one of an hour of whole hours:
 * then their sums are what a point is made of. */
static void set_steps(struct steps *s, struct range r, uint64_t window_ns, size_t steps_max)
{
    uint64_t length = r.to_ns > r.from_ns ? r.to_ns - r.from_ns : 0;
    uint64_t least = length / steps_max + (length % steps_max != 0);
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
        least = length / steps_max + (length % steps_max != 0);
        s->step_ns = multiple_of(levels[level].length_ns, least);
    }
    s->len = s->step_ns ? (size_t)(length / s->step_ns + (length % s->step_ns != 0)) : 0;
}

static bool make_steps(struct query *q, struct steps *s, struct range r, size_t steps_max,
                       struct err *err)
{
    uint64_t window_ns;
    if (!steps_max || steps_max > STEPS_MAX)
        steps_max = STEPS_MAX;
    if (!window_length(q, r, &window_ns, err))
        return false;
    set_steps(s, r, window_ns, steps_max);
    if (!question_plan(q, r, s->highest, err))
        return false;
    for (size_t i = 0; i < q->plan.len; i++) { /* nothing shorter may be left */
        uint64_t length_ns = levels[q->plan.window[i].level].length_ns;
        if (q->plan.window[i].level > s->highest && length_ns > window_ns)
            window_ns = length_ns;
    }
    if (window_ns > s->step_ns)
        set_steps(s, r, window_ns, steps_max);
    s->sum = calloc(s->len + 1, sizeof *s->sum);
    s->bytes = calloc(s->len + 1, sizeof *s->bytes);
    return (s->sum && s->bytes) || question_no_memory(q, err);
}

static const char *pairs_of(const struct subject *of)
{
    if (of->edge_id)
        return edge_pairs;
    if (!of->service_id)
        return any_pair;
    return of->as_client ? client_pairs : server_pairs;
}

static sqlite3_stmt *ask(struct query *q, struct range r, const struct subject *of, struct err *err)
{
    char sql[SQL_MAX];
    static_assert(sizeof server_pairs + sizeof of_operations + sizeof of_pairs < SQL_MAX,
                  "a statement has room");
    if (!of->edge_id && !of->service_id && !of->operation)
        return question_ask_range(q, all_sql, r, err);
    strcpy(sql, pairs_of(of));
    strcat(sql, of->operation ? of_operations : of_pairs);
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (s)
        bind_id(s, 3, of->edge_id ? of->edge_id : of->service_id);
    if (s && of->operation)
        bind_text(s, 4, of->operation);
    return s;
}

static bool add_rows(struct query *q, struct steps *steps, const struct subject *of,
                     struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = ask(q, steps->range, of, err);
    if (!s)
        return false;
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

bool steps_load(struct steps *s, struct query *q, struct range r, const struct subject *of,
                size_t steps_max, struct err *err)
{
    return make_steps(q, s, r, steps_max, err) && (!s->len || add_rows(q, s, of, err));
}

void steps_free(struct steps *s)
{
    for (size_t i = 0; s->sum && i < s->len; i++)
        tallied_free(&s->sum[i]);
    free(s->sum);
    free(s->bytes);
    *s = (struct steps){0};
}

struct point steps_point(const struct steps *s, size_t at)
{
    struct figures f = figures_of(&s->sum[at], s->range);
    return (struct point){
        .time_ns = s->origin_ns + at * s->step_ns,
        .requests = f.requests,
        .errors = f.errors,
        .p50_ns = f.duration.p50_ns,
        .p95_ns = f.duration.p95_ns,
        .p99_ns = f.duration.p99_ns,
        .bytes = s->bytes[at],
    };
}
