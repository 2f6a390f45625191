/* view_edges.c - who calls whom: all edges, or those of one service. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui-tui/change.h"
#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/series.h"
#include "ui-tui/view.h"

extern const struct view operations_view, connections_view, requests_view, tcp_view, relays_view;

struct edge_seen {
    struct edge_row row;
    struct change change; /* against the time before */
};

struct edges {
    struct table table;
    struct edge_seen *seen; /* owned */
    size_t len;
    struct series series;
    struct scope scope; /* of a service, or everything */
};

static void client_text(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", e->client);
}

static void server_name(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", e->server);
}

static void server_text(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", e->server, e->port);
}

static void protocol_text(const void *row, char *ret)
{
    const struct edge_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", e->protocol);
}

static double port_number(const void *row)
{
    const struct edge_row *e = row;
    return e->port;
}

/* On the wire, both ways: what there is of every edge, whether or not it was decoded. */
static double wire_bytes(const void *row)
{
    const struct edge_row *e = row;
    return (double)e->bytes[0] + (double)e->bytes[1];
}

static void draw_series(const struct pane *field, const void *row, void *owner)
{
    const struct edge_row *e = row;
    struct edges *edges = owner;
    series_draw(&edges->series, field, e->id, SERIES_RATE);
}

static void draw_errors(const struct pane *field, const void *row, void *owner)
{
    const struct edge_row *e = row;
    struct edges *edges = owner;
    series_draw(&edges->series, field, e->id, SERIES_ERRORS);
}

static void draw_p95(const struct pane *field, const void *row, void *owner)
{
    const struct edge_row *e = row;
    struct edges *edges = owner;
    series_draw(&edges->series, field, e->id, SERIES_P95);
}

static uint64_t edge_id(const void *row)
{
    const struct edge_row *e = row;
    return (uint64_t)e->id;
}

enum { FIGURES = offsetof(struct edge_row, figures) };

static const struct column columns[] = {
    {.name = "health",
     .mute = true,
     .width = 1,
     .at = FIGURES,
     .text = figures_health,
     .number = figures_severity,
     .draw = figures_mark},
    {.name = "client", .width = 8, .text = client_text},
    {.name = "server", .width = 10, .text = server_text, .value = server_name},
    {.name = "port", .kind = COLUMN_COUNT, .hidden = true, .number = port_number},
    {.name = "protocol", .width = 4, .leaves = 2, .text = protocol_text},
    {.name = "rate",
     .kind = COLUMN_RATE,
     .width = 7,
     .at = FIGURES,
     .number = figures_rate,
     .ink = figures_rate_ink},
    CHANGE_MORE(struct edge_seen, 3),
    {.name = "errors",
     .kind = COLUMN_SHARE,
     .width = 7,
     .at = FIGURES,
     .number = figures_errors,
     .ink = figures_errors_ink},
    CHANGE_FAILING(struct edge_seen, 2),
    {.name = "p50",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 3,
     .at = FIGURES,
     .number = figures_p50},
    {.name = "p95",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 1,
     .at = FIGURES,
     .number = figures_p95},
    CHANGE_SLOWER(struct edge_seen, 2),
    {.name = "p99",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 5,
     .at = FIGURES,
     .number = figures_p99},
    {.name = "requests",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 9,
     .at = FIGURES,
     .number = figures_requests},
    {.name = "bytes", .kind = COLUMN_BYTES, .width = 7, .leaves = 8, .number = wire_bytes},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct edge_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
    {.name = "trend", .kind = COLUMN_CHART, .width = 6, .leaves = 4, .draw = draw_series},
    {.name = "errors", .kind = COLUMN_CHART, .width = 8, .leaves = 7, .draw = draw_errors},
    {.name = "p95", .kind = COLUMN_CHART, .width = 8, .leaves = 7, .draw = draw_p95},
};

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &edge_fields,
    .row_size = sizeof(struct edge_seen),
    .id = edge_id,
    .sort = 5,
    .none = "No traffic in this time. + shows a longer one, Health what was captured.",
};

static void edges_init(void *state, const struct scope *scope)
{
    struct edges *e = state;
    e->scope = *scope;
    e->series.of = SERIES_OF_EDGE;
    table_init(&e->table, &kind, e);
}

static void edges_fini(void *state)
{
    struct edges *e = state;
    table_fini(&e->table);
    free(e->seen);
}

static bool edges_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct edges *e = state;
    struct edge_rows rows = {0};
    if (!query_edges(q, r, &rows, err))
        return false;
    scope_keep_edges(&e->scope, &rows);
    struct edge_seen *seen = calloc(rows.len + 1, sizeof *seen);
    for (size_t i = 0; seen && i < rows.len; i++)
        seen[i] = (struct edge_seen){rows.row[i], change_unknown};
    free(rows.row);
    series_age(&e->series);
    if (seen && table_set(&e->table, seen, rows.len)) {
        free(e->seen);
        e->seen = seen;
        e->len = rows.len;
        return true;
    }
    free(seen);
    return err_set(err, "out of memory for %zu edges", rows.len);
}

static bool edges_compare(void *state, struct query *q, struct range before, struct err *err)
{
    struct edges *e = state;
    struct edge_rows rows = {0};
    struct past_rows past;
    if (!query_edges(q, before, &rows, err))
        return false;
    if (past_make(&past, rows.len)) {
        for (size_t i = 0; i < rows.len; i++)
            past.past[i] = (struct past){(uint64_t)rows.row[i].id, rows.row[i].figures};
        past_sort(&past);
        for (size_t i = 0; i < e->len; i++)
            e->seen[i].change = past_compare(&past, edge_id(&e->seen[i]), &e->seen[i].row.figures);
        past_free(&past);
    }
    free(rows.row);
    return table_set(&e->table, e->seen, e->len);
}

static bool edges_fetch(void *state, struct query *q, struct range r)
{
    struct edges *e = state;
    return series_fetch(&e->series, q, r);
}

static void edges_draw(void *state, const struct pane *pane)
{
    struct edges *e = state;
    const struct edge_row *row = table_selected(&e->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, row ? &row->quality : NULL);
    series_begin(&e->series);
    table_draw(&e->table, &above);
}

static bool open_edge(const struct edges *e, const struct view *view, struct visit *ret)
{
    const struct edge_row *row = table_selected(&e->table);
    if (!row)
        return true;
    const struct edge_ends ends = {row->client, row->server, row->protocol, row->port};
    *ret = (struct visit){view, scope_of_edge(row->id, ends)};
    ret->scope.client_id = row->client_id;
    ret->scope.server_id = row->server_id;
    return true;
}

static bool edges_key(void *state, struct key key, struct visit *ret)
{
    struct edges *e = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&e->table, key))
        return open_edge(e, &operations_view, ret);
    if (key.code == 'o')
        return open_edge(e, &connections_view, ret);
    if (key.code == 'r')
        return open_edge(e, &requests_view, ret);
    if (key.code == 'v')
        return open_edge(e, &relays_view, ret);
    if (key.code == 'T') {
        *ret = (struct visit){&tcp_view, e->scope};
        return true;
    }
    return table_key(&e->table, key);
}

static struct table *edges_table(void *state)
{
    struct edges *e = state;
    return &e->table;
}

const struct view edges_view = {
    .title = "Edges",
    .opens = "Operations",
    .keys = {{"o", "Connections"}, {"T", "TCP"}, {"r", "Requests"}, {"v", "Via"}},
    .state_size = sizeof(struct edges),
    .init = edges_init,
    .fini = edges_fini,
    .refresh = edges_refresh,
    .compare = edges_compare,
    .fetch = edges_fetch,
    .draw = edges_draw,
    .key = edges_key,
    .table = edges_table,
};
