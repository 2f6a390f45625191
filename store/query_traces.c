/* query_traces.c - exchanges that were kept, brought together by the trace they belong to. */
#include <stdlib.h>
#include <string.h>

#include "store/handle.h"
#include "store/trace.h"

/* When a hop had ended, as far as is known. */
#define ENDED "max(end_ns, time_ns + ifnull(duration_ns, 0))"

static const char hops_of[] =
    "SELECT time_ns, " ENDED " FROM request WHERE trace_id = ?1 AND ?1 <> '' ORDER BY time_ns";

/* `part` is which of the traces with that id a hop is of. */
static const char sql[] =
    "WITH hop AS (SELECT id, trace_id, window_ns, time_ns, " ENDED " AS ended_ns, duration_ns, "
    "outcome, pair_id FROM request WHERE window_ns >= ?1 AND window_ns < ?2 AND trace_id <> ''), "
    "apart AS (SELECT *, time_ns > ?8 + max(ended_ns) OVER (PARTITION BY trace_id ORDER BY time_ns "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS anew FROM hop), "
    "parted AS (SELECT *, sum(ifnull(anew, 0)) OVER (PARTITION BY trace_id ORDER BY time_ns ROWS "
    "UNBOUNDED PRECEDING) AS part FROM apart) "
    "SELECT trace_id, min(time_ns), max(ended_ns) FROM parted "
    "GROUP BY trace_id, part HAVING (?3 = 0 OR max(outcome IN ('client_error', 'server_error', "
    "'timeout', 'reset'))) AND (?4 = 0 OR max(duration_ns) >= ?4) AND ((?5 IS NULL AND ?7 = 0) OR "
    "max(pair_id IN (SELECT p.id FROM service s, endpoint e ON e.service_id = s.id, pair p ON "
    "p.client_id = e.id OR p.server_id = e.id WHERE s.name = ?5 OR s.id = ?7))) "
    "ORDER BY max(window_ns) DESC, max(id) DESC LIMIT ?6";

static const uint64_t apart_ns = TRACE_APART_S * UINT64_C(1000000000);

static uint64_t distance(struct range a, struct range b)
{
    return a.from_ns > b.to_ns   ? a.from_ns - b.to_ns
           : b.from_ns > a.to_ns ? b.from_ns - a.to_ns
                                 : 0;
}

/* From when to when the trace was that has to do with `r`, and how many have its id. */
static bool find_part(struct query *q, const char *trace_id, struct range r, struct range *ret,
                      uint32_t *ret_times, struct err *err)
{
    struct range part = {0};
    bool failed = false, more = true;
    sqlite3_stmt *s = question_ask(q, hops_of, err);
    *ret = part;
    *ret_times = 0;
    if (!s)
        return false;
    bind_text(s, 1, trace_id);
    while (more) {
        more = question_row(q, s, &failed, err);
        uint64_t begin_ns = more ? column_count(s, 0) : 0, end_ns = more ? column_count(s, 1) : 0;
        if (*ret_times && (!more || begin_ns > part.to_ns + apart_ns) &&
            (*ret_times == 1 || distance(part, r) <= distance(*ret, r)))
            *ret = part;
        if (more && (!*ret_times || begin_ns > part.to_ns + apart_ns)) {
            part = (struct range){begin_ns, end_ns};
            ++*ret_times;
        }
        part.to_ns = end_ns > part.to_ns ? end_ns : part.to_ns;
    }
    sqlite3_finalize(s);
    return !failed;
}

static bool load(struct query *q, const char *trace_id, struct range r, struct trace *ret,
                 struct err *err)
{
    struct request_criteria c = {
        .whole_trace = trace_id, .order = REQUESTS_OLDEST, .limit = TRACE_HOPS_MAX + 1};
    struct request_rows rows;
    *ret = (struct trace){0};
    bytes_to_text(ret->trace_id, sizeof ret->trace_id, bytes_of_text(trace_id));
    if (!find_part(q, trace_id, r, &c.begun, &ret->times, err))
        return false;
    if (!ret->times)
        return true;
    /* what goes with it by a request id may lie outside */
    c.begun.from_ns -= c.begun.from_ns > apart_ns ? apart_ns : c.begun.from_ns;
    c.begun.to_ns += apart_ns;
    if (!request_rows_of(q, (struct range){0, INT64_MAX}, &c, &rows, err))
        return false;
    ret->is_cut = rows.len > TRACE_HOPS_MAX;
    size_t len = ret->is_cut ? TRACE_HOPS_MAX : rows.len;
    ret->hop = calloc(len + 1, sizeof *ret->hop);
    for (size_t i = 0; ret->hop && i < len; i++)
        ret->hop[ret->len++].request = rows.row[i];
    free(rows.row);
    if (ret->hop && trace_build(ret))
        return true;
    trace_free(ret);
    return question_no_memory(q, err);
}

bool query_trace(struct query *q, const char *trace_id, struct range r, struct trace *ret,
                 struct err *err)
{
    if (!question_begin(q, err))
        return false;
    bool made = load(q, trace_id, r, ret, err);
    question_end(q);
    return made;
}

static void shorten(const struct trace *t, struct trace_row *row)
{
    const struct trace_hop *first = &t->hop[0];
    const struct exchange *x = &first->request.exchange;
    *row = (struct trace_row){
        .begin_ns = t->begin_ns,
        .end_ns = t->end_ns,
        .hops = (uint32_t)t->len,
        .errors = t->errors,
        .services = t->services,
        .loose = t->loose,
    };
    memcpy(row->trace_id, t->trace_id, sizeof row->trace_id);
    memcpy(row->client, first->request.client, sizeof row->client);
    memcpy(row->server, first->request.server, sizeof row->server);
    memcpy(row->protocol, first->request.protocol, sizeof row->protocol);
    bytes_to_text(row->operation, sizeof row->operation, bytes_of_text(x->operation));
    for (size_t i = 0; i < t->len; i++)
        if (t->hop[i].is_slowest) {
            memcpy(row->slowest, t->hop[i].request.server, sizeof row->slowest);
            row->slowest_ns = t->hop[i].own_ns;
        }
}

/* One that is under way at an end of the range may be there in two parts. */
static bool is_there(const struct trace_rows *rows, const struct trace *t)
{
    for (size_t i = 0; i < rows->len; i++)
        if (rows->row[i].begin_ns == t->begin_ns && strcmp(rows->row[i].trace_id, t->trace_id) == 0)
            return true;
    return false;
}

static bool load_all(struct query *q, sqlite3_stmt *s, const struct trace_criteria *c, size_t limit,
                     struct trace_rows *ret, struct err *err)
{
    bool failed = false;
    ret->row = malloc((limit + 1) * sizeof *ret->row);
    if (!ret->row)
        return question_no_memory(q, err);
    while (ret->len < limit && question_row(q, s, &failed, err)) {
        char id[33];
        struct trace trace;
        column_text(s, 0, id, sizeof id);
        if (!load(q, id, (struct range){column_count(s, 1), column_count(s, 2)}, &trace, err))
            return false;
        if (trace.len && !is_there(ret, &trace)) {
            shorten(&trace, &ret->row[ret->len]);
            ret->len += !c->passes || c->passes(c->ctx, &ret->row[ret->len]);
        }
        trace_free(&trace);
    }
    return !failed;
}

bool query_traces(struct query *q, struct range r, const struct trace_criteria *c,
                  struct trace_rows *ret, struct err *err)
{
    uint32_t limit = c->limit ? c->limit : TRACES_LIMIT_DEFAULT;
    if (limit > TRACES_LIMIT_MAX)
        limit = TRACES_LIMIT_MAX;
    *ret = (struct trace_rows){0};
    if (!question_begin(q, err))
        return false;
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (s) {
        question_bind_range(s, r);
        bind_id(s, 3, c->failed);
        bind_count(s, 4, c->least_ns);
        if (c->service)
            bind_text(s, 5, c->service);
        bind_id(s, 6, c->passes ? TRACES_LOOKED_AT : limit);
        bind_id(s, 7, c->service_id);
        bind_count(s, 8, apart_ns);
    }
    bool made = s && load_all(q, s, c, limit, ret, err);
    sqlite3_finalize(s);
    question_end(q);
    if (!made) {
        free(ret->row);
        *ret = (struct trace_rows){0};
    }
    return made;
}
