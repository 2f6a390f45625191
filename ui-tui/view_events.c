/* view_events.c - what happened, to the collector and in what it sees, the newest first. */
#include <stdlib.h>

#include "ui-tui/events_table.h"

struct events {
    struct table table;
    struct event_rows rows;
};

static void events_init(void *state, const struct scope *scope)
{
    struct events *e = state;
    (void)scope;
    table_init(&e->table, &events_table_kind, e);
}

static void events_fini(void *state)
{
    struct events *e = state;
    table_fini(&e->table);
    free(e->rows.row);
}

static bool events_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct events *e = state;
    struct event_rows rows = {0};
    if (!events_ask(q, r, &rows, err))
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

static bool events_key(void *state, struct key key, struct visit *ret)
{
    struct events *e = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&e->table, key))
        *ret = events_subject(table_selected(&e->table));
    else
        return table_key(&e->table, key);
    return true;
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
