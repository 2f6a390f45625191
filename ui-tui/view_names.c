/* view_names.c - what each address was said to be called, by whom, and which of it is its name: of
 * all addresses, or of those of a service. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui-tui/text_id.h"
#include "ui-tui/view.h"

extern const struct view edges_view;

struct names {
    struct table table;
    struct name_rows rows;
    struct scope scope;
};

/* "10.0.0.7:8080", "10.0.0.7:any", and "10.0.0.7:any in 12" where equal addresses are told apart.
 */
static void address_text(const void *row, char *ret)
{
    const struct name_row *n = row;
    char port[8] = "any", tenant[24] = "";
    if (n->port)
        snprintf(port, sizeof port, "%u", n->port);
    if (n->tenant)
        snprintf(tenant, sizeof tenant, " in %u", n->tenant);
    snprintf(ret, COLUMN_TEXT_MAX, "%s:%s%s", n->address, port, tenant);
}

static void address_word(const void *row, char *ret)
{
    const struct name_row *n = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", n->address);
}

static void won_text(const void *row, char *ret)
{
    const struct name_row *n = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", n->is_name ? "won" : "lost");
}

static double won(const void *row)
{
    const struct name_row *n = row;
    return n->is_name;
}

static enum ink won_ink(const void *row)
{
    const struct name_row *n = row;
    return n->is_name ? INK_GOOD : INK_DIM;
}

static void name_text(const void *row, char *ret)
{
    const struct name_row *n = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", n->name);
}

static enum ink name_ink(const void *row)
{
    const struct name_row *n = row;
    return n->is_name ? INK_STRONG : INK_DIM;
}

static void source_text(const void *row, char *ret)
{
    const struct name_row *n = row;
    snprintf(ret, COLUMN_TEXT_MAX, "%s", name_source_name(n->source));
}

#define AT(field) offsetof(struct name_row, field)

static const struct column columns[] = {
    {.name = "address", .width = 12, .text = address_text, .value = address_word},
    {.name = "is", .width = 4, .text = won_text, .number = won, .ink = won_ink},
    {.name = "name", .width = 12, .text = name_text, .ink = name_ink},
    {.name = "source", .width = 6, .text = source_text},
    {.name = "times",
     .kind = COLUMN_COUNT,
     .width = 6,
     .leaves = 1,
     .at = AT(count),
     .number = column_count_there},
    {.name = "last",
     .kind = COLUMN_MOMENT,
     .width = 19,
     .leaves = 2,
     .at = AT(last_ns),
     .number = column_count_there},
    {.name = "first",
     .kind = COLUMN_MOMENT,
     .width = 19,
     .leaves = 3,
     .at = AT(first_ns),
     .number = column_count_there},
};

static uint64_t name_id(const void *row)
{
    const struct name_row *n = row;
    uint64_t id = (uint64_t)n->tenant << 32 ^ (uint64_t)n->port << 8 ^ (uint64_t)n->source;
    return text_id(text_id(id, n->address), n->name);
}

static const struct table_kind kind = {
    .columns = {columns, sizeof columns / sizeof *columns},
    .fields = &name_fields,
    .row_size = sizeof(struct name_row),
    .id = name_id,
    .sort = 0,
    .none = "Nothing has named an address in this time. + shows a longer one.",
};

static void names_init(void *state, const struct scope *scope)
{
    struct names *n = state;
    n->scope = *scope;
    table_init(&n->table, &kind, n);
}

static void names_fini(void *state)
{
    struct names *n = state;
    table_fini(&n->table);
    free(n->rows.row);
}

/* Leaves what was said of the addresses of the scope's service. */
static void keep_names(const struct scope *scope, struct name_rows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (!scope->service_id || rows->row[i].service_id == scope->service_id)
            rows->row[kept++] = rows->row[i];
    rows->len = kept;
}

static bool names_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    struct names *n = state;
    struct name_rows rows = {0};
    if (!query_names(q, r, &rows, err))
        return false;
    keep_names(&n->scope, &rows);
    bool enough = table_set(&n->table, rows.row, rows.len);
    free(n->rows.row);
    n->rows = rows;
    return enough || err_set(err, "out of memory for %zu names", rows.len);
}

static void names_draw(void *state, const struct pane *pane)
{
    struct names *n = state;
    table_draw(&n->table, pane);
}

static bool names_key(void *state, struct key key, struct visit *ret)
{
    struct names *n = state;
    const struct name_row *row = table_selected(&n->table);
    if (key.code != KEYCODE_ENTER && !table_clicked_again(&n->table, key))
        return table_key(&n->table, key);
    if (row && row->service_id)
        *ret = (struct visit){&edges_view, scope_of_service(row->service_id, row->address)};
    return true;
}

static struct table *names_table(void *state)
{
    struct names *n = state;
    return &n->table;
}

const struct view names_view = {
    .title = "Names",
    .opens = "Edges",
    .state_size = sizeof(struct names),
    .init = names_init,
    .fini = names_fini,
    .refresh = names_refresh,
    .draw = names_draw,
    .key = names_key,
    .table = names_table,
};
