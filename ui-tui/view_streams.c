/* view_streams.c - the calls that are open: of all edges, or of one. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/marks.h"
#include "ui-tui/view.h"

extern const struct view connections_view;

struct streams {
    struct table table;
    struct open_call_rows rows;
    int64_t edge_id; /* 0: all */
};

static void operation_text(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", o->operation[0] ? o->operation : "(not known)");
}

/* "server" for "server-streaming": what else would it do here? */
static void kind_text(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    const char *name = call_kind_name(o->call);
    snprintf(ret, COLUMN_TEXT_MAX, "%.*s", (int)strcspn(name, "-"), name);
}

static void from_text(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", o->client, o->client_port);
}

static void to_text(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", o->server_address, o->port);
}

/* A time of 0 ns is one too, so it is not the dash of human_time(). */
static void time_text(double ns, char *ret)
{
    snprintf(ret, COLUMN_TEXT_MAX, "%s", ns < 1 ? "0 s" : human_time((uint64_t)ns).text);
}

/* One that began before the capture is older than any other. */
static double age_ns(const void *row)
{
    const struct open_call_row *o = row;
    return (double)(o->seen_ns > o->began_ns ? o->seen_ns - o->began_ns : 0);
}

static void age_text(const void *row, char *ret)
{
    const struct open_call_row *o = row;
    if (o->began_ns)
        time_text(age_ns(row), ret);
    else
        snprintf(ret, COLUMN_TEXT_MAX, "unseen");
}

/* Since its last message, of either side. */
static double silent_ns(const void *row)
{
    const struct open_call_row *o = row;
    if (!o->last_message_ns)
        return -1;
    return (double)(o->seen_ns > o->last_message_ns ? o->seen_ns - o->last_message_ns : 0);
}

static void silent_text(const void *row, char *ret)
{
    double ns = silent_ns(row);
    if (ns < 0)
        snprintf(ret, COLUMN_TEXT_MAX, "-");
    else
        time_text(ns, ret);
}

static uint64_t stream_id(const void *row)
{
    const struct open_call_row *o = row;
    return (uint64_t)o->edge_id << 48 ^ (uint64_t)o->client_port << 32 ^ o->stream_id;
}

static const struct column columns[] = {
    {.name = "operation", .width = 16, .text = operation_text},
    {.name = "kind", .width = 4, .leaves = 4, .text = kind_text},
    {.name = "age", .kind = COLUMN_TIME, .width = 7, .text = age_text, .number = age_ns},
    {.name = "asks",
     .kind = COLUMN_RATE,
     .width = 7,
     .leaves = 3,
     .at = offsetof(struct open_call_row, request_messages_per_s),
     .number = column_double_there},
    {.name = "answers",
     .kind = COLUMN_RATE,
     .width = 8,
     .leaves = 1,
     .at = offsetof(struct open_call_row, response_messages_per_s),
     .number = column_double_there},
    {.name = "silent",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 2,
     .text = silent_text,
     .number = silent_ns},
    {.name = "from", .width = 8, .leaves = 5, .text = from_text},
    {.name = "to", .width = 10, .leaves = 6, .text = to_text},
    {.name = "asked",
     .kind = COLUMN_COUNT,
     .width = 7,
     .leaves = 8,
     .at = offsetof(struct open_call_row, request_messages),
     .number = column_count_there},
    {.name = "answered",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 7,
     .at = offsetof(struct open_call_row, response_messages),
     .number = column_count_there},
    {.name = "client",
     .hidden = true,
     .at = offsetof(struct open_call_row, client),
     .text = column_text_there},
    {.name = "server",
     .hidden = true,
     .at = offsetof(struct open_call_row, server),
     .text = column_text_there},
    {.name = "protocol",
     .hidden = true,
     .at = offsetof(struct open_call_row, protocol),
     .text = column_text_there},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct open_call_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &open_call_fields,
    .row_size = sizeof(struct open_call_row),
    .id = stream_id,
    .sort = 2,
    .none = "No call was open when the newest window ended.",
};

static void streams_init(void *state, const struct scope *scope)
{
    struct streams *s = state;
    s->edge_id = scope->edge_id;
    table_init(&s->table, &kind, s);
}

static void streams_fini(void *state)
{
    struct streams *s = state;
    table_fini(&s->table);
    free(s->rows.row);
}

static bool streams_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct streams *s = state;
    struct open_call_rows rows = {0};
    if (!query_open_calls(q, r, s->edge_id, &rows, err))
        return false;
    bool enough = table_set(&s->table, rows.row, rows.len);
    free(s->rows.row);
    s->rows = rows;
    return enough || err_set(err, "out of memory for %zu open calls", rows.len);
}

static void streams_draw(void *state, const struct pane *pane)
{
    struct streams *s = state;
    const struct open_call_row *row = table_selected(&s->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, NULL);
    table_draw(&s->table, &above);
}

static bool open_connections(const struct streams *s, struct visit *ret)
{
    const struct open_call_row *row = table_selected(&s->table);
    if (!row)
        return true;
    const struct edge_ends ends = {row->client, row->server, row->protocol, row->port};
    *ret = (struct visit){&connections_view, scope_of_edge(row->edge_id, ends)};
    return true;
}

static bool streams_key(void *state, struct key key, struct visit *ret)
{
    struct streams *s = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&s->table, key))
        return open_connections(s, ret);
    return table_key(&s->table, key);
}

static struct table *streams_table(void *state)
{
    struct streams *s = state;
    return &s->table;
}

const struct view streams_view = {
    .title = "Streams",
    .opens = "Connections",
    .state_size = sizeof(struct streams),
    .init = streams_init,
    .fini = streams_fini,
    .refresh = streams_refresh,
    .draw = streams_draw,
    .key = streams_key,
    .table = streams_table,
};
