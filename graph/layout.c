/* layout.c - see layout.h.
 *
 * The graph's connected parts are laid out one by one and stacked, the greatest on top; nodes
 * without edges fill rows at the bottom. A part in which some nodes have a place keeps to it. */
#include "graph/layout.h"

#include <stdlib.h>

#include "graph/layout_plan.h"

/* A connected part: its nodes and links, numbered within it. */
struct part {
    uint32_t first_node, node_len; /* in layout.node_of */
    uint32_t first_link, link_len; /* in layout.link */
    bool placed;                   /* some of its nodes have a place */
};

struct layout {
    struct layout_node *nodes;
    uint32_t node_len, link_len, part_len;
    uint32_t *parent;         /* of the union-find forest */
    uint32_t *number;         /* by node: its number in its part */
    uint32_t *node_of;        /* nodes, by part and number */
    struct layout_link *link; /* by part; loops left out, parallel ones added up */
    struct part *part;        /* the greatest first */
    uint32_t *part_of;        /* by node; before the parts are sorted */
    struct layout_node *scratch;
    double bottom; /* the first y below all that is laid out so far */
};

static uint32_t find_root(struct layout *l, uint32_t v)
{
    while (l->parent[v] != v) {
        l->parent[v] = l->parent[l->parent[v]];
        v = l->parent[v];
    }
    return v;
}

static int compare_links(const void *a, const void *b)
{
    const struct layout_link *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Takes the edges over, without loops and those that lead nowhere, and adds up parallel ones. */
static void take_edges(struct layout *l, const struct layout_edge *edge, size_t edge_len)
{
    uint32_t len = 0, kept = 0;
    for (size_t i = 0; i < edge_len; i++) {
        uint32_t from = edge[i].from, to = edge[i].to;
        if (from == to || from >= l->node_len || to >= l->node_len)
            continue;
        double weight = edge[i].weight > 1e-6 && edge[i].weight < 1e18 ? edge[i].weight : 1e-6;
        l->link[len++] = (struct layout_link){from, to, weight};
        l->parent[find_root(l, from)] = find_root(l, to);
    }
    qsort(l->link, len, sizeof *l->link, compare_links);
    for (uint32_t i = 0; i < len; i++) {
        if (kept && compare_links(&l->link[kept - 1], &l->link[i]) == 0)
            l->link[kept - 1].weight += l->link[i].weight;
        else
            l->link[kept++] = l->link[i];
    }
    l->link_len = kept;
}

/* Nodes with a place are one part, linked or not: new ones must see all of them. */
static void join_placed(struct layout *l)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t v = 0; v < l->node_len; v++) {
        if (!l->nodes[v].placed)
            continue;
        if (first == UINT32_MAX)
            first = v;
        l->parent[find_root(l, v)] = find_root(l, first);
    }
}

/* Groups nodes by part, in rising order, parts by their first node. */
static void make_parts(struct layout *l)
{
    for (uint32_t v = 0; v < l->node_len; v++)
        l->part_of[v] = UINT32_MAX;
    for (uint32_t v = 0; v < l->node_len; v++) {
        uint32_t root = find_root(l, v);
        if (l->part_of[root] == UINT32_MAX)
            l->part_of[root] = l->part_len++;
        struct part *part = &l->part[l->part_of[root]];
        l->number[v] = part->node_len++;
        part->placed = part->placed || l->nodes[v].placed;
    }
    for (uint32_t i = 1; i < l->part_len; i++)
        l->part[i].first_node = l->part[i - 1].first_node + l->part[i - 1].node_len;
    for (uint32_t v = 0; v < l->node_len; v++) {
        uint32_t part = l->part_of[find_root(l, v)];
        l->node_of[l->part[part].first_node + l->number[v]] = v;
    }
}

static bool number_links(struct layout *l)
{
    struct layout_link *sorted = malloc((l->link_len + 1) * sizeof *sorted);
    if (!sorted)
        return false;
    for (uint32_t i = 0; i < l->link_len; i++)
        l->part[l->part_of[find_root(l, l->link[i].from)]].link_len++;
    for (uint32_t i = 1; i < l->part_len; i++)
        l->part[i].first_link = l->part[i - 1].first_link + l->part[i - 1].link_len;
    for (uint32_t i = 0; i < l->part_len; i++)
        l->part[i].link_len = 0;
    for (uint32_t i = 0; i < l->link_len; i++) {
        struct layout_link *link = &l->link[i];
        struct part *part = &l->part[l->part_of[find_root(l, link->from)]];
        sorted[part->first_link + part->link_len++] =
            (struct layout_link){l->number[link->from], l->number[link->to], link->weight};
    }
    free(l->link);
    l->link = sorted;
    return true;
}

static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (x->node_len != y->node_len)
        return x->node_len > y->node_len ? -1 : 1;
    return (x->first_node > y->first_node) - (x->first_node < y->first_node);
}

static bool lay_out_part(struct layout *l, const struct part *part)
{
    struct layout_plan p;
    bool done = layout_plan_init(&p, part->node_len, l->link + part->first_link, part->link_len) &&
                layout_rank(&p) && layout_split(&p) && layout_order(&p) && layout_straighten(&p);
    double top = l->bottom;
    for (uint32_t i = 0; done && i < part->node_len; i++) {
        struct layout_node *node = &l->nodes[l->node_of[part->first_node + i]];
        node->x = p.rank[i];
        node->y = top + p.y[i];
        if (node->y + 1 > l->bottom)
            l->bottom = node->y + 1;
    }
    layout_plan_fini(&p);
    return done;
}

static bool fit_part(struct layout *l, const struct part *part)
{
    const uint32_t *node_of = l->node_of + part->first_node;
    for (uint32_t i = 0; i < part->node_len; i++)
        l->scratch[i] = l->nodes[node_of[i]];
    if (!layout_fit_in(l->scratch, part->node_len, l->link + part->first_link, part->link_len))
        return false;
    for (uint32_t i = 0; i < part->node_len; i++) {
        l->nodes[node_of[i]] = l->scratch[i];
        if (l->scratch[i].y + 1 > l->bottom)
            l->bottom = l->scratch[i].y + 1;
    }
    return true;
}

/* Nodes without edges, and without a place: rows across all columns, in the order given. */
static void place_lone(struct layout *l)
{
    uint32_t lone = 0, columns = 1;
    for (uint32_t v = 0; v < l->node_len; v++)
        if (layout_column(l->nodes[v].x) >= (int32_t)columns)
            columns = (uint32_t)layout_column(l->nodes[v].x) + 1;
    for (uint32_t i = 0; i < l->part_len; i++)
        lone += l->part[i].node_len == 1 && !l->part[i].placed;
    while (columns * columns < lone)
        columns++;
    double top = l->bottom;
    for (uint32_t i = 0, at = 0; i < l->part_len; i++) {
        if (l->part[i].node_len > 1 || l->part[i].placed)
            continue;
        struct layout_node *node = &l->nodes[l->node_of[l->part[i].first_node]];
        node->x = at % columns;
        node->y = top + at / columns;
        at++;
    }
}

/* The part with places first, as nothing else may be where it is. */
static bool lay_out(struct layout *l)
{
    for (uint32_t i = 0; i < l->part_len; i++)
        if (l->part[i].placed && !fit_part(l, &l->part[i]))
            return false;
    for (uint32_t i = 0; i < l->part_len; i++)
        if (!l->part[i].placed && l->part[i].node_len > 1 && !lay_out_part(l, &l->part[i]))
            return false;
    place_lone(l);
    return true;
}

struct spot {
    double column, y;
    uint32_t node;
};

static int compare_spots(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->y != y->y)
        return x->y < y->y ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* Fills in rank and order, which follow from x and y. */
static bool number_places(struct layout *l)
{
    struct spot *spot = malloc((l->node_len + 1) * sizeof *spot);
    if (!spot)
        return false;
    for (uint32_t v = 0; v < l->node_len; v++)
        spot[v] = (struct spot){layout_column(l->nodes[v].x), l->nodes[v].y, v};
    qsort(spot, l->node_len, sizeof *spot, compare_spots);
    for (uint32_t i = 0; i < l->node_len; i++) {
        struct layout_node *node = &l->nodes[spot[i].node];
        node->rank = (int32_t)(spot[i].column - spot[0].column);
        node->order = 0;
        if (i && spot[i].column == spot[i - 1].column)
            node->order = l->nodes[spot[i - 1].node].order + 1;
    }
    free(spot);
    return true;
}

static bool layout_init(struct layout *l, struct layout_node *nodes, size_t nodes_len,
                        size_t edges_len)
{
    *l = (struct layout){
        .nodes = nodes,
        .node_len = (uint32_t)nodes_len,
        .parent = malloc((nodes_len + 1) * sizeof *l->parent),
        .number = malloc((nodes_len + 1) * sizeof *l->number),
        .node_of = malloc((nodes_len + 1) * sizeof *l->node_of),
        .link = malloc((edges_len + 1) * sizeof *l->link),
        .part = calloc(nodes_len + 1, sizeof *l->part),
        .part_of = malloc((nodes_len + 1) * sizeof *l->part_of),
        .scratch = malloc((nodes_len + 1) * sizeof *l->scratch),
    };
    if (!l->parent || !l->number || !l->node_of || !l->link || !l->part || !l->part_of ||
        !l->scratch)
        return false;
    for (uint32_t v = 0; v < l->node_len; v++)
        l->parent[v] = v;
    return true;
}

static void layout_fini(struct layout *l)
{
    free(l->parent);
    free(l->number);
    free(l->node_of);
    free(l->link);
    free(l->part);
    free(l->part_of);
    free(l->scratch);
}

static bool is_finite(double x)
{
    return x - x == 0;
}

bool layout_place(struct layout_node *nodes, size_t nodes_len, const struct layout_edge *edges,
                  size_t edges_len)
{
    struct layout l;
    if (nodes_len > INT32_MAX / 2 || edges_len > INT32_MAX / 2)
        return false;
    for (size_t i = 0; i < nodes_len; i++) {
        nodes[i].placed = nodes[i].placed && is_finite(nodes[i].x) && is_finite(nodes[i].y);
        if (!nodes[i].placed)
            nodes[i].x = nodes[i].y = 0;
    }
    bool done = layout_init(&l, nodes, nodes_len, edges_len);
    if (done) {
        take_edges(&l, edges, edges_len);
        join_placed(&l);
        make_parts(&l);
        done = number_links(&l);
    }
    if (done) {
        qsort(l.part, l.part_len, sizeof *l.part, compare_parts);
        done = lay_out(&l) && number_places(&l);
    }
    layout_fini(&l);
    return done;
}
