/* view_tcp.c - how connections fare on the wire: the other face of the edges. */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"
#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/view.h"

extern const struct view operations_view, connections_view;

struct tcp {
    struct table table;
    struct edge_rows rows;
    struct scope scope; /* of a service, or everything */
};

static void server_text(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", e->server, e->port);
}

static double port_number(const void *row)
{
    const struct edge_row *e = row;
    return e->port;
}

static double unanswered(const void *row)
{
    return (double)edge_unanswered(row);
}

static double sum_there(const void *both)
{
    const uint64_t *count = both;
    return (double)count[0] + (double)count[1];
}

/* "3/12": of what the client sent, and the server. */
static void both_there(const void *both, char *ret)
{
    const uint64_t *count = both;
    if (!count[0] && !count[1])
        snprintf(ret, COLUMN_TEXT_MAX, "-");
    else
        snprintf(ret, COLUMN_TEXT_MAX, "%s/%s", human_count((double)count[0]).text,
                 human_count((double)count[1]).text);
}

/* Likewise. */
static void bytes_there(const void *both, char *ret)
{
    const uint64_t *bytes = both;
    snprintf(ret, COLUMN_TEXT_MAX, "%s/%s", human_bytes((double)bytes[0]).text,
             human_bytes((double)bytes[1]).text);
}

static const struct column columns[] = {
    {.name = "client",
     .width = 8,
     .at = offsetof(struct edge_row, client),
     .text = column_text_there},
    {.name = "server", .width = 10, .text = server_text},
    {.name = "port", .kind = COLUMN_COUNT, .hidden = true, .number = port_number},
    {.name = "protocol",
     .width = 4,
     .leaves = 3,
     .at = offsetof(struct edge_row, protocol),
     .text = column_text_there},
    {.name = "opened",
     .kind = COLUMN_COUNT,
     .width = 7,
     .leaves = 2,
     .at = offsetof(struct edge_row, opened),
     .number = column_count_there},
    {.name = "open",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 5,
     .at = offsetof(struct edge_row, active),
     .number = column_count_there},
    {.name = "connect",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 4,
     .at = offsetof(struct edge_row, connect_ns),
     .number = column_count_there},
    {.name = "rtt-client",
     .kind = COLUMN_TIME,
     .width = 10,
     .leaves = 1,
     .at = offsetof(struct edge_row, rtt_client_ns),
     .number = column_count_there},
    {.name = "rtt-server",
     .kind = COLUMN_TIME,
     .width = 10,
     .leaves = 1,
     .at = offsetof(struct edge_row, rtt_server_ns),
     .number = column_count_there},
    {.name = "retrans",
     .kind = COLUMN_COUNT,
     .width = 8,
     .at = offsetof(struct edge_row, retransmits),
     .text = both_there,
     .number = sum_there},
    {.name = "late",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 6,
     .at = offsetof(struct edge_row, out_of_order),
     .text = both_there,
     .number = sum_there},
    {.name = "full-for",
     .kind = COLUMN_TIME,
     .width = 8,
     .leaves = 7,
     .sparse = true,
     .at = offsetof(struct edge_row, zero_window_ns),
     .number = sum_there},
    {.name = "resets",
     .kind = COLUMN_COUNT,
     .width = 7,
     .leaves = 2,
     .at = offsetof(struct edge_row, reset_by_client),
     .text = both_there,
     .number = sum_there},
    {.name = "refused",
     .kind = COLUMN_COUNT,
     .width = 7,
     .leaves = 2,
     .sparse = true,
     .at = offsetof(struct edge_row, refused),
     .number = column_count_there},
    {.name = "no-answer",
     .kind = COLUMN_COUNT,
     .width = 9,
     .leaves = 2,
     .sparse = true,
     .number = unanswered},
    {.name = "bytes",
     .kind = COLUMN_BYTES,
     .width = 15,
     .leaves = 8,
     .at = offsetof(struct edge_row, bytes),
     .text = bytes_there,
     .number = sum_there},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct edge_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};
static_assert(offsetof(struct edge_row, reset_by_server) ==
                  offsetof(struct edge_row, reset_by_client) + sizeof(uint64_t),
              "read as one");

static uint64_t edge_id(const void *row)
{
    const struct edge_row *e = row;
    return (uint64_t)e->id;
}

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &edge_fields,
    .row_size = sizeof(struct edge_row),
    .id = edge_id,
    .sort = 9,
    .none = "No traffic in this time. + shows a longer one, Health what was captured.",
};

static void tcp_init(void *state, const struct scope *scope)
{
    struct tcp *t = state;
    t->scope = *scope;
    table_init(&t->table, &kind, t);
}

static void tcp_fini(void *state)
{
    struct tcp *t = state;
    table_fini(&t->table);
    free(t->rows.row);
}

static bool tcp_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct tcp *t = state;
    struct edge_rows rows = {0};
    if (!query_edges(q, r, &rows, err))
        return false;
    scope_keep_edges(&t->scope, &rows);
    bool enough = table_set(&t->table, rows.row, rows.len);
    free(t->rows.row);
    t->rows = rows;
    return enough || err_set(err, "out of memory for %zu edges", rows.len);
}

static void tcp_draw(void *state, const struct pane *pane)
{
    struct tcp *t = state;
    const struct edge_row *row = table_selected(&t->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, row ? &row->quality : NULL);
    table_draw(&t->table, &above);
}

static bool open_edge(const struct tcp *t, const struct view *view, struct visit *ret)
{
    const struct edge_row *row = table_selected(&t->table);
    if (!row)
        return true;
    const struct edge_ends ends = {row->client, row->server, row->protocol, row->port};
    *ret = (struct visit){view, scope_of_edge(row->id, ends)};
    return true;
}

static bool tcp_key(void *state, struct key key, struct visit *ret)
{
    struct tcp *t = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&t->table, key))
        return open_edge(t, &operations_view, ret);
    if (key.code == 'o')
        return open_edge(t, &connections_view, ret);
    return table_key(&t->table, key);
}

static struct table *tcp_table(void *state)
{
    struct tcp *t = state;
    return &t->table;
}

const struct view tcp_view = {
    .title = "TCP",
    .opens = "Operations",
    .keys = {{"o", "Connections"}},
    .state_size = sizeof(struct tcp),
    .init = tcp_init,
    .fini = tcp_fini,
    .refresh = tcp_refresh,
    .draw = tcp_draw,
    .key = tcp_key,
    .table = tcp_table,
};
