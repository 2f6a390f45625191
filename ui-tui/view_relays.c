/* view_relays.c - who reaches whom by way of whom: all of it, or what a service or an edge is part
 * of. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui-tui/text_id.h"
#include "ui-tui/view.h"

extern const struct view edges_view, requests_view;

struct relays {
    struct table table;
    struct relay_rows rows;
    struct scope scope;
};

static void server_text(const void *row, char *ret)
{
    const struct relay_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%u", r->server, r->port);
}

static void server_name(const void *row, char *ret)
{
    const struct relay_row *r = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", r->server);
}

static double port_number(const void *row)
{
    const struct relay_row *r = row;
    return r->port;
}

/* Those with unchanged method and path. */
static double passed_share(const void *row)
{
    const struct relay_row *r = row;
    return r->requests ? (double)r->passed_on / (double)r->requests : -1;
}

#define AT(field) offsetof(struct relay_row, field)

static const struct column columns[] = {
    {.name = "client", .width = 10, .at = AT(client), .text = column_text_there},
    {.name = "via", .width = 10, .at = AT(via), .text = column_text_there},
    {.name = "server", .width = 10, .text = server_text, .value = server_name},
    {.name = "port", .kind = COLUMN_COUNT, .hidden = true, .number = port_number},
    {.name = "protocol", .width = 5, .leaves = 3, .at = AT(protocol), .text = column_text_there},
    {.name = "requests",
     .kind = COLUMN_COUNT,
     .width = 9,
     .at = AT(requests),
     .number = column_count_there},
    {.name = "unchanged", .kind = COLUMN_SHARE, .width = 9, .leaves = 1, .number = passed_share},
    {.name = "address", .width = 9, .leaves = 4, .at = AT(via_address), .text = column_text_there},
};

static uint64_t relay_id(const void *row)
{
    const struct relay_row *r = row;
    return text_id(text_id(text_id(text_id(r->port, r->client), r->via), r->server), r->protocol);
}

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &relay_fields,
    .row_size = sizeof(struct relay_row),
    .id = relay_id,
    .sort = 5,
    .none = "No request was found on both sides of a service in this time.",
};

/* Of a service, whichever place it has; of an edge, if both of its ends are in it. */
static bool concerns(const struct scope *s, const struct relay_row *r)
{
    const int64_t at[] = {r->client_id, r->via_id, r->server_id};
    bool service = !s->service_id, client = !s->client_id, server = !s->server_id;
    for (int i = 0; i < 3; i++) {
        service = service || at[i] == s->service_id;
        client = client || at[i] == s->client_id;
        server = server || at[i] == s->server_id;
    }
    return service && client && server;
}

static void relays_init(void *state, const struct scope *scope)
{
    struct relays *r = state;
    r->scope = *scope;
    table_init(&r->table, &kind, r);
}

static void relays_fini(void *state)
{
    struct relays *r = state;
    table_fini(&r->table);
    free(r->rows.row);
}

static bool relays_refresh(void *state, struct query *q, struct range range, struct err *err)
{
    struct relays *r = state;
    struct relay_rows rows = {0};
    size_t kept = 0;
    if (!query_relays(q, range, &rows, err))
        return false;
    for (size_t i = 0; i < rows.len; i++)
        if (concerns(&r->scope, &rows.row[i]))
            rows.row[kept++] = rows.row[i];
    rows.len = kept;
    bool enough = table_set(&r->table, rows.row, rows.len);
    free(r->rows.row);
    r->rows = rows;
    return enough || err_set(err, "out of memory for %zu relays", rows.len);
}

static void relays_draw(void *state, const struct pane *pane)
{
    struct relays *r = state;
    table_draw(&r->table, pane);
}

/* The service in the middle. */
static bool open_via(const struct relays *r, const struct view *view, struct visit *ret)
{
    const struct relay_row *row = table_selected(&r->table);
    if (row)
        *ret = (struct visit){view, scope_of_service(row->via_id, row->via)};
    return true;
}

static bool relays_key(void *state, struct key key, struct visit *ret)
{
    struct relays *r = state;
    if (key.code == KEYCODE_ENTER || table_clicked_again(&r->table, key))
        return open_via(r, &edges_view, ret);
    if (key.code == 'r')
        return open_via(r, &requests_view, ret);
    return table_key(&r->table, key);
}

static struct table *relays_table(void *state)
{
    struct relays *r = state;
    return &r->table;
}

const struct view relays_view = {
    .title = "Relays",
    .opens = "Edges",
    .keys = {{"r", "Requests"}},
    .state_size = sizeof(struct relays),
    .init = relays_init,
    .fini = relays_fini,
    .refresh = relays_refresh,
    .draw = relays_draw,
    .key = relays_key,
    .table = relays_table,
};
