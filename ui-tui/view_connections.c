/* view_connections.c - the connections of an edge that carry many calls at once, and how its calls
 * are spread over them. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui-tui/bar.h"
#include "ui-tui/marks.h"
#include "ui-tui/view.h"

extern const struct view streams_view;

struct connections {
    struct table table;
    struct connection_rows rows;
    int64_t edge_id; /* 0: all */
};

/* "10.0.0.7:40312": the port alone tells connections apart. */
static void client_text(const void *row, char *ret)
{
    const struct connection_row *c = row;
    const char *address = c->client_address[0] ? c->client_address : c->client;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", address, c->client_port);
}

static void server_text(const void *row, char *ret)
{
    const struct connection_row *c = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", c->server_address, c->port);
}

static double age_ns(const void *row)
{
    const struct connection_row *c = row;
    return c->began_ns && c->last_ns > c->began_ns ? (double)(c->last_ns - c->began_ns) : -1;
}

static enum ink age_ink(const void *row)
{
    const struct connection_row *c = row;
    return c->closed ? INK_DIM : INK_PLAIN;
}

static void state_text(const void *row, char *ret)
{
    const struct connection_row *c = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", c->closed ? "closed" : "open");
}

/* Of header fields: those that were set before the capture began cannot be read. */
static double known_share(const void *row)
{
    const struct connection_row *c = row;
    return c->certainty.fields ? (double)c->certainty.known / c->certainty.fields : -1;
}

static double known_of_late(const void *row)
{
    const struct connection_row *c = row;
    const struct certainty *k = &c->certainty;
    return k->late_fields ? (double)k->late_known / k->late_fields : -1;
}

static double sum_of_two(const void *counts)
{
    const uint64_t *both = counts;
    return (double)both[0] + (double)both[1];
}

static double ping_ns(const void *row)
{
    const struct connection_row *c = row;
    return (double)c->ping_rtt_ns;
}

static void draw_share(const struct pane *field, const void *share, void *owner)
{
    (void)owner;
    bar_draw(field, INK_ACCENT, column_double_there(share));
}

static uint64_t connection_id(const void *row)
{
    const struct connection_row *c = row;
    return c->began_ns ^ (uint64_t)c->client_port << 48 ^ (uint64_t)c->edge_id;
}

static const struct column columns[] = {
    {.name = "client", .width = 8, .text = client_text},
    {.name = "server", .width = 10, .leaves = 1, .text = server_text},
    {.name = "calls",
     .kind = COLUMN_COUNT,
     .width = 6,
     .at = offsetof(struct connection_row, calls),
     .number = column_count_there},
    {.name = "share",
     .kind = COLUMN_SHARE,
     .width = 6,
     .at = offsetof(struct connection_row, share),
     .number = column_double_there},
    {.name = "",
     .kind = COLUMN_CHART,
     .mute = true,
     .width = 6,
     .leaves = 4,
     .at = offsetof(struct connection_row, share),
     .draw = draw_share},
    {.name = "open",
     .kind = COLUMN_COUNT,
     .width = 5,
     .leaves = 1,
     .at = offsetof(struct connection_row, open_calls),
     .number = column_count_there},
    {.name = "age", .kind = COLUMN_TIME, .width = 7, .number = age_ns, .ink = age_ink},
    {.name = "known", .kind = COLUMN_SHARE, .width = 6, .number = known_share},
    {.name = "now", .kind = COLUMN_SHARE, .width = 6, .leaves = 1, .number = known_of_late},
    {.name = "state", .width = 6, .leaves = 8, .text = state_text},
    {.name = "resets",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 5,
     .at = offsetof(struct connection_row, resets),
     .number = sum_of_two},
    {.name = "stalls",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 6,
     .at = offsetof(struct connection_row, stalls),
     .number = sum_of_two},
    {.name = "goaways",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 9,
     .at = offsetof(struct connection_row, goaways),
     .number = column_count_there},
    {.name = "ping", .kind = COLUMN_TIME, .width = 7, .leaves = 7, .number = ping_ns},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct connection_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &connection_fields,
    .row_size = sizeof(struct connection_row),
    .id = connection_id,
    .sort = 2,
    .none = "No connection that carries many calls at once (HTTP/2, gRPC) in this time.",
};

static void connections_init(void *state, const struct scope *scope)
{
    struct connections *c = state;
    c->edge_id = scope->edge_id;
    table_init(&c->table, &kind, c);
}

static void connections_fini(void *state)
{
    struct connections *c = state;
    table_fini(&c->table);
    free(c->rows.row);
}

/* One that is open and silent gets older all the same. */
static void age_open_ones(struct connection_rows *rows, uint64_t now_ns)
{
    for (size_t i = 0; i < rows->len; i++) {
        if (!rows->row[i].closed && rows->row[i].last_ns < now_ns)
            rows->row[i].last_ns = now_ns;
    }
}

static bool connections_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct connections *c = state;
    struct connection_rows rows = {0};
    if (!query_connections(q, r, c->edge_id, &rows, err))
        return false;
    age_open_ones(&rows, r.to_ns);
    bool enough = table_set(&c->table, rows.row, rows.len);
    free(c->rows.row);
    c->rows = rows;
    return enough || err_set(err, "out of memory for %zu connections", rows.len);
}

static void connections_draw(void *state, const struct pane *pane)
{
    struct connections *c = state;
    const struct connection_row *row = table_selected(&c->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, NULL);
    table_draw(&c->table, &above);
}

static bool open_streams(const struct connections *c, struct visit *ret)
{
    const struct connection_row *row = table_selected(&c->table);
    if (!row)
        return true;
    const struct edge_ends ends = {row->client, row->server, row->protocol, row->port};
    *ret = (struct visit){&streams_view, scope_of_edge(row->edge_id, ends)};
    return true;
}

static bool connections_key(void *state, struct key key, struct visit *ret)
{
    struct connections *c = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&c->table, key))
        return open_streams(c, ret);
    return table_key(&c->table, key);
}

static struct table *connections_table(void *state)
{
    struct connections *c = state;
    return &c->table;
}

const struct view connections_view = {
    .title = "Connections",
    .opens = "Streams",
    .state_size = sizeof(struct connections),
    .init = connections_init,
    .fini = connections_fini,
    .refresh = connections_refresh,
    .draw = connections_draw,
    .key = connections_key,
    .table = connections_table,
};
