/* view_events.c - what happened, to the collector and in what it sees, the newest first. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui-tui/figures.h"
#include "ui-tui/view.h"

extern const struct view edges_view, operations_view;

struct events {
    struct table table;
    struct event_rows rows;
    struct scope scope;
};

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

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &event_fields,
    .row_size = sizeof(struct event_row),
    .id = event_id,
    .sort = 1,
    .none = "Nothing happened in this time: nothing is new in the first 10 minutes of a history.",
};

static void events_init(void *state, const struct scope *scope)
{
    struct events *e = state;
    e->scope = *scope;
    table_init(&e->table, &kind, e);
}

static void events_fini(void *state)
{
    struct events *e = state;
    table_fini(&e->table);
    free(e->rows.row);
}

/* What happens to the collector has the time of the wall, which of a capture that is replayed lies
 * behind all windows: a range that goes to their end goes on. */
static bool to_the_end(struct query *q, struct range *r, struct err *err)
{
    struct range all;
    if (!query_history(q, &all, err))
        return false;
    if (r->to_ns >= all.to_ns)
        r->to_ns = INT64_MAX;
    return true;
}

static bool events_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct events *e = state;
    struct event_rows rows = {0};
    if (!to_the_end(q, &r, err) || !query_events(q, r, &rows, err))
        return false;
    bool enough = table_set(&e->table, rows.row, rows.len);
    free(e->rows.row);
    e->rows = rows;
    return enough || err_set(err, "out of memory for %zu events", rows.len);
}

static void events_draw(void *state, const struct pane *pane)
{
    struct events *e = state;
    table_draw(&e->table, pane);
}

/* What it is about; of what the collector did itself there is nothing more. */
static bool open_subject(const struct events *e, struct visit *ret)
{
    const struct event_row *row = table_selected(&e->table);
    if (!row || (!row->edge_id && !row->service_id))
        return true;
    struct scope scope = scope_of_service(row->service_id, row->subject);
    scope.edge_id = row->edge_id;
    *ret = (struct visit){row->edge_id ? &operations_view : &edges_view, scope};
    return true;
}

static bool events_key(void *state, struct key key, struct visit *ret)
{
    struct events *e = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&e->table, key))
        return open_subject(e, ret);
    return table_key(&e->table, key);
}

static struct table *events_table(void *state)
{
    struct events *e = state;
    return &e->table;
}

const struct view events_view = {
    .title = "Events",
    .opens = "Subject",
    .state_size = sizeof(struct events),
    .init = events_init,
    .fini = events_fini,
    .refresh = events_refresh,
    .draw = events_draw,
    .key = events_key,
    .table = events_table,
};
