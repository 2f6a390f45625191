/* graph_sides.c - see graph_map.h. Here: callers and callees of the node selected, as lists. */
#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"
#include "ui-tui/figures.h"
#include "ui-tui/graph_map.h"

enum { SIDE_MOST = 64, RATE_WIDTH = 8, ERRORS_WIDTH = 7, TIME_WIDTH = 8, NAME_ROOM = 20 };

struct side {
    const struct edge_row *edge[SIDE_MOST]; /* the busiest first */
    size_t len, all;
};

static int compare_rates(const void *left, const void *right)
{
    const struct edge_row *a = *(const struct edge_row *const *)left;
    const struct edge_row *b = *(const struct edge_row *const *)right;
    if (a->figures.rate_per_s != b->figures.rate_per_s)
        return a->figures.rate_per_s > b->figures.rate_per_s ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* The busiest of its edges on one side. Sorting all keeps those that matter. */
static bool collect(const struct graph_map *m, bool callers, struct side *ret)
{
    const struct edge_row **all = malloc((m->graph.edges.len + 1) * sizeof(*all));
    int64_t id = m->graph.nodes.row[m->selected].id;
    ret->len = ret->all = 0;
    if (!all)
        return false;
    for (size_t i = 0; i < m->graph.edges.len; i++) {
        const struct edge_row *e = &m->graph.edges.row[i];
        if ((callers ? e->server_id : e->client_id) == id)
            all[ret->all++] = e;
    }
    qsort(all, ret->all, sizeof(*all), compare_rates);
    for (; ret->len < ret->all && ret->len < SIDE_MOST; ret->len++)
        ret->edge[ret->len] = all[ret->len];
    free(all);
    return true;
}

static void draw_edge(const struct pane *line, const struct edge_row *e, bool caller)
{
    char text[NAME_TEXT_MAX + PROTOCOL_TEXT_MAX + 16];
    const struct figures *f = &e->figures;
    int figures = RATE_WIDTH + ERRORS_WIDTH + TIME_WIDTH + 3;
    int room = line->columns - 3 - figures;
    if (room < NAME_ROOM)
        snprintf(text, sizeof text, "%s", caller ? e->client : e->server);
    else if (caller)
        snprintf(text, sizeof text, "%s  :%u %s", e->client, e->port, e->protocol);
    else
        snprintf(text, sizeof text, "%s:%u  %s", e->server, e->port, e->protocol);
    pane_text(line, 0, 1, figures_ink_of(f->health), figures_mark_of(f->health));
    struct pane name = pane_line(line, 0, 3, room);
    pane_field(&name, ALIGN_LEFT, INK_PLAIN, text);
    struct pane rate = pane_line(line, 0, 3 + room, RATE_WIDTH);
    struct pane errors = pane_line(line, 0, 4 + room + RATE_WIDTH, ERRORS_WIDTH);
    struct pane time = pane_line(line, 0, 5 + room + RATE_WIDTH + ERRORS_WIDTH, TIME_WIDTH);
    pane_field(&rate, ALIGN_RIGHT, figures_rate_ink(f), human_rate(f->rate_per_s).text);
    pane_field(&errors, ALIGN_RIGHT, figures_errors_ink(f),
               f->requests ? human_share(f->error_rate).text : "-");
    pane_field(&time, ALIGN_RIGHT, INK_PLAIN, human_time(f->duration.p95_ns).text);
}

static void draw_side(const struct graph_map *m, const struct pane *pane, bool callers)
{
    struct side side;
    const char *name = m->graph.nodes.row[m->selected].name;
    struct pane head = pane_line(pane, 0, 0, pane->columns);
    struct pane title = pane_line(pane, 0, 1, pane->columns - 26);
    char text[NAME_TEXT_MAX + 48];
    if (!collect(m, callers, &side))
        return;
    if (callers)
        snprintf(text, sizeof text, "%zu to %s", side.all, name);
    else
        snprintf(text, sizeof text, "%zu from %s", side.all, name);
    pane_clear(&head, INK_HEADER);
    pane_field(&title, ALIGN_LEFT, INK_HEADER, text);
    struct pane right = pane_line(pane, 0, pane->columns - 25, 25);
    pane_text(&right, 0, 0, INK_HEADER, "    RATE  ERRORS     P95");
    for (size_t i = 0; i < side.len && (int)i + 1 < pane->rows; i++) {
        struct pane line = pane_line(pane, (int)i + 1, 0, pane->columns);
        draw_edge(&line, side.edge[i], callers);
    }
    if (side.all > (size_t)pane->rows - 1) {
        struct pane line = pane_line(pane, pane->rows - 1, 0, pane->columns);
        pane_clear(&line, INK_PLAIN);
        pane_printf(&line, 0, 3, INK_DIM, "… and %zu more: Enter",
                    side.all - (size_t)pane->rows + 2);
    }
    if (!side.all && pane->rows > 1)
        pane_text(pane, 1, 3, INK_DIM, callers ? "nobody calls it" : "it calls nobody");
}

void graph_sides_draw(const struct graph_map *m, const struct pane *pane)
{
    if (!m->graph.nodes.len)
        return;
    int half = pane->columns / 2;
    struct pane left = pane_part(pane, 0, 0, pane->rows, half);
    struct pane right = pane_part(pane, 0, half + 1, pane->rows, pane->columns - half - 1);
    for (int row = 0; row < pane->rows; row++)
        pane_text(pane, row, half, row ? INK_DIM : INK_HEADER, "│");
    draw_side(m, &left, true);
    draw_side(m, &right, false);
}
