/* query_events.c - what happened, to the collector and in what it sees. */
#include <stdlib.h>

#include "store/columns.h"
#include "store/handle.h"

enum { EVENTS_MAX = 1000 };

#define EVENT_READ "id, time_ns, kind, text, subject, severity, service_id, edge_id"

/* The latest, in order. */
static const char of_range_sql[] =
    "SELECT " EVENT_READ " FROM (SELECT * FROM event WHERE time_ns >= ?1 AND time_ns < ?2 "
    "ORDER BY time_ns DESC, id DESC LIMIT 1000) ORDER BY time_ns, id";

static const char after_sql[] =
    "SELECT " EVENT_READ " FROM event WHERE id > ?1 ORDER BY id LIMIT 1000";

static void read_row(sqlite3_stmt *s, struct event_row *row)
{
    row->id = sqlite3_column_int64(s, 0);
    row->time_ns = column_count(s, 1);
    column_text(s, 2, row->kind, sizeof row->kind);
    column_text(s, 3, row->text, sizeof row->text);
    column_text(s, 4, row->subject, sizeof row->subject);
    column_text(s, 5, row->severity, sizeof row->severity);
    row->service_id = sqlite3_column_int64(s, 6);
    row->edge_id = sqlite3_column_int64(s, 7);
}

/* The rows of a statement, which may be NULL; it is finalized. */
static bool read_rows(struct query *q, sqlite3_stmt *s, struct event_rows *ret, struct err *err)
{
    bool failed = false;
    struct event_rows rows = {.row = malloc(EVENTS_MAX * sizeof *rows.row)};
    bool good = s && (rows.row || question_no_memory(q, err));
    while (good && rows.len < EVENTS_MAX && question_row(q, s, &failed, err))
        read_row(s, &rows.row[rows.len++]);
    sqlite3_finalize(s);
    if (good && !failed)
        *ret = rows;
    else
        free(rows.row);
    return good && !failed;
}

bool query_events(struct query *q, struct range r, struct event_rows *ret, struct err *err)
{
    return read_rows(q, question_ask_range(q, of_range_sql, r, err), ret, err);
}

bool query_events_after(struct query *q, int64_t after_id, struct event_rows *ret, struct err *err)
{
    sqlite3_stmt *s = question_ask(q, after_sql, err);
    if (s)
        sqlite3_bind_int64(s, 1, after_id);
    return read_rows(q, s, ret, err);
}

bool query_last_event(struct query *q, int64_t *ret, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q, "SELECT max(id) FROM event", err);
    *ret = 0;
    if (s && question_row(q, s, &failed, err))
        *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return s && !failed;
}
