/* view_graph.c - the services as boxes, in layers, with the lines between them; a walk from one to
 * the next.
 *
 * Of a graph that is too large to be read at once, only what is near one service is shown, until
 * the user wants it otherwise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui-tui/graph_map.h"
#include "ui-tui/placard.h"
#include "ui-tui/view.h"

extern const struct view edges_view, services_view;

enum { NODES_READABLE = 40, SIDES_MOST = 10, ROWS_WITH_SIDES = 12 };

static void graph_init(void *state, const struct scope *scope)
{
    struct graph_map *m = state;
    m->selected_id = m->focus_id = scope->service_id;
    m->hops = 1;
    table_init(&m->table, &services_table_kind, m);
}

static void graph_fini(void *state)
{
    struct graph_map *m = state;
    table_fini(&m->table);
    graph_free(&m->graph);
    scheme_free(&m->scheme);
    wires_free(&m->wires);
    free(m->found);
    free(m->row);
}

/* What is selected ---------------------------------------------------------------------------- */

static void select_node(struct graph_map *m, uint32_t node)
{
    m->selected = node;
    m->selected_id = m->graph.nodes.row[node].id;
}

static void focus_on(struct graph_map *m, uint32_t node)
{
    m->focus = node;
    m->focus_id = m->graph.nodes.row[node].id;
}

static uint32_t busiest(const struct graph *g)
{
    uint32_t best = 0;
    double most = -1;
    for (size_t i = 0; i < g->nodes.len; i++) {
        const struct service_row *n = &g->nodes.row[i];
        double rate = n->served.rate_per_s + n->called.rate_per_s;
        if (rate > most) {
            most = rate;
            best = (uint32_t)i;
        }
    }
    return best;
}

/* The node of an id; the busiest if it is gone. */
static uint32_t find_node(const struct graph *g, int64_t id)
{
    for (size_t i = 0; id && i < g->nodes.len; i++) {
        if (g->nodes.row[i].id == id)
            return (uint32_t)i;
    }
    return busiest(g);
}

static bool graph_ask(struct graph_map *m, struct query *q, struct range r, struct err *err)
{
    struct graph graph = {0};
    if (!query_graph(q, r, m->grouping, &graph, err))
        return false;
    uint8_t *found = realloc(m->found, graph.nodes.len + 1);
    if (found)
        m->found = found;
    struct service_seen *row = calloc(graph.nodes.len + 1, sizeof *row);
    for (size_t i = 0; row && i < graph.nodes.len; i++)
        row[i] = (struct service_seen){graph.nodes.row[i], change_unknown};
    bool enough = found && row && table_set(&m->table, row, graph.nodes.len);
    if (!enough)
        table_set(&m->table, NULL, 0);
    free(m->row);
    m->row = row;
    graph_free(&m->graph);
    m->graph = graph;
    m->is_made = m->stale = false;
    if (!m->graph.nodes.len)
        return true;
    select_node(m, find_node(&m->graph, m->selected_id));
    focus_on(m, find_node(&m->graph, m->focus_id ? m->focus_id : m->selected_id));
    if (!m->chosen)
        m->near_only = m->graph.nodes.len > NODES_READABLE;
    return enough || err_set(err, "out of memory for %zu services", graph.nodes.len);
}

static bool graph_refresh(void *state, struct query *q, struct range r, struct err *err)
{
    return graph_ask(state, q, r, err);
}

static bool graph_fetch(void *state, struct query *q, struct range r)
{
    struct graph_map *m = state;
    struct err err;
    if (!m->stale)
        return false;
    m->stale = false; /* even if it fails: the next window asks again */
    return graph_ask(m, q, r, &err);
}

/* The filter finds: what passes it stands out, and a new filter leads to the first of them. */
static void mark_found(struct graph_map *m)
{
    bool changed = memcmp(&m->sought, &m->table.filter, sizeof m->sought) != 0;
    m->sought = m->table.filter;
    m->finding = m->table.filter.step_len > 0;
    if (!m->finding || !m->found)
        return;
    memset(m->found, 0, m->graph.nodes.len);
    for (size_t i = 0; i < m->table.list.len; i++)
        m->found[m->table.order[i]] = 1;
    if (changed && m->table.list.len && !m->found[m->selected])
        select_node(m, m->table.order[0]);
}

/* A node that is selected is shown. */
static void show_selected(struct graph_map *m)
{
    if (m->near_only && m->is_made && m->scheme.box[m->selected].column < 0)
        focus_on(m, m->selected);
}

static void draw_caption(const struct graph_map *m, const struct pane *line)
{
    int column = pane_text(line, 0, 1, INK_DIM, "by ");
    column = pane_text(line, 0, column, INK_PLAIN, grouping_name(m->grouping));
    if (m->near_only) {
        column = pane_text(line, 0, column + 2, INK_DIM, "near ");
        column = pane_text(line, 0, column, INK_ACCENT, m->graph.nodes.row[m->focus].name);
        column = pane_printf(line, 0, column, INK_DIM, ", %d step%s: %zu of %zu", m->hops,
                             m->hops == 1 ? "" : "s", m->scheme.shown, m->graph.nodes.len);
        pane_text(line, 0, column + 3, INK_DIM, "< > steps  f here, all  g group");
        return;
    }
    pane_text(line, 0, column + 3, INK_DIM, "f what is near only  g group  n next found");
}

static void graph_draw(void *state, const struct pane *pane)
{
    struct graph_map *m = state;
    if (!m->graph.nodes.len) {
        pane_text(pane, 1, 2, INK_DIM, services_table_kind.none);
        return;
    }
    mark_found(m);
    show_selected(m);
    int below = pane->rows >= ROWS_WITH_SIDES ? pane->rows / 3 : 0;
    below = below > SIDES_MOST ? SIDES_MOST : below;
    struct pane caption = pane_line(pane, 0, 0, pane->columns);
    struct pane map = pane_part(pane, 1, 0, pane->rows - 1 - below, pane->columns);
    struct pane sides = pane_part(pane, pane->rows - below, 0, below, pane->columns);
    graph_map_draw(m, &map);
    draw_caption(m, &caption);
    if (below)
        graph_sides_draw(m, &sides);
}

/* Walking ------------------------------------------------------------------------------------- */

/* How far a node is to walk to, by rows; what is not shown is far. */
static double distance(const struct graph_map *m, uint32_t node)
{
    const struct scheme_box *b = &m->scheme.box[node], *here = &m->scheme.box[m->selected];
    if (b->column >= 0)
        return fabs((double)(b->top - here->top));
    return 1e6 + fabs(m->graph.nodes.row[node].y - m->graph.nodes.row[m->selected].y);
}

/* To the nearest of its callers or callees, first of those on that side of it. */
static void walk_link(struct graph_map *m, bool callee)
{
    int here = m->scheme.box[m->selected].column;
    uint32_t best = m->selected;
    double least = INFINITY;
    for (size_t i = 0; i < m->scheme.link_len; i++) {
        const struct scheme_link *l = &m->scheme.link[i];
        uint32_t other = callee ? l->server : l->client;
        if ((callee ? l->client : l->server) != m->selected || other == m->selected)
            continue;
        int column = m->scheme.box[other].column;
        bool aside = column >= 0 && (callee ? column <= here : column >= here);
        double far = distance(m, other) + (aside ? 1e9 : 0);
        if (far < least) {
            least = far;
            best = other;
        }
    }
    select_node(m, best);
}

/* To the next box above or below in the column; several at once for a page. */
static void walk_column(struct graph_map *m, int direction, int boxes)
{
    for (; boxes > 0; boxes--) {
        const struct scheme_box *here = &m->scheme.box[m->selected];
        uint32_t best = m->selected;
        int least = INT32_MAX;
        for (uint32_t i = 0; i < m->scheme.nodes; i++) {
            const struct scheme_box *b = &m->scheme.box[i];
            int far = (b->top - here->top) * direction;
            if (b->column == here->column && far > 0 && far < least) {
                least = far;
                best = i;
            }
        }
        select_node(m, best);
    }
}

/* To the next that was found, all around, in the order of the table. */
static void walk_found(struct graph_map *m, size_t step)
{
    size_t len = m->table.list.len, at = 0;
    while (at < len && m->table.order[at] != m->selected)
        at++;
    if (len)
        select_node(m, m->table.order[at == len ? 0 : (at + step) % len]);
}

static void toggle_focus(struct graph_map *m)
{
    m->chosen = true;
    m->near_only = !m->near_only || m->focus != m->selected;
    focus_on(m, m->selected);
}

static void change_hops(struct graph_map *m, int by)
{
    int hops = m->hops + by;
    if (!m->near_only)
        focus_on(m, m->selected);
    m->near_only = m->chosen = true;
    m->hops = hops < 1 ? 1 : hops > GRAPH_HOPS_MOST ? GRAPH_HOPS_MOST : hops;
}

static void change_grouping(struct graph_map *m)
{
    m->grouping = (enum grouping)((m->grouping + 1) % GROUPINGS);
    m->stale = true;
    m->chosen = false;
    m->selected_id = m->focus_id = 0;
}

/* The edges of a service; the services of a group, a host or a subnet. */
static void open_node(const struct graph_map *m, struct visit *ret)
{
    const struct service_row *n = &m->graph.nodes.row[m->selected];
    *ret = (struct visit){&edges_view, scope_of_service(n->id, n->name)};
    if (m->grouping != GROUP_SERVICE) {
        ret->view = &services_view;
        ret->scope.service_id = 0;
        ret->scope.grouping = m->grouping;
    }
}

static void click(struct graph_map *m, struct key key, struct visit *ret)
{
    uint32_t node = graph_map_at(m, key.row, key.column);
    if (node == UINT32_MAX)
        return;
    if (node == m->selected)
        open_node(m, ret);
    select_node(m, node);
}

static bool walk(struct graph_map *m, uint32_t code)
{
    int page = m->window.rows / (m->scheme.flat ? 2 : 4);
    switch (code) {
    case KEYCODE_LEFT:
    case KEYCODE_RIGHT:
    case 'l':
        walk_link(m, code != KEYCODE_LEFT);
        return true;
    case KEYCODE_UP:
    case KEYCODE_WHEEL_UP:
    case 'k':
        walk_column(m, -1, 1);
        return true;
    case KEYCODE_DOWN:
    case KEYCODE_WHEEL_DOWN:
    case 'j':
        walk_column(m, 1, 1);
        return true;
    case KEYCODE_PAGE_UP:
        walk_column(m, -1, page);
        return true;
    case KEYCODE_PAGE_DOWN:
        walk_column(m, 1, page);
        return true;
    case KEYCODE_HOME:
        select_node(m, busiest(&m->graph));
        return true;
    case 'n':
        walk_found(m, 1);
        return true;
    case 'N':
        walk_found(m, m->table.list.len - 1);
        return true;
    }
    return false;
}

static bool graph_key(void *state, struct key key, struct visit *ret)
{
    struct graph_map *m = state;
    if (!m->graph.nodes.len)
        return false;
    if (m->is_made && walk(m, key.code))
        return true;
    switch (key.code) {
    case KEYCODE_ENTER:
        open_node(m, ret);
        return true;
    case KEYCODE_CLICK:
        click(m, key, ret);
        return true;
    case 'f':
        toggle_focus(m);
        return true;
    case '<':
        change_hops(m, -1);
        return true;
    case '>':
        change_hops(m, 1);
        return true;
    case 'g':
        change_grouping(m);
        return true;
    }
    return false;
}

/* As wide and as high as it is; of a graph that is larger than a canvas, the upper left part. */
static void graph_print(void *state, FILE *file, bool ascii)
{
    struct graph_map *m = state;
    const struct scheme_wish all = {.rows = CANVAS_SIDE_MAX, .columns = CANVAS_SIDE_MAX};
    if (!m->graph.nodes.len || !scheme_make(&m->scheme, &m->graph, &all))
        return;
    struct canvas *c = canvas_new(m->scheme.rows, m->scheme.width, ascii);
    if (!c)
        return;
    m->near_only = m->is_made = false;
    struct pane whole = pane_whole(c);
    graph_map_draw(m, &whole);
    canvas_print(c, file);
    canvas_free(c);
}

static struct table *graph_table(void *state)
{
    struct graph_map *m = state;
    return &m->table;
}

const struct view graph_view = {
    .title = "Graph",
    .opens = "Open",
    .keys = {{"f", "Focus"}, {"g", "Group"}},
    .unsorted = true,
    .state_size = sizeof(struct graph_map),
    .init = graph_init,
    .fini = graph_fini,
    .refresh = graph_refresh,
    .fetch = graph_fetch,
    .draw = graph_draw,
    .key = graph_key,
    .table = graph_table,
    .print = graph_print,
};
