/* view_services.c - the services, with what they were asked for. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui-tui/figures.h"
#include "ui-tui/marks.h"
#include "ui-tui/series.h"
#include "ui-tui/services_table.h"
#include "ui-tui/view.h"

extern const struct view edges_view, backends_view, requests_view, relays_view, names_view;

struct services {
    struct table table;
    struct service_seen *seen; /* owned */
    size_t len;
    struct series series;
    struct scope scope; /* of a node of a grouping, or everything */
};

static void service_text(const void *row, char *ret)
{
    const struct service_row *s = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", s->name);
}

/* "10.0.0.7 +2": one address, and how many more there are. */
static void address_text(const void *row, char *ret)
{
    const struct service_row *s = row;
    if (s->addresses > 1)
        snprintf(ret, COLUMN_TEXT_MAX, "%s +%u", s->address, s->addresses - 1);
    else
        snprintf(ret, COLUMN_TEXT_MAX, "%s", s->address);
}

static void protocol_text(const void *row, char *ret)
{
    const struct service_row *s = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", s->protocols[0] ? s->protocols : "-");
}

static double callers(const void *row)
{
    const struct service_row *s = row;
    return s->callers;
}

static double callees(const void *row)
{
    const struct service_row *s = row;
    return s->callees;
}

static void draw_series(const struct pane *field, const void *row, void *owner)
{
    const struct service_row *s = row;
    struct services *services = owner;
    series_draw(&services->series, field, s->id, SERIES_RATE);
}

static void draw_errors(const struct pane *field, const void *row, void *owner)
{
    const struct service_row *s = row;
    struct services *services = owner;
    series_draw(&services->series, field, s->id, SERIES_ERRORS);
}

static void draw_p95(const struct pane *field, const void *row, void *owner)
{
    const struct service_row *s = row;
    struct services *services = owner;
    series_draw(&services->series, field, s->id, SERIES_P95);
}

static uint64_t service_id(const void *row)
{
    const struct service_row *s = row;
    return (uint64_t)s->id;
}

enum { SERVED = offsetof(struct service_row, served) };

static const struct column columns[] = {
    {.name = "health",
     .mute = true,
     .width = 1,
     .at = SERVED,
     .text = figures_health,
     .number = figures_severity,
     .draw = figures_mark},
    {.name = "service", .width = 10, .text = service_text},
    {.name = "address", .width = 8, .leaves = 6, .text = address_text},
    {.name = "protocol", .width = 4, .leaves = 2, .text = protocol_text},
    {.name = "callers", .kind = COLUMN_COUNT, .width = 8, .leaves = 4, .number = callers},
    {.name = "calls", .kind = COLUMN_COUNT, .width = 6, .leaves = 4, .number = callees},
    {.name = "rate",
     .kind = COLUMN_RATE,
     .width = 7,
     .at = SERVED,
     .number = figures_rate,
     .ink = figures_rate_ink},
    CHANGE_MORE(struct service_seen, 3),
    {.name = "errors",
     .kind = COLUMN_SHARE,
     .width = 7,
     .at = SERVED,
     .number = figures_errors,
     .ink = figures_errors_ink},
    CHANGE_FAILING(struct service_seen, 2),
    {.name = "p50",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 3,
     .at = SERVED,
     .number = figures_p50},
    {.name = "p95",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 1,
     .at = SERVED,
     .number = figures_p95},
    CHANGE_SLOWER(struct service_seen, 2),
    {.name = "p99",
     .kind = COLUMN_TIME,
     .width = 7,
     .leaves = 5,
     .at = SERVED,
     .number = figures_p99},
    {.name = "requests",
     .kind = COLUMN_COUNT,
     .width = 8,
     .leaves = 9,
     .at = SERVED,
     .number = figures_requests},
    {.name = "bytes",
     .kind = COLUMN_BYTES,
     .width = 7,
     .leaves = 8,
     .at = SERVED,
     .number = figures_bytes},
    {.name = "marks",
     .width = 5,
     .sparse = true,
     .at = offsetof(struct service_row, marks),
     .text = marks_shown,
     .value = marks_names,
     .number = marks_severity,
     .ink = marks_ink},
    {.name = "trend", .kind = COLUMN_CHART, .width = 6, .leaves = 4, .draw = draw_series},
    {.name = "errors", .kind = COLUMN_CHART, .width = 8, .leaves = 7, .draw = draw_errors},
    {.name = "p95", .kind = COLUMN_CHART, .width = 8, .leaves = 7, .draw = draw_p95},
};

const struct table_kind services_table_kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &service_fields,
    .row_size = sizeof(struct service_seen),
    .id = service_id,
    .sort = 6,
    .none = "No service was seen in this range of time. + makes it longer.",
};

static void services_init(void *state, const struct scope *scope)
{
    struct services *s = state;
    s->scope = *scope;
    s->series.of = SERIES_OF_SERVICE;
    table_init(&s->table, &services_table_kind, s);
}

static void services_fini(void *state)
{
    struct services *s = state;
    table_fini(&s->table);
    free(s->seen);
}

static bool is_member(const struct member_ids *members, int64_t id)
{
    for (size_t i = 0; i < members->len; i++)
        if (members->id[i] == id)
            return true;
    return false;
}

/* Of a group, a host or a subnet, the services in it. */
static bool ask_rows(const struct services *s, struct query *q, struct range r,
                     struct service_rows *ret, struct err *err)
{
    struct member_ids members = {NULL, 0};
    size_t kept = 0;
    if (!query_services(q, r, ret, err))
        return false;
    if (s->scope.grouping == GROUP_SERVICE)
        return true;
    bool asked = query_members(q, s->scope.grouping, s->scope.name, &members, err);
    for (size_t i = 0; i < ret->len; i++)
        if (is_member(&members, ret->row[i].id))
            ret->row[kept++] = ret->row[i];
    ret->len = kept;
    free(members.id);
    if (!asked)
        free(ret->row);
    return asked;
}

static bool services_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct services *s = state;
    struct service_rows rows = {0};
    if (!ask_rows(s, q, r, &rows, err))
        return false;
    struct service_seen *seen = calloc(rows.len + 1, sizeof *seen);
    for (size_t i = 0; seen && i < rows.len; i++)
        seen[i] = (struct service_seen){rows.row[i], change_unknown};
    free(rows.row);
    series_age(&s->series);
    if (seen && table_set(&s->table, seen, rows.len)) {
        free(s->seen);
        s->seen = seen;
        s->len = rows.len;
        return true;
    }
    free(seen);
    return err_set(err, "out of memory for %zu services", rows.len);
}

static bool services_compare(void *state, struct query *q, struct range before, struct err *err)
{
    struct services *s = state;
    struct service_rows rows = {0};
    struct past_rows past;
    if (!query_services(q, before, &rows, err))
        return false;
    if (past_make(&past, rows.len)) {
        for (size_t i = 0; i < rows.len; i++)
            past.past[i] = (struct past){(uint64_t)rows.row[i].id, rows.row[i].served};
        past_sort(&past);
        for (size_t i = 0; i < s->len; i++)
            s->seen[i].change =
                past_compare(&past, service_id(&s->seen[i]), &s->seen[i].row.served);
        past_free(&past);
    }
    free(rows.row);
    return table_set(&s->table, s->seen, s->len);
}

static bool services_fetch(void *state, struct query *q, struct range r)
{
    struct services *s = state;
    return series_fetch(&s->series, q, r);
}

static void services_draw(void *state, const struct pane *pane)
{
    struct services *s = state;
    const struct service_row *row = table_selected(&s->table);
    struct pane above = marks_below(pane, row ? &row->marks : NULL, NULL);
    series_begin(&s->series);
    table_draw(&s->table, &above);
}

static bool open_service(const struct services *s, const struct view *view, struct visit *ret)
{
    const struct service_row *row = table_selected(&s->table);
    if (row)
        *ret = (struct visit){view, scope_of_service(row->id, row->name)};
    return true;
}

static bool services_key(void *state, struct key key, struct visit *ret)
{
    struct services *s = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&s->table, key))
        return open_service(s, &edges_view, ret);
    if (key.code == 'r')
        return open_service(s, &requests_view, ret);
    if (key.code == 'b')
        return open_service(s, &backends_view, ret);
    if (key.code == 'v')
        return open_service(s, &relays_view, ret);
    if (key.code == 'n')
        return open_service(s, &names_view, ret);
    return table_key(&s->table, key);
}

static struct table *services_table(void *state)
{
    struct services *s = state;
    return &s->table;
}

const struct view services_view = {
    .title = "Services",
    .opens = "Edges",
    .keys = {{"b", "Backends"}, {"r", "Requests"}, {"v", "Via"}, {"n", "Names"}},
    .state_size = sizeof(struct services),
    .init = services_init,
    .fini = services_fini,
    .refresh = services_refresh,
    .compare = services_compare,
    .fetch = services_fetch,
    .draw = services_draw,
    .key = services_key,
    .table = services_table,
};
