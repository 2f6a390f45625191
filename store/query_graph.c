/* query_graph.c - the graph as it is drawn. */
#include <stdlib.h>

#include "graph/layout.h"
#include "store/summary.h"

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_id(const void *key, const void *row)
{
    int64_t id = *(const int64_t *)key;
    const struct placed *p = row;
    return (id > p->id) - (id < p->id);
}

static void recall(const struct query *q, enum grouping g, const struct service_rows *nodes,
                   struct layout_node *places)
{
    for (size_t i = 0; i < nodes->len; i++) {
        const struct placed *p = q->placed_len[g] ? bsearch(&nodes->row[i].id, q->placed[g],
                                                            q->placed_len[g], sizeof *p, compare_id)
                                                  : NULL;
        places[i] = (struct layout_node){0};
        if (p)
            places[i] = (struct layout_node){true, p->rank, p->order, p->x, p->y};
    }
}

/* Remembers where the nodes are now, and those that are out of sight: they may come back. */
static void remember(struct query *q, enum grouping g, const struct service_rows *nodes)
{
    size_t len = 0;
    struct placed *all = malloc((nodes->len + q->placed_len[g] + 1) * sizeof *all);
    if (!all)
        return;
    for (; len < nodes->len; len++) {
        const struct service_row *n = &nodes->row[len];
        all[len] = (struct placed){n->id, n->rank, n->order, n->x, n->y};
    }
    qsort(all, len, sizeof *all, compare_placed);
    size_t shown = len;
    for (size_t i = 0; i < q->placed_len[g]; i++)
        if (!bsearch(&q->placed[g][i].id, all, shown, sizeof *all, compare_id))
            all[len++] = q->placed[g][i];
    qsort(all, len, sizeof *all, compare_placed);
    free(q->placed[g]);
    q->placed[g] = all;
    q->placed_len[g] = len;
}

struct numbered {
    int64_t id;
    uint32_t index;
};

static int compare_numbered(const void *left, const void *right)
{
    const struct numbered *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static uint32_t index_of(const struct numbered *n, size_t len, int64_t id)
{
    struct numbered key = {.id = id};
    return ((const struct numbered *)bsearch(&key, n, len, sizeof key, compare_numbered))->index;
}

static void link_nodes(const struct graph *g, const struct numbered *numbers,
                       struct layout_edge *links)
{
    for (size_t i = 0; i < g->edges.len; i++) {
        const struct edge_row *e = &g->edges.row[i];
        links[i] = (struct layout_edge){
            .from = index_of(numbers, g->nodes.len, e->client_id),
            .to = index_of(numbers, g->nodes.len, e->server_id),
            .weight = 1 + e->figures.rate_per_s,
        };
    }
}

static bool place(struct query *q, enum grouping grouping, struct graph *g)
{
    struct layout_node *places = malloc((g->nodes.len + 1) * sizeof *places);
    struct layout_edge *links = malloc((g->edges.len + 1) * sizeof *links);
    struct numbered *numbers = malloc((g->nodes.len + 1) * sizeof *numbers);
    bool placed = places && links && numbers;
    if (placed) {
        for (size_t i = 0; i < g->nodes.len; i++)
            numbers[i] = (struct numbered){g->nodes.row[i].id, (uint32_t)i};
        qsort(numbers, g->nodes.len, sizeof *numbers, compare_numbered);
        recall(q, grouping, &g->nodes, places);
        link_nodes(g, numbers, links);
        placed = layout_place(places, g->nodes.len, links, g->edges.len);
    }
    for (size_t i = 0; placed && i < g->nodes.len; i++) {
        g->nodes.row[i].rank = places[i].rank;
        g->nodes.row[i].order = places[i].order;
        g->nodes.row[i].x = places[i].x;
        g->nodes.row[i].y = places[i].y;
    }
    if (placed)
        remember(q, grouping, &g->nodes);
    free(places);
    free(links);
    free(numbers);
    return placed;
}

bool query_graph(struct query *q, struct range r, enum grouping grouping, struct graph *ret,
                 struct err *err)
{
    struct summary a;
    struct graph g = {.range = r};
    if (!summary_load(q, r, grouping, &a, err))
        return false;
    bool made =
        summary_services(&a, &g.nodes) && summary_edges(&a, &g.edges) && place(q, grouping, &g);
    summary_free(&a);
    if (!made) {
        graph_free(&g);
        return question_no_memory(q, err);
    }
    *ret = g;
    return true;
}

void graph_free(struct graph *g)
{
    free(g->nodes.row);
    free(g->edges.row);
    *g = (struct graph){0};
}

bool query_members(struct query *q, enum grouping grouping, const char *node,
                   struct member_ids *ret, struct err *err)
{
    struct member_ids ids = {NULL, 0};
    if (!question_begin(q, err))
        return false;
    bool asked = topology_members(q, grouping, node, &ids.id, &ids.len, err);
    question_end(q);
    if (asked)
        *ret = ids;
    else
        free(ids.id);
    return asked;
}
