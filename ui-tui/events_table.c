/* events_table.c - see events_table.h. */
#include "ui-tui/events_table.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ui-tui/figures.h"

extern const struct view edges_view, operations_view;

static enum health gravity(const struct event_row *e)
{
    return !strcmp(e->severity, "bad")    ? HEALTH_BAD
           : !strcmp(e->severity, "warn") ? HEALTH_WARN
                                          : HEALTH_IDLE;
}

static void severity_text(const void *row, char *ret)
{
    const struct event_row *e = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", e->severity);
}

static double severity(const void *row)
{
    const enum health g = gravity(row);
    return g == HEALTH_BAD ? 2 : g == HEALTH_WARN;
}

static void severity_mark(const struct pane *field, const void *row, void *owner)
{
    enum health g = gravity(row);
    (void)owner;
    pane_text(field, 0, 0, figures_ink_of(g), figures_mark_of(g));
}

static enum ink kind_ink(const void *kind)
{
    const struct event_row *e =
        (const void *)((const char *)kind - offsetof(struct event_row, kind));
    enum health g = gravity(e);
    return g == HEALTH_IDLE ? INK_ACCENT : figures_ink_of(g);
}

#define AT(field) offsetof(struct event_row, field)

static const struct column columns[] = {
    {.name = "severity",
     .mute = true,
     .width = 1,
     .text = severity_text,
     .number = severity,
     .draw = severity_mark},
    {.name = "time",
     .kind = COLUMN_MOMENT,
     .width = 19,
     .at = AT(time_ns),
     .number = column_count_there},
    {.name = "kind", .width = 8, .at = AT(kind), .text = column_text_there, .ink = kind_ink},
    {.name = "what", .width = 20, .at = AT(text), .text = column_text_there},
    {.name = "subject", .hidden = true, .at = AT(subject), .text = column_text_there},
};

static uint64_t event_id(const void *row)
{
    const struct event_row *e = row;
    return (uint64_t)e->id;
}

const struct table_kind events_table_kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &event_fields,
    .row_size = sizeof(struct event_row),
    .id = event_id,
    .sort = 1,
    .none = "Nothing happened in this time. + shows a longer one.",
};

bool events_ask(struct query *q, struct range r, struct event_rows *ret, struct err *err)
{
    return query_events_range(q, &r, err) && query_events(q, r, ret, err);
}

struct visit events_subject(const struct event_row *row)
{
    if (!row || (!row->edge_id && !row->service_id))
        return (struct visit){0};
    struct scope scope = scope_of_service(row->service_id, row->subject);
    scope.edge_id = row->edge_id;
    return (struct visit){row->edge_id ? &operations_view : &edges_view, scope};
}
