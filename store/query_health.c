/* query_health.c - how good the capture was. */
#include "store/columns.h"
#include "store/spoiled.h"

#define WINDOW_SUMS WINDOW_COLUMNS(COLUMN_SUM)

static const char sql[] =
    "SELECT sum(windows), max(end_ns), (SELECT w.flows FROM " RANGE_WINDOWS
    " ORDER BY w.end_ns DESC, w.id DESC LIMIT 1), sum(connections_forgotten)" WINDOW_SUMS
    " FROM " RANGE_WINDOWS;

static void read_row(sqlite3_stmt *s, struct health_row *row)
{
    int at = 4;
    row->windows = column_count(s, 0);
    row->time_ns = column_count(s, 1);
    row->decode.flows = column_count(s, 2);
    row->connections_forgotten = column_count(s, 3);
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        *counter_in(&row->capture, capture_counter_at[i]) = column_count(s, at++);
    for (int i = 0; i < DECODE_COUNTERS; i++)
        *counter_in(&row->decode, decode_counter_at[i]) = column_count(s, at++);
#define READ(column, field) row->field = column_count(s, at++);
    LIMIT_COLUMNS(READ)
#undef READ
}

bool health_load(struct query *q, struct range r, struct health_row *ret, struct err *err)
{
    bool failed = false;
    *ret = (struct health_row){.range = r};
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (!s)
        return false;
    if (question_row(q, s, &failed, err))
        read_row(s, ret);
    sqlite3_finalize(s);
    return !failed && spoiled_protocols(q, ret, err);
}

bool query_health(struct query *q, struct range r, struct health_row *ret, struct err *err)
{
    if (!question_begin(q, err))
        return false;
    bool loaded = health_load(q, r, ret, err);
    question_end(q);
    return loaded;
}
