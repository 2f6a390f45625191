/* layout_plan.c - a plan's memory, its neighbours and its bends; see layout_plan.h. */
#include "graph/layout_plan.h"

#include <stdlib.h>
#include <string.h>

/* Links past this many bends are left out when columns are ordered. */
enum { BENDS_MAX = 25000 };

bool layout_plan_init(struct layout_plan *p, uint32_t node_len, const struct layout_link *link,
                      uint32_t link_len)
{
    *p = (struct layout_plan){
        .node_len = node_len,
        .vertex_len = node_len,
        .link_len = link_len,
        .link = malloc((link_len + 1) * sizeof *p->link),
        .rank = calloc(node_len + 1, sizeof *p->rank),
    };
    if (!p->link || !p->rank)
        return false;
    if (link_len)
        memcpy(p->link, link, link_len * sizeof *link);
    return true;
}

void layout_plan_fini(struct layout_plan *p)
{
    free(p->link);
    free(p->rank);
    free(p->order);
    free(p->y);
    free(p->column_from);
    free(p->column);
    layout_side_fini(&p->left);
    layout_side_fini(&p->right);
}

bool layout_side_init(struct layout_side *side, const struct layout_plan *p, bool reverse)
{
    side->start = calloc((size_t)p->vertex_len + 2, sizeof *side->start);
    side->end = malloc((p->link_len + 1) * sizeof *side->end);
    if (!side->start || !side->end)
        return false;
    /* Counted two places on, so that filling moves each start to where it belongs. */
    uint32_t *start = side->start + 1;
    for (uint32_t i = 0; i < p->link_len; i++)
        start[(reverse ? p->link[i].to : p->link[i].from) + 1]++;
    for (uint32_t v = 1; v <= p->vertex_len; v++)
        start[v] += start[v - 1];
    for (uint32_t i = 0; i < p->link_len; i++) {
        const struct layout_link *l = &p->link[i];
        struct layout_end end = {reverse ? l->from : l->to, l->weight};
        side->end[start[reverse ? l->to : l->from]++] = end;
    }
    return true;
}

void layout_side_fini(struct layout_side *side)
{
    free(side->start);
    free(side->end);
    *side = (struct layout_side){0};
}

/* Makes room for the bends. Returns how many there may be, or UINT32_MAX when memory is short. */
static uint32_t make_bend_room(struct layout_plan *p)
{
    uint64_t bends = 0;
    for (uint32_t i = 0; i < p->link_len; i++)
        bends += (uint64_t)(p->rank[p->link[i].to] - p->rank[p->link[i].from] - 1);
    uint32_t room = bends < BENDS_MAX ? (uint32_t)bends : BENDS_MAX;
    int32_t *rank = realloc(p->rank, (p->node_len + room + 1) * sizeof *rank);
    if (!rank)
        return UINT32_MAX;
    p->rank = rank;
    struct layout_link *link = malloc((p->link_len + room + 1) * sizeof *link);
    if (!link)
        return UINT32_MAX;
    memcpy(link, p->link, p->link_len * sizeof *link);
    free(p->link);
    p->link = link;
    return room;
}

/* Cuts link i at each rank between its ends; the pieces after the first are appended. */
static void bend(struct layout_plan *p, uint32_t i)
{
    struct layout_link whole = p->link[i];
    uint32_t at = i;
    for (int32_t rank = p->rank[whole.from] + 1; rank < p->rank[whole.to]; rank++) {
        uint32_t vertex = p->vertex_len++;
        p->rank[vertex] = rank;
        p->link[at].to = vertex;
        at = p->link_len++;
        p->link[at] = (struct layout_link){vertex, whole.to, whole.weight};
    }
}

static bool make_bends(struct layout_plan *p)
{
    uint32_t room = make_bend_room(p), whole_len = p->link_len, kept = 0;
    if (room == UINT32_MAX)
        return false;
    for (uint32_t i = 0; i < whole_len; i++) {
        uint32_t bends = (uint32_t)(p->rank[p->link[i].to] - p->rank[p->link[i].from] - 1);
        if (bends > room) {
            p->link[i].weight = 0;
            continue;
        }
        room -= bends;
        bend(p, i);
    }
    for (uint32_t i = 0; i < p->link_len; i++)
        if (p->link[i].weight > 0)
            p->link[kept++] = p->link[i];
    p->link_len = kept;
    return true;
}

static bool make_columns(struct layout_plan *p)
{
    int32_t greatest = 0;
    for (uint32_t v = 0; v < p->vertex_len; v++)
        greatest = p->rank[v] > greatest ? p->rank[v] : greatest;
    p->column_len = (uint32_t)greatest + 1;
    p->column_from = calloc(p->column_len + 1, sizeof *p->column_from);
    p->column = malloc((p->vertex_len + 1) * sizeof *p->column);
    p->order = malloc((p->vertex_len + 1) * sizeof *p->order);
    p->y = calloc(p->vertex_len + 1, sizeof *p->y);
    if (!p->column_from || !p->column || !p->order || !p->y)
        return false;
    for (uint32_t v = 0; v < p->vertex_len; v++)
        p->order[v] = p->column_from[p->rank[v] + 1]++;
    for (uint32_t c = 1; c <= p->column_len; c++)
        p->column_from[c] += p->column_from[c - 1];
    for (uint32_t v = 0; v < p->vertex_len; v++)
        p->column[p->column_from[p->rank[v]] + p->order[v]] = v;
    return true;
}

bool layout_split(struct layout_plan *p)
{
    return make_bends(p) && make_columns(p) && layout_side_init(&p->left, p, true) &&
           layout_side_init(&p->right, p, false);
}
