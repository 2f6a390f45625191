/* graph_map.c - see graph_map.h. Here: boxes and lines.
 *
 *   ┌ web ───────────┐      ┌ cart ──────────┐
 *   │ ● 12.3/s       │──┬──▸│ ● 9.5/s        │
 *   └───────── http ─┘  │   └───────── http ─┘ */
#include "ui-tui/graph_map.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/figures.h"

enum role { ROLE_OTHER, ROLE_SELECTED, ROLE_CALLER, ROLE_CALLEE };

enum health graph_node_health(const struct service_row *node)
{
    return node->served.requests ? node->served.health : node->called.health;
}

/* Is a link one of the selected node's? */
static enum role role_of_link(const struct graph_map *m, const struct scheme_link *l)
{
    return l->server == m->selected   ? ROLE_CALLER
           : l->client == m->selected ? ROLE_CALLEE
                                      : ROLE_OTHER;
}

/* Lines --------------------------------------------------------------------------------------- */

struct stroke {
    enum wire wire;
    enum ink ink;
};

/* So many lines run in a channel that nobody can follow one: of these only the selected node's are
 * drawn. */
static bool too_many(const struct graph_map *m, const struct scheme_ends *e)
{
    int to = m->scheme.box[e->right].column;
    for (int i = m->scheme.box[e->left].column; i < to || i == m->scheme.box[e->left].column; i++) {
        if (m->scheme.column[i].lanes >= SCHEME_LANES_MOST)
            return true;
    }
    return false;
}

/* From one box to another, through the channels between them. */
static void run_line(struct graph_map *m, const struct scheme_ends *e, struct stroke s)
{
    const struct scheme *p = &m->scheme;
    const struct scheme_bus *bus = &p->bus[2 * e->left + e->back];
    int from = p->box[e->left].column, to = p->box[e->right].column;
    int last = to > from ? to - 1 : from;
    for (int channel = from; channel <= last; channel++) {
        const struct scheme_hop *hop = &p->hop[bus->first + channel - from];
        const struct scheme_column *c = &p->column[channel];
        int left = c->left + c->width - m->scroll_column, row = hop->row - m->scroll_row;
        int right = channel + 1 < (int)p->column_len
                        ? p->column[channel + 1].left - 1 - m->scroll_column
                        : left + c->lanes;
        int lane = left + 1 + (hop->lane < 0 ? 0 : hop->lane);
        int end =
            (channel == last ? scheme_port(p, e->right, e->back) : hop[1].row) - m->scroll_row;
        int goal = to > from ? right : left - 1;
        wires_across(&m->wires, row, left - 1, lane, s.wire, s.ink);
        wires_along(&m->wires, lane, row, end, s.wire, s.ink);
        wires_across(&m->wires, end, lane, goal + (channel < last), s.wire, s.ink);
        if (channel < last) /* past the boxes of the next column */
            wires_across(&m->wires, end, right, right + p->column[channel + 1].width + 1, s.wire,
                         s.ink);
    }
}

/* Where the line arrives, in the colour of its health. */
static void draw_arrow(const struct graph_map *m, const struct scheme_link *l,
                       const struct scheme_ends *e, bool strong)
{
    const struct scheme *p = &m->scheme;
    const struct scheme_box *box = &p->box[l->server];
    const struct scheme_column *c = &p->column[box->column];
    int row = scheme_port(p, l->server, e->back) - m->scroll_row;
    int column = e->back ? c->left + c->width : c->left - 1;
    enum ink ink = l->health == HEALTH_BAD || l->health == HEALTH_WARN ? figures_ink_of(l->health)
                   : strong                                            ? INK_ACCENT
                                                                       : INK_DIM;
    pane_text(&m->window, row, column - m->scroll_column, ink, e->back ? "◂" : "▸");
}

static void run_lines(struct graph_map *m, bool strong)
{
    static const struct stroke strokes[] = {{WIRE_LIGHT, INK_DIM}, {WIRE_HEAVY, INK_ACCENT}};
    for (size_t i = 0; i < m->scheme.link_len; i++) {
        const struct scheme_link *l = &m->scheme.link[i];
        struct scheme_ends e;
        if (strong != (role_of_link(m, l) != ROLE_OTHER) || !scheme_ends(&m->scheme, l, &e))
            continue;
        if (strong || !too_many(m, &e))
            run_line(m, &e, strokes[strong]);
    }
}

static void draw_lines(struct graph_map *m)
{
    if (!wires_reset(&m->wires, m->window.rows, m->window.columns))
        return;
    run_lines(m, false);
    run_lines(m, true);
    wires_draw(&m->wires, &m->window);
    for (int strong = 0; strong < 2; strong++) {
        for (size_t i = 0; i < m->scheme.link_len; i++) {
            const struct scheme_link *l = &m->scheme.link[i];
            struct scheme_ends e;
            if (strong == (role_of_link(m, l) != ROLE_OTHER) && scheme_ends(&m->scheme, l, &e))
                draw_arrow(m, l, &e, strong);
        }
    }
}

/* Boxes --------------------------------------------------------------------------------------- */

static enum role role_of_node(const struct graph_map *m, uint32_t node)
{
    if (node == m->selected)
        return ROLE_SELECTED;
    enum role role = ROLE_OTHER;
    for (size_t i = 0; i < m->scheme.link_len; i++) {
        const struct scheme_link *l = &m->scheme.link[i];
        if (l->client == node && l->server == m->selected)
            role = ROLE_CALLER;
        if (l->server == node && l->client == m->selected)
            return ROLE_CALLEE;
    }
    return role;
}

static enum ink ink_of_name(const struct graph_map *m, uint32_t node, enum role role)
{
    if (m->finding && m->found)
        return m->found[node] ? INK_WARN : INK_DIM;
    return role == ROLE_SELECTED ? INK_STRONG : role == ROLE_OTHER ? INK_PLAIN : INK_ACCENT;
}

/* Of its neighbours, those that are not drawn. */
static size_t unseen(const struct graph_map *m, uint32_t node)
{
    size_t len = 0;
    for (size_t i = 0; m->near_only && i < m->scheme.link_len; i++) {
        const struct scheme_link *l = &m->scheme.link[i];
        uint32_t other = l->client == node ? l->server : l->server == node ? l->client : node;
        len += m->scheme.box[other].column < 0;
    }
    return len;
}

static bool calls_itself(const struct graph_map *m, uint32_t node)
{
    bool found = false;
    for (size_t i = 0; !found && i < m->scheme.link_len; i++)
        found = m->scheme.link[i].client == node && m->scheme.link[i].server == node;
    return found;
}

static struct human node_rate(const struct service_row *n)
{
    return human_rate(n->served.requests ? n->served.rate_per_s : n->called.rate_per_s);
}

static void draw_frame(const struct graph_map *m, enum role role, int row, int column, int width)
{
    static const char *const glyphs[2][6] = {{"┌", "┐", "└", "┘", "─", "│"},
                                             {"┏", "┓", "┗", "┛", "━", "┃"}};
    const char *const *g = glyphs[role == ROLE_SELECTED];
    enum ink ink = role == ROLE_OTHER ? INK_DIM : INK_ACCENT;
    const struct pane *w = &m->window;
    int last = column + width - 1;
    for (int at = column + 1; at < last; at++) {
        pane_text(w, row, at, ink, g[4]);
        pane_text(w, row + 2, at, ink, g[4]);
    }
    pane_text(w, row, column, ink, g[0]);
    pane_text(w, row, last, ink, g[1]);
    pane_text(w, row + 1, column, ink, g[5]);
    pane_text(w, row + 1, last, ink, g[5]);
    pane_text(w, row + 2, column, ink, g[2]);
    pane_text(w, row + 2, last, ink, g[3]);
}

/* Text on the frame's upper or lower side, with a blank on both sides of it. */
static void draw_label(const struct pane *side, enum align align, enum ink ink, const char *label)
{
    char text[NAME_TEXT_MAX + 3];
    snprintf(text, sizeof text, " %s ", label);
    int width = canvas_width(text, side->canvas->ascii);
    int room = width < side->columns ? width : side->columns;
    struct pane field = pane_line(side, 0, align == ALIGN_LEFT ? 0 : side->columns - room, room);
    pane_clear(&field, INK_PLAIN);
    pane_field(&field, ALIGN_LEFT, ink, text);
}

/* What stands in a box: its health and rate, and how slow it is, or how much more there is. */
static void draw_figures(const struct graph_map *m, uint32_t node, const struct pane *inner)
{
    const struct service_row *n = &m->graph.nodes.row[node];
    enum health health = graph_node_health(n);
    struct human rate = node_rate(n);
    size_t more = unseen(m, node);
    char text[32] = "";
    pane_clear(inner, INK_PLAIN);
    pane_text(inner, 0, 1, figures_ink_of(health), figures_mark_of(health));
    int column = pane_text(inner, 0, 3, INK_PLAIN, rate.text);
    struct pane right = pane_line(inner, 0, column + 1, inner->columns - column - 2);
    if (more)
        snprintf(text, sizeof text, "+%zu", more);
    else if (n->served.duration.p95_ns)
        snprintf(text, sizeof text, "%s", human_time(n->served.duration.p95_ns).text);
    if (canvas_width(text, inner->canvas->ascii) <= right.columns)
        pane_field(&right, ALIGN_RIGHT, more ? INK_WARN : INK_DIM, text);
}

static void draw_tall(const struct graph_map *m, uint32_t node, int row, int column, int width)
{
    const struct service_row *n = &m->graph.nodes.row[node];
    enum role role = role_of_node(m, node);
    draw_frame(m, role, row, column, width);
    struct pane above = pane_line(&m->window, row, column + 1, width - 2);
    draw_label(&above, ALIGN_LEFT, ink_of_name(m, node, role), n->name);
    struct pane inner = pane_line(&m->window, row + 1, column + 1, width - 2);
    draw_figures(m, node, &inner);
    struct pane below = pane_line(&m->window, row + 2, column + 1, width - 2);
    if (n->protocols[0])
        draw_label(&below, ALIGN_RIGHT, INK_DIM, n->protocols);
    if (calls_itself(m, node))
        pane_text(&below, 0, 1, INK_ACCENT, "↻");
}

static void draw_flat(const struct graph_map *m, uint32_t node, int row, int column, int width)
{
    const struct service_row *n = &m->graph.nodes.row[node];
    enum role role = role_of_node(m, node);
    enum ink ink = role == ROLE_OTHER ? INK_DIM : INK_ACCENT;
    struct pane line = pane_line(&m->window, row, column, width);
    struct human rate = node_rate(n);
    int rate_width = (int)strlen(rate.text);
    struct pane inner = pane_line(&line, 0, 1, width - 2);
    struct pane name = pane_line(&inner, 0, 2, width - 5 - rate_width);
    pane_clear(&line, INK_PLAIN);
    pane_text(&line, 0, 0, ink, "[");
    pane_text(&line, 0, width - 1, ink, "]");
    pane_text(&inner, 0, 0, figures_ink_of(graph_node_health(n)),
              figures_mark_of(graph_node_health(n)));
    pane_field(&name, ALIGN_LEFT, ink_of_name(m, node, role), n->name);
    pane_text(&inner, 0, width - 2 - rate_width, INK_DIM, rate.text);
    if (role == ROLE_SELECTED)
        pane_ink(&line, INK_SELECTED);
}

static void draw_boxes(const struct graph_map *m)
{
    int height = m->scheme.flat ? 1 : 3;
    for (uint32_t i = 0; i < m->scheme.nodes; i++) {
        const struct scheme_box *b = &m->scheme.box[i];
        if (b->column < 0)
            continue;
        int row = b->top - m->scroll_row, width = m->scheme.column[b->column].width;
        int column = m->scheme.column[b->column].left - m->scroll_column;
        if (row <= -height || row >= m->window.rows || column < 0 || column >= m->window.columns)
            continue;
        if (m->scheme.flat)
            draw_flat(m, i, row, column, width);
        else
            draw_tall(m, i, row, column, width);
    }
}

/* Scrolling ----------------------------------------------------------------------------------- */

/* So that what is at `at` is in the window, and some of what is around it. */
static int scrolled(int scroll, int at, int len, int window)
{
    int around = window > 4 * len ? window / 4 : 0;
    at -= around;
    len += 2 * around;
    if (at < scroll)
        scroll = at;
    if (at + len > scroll + window)
        scroll = at + len - window;
    return scroll;
}

/* Columns are whole at the left of the window. */
static int scrolled_column(const struct graph_map *m, int column)
{
    const struct scheme *p = &m->scheme;
    const struct scheme_column *c = &p->column[column];
    int scroll = m->scroll_column;
    if (c->left < scroll)
        scroll = c->left;
    if (c->left + c->width > scroll + m->window.columns)
        scroll = c->left + c->width - m->window.columns;
    if (p->width <= m->window.columns)
        return 0;
    for (size_t i = 0; i < p->column_len; i++) {
        if (p->column[i].left >= scroll || i == (size_t)column)
            return p->column[i].left;
    }
    return c->left;
}

static void scroll(struct graph_map *m)
{
    const struct scheme_box *b = &m->scheme.box[m->selected];
    int most = m->scheme.rows - m->window.rows;
    if (b->column >= 0) {
        m->scroll_row = scrolled(m->scroll_row, b->top, m->scheme.flat ? 1 : 3, m->window.rows);
        m->scroll_column = scrolled_column(m, b->column);
    }
    m->scroll_row = m->scroll_row > most ? most : m->scroll_row;
    if (most < 0)
        m->scroll_row = most / 2; /* in the middle */
    else if (m->scroll_row < 0)
        m->scroll_row = 0;
}

/* How much is out of sight, at the edges of the window. */
static void draw_rest(const struct graph_map *m)
{
    int right = m->scheme.width - m->scroll_column - m->window.columns;
    int below = m->scheme.rows - m->scroll_row - m->window.rows;
    int last_row = m->window.rows - 1, last = m->window.columns - 1;
    if (m->scroll_row > 0)
        pane_text(&m->window, 0, last / 2, INK_WARN, "↑");
    if (below > 0)
        pane_text(&m->window, last_row, last / 2, INK_WARN, "↓");
    if (m->scroll_column > 0)
        pane_text(&m->window, last_row / 2, 0, INK_WARN, "←");
    if (right > 0)
        pane_text(&m->window, last_row / 2, last, INK_WARN, "→");
}

static bool wish_equal(const struct scheme_wish *a, const struct scheme_wish *b)
{
    return a->rows == b->rows && a->columns == b->columns && a->near_only == b->near_only &&
           a->focus == b->focus && a->hops == b->hops;
}

void graph_map_draw(struct graph_map *m, const struct pane *pane)
{
    m->window = *pane;
    const struct scheme_wish wish = {.rows = pane->rows,
                                     .columns = pane->columns,
                                     .near_only = m->near_only,
                                     .focus = m->focus,
                                     .hops = m->hops};
    if (!m->is_made || !wish_equal(&wish, &m->wish))
        m->is_made = scheme_make(&m->scheme, &m->graph, &wish);
    m->wish = wish;
    if (!m->is_made || !m->graph.nodes.len)
        return;
    scroll(m);
    draw_lines(m);
    draw_boxes(m);
    draw_rest(m);
}

uint32_t graph_map_at(const struct graph_map *m, int row, int column)
{
    int height = m->scheme.flat ? 1 : 3;
    row += m->scroll_row - m->window.row;
    column += m->scroll_column - m->window.column;
    for (uint32_t i = 0; m->is_made && i < m->scheme.nodes; i++) {
        const struct scheme_box *b = &m->scheme.box[i];
        if (b->column < 0 || row < b->top || row >= b->top + height)
            continue;
        const struct scheme_column *c = &m->scheme.column[b->column];
        if (column >= c->left && column < c->left + c->width)
            return i;
    }
    return UINT32_MAX;
}
