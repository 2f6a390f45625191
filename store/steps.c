/* steps.c - see steps.h. */
#include "store/steps.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sums.h"

enum { STEPS_MAX = 100000, SQL_MAX = 4096 };
#define WINDOW_NS_DEFAULT UINT64_C(5000000000)

#define COUNTED ", w.start_ns" TALLIED_COLUMNS ", "
#define WIRE_BYTES "x.bytes_to_server + x.bytes_to_client FROM " RANGE_WINDOWS

static const char all_sql[] =
    "SELECT 0" COUNTED WIRE_BYTES " JOIN total_window x ON x.window_id = w.id";

/* The pairs of each line; ?3: a JSON array of ids. They are fewer than those of a window, so that
 * these are found by them: CROSS JOIN. */
#define WANTED "WITH wanted (place, pair_id) AS MATERIALIZED (SELECT "
#define OF_EACH WANTED "j.key, p.id FROM json_each(?3) j CROSS JOIN "

static const char any_pair[] = WANTED "0, id FROM pair) ";
static const char edge_pairs[] = OF_EACH "pair p ON p.edge_id = j.value) ";
static const char server_pairs[] =
    OF_EACH "edge g ON g.server_id = j.value CROSS JOIN pair p ON p.edge_id = g.id) ";
static const char client_pairs[] =
    OF_EACH "edge g ON g.client_id = j.value CROSS JOIN pair p ON p.edge_id = g.id) ";

static const char of_pairs[] =
    "SELECT wanted.place" COUNTED WIRE_BYTES " CROSS JOIN wanted "
    "CROSS JOIN edge_window x ON x.window_id = w.id AND x.pair_id = wanted.pair_id";

static const char of_operations[] =
    ", o (place, id) AS MATERIALIZED (SELECT place, operation.id FROM wanted CROSS JOIN operation "
    "ON operation.pair_id = wanted.pair_id AND operation.name = ?4) SELECT o.place" COUNTED
    "x.request_bytes + x.response_bytes FROM " RANGE_WINDOWS " CROSS JOIN o "
    "CROSS JOIN operation_window x ON x.window_id = w.id AND x.operation_id = o.id";

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
        if (length_ns > levels[s->highest].length_ns && length_ns > window_ns)
            window_ns = length_ns;
    }
    if (window_ns > s->step_ns)
        set_steps(s, r, window_ns, steps_max);
    s->sum = calloc(s->len * s->lines + 1, sizeof *s->sum);
    s->bytes = calloc(s->len * s->lines + 1, sizeof *s->bytes);
    return (s->sum && s->bytes) || question_no_memory(q, err);
}

static const char *pairs_of(const struct steps_of *of)
{
    switch (of->of) {
    case SERIES_OF_EDGE:
        return edge_pairs;
    case SERIES_OF_SERVICE:
        return of->as_client ? client_pairs : server_pairs;
    case SERIES_OF_ALL:
        break;
    }
    return any_pair;
}

/* "[3,17]", given. */
static char *ids_to_json(struct series_ids ids)
{
    enum { DIGITS = 22 };
    char *text = malloc(ids.len * DIGITS + 3), *at = text;
    if (!text)
        return NULL;
    *at++ = '[';
    for (size_t i = 0; i < ids.len; i++)
        at += sprintf(at, i ? ",%" PRId64 : "%" PRId64, ids.id[i]);
    memcpy(at, "]", 2);
    return text;
}

/* Borrows `ids`, a JSON array, until the statement was run. */
static sqlite3_stmt *ask(struct query *q, struct range r, const struct steps_of *of,
                         const char *ids, struct err *err)
{
    char sql[SQL_MAX];
    static_assert(sizeof server_pairs + sizeof of_operations < SQL_MAX, "a statement has room");
    if (of->of == SERIES_OF_ALL && !of->operation)
        return question_ask_range(q, all_sql, r, err);
    strcpy(sql, pairs_of(of));
    strcat(sql, of->operation ? of_operations : of_pairs);
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (s && of->of != SERIES_OF_ALL)
        bind_text(s, 3, ids);
    if (s && of->operation)
        bind_text(s, 4, of->operation);
    return s;
}

/* false: memory is short. */
static bool add_row(struct steps *steps, sqlite3_stmt *s)
{
    uint64_t line = column_count(s, 0), start_ns = column_count(s, 1);
    if (line >= steps->lines || start_ns < steps->origin_ns)
        return true;
    uint64_t step = (start_ns - steps->origin_ns) / steps->step_ns;
    if (step >= steps->len)
        return true;
    size_t at = (size_t)line * steps->len + (size_t)step;
    tallied_read(s, 2, &steps->sum[at]);
    steps->bytes[at] += column_count(s, 2 + TALLIED_READ);
    return tallied_is_whole(&steps->sum[at]);
}

static bool add_rows(struct query *q, struct steps *steps, const struct steps_of *of,
                     struct err *err)
{
    bool failed = false;
    char *ids = ids_to_json(of->ids);
    if (!ids)
        return question_no_memory(q, err);
    sqlite3_stmt *s = ask(q, steps->range, of, ids, err);
    while (s && !failed && question_row(q, s, &failed, err))
        failed = !add_row(steps, s) && !question_no_memory(q, err);
    sqlite3_finalize(s);
    free(ids);
    return s && !failed;
}

bool steps_load(struct steps *ret, struct query *q, struct range r, const struct steps_of *of,
                size_t steps_max, struct err *err)
{
    *ret = (struct steps){.lines = of->of == SERIES_OF_ALL ? 1 : of->ids.len};
    if (!question_begin(q, err))
        return false;
    bool loaded = make_steps(q, ret, r, steps_max, err) && (!ret->len || add_rows(q, ret, of, err));
    question_end(q);
    if (!loaded)
        steps_free(ret);
    return loaded;
}

void steps_free(struct steps *s)
{
    for (size_t i = 0; s->sum && i < s->len * s->lines; i++)
        tallied_free(&s->sum[i]);
    free(s->sum);
    free(s->bytes);
    *s = (struct steps){0};
}

struct point steps_point(const struct steps *s, size_t line, size_t step)
{
    size_t at = line * s->len + step;
    struct figures f = figures_of(&s->sum[at], s->range);
    return (struct point){
        .time_ns = s->origin_ns + step * s->step_ns,
        .requests = f.requests,
        .errors = f.errors,
        .p50_ns = f.duration.p50_ns,
        .p95_ns = f.duration.p95_ns,
        .p99_ns = f.duration.p99_ns,
        .bytes = s->bytes[at],
    };
}
