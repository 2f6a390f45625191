/* sums.c - see sums.h. */
#include "store/sums.h"

#include <stdlib.h>

#include "graph/latency.h"

#define FROM_RANGE " FROM " RANGE_WINDOWS " CROSS JOIN edge_window x ON x.window_id = w.id"

#define COUNTED_COLUMNS EDGE_COLUMNS(COLUMN_OF_X)

static const char all_sql[] =
    "SELECT x.pair_id" TALLIED_COLUMNS COUNTED_COLUMNS ", x.notes" FROM_RANGE;

static const char calls_sql[] =
    "SELECT x.pair_id" TALLIED_COLUMNS ", x.bytes_to_server, x.bytes_to_client" FROM_RANGE;

static const char active_sql[] = "SELECT x.pair_id, x.active" FROM_RANGE;

enum { REST = 1 + TALLIED_READ }; /* the first column behind what was tallied */

static void read_all(sqlite3_stmt *s, struct edge_delta *into)
{
    for (int i = 0; i < EDGE_COUNTERS; i++)
        *counter_in(into, edge_counter_at[i]) += column_count(s, REST + i);
    into->notes |= column_count(s, REST + EDGE_COUNTERS);
}

static void read_bytes(sqlite3_stmt *s, struct edge_delta *into)
{
    for (int dir = 0; dir < 2; dir++)
        into->bytes[dir] += column_count(s, REST + dir);
}

static bool add_rows(struct query *q, struct range r, const struct topology *t, bool calls_only,
                     struct sum *sums, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, calls_only ? calls_sql : all_sql, r, err);
    while (s && question_row(q, s, &failed, err)) {
        const struct topology_pair *pair = topology_find_pair(t, sqlite3_column_int64(s, 0));
        if (!pair)
            continue;
        struct sum *sum = &sums[pair->edge];
        sum->seen = true;
        tallied_read(s, 1, &sum->counted.exchanges);
        (calls_only ? read_bytes : read_all)(s, &sum->counted);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

bool sums_set_active(struct query *q, struct range r, struct topology *t, struct err *err)
{
    bool failed = false, later = false;
    for (size_t i = 0; i < t->pair_len; i++)
        if (t->pair[i].last_ns >= r.to_ns) {
            t->pair[i].active = 0;
            later = true;
        }
    if (!later)
        return true;
    sqlite3_stmt *s = question_ask_range(q, active_sql, r, err);
    while (s && question_row(q, s, &failed, err)) {
        struct topology_pair *pair = topology_find_pair(t, sqlite3_column_int64(s, 0));
        if (pair && pair->last_ns >= r.to_ns)
            pair->active = column_count(s, 1);
    }
    sqlite3_finalize(s);
    return s && !failed;
}

bool sums_load(struct query *q, struct range r, struct topology *t, bool calls_only,
               struct sum **ret, struct err *err)
{
    struct sum *sums = calloc(t->edge_len + 1, sizeof *sums);
    if (!sums)
        return question_no_memory(q, err);
    if (!add_rows(q, r, t, calls_only, sums, err) || !sums_set_active(q, r, t, err)) {
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
    if (!l->count)
        return (struct percentiles){0};
    return (struct percentiles){
        .count = l->count,
        .p50_ns = latency_quantile(l, 0.5),
        .p90_ns = latency_quantile(l, 0.9),
        .p95_ns = latency_quantile(l, 0.95),
        .p99_ns = latency_quantile(l, 0.99),
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
