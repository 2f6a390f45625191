/* query_health.c - how good the capture was, and what happened to the collector. */
#include <stdlib.h>

#include "store/columns.h"
#include "store/spoiled.h"

enum { EVENTS_MAX = 1000 };

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

bool query_events(struct query *q, struct range r, struct event_rows *ret, struct err *err)
{
    bool failed = false;
    struct event_rows rows = {.row = malloc(EVENTS_MAX * sizeof *rows.row)};
    if (!rows.row)
        return question_no_memory(q, err);
    /* The latest, in order. */
    static const char events_sql[] =
        "SELECT time_ns, kind, text, subject, severity, service_id, edge_id FROM (SELECT * FROM "
        "event WHERE time_ns >= ?1 AND time_ns < ?2 ORDER BY time_ns DESC, id DESC LIMIT 1000) "
        "ORDER BY time_ns, id";
    sqlite3_stmt *s = question_ask_range(q, events_sql, r, err);
    while (s && rows.len < EVENTS_MAX && question_row(q, s, &failed, err)) {
        struct event_row *row = &rows.row[rows.len++];
        row->time_ns = column_count(s, 0);
        column_text(s, 1, row->kind, sizeof row->kind);
        column_text(s, 2, row->text, sizeof row->text);
        column_text(s, 3, row->subject, sizeof row->subject);
        column_text(s, 4, row->severity, sizeof row->severity);
        row->service_id = sqlite3_column_int64(s, 5);
        row->edge_id = sqlite3_column_int64(s, 6);
    }
    sqlite3_finalize(s);
    if (s && !failed)
        *ret = rows;
    else
        free(rows.row);
    return s && !failed;
}
