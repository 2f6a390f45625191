/* query_health.c - how good the capture was, and what happened to the collector. */
#include <stdlib.h>

#include "store/columns.h"
#include "store/handle.h"

enum { EVENTS_MAX = 1000 };

static const char sql[] =
    "SELECT count(*), max(end_ns), sum(frames), sum(bytes), sum(packets), sum(not_ip), "
    "sum(other_ip), sum(fragments), sum(headers_cut), sum(malformed), sum(truncated), "
    "sum(kernel_drops), sum(interface_drops), sum(flows_opened), sum(flows_evicted), "
    "sum(segments_held), "
    "sum(segments_dropped), sum(retransmits), sum(gaps), sum(gap_bytes), sum(lost), sum(given_up), "
    "sum(stray_answers), sum(exchanges_evicted), sum(exchanges), sum(shed), sum(edges_dropped), "
    "sum(names_dropped), sum(connections_dropped), sum(open_calls_dropped), "
    "sum(secured_dropped), "
    "sum(connections_forgotten), (SELECT flows FROM capture_window WHERE level = 0 AND start_ns >= "
    "?1 AND "
    "start_ns < ?2 ORDER BY start_ns DESC LIMIT 1) "
    "FROM capture_window WHERE level = 0 AND start_ns >= ?1 AND start_ns < ?2";

static void read_row(sqlite3_stmt *s, struct health_row *row)
{
    int at = 2;
    row->windows = column_count(s, 0);
    row->time_ns = column_count(s, 1);
    for (int i = 0; i < CAPTURE_COUNTERS; i++)
        *counter_in(&row->capture, capture_counter_at[i]) = column_count(s, at++);
    for (int i = 0; i < DECODE_COUNTERS; i++)
        *counter_in(&row->decode, decode_counter_at[i]) = column_count(s, at++);
    row->edges_dropped = column_count(s, at++);
    row->names_dropped = column_count(s, at++);
    row->connections_dropped = column_count(s, at++);
    row->open_calls_dropped = column_count(s, at++);
    row->secured_dropped = column_count(s, at++);
    row->connections_forgotten = column_count(s, at++);
    row->decode.flows = column_count(s, at);
}

bool query_health(struct query *q, struct range r, struct health_row *ret, struct err *err)
{
    bool failed = false;
    struct health_row row = {0};
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (!s)
        return false;
    question_bind_range(s, r);
    if (question_row(q, s, &failed, err))
        read_row(s, &row);
    sqlite3_finalize(s);
    if (!failed)
        *ret = row;
    return !failed;
}

bool query_events(struct query *q, struct range r, struct event_rows *ret, struct err *err)
{
    bool failed = false;
    struct event_rows rows = {.row = malloc(EVENTS_MAX * sizeof *rows.row)};
    if (!rows.row)
        return question_no_memory(q, err);
    /* The latest, in order. */
    sqlite3_stmt *s = question_ask(q,
                                   "SELECT time_ns, kind, text FROM (SELECT * FROM event WHERE "
                                   "time_ns >= ?1 AND time_ns < ?2 ORDER BY time_ns DESC, id DESC "
                                   "LIMIT 1000) ORDER BY time_ns, id",
                                   err);
    if (s)
        question_bind_range(s, r);
    while (s && rows.len < EVENTS_MAX && question_row(q, s, &failed, err)) {
        struct event_row *row = &rows.row[rows.len++];
        row->time_ns = column_count(s, 0);
        column_text(s, 1, row->kind, sizeof row->kind);
        column_text(s, 2, row->text, sizeof row->text);
    }
    sqlite3_finalize(s);
    if (s && !failed)
        *ret = rows;
    else
        free(rows.row);
    return s && !failed;
}
