/* layout_plan.h - one connected part of a graph on its way to a layout, and the steps of it.
 *
 * Vertices are the nodes, then the bends at which longer links cross the columns between their
 * ends; links lead from a lesser rank to a greater one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct layout_link {
    uint32_t from, to;
    double weight; /* > 0 */
};

/* The links of each vertex on one side: those of v are end[start[v]] to end[start[v + 1]] - 1. */
struct layout_side {
    uint32_t *start; /* owned, both */
    struct layout_end {
        uint32_t vertex;
        double weight;
    } * end;
};

struct layout_plan {
    uint32_t node_len, vertex_len;
    struct layout_link *link; /* owned, as all arrays */
    uint32_t link_len;
    int32_t *rank;                  /* by vertex */
    uint32_t *order;                /* by vertex: its position in its column, bends included */
    double *y;                      /* by vertex: in rows */
    uint32_t column_len;            /* after layout_split(): columns, by rank from 0 */
    uint32_t *column_from;          /* by column, and one more: where in `column` it starts */
    uint32_t *column;               /* vertices by column and order */
    struct layout_side left, right; /* neighbours one rank less and one rank more */
};

/* Copies `link`; no loops. Returns false when memory is short; fini either way. */
bool layout_plan_init(struct layout_plan *p, uint32_t node_len, const struct layout_link *link,
                      uint32_t link_len);
void layout_plan_fini(struct layout_plan *p);

/* Each of these returns false when memory is short. */

/* Turns links round so that there are no cycles, and returns in ret_order (room for node_len) an
 * order of the nodes in which all lead forwards. The links are then sorted by it. */
bool layout_direct(struct layout_plan *p, uint32_t *ret_order);

/* Gives each node a rank, from 0: as small as its links allow, but nodes nearer to what they call
 * than to what calls them are moved there. */
bool layout_rank(struct layout_plan *p);

/* Replaces links over several ranks by bends, and makes the columns and the neighbours. */
bool layout_split(struct layout_plan *p);

/* Orders the columns so that few links cross. */
bool layout_order(struct layout_plan *p);

/* The crossings as the columns are ordered now. `scratch`: vertex_len and link_len numbers. */
uint64_t layout_crossings(const struct layout_plan *p, uint32_t *scratch);

/* Gives each vertex its y: nodes a row or more apart, centred on what they lead to, long links
 * straight. The least y of a node is 0. */
bool layout_straighten(struct layout_plan *p);

/* Fits the nodes without a place in among those that have one: x and y of `node` become known.
 * `link` as in layout_plan_init(); from each node some placed one can be
 * reached, whichever way links lead. */
struct layout_node;
bool layout_fit_in(struct layout_node *node, uint32_t node_len, const struct layout_link *link,
                   uint32_t link_len);

/* The column nearest to x. */
int32_t layout_column(double x);

/* Fills side->start and side->end from links; `reverse`: by their ends. */
bool layout_side_init(struct layout_side *side, const struct layout_plan *p, bool reverse);
void layout_side_fini(struct layout_side *side);
