/* sums.c - see sums.h. */
#include "store/sums.h"

#include <stdlib.h>

#include "graph/latency.h"
#include "store/ids.h"
#include "store/sweep.h"

#define FROM_RANGE " FROM " RANGE_WINDOWS " CROSS JOIN edge_window x ON x.window_id = w.id"

#define COUNTED_COLUMNS EDGE_COLUMNS(COLUMN_OF_X)

static const char all_sql[] =
    "SELECT swept(x.pair_id, x.active" TALLIED_COLUMNS COUNTED_COLUMNS ", x.notes)" FROM_RANGE;

static const char calls_sql[] = "SELECT swept(x.pair_id, x.active" TALLIED_COLUMNS
                                ", x.bytes_to_server, x.bytes_to_client)" FROM_RANGE;

enum {
    TALLIED = 2,
    REST = TALLIED + TALLIED_READ
}; /* the first column of what was tallied, and
      the first behind it */

/* What rows are added to. */
struct adding {
    struct topology_pair *pair;
    struct ids ids; /* of the pairs */
    struct sum *sums;
    struct range range;
};

void sums_begin_active(struct topology *t, struct range r)
{
    for (size_t i = 0; i < t->pair_len; i++)
        if (t->pair[i].last_ns >= r.to_ns)
            t->pair[i].active = 0;
}

void sums_set_active(struct topology_pair *pair, struct range r, uint64_t active)
{
    if (pair->last_ns >= r.to_ns)
        pair->active = active;
}

/* The sum of a row's edge, with what was tallied; NULL if there is no such pair. */
static struct sum *add_tallied(struct adding *a, sqlite3_value **row)
{
    size_t at = ids_find(&a->ids, sqlite3_value_int64(row[0]));
    if (at == IDS_NONE)
        return NULL;
    struct sum *sum = &a->sums[a->pair[at].edge];
    sums_set_active(&a->pair[at], a->range, value_count(row[1]));
    sum->seen = true;
    tallied_take(row + TALLIED, &sum->counted.exchanges);
    return sum;
}

static void add_all(void *to, sqlite3_value **row)
{
    struct sum *sum = add_tallied(to, row);
    for (int i = 0; sum && i < EDGE_COUNTERS; i++)
        *counter_in(&sum->counted, edge_counter_at[i]) += value_count(row[REST + i]);
    if (sum)
        sum->counted.notes |= value_count(row[REST + EDGE_COUNTERS]);
}

static void add_calls(void *to, sqlite3_value **row)
{
    struct sum *sum = add_tallied(to, row);
    for (int dir = 0; sum && dir < 2; dir++)
        sum->counted.bytes[dir] += value_count(row[REST + dir]);
}

static bool add_rows(struct query *q, struct range r, struct topology *t, bool calls_only,
                     struct sum *sums, struct err *err)
{
    struct adding a = {t->pair, {t->pair, t->pair_len, sizeof *t->pair, 0}, sums, r};
    sums_begin_active(t, r);
    return calls_only ? sweep(q, r, calls_sql, add_calls, &a, err)
                      : sweep(q, r, all_sql, add_all, &a, err);
}

bool sums_load(struct query *q, struct range r, struct topology *t, bool calls_only,
               struct sum **ret, struct err *err)
{
    struct sum *sums = calloc(t->edge_len + 1, sizeof *sums);
    if (!sums)
        return question_no_memory(q, err);
    bool added = add_rows(q, r, t, calls_only, sums, err);
    for (size_t i = 0; added && i < t->edge_len; i++)
        added = tallied_is_whole(&sums[i].counted.exchanges) || question_no_memory(q, err);
    if (!added) {
        sums_free(sums, t->edge_len);
        return false;
    }
    for (size_t i = 0; i < t->pair_len; i++)
        sums[t->pair[i].edge].active += t->pair[i].active;
    *ret = sums;
    return true;
}

void sums_free(struct sum *sums, size_t len)
{
    for (size_t i = 0; i < len; i++)
        tallied_free(&sums[i].counted.exchanges);
    free(sums);
}

struct percentiles percentiles_of(const struct latency *l)
{
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99};
    uint64_t at[4];
    if (!l->count)
        return (struct percentiles){0};
    latency_quantiles(l, quantiles, 4, at);
    return (struct percentiles){
        .count = l->count,
        .p50_ns = at[0],
        .p90_ns = at[1],
        .p95_ns = at[2],
        .p99_ns = at[3],
        .max_ns = l->max_ns,
        .mean_ns = l->sum_ns / l->count,
    };
}

struct figures figures_of(const struct tallied *t, struct range r)
{
    struct figures f = {
        .request_bytes = t->request_bytes,
        .response_bytes = t->response_bytes,
        .duration = percentiles_of(&t->duration),
        .ttfb = percentiles_of(&t->ttfb),
        .request_messages = t->request_messages,
        .response_messages = t->response_messages,
        .streams = t->streams,
        .first_message = percentiles_of(&t->first_message),
        .message_gap = percentiles_of(&t->message_gap),
        .age = percentiles_of(&t->age),
    };
    uint64_t client_errors = t->outcomes[OUTCOME_CLIENT_ERROR];
    for (int o = 0; o < OUTCOMES; o++) {
        f.outcomes[o] = t->outcomes[o];
        f.requests += t->outcomes[o];
        if (outcome_is_error((enum outcome)o))
            f.errors += t->outcomes[o];
    }
    if (f.requests)
        f.error_rate = (double)f.errors / (double)f.requests;
    if (r.to_ns > r.from_ns)
        f.rate_per_s = (double)f.requests * 1e9 / (double)(r.to_ns - r.from_ns);
    f.health = verdict_of_requests(f.requests, f.errors - client_errors, client_errors);
    return f;
}

struct figures figures_of_edge(const struct edge_delta *d, struct range r)
{
    struct figures f = figures_of(&d->exchanges, r);
    if (!f.requests) { /* nothing was decoded: then the flow's own bytes */
        f.request_bytes = d->bytes[0];
        f.response_bytes = d->bytes[1];
    }
    return f;
}
