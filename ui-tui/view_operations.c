/* view_operations.c - what is asked for: of all edges, or of one. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ui-tui/change.h"
#include "ui-tui/edge_charts.h"
#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/view.h"

extern const struct view connections_view, requests_view;

struct operation_seen {
    struct operation_row row;
    struct change change; /* against the time before */
};

struct operations {
    struct table table;
    struct operation_seen *seen; /* owned */
    size_t len;
    int64_t edge_id; /* 0: all */
    struct edge_charts charts;
    uint64_t outcomes[OUTCOMES]; /* of all operations */
};

static void operation_text(const void *row, char *ret)
{
    const struct operation_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", o->name);
}

static void client_text(const void *row, char *ret)
{
    const struct operation_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", o->client);
}

static void server_name(const void *row, char *ret)
{
    const struct operation_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", o->server);
}

static void server_text(const void *row, char *ret)
{
    const struct operation_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", o->server, o->port);
}

static void protocol_text(const void *row, char *ret)
{
    const struct operation_row *o = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", o->protocol);
}

static uint64_t operation_id(const void *row)
{
    static const struct hash_key key = {{0, 0}}; /* only to tell rows apart, so no secret */
    const struct operation_row *o = row;
    return hash_bytes(&key, o->name, strlen(o->name)) ^ (uint64_t)o->edge_id;
}

enum { FIGURES = offsetof(struct operation_row, figures) };

/* Medians of streaming calls, which have no latency. */
static double first_ns(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->first_message.p50_ns;
}

static double gap_ns(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->message_gap.p50_ns;
}

static double age_ns(const void *figures)
{
    const struct figures *f = figures;
    return (double)f->age.p50_ns;
}

/* Of one edge: without the columns that would be alike in all rows. */
static const struct column columns_of_edge[] = {
    {.name = "health",
     .mute = true,
     .width = 1,
     .at = FIGURES,
     .text = figures_health,
     .number = figures_severity,
     .draw = figures_mark},
    {.name = "operation", .width = 16, .text = operation_text},
    {.name = "rate",
     .kind = COLUMN_RATE,
     .width = 7,
     .at = FIGURES,
     .number = figures_rate,
     .ink = figures_rate_ink},
    CHANGE_MORE(struct operation_seen, 3),
    {.name = "errors",
     .kind = COLUMN_SHARE,
     .width = 7,
     .at = FIGURES,
     .number = figures_errors,
     .ink = figures_errors_ink},
    CHANGE_FAILING(struct operation_seen, 2),
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
    CHANGE_SLOWER(struct operation_seen, 2),
    {.name = "p99",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 4,
     .at = FIGURES,
     .number = figures_p99},
    {.name = "requests",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 6,
     .at = FIGURES,
     .number = figures_requests},
    {.name = "bytes",
     .kind = COLUMN_BYTES,
     .width = 7,
     .leaves = 5,
     .at = FIGURES,
     .number = figures_bytes},
    {.name = "first",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 2,
     .sparse = true,
     .at = FIGURES,
     .number = first_ns},
    {.name = "gap",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 2,
     .sparse = true,
     .at = FIGURES,
     .number = gap_ns},
    {.name = "age",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 2,
     .sparse = true,
     .at = FIGURES,
     .number = age_ns},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct operation_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};

static const struct column columns_of_all[] = {
    {.name = "health",
     .mute = true,
     .width = 1,
     .at = FIGURES,
     .text = figures_health,
     .number = figures_severity,
     .draw = figures_mark},
    {.name = "operation", .width = 16, .text = operation_text},
    {.name = "rate",
     .kind = COLUMN_RATE,
     .width = 7,
     .at = FIGURES,
     .number = figures_rate,
     .ink = figures_rate_ink},
    CHANGE_MORE(struct operation_seen, 3),
    {.name = "errors",
     .kind = COLUMN_SHARE,
     .width = 7,
     .at = FIGURES,
     .number = figures_errors,
     .ink = figures_errors_ink},
    CHANGE_FAILING(struct operation_seen, 2),
    {.name = "p50",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 7,
     .at = FIGURES,
     .number = figures_p50},
    {.name = "p95",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 1,
     .at = FIGURES,
     .number = figures_p95},
    CHANGE_SLOWER(struct operation_seen, 2),
    {.name = "p99",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 10,
     .at = FIGURES,
     .number = figures_p99},
    {.name = "requests",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 12,
     .at = FIGURES,
     .number = figures_requests},
    {.name = "bytes",
     .kind = COLUMN_BYTES,
     .width = 7,
     .leaves = 11,
     .at = FIGURES,
     .number = figures_bytes},
    {.name = "first",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 4,
     .sparse = true,
     .at = FIGURES,
     .number = first_ns},
    {.name = "gap",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 3,
     .sparse = true,
     .at = FIGURES,
     .number = gap_ns},
    {.name = "age",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 9,
     .sparse = true,
     .at = FIGURES,
     .number = age_ns},
    {.name = "client", .width = 8, .leaves = 6, .text = client_text},
    {.name = "server", .width = 10, .leaves = 2, .text = server_text, .value = server_name},
    {.name = "protocol", .width = 4, .leaves = 8, .text = protocol_text},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct operation_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};

static const struct table_kind kind_of_edge = {
    .columns = {columns_of_edge, sizeof columns_of_edge / sizeof *columns_of_edge},
    .fields = &operation_fields,
    .row_size = sizeof(struct operation_seen),
    .id = operation_id,
    .sort = 2,
    .none = "No request could be read here: it is idle, or its protocol is not decoded.",
};

static const struct table_kind kind_of_all = {
    .columns = {columns_of_all, sizeof columns_of_all / sizeof *columns_of_all},
    .fields = &operation_fields,
    .row_size = sizeof(struct operation_seen),
    .id = operation_id,
    .sort = 2,
    .none = "No request in this range of time. + makes it longer.",
};

static void operations_init(void *state, const struct scope *scope)
{
    struct operations *o = state;
    o->edge_id = scope->edge_id;
    table_init(&o->table, scope->edge_id ? &kind_of_edge : &kind_of_all, o);
}

static void operations_fini(void *state)
{
    struct operations *o = state;
    table_fini(&o->table);
    edge_charts_free(&o->charts);
    free(o->seen);
}

static bool operations_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct operations *o = state;
    struct operation_rows rows = {0};
    if (!query_operations(q, r, o->edge_id, &rows, err))
        return false;
    if (o->edge_id && !edge_charts_refresh(&o->charts, q, r, o->edge_id, err)) {
        free(rows.row);
        return false;
    }
    memset(o->outcomes, 0, sizeof o->outcomes);
    for (size_t i = 0; i < rows.len; i++) {
        for (int end = 0; end < OUTCOMES; end++)
            o->outcomes[end] += rows.row[i].figures.outcomes[end];
    }
    struct operation_seen *seen = calloc(rows.len + 1, sizeof *seen);
    for (size_t i = 0; seen && i < rows.len; i++)
        seen[i] = (struct operation_seen){rows.row[i], change_unknown};
    free(rows.row);
    if (seen && table_set(&o->table, seen, rows.len)) {
        free(o->seen);
        o->seen = seen;
        o->len = rows.len;
        return true;
    }
    free(seen);
    return err_set(err, "out of memory for %zu operations", rows.len);
}

static bool operations_compare(void *state, struct query *q, struct range before, struct err *err)
{
    struct operations *o = state;
    struct operation_rows rows = {0};
    struct past_rows past;
    if (!query_operations(q, before, o->edge_id, &rows, err))
        return false;
    if (past_make(&past, rows.len)) {
        for (size_t i = 0; i < rows.len; i++)
            past.past[i] = (struct past){operation_id(&rows.row[i]), rows.row[i].figures};
        past_sort(&past);
        for (size_t i = 0; i < o->len; i++)
            o->seen[i].change =
                past_compare(&past, operation_id(&o->seen[i]), &o->seen[i].row.figures);
        past_free(&past);
    }
    free(rows.row);
    return table_set(&o->table, o->seen, o->len);
}

static void operations_draw(void *state, const struct pane *pane)
{
    struct operations *o = state;
    const struct operation_row *row = table_selected(&o->table);
    struct pane below = edge_charts_above(&o->charts, o->outcomes, pane);
    struct pane above = marks_below(&below, row ? &row->marks : NULL, NULL);
    table_draw(&o->table, &above);
}

static bool open_edge(const struct operations *o, const struct view *view, struct visit *ret)
{
    const struct operation_row *row = table_selected(&o->table);
    if (!row)
        return true;
    const struct edge_ends ends = {row->client, row->server, row->protocol, row->port};
    *ret = (struct visit){view, scope_of_edge(row->edge_id, ends)};
    return true;
}

/* The requests of it that were kept. */
static bool open_requests(const struct operations *o, struct visit *ret)
{
    const struct operation_row *row = table_selected(&o->table);
    if (!row)
        return true;
    *ret = (struct visit){&requests_view, {.edge_id = row->edge_id}};
    snprintf(ret->scope.operation, sizeof ret->scope.operation, "%s", row->name);
    snprintf(ret->scope.name, sizeof ret->scope.name, "%s", row->name);
    return true;
}

static bool operations_key(void *state, struct key key, struct visit *ret)
{
    struct operations *o = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&o->table, key))
        return open_requests(o, ret);
    if (key.code == 'o')
        return open_edge(o, &connections_view, ret);
    if (key.code == 'r')
        return open_edge(o, &requests_view, ret);
    return table_key(&o->table, key);
}

static struct table *operations_table(void *state)
{
    struct operations *o = state;
    return &o->table;
}

const struct view operations_view = {
    .title = "Operations",
    .brief = "Ops",
    .opens = "Requests",
    .keys = {{"o", "Connections"}, {"r", "All requests"}},
    .state_size = sizeof(struct operations),
    .init = operations_init,
    .fini = operations_fini,
    .refresh = operations_refresh,
    .compare = operations_compare,
    .draw = operations_draw,
    .key = operations_key,
    .table = operations_table,
};
