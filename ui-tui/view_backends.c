/* view_backends.c - the addresses that answer for a service, and how its calls are spread over
 * them. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ui-tui/bar.h"
#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/view.h"

extern const struct view names_view, edges_view;

struct backends {
    struct table table;
    struct backend_rows rows;
    int64_t service_id; /* 0: all */
};

static void address_text(const void *row, char *ret)
{
    const struct backend_row *b = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", b->address, b->port);
}

static void draw_share(const struct pane *field, const void *share, void *owner)
{
    (void)owner;
    bar_draw(field, INK_ACCENT, column_double_there(share));
}

static uint64_t backend_id(const void *row)
{
    static const struct hash_key key = {{0, 0}}; /* only to tell rows apart, so no secret */
    const struct backend_row *b = row;
    return hash_bytes(&key, b->address, strlen(b->address)) ^
           hash_bytes(&key, b->protocol, strlen(b->protocol)) ^ (uint64_t)b->port << 40 ^
           (uint64_t)b->service_id;
}

static const struct column columns[] = {
    {.name = "service", /* left out where all are of one */
     .width = 8,
     .at = offsetof(struct backend_row, service),
     .text = column_text_there},
    {.name = "health",
     .mute = true,
     .width = 1,
     .at = offsetof(struct backend_row, figures),
     .text = figures_health,
     .number = figures_severity,
     .draw = figures_mark},
    {.name = "backend", .width = 12, .text = address_text},
    {.name = "calls",
     .kind = COLUMN_COUNT,
     .width = 6,
     .at = offsetof(struct backend_row, calls),
     .number = column_count_there},
    {.name = "share",
     .kind = COLUMN_SHARE,
     .width = 6,
     .at = offsetof(struct backend_row, share),
     .number = column_double_there},
    {.name = "",
     .kind = COLUMN_CHART,
     .mute = true,
     .width = 8,
     .leaves = 5,
     .at = offsetof(struct backend_row, share),
     .draw = draw_share},
    {.name = "open",
     .kind = COLUMN_COUNT,
     .width = 5,
     .leaves = 2,
     .at = offsetof(struct backend_row, open_calls),
     .number = column_count_there},
    {.name = "conns",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 1,
     .at = offsetof(struct backend_row, connections),
     .number = column_count_there},
    {.name = "errors",
     .kind = COLUMN_SHARE,
     .width = 7,
     .leaves = 4,
     .at = offsetof(struct backend_row, figures),
     .number = figures_errors,
     .ink = figures_errors_ink},
    {.name = "p95",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 3,
     .at = offsetof(struct backend_row, figures),
     .number = figures_p95},
    {.name = "protocol",
     .width = 4,
     .leaves = 6,
     .at = offsetof(struct backend_row, protocol),
     .text = column_text_there},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct backend_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
};

enum { COLUMNS = sizeof columns / sizeof *columns, SORTED_BY = 3 };

static const struct table_kind kind_of_all = {
    .columns = {columns, COLUMNS},
    .fields = &backend_fields,
    .row_size = sizeof(struct backend_row),
    .id = backend_id,
    .sort = SORTED_BY,
    .none = "Nothing answered a request in this range of time. + makes it longer.",
};

static const struct table_kind kind_of_one = {
    .columns = {columns + 1, COLUMNS - 1},
    .fields = &backend_fields,
    .row_size = sizeof(struct backend_row),
    .id = backend_id,
    .sort = SORTED_BY - 1,
    .none = "It answered no request in this range of time. + makes it longer.",
};

static void backends_init(void *state, const struct scope *scope)
{
    struct backends *b = state;
    b->service_id = scope->service_id;
    table_init(&b->table, b->service_id ? &kind_of_one : &kind_of_all, b);
}

static void backends_fini(void *state)
{
    struct backends *b = state;
    table_fini(&b->table);
    free(b->rows.row);
}

static bool backends_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct backends *b = state;
    struct backend_rows rows = {0};
    if (!query_backends(q, r, b->service_id, &rows, err))
        return false;
    bool enough = table_set(&b->table, rows.row, rows.len);
    free(b->rows.row);
    b->rows = rows;
    return enough || err_set(err, "out of memory for %zu backends", rows.len);
}

static void backends_draw(void *state, const struct pane *pane)
{
    struct backends *b = state;
    const struct backend_row *row = table_selected(&b->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, NULL);
    table_draw(&b->table, &above);
}

static bool open_service(const struct backends *b, const struct view *view, struct visit *ret)
{
    const struct backend_row *row = table_selected(&b->table);
    if (row)
        *ret = (struct visit){view, scope_of_service(row->service_id, row->service)};
    return true;
}

static bool backends_key(void *state, struct key key, struct visit *ret)
{
    struct backends *b = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&b->table, key))
        return open_service(b, &edges_view, ret);
    if (key.code == 'n')
        return open_service(b, &names_view, ret);
    return table_key(&b->table, key);
}

static struct table *backends_table(void *state)
{
    struct backends *b = state;
    return &b->table;
}

const struct view backends_view = {
    .title = "Backends",
    .opens = "Edges",
    .keys = {{"n", "Names"}},
    .state_size = sizeof(struct backends),
    .init = backends_init,
    .fini = backends_fini,
    .refresh = backends_refresh,
    .draw = backends_draw,
    .key = backends_key,
    .table = backends_table,
};
