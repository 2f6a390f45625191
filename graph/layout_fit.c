/* layout_fit.c - fits new nodes in among those that have a place; see layout_plan.h.
 *
 * A new node goes one column right of the rightmost known caller, or left of the leftmost known
 * callee, and there to the free place nearest to the mean of its neighbours. A column left of all
 * is a negative x. */
#include <stdlib.h>
#include <string.h>

#include "graph/layout.h"
#include "graph/layout_plan.h"

enum { SETTLE_ROUNDS = 3, COLUMN_MAX = 1000000 };

struct fit {
    struct layout_plan plan;
    struct layout_node *node;
    struct layout_side in, out;
    uint32_t *order;    /* of the nodes; all links lead forwards in it */
    bool *ranked, *set; /* by node: its column and its y are known */
    double *taken;      /* of one column: the y of what is there, rising */
};

int32_t layout_column(double x)
{
    if (!(x > -COLUMN_MAX))
        return -COLUMN_MAX;
    return x < COLUMN_MAX ? (int32_t)(x + COLUMN_MAX + 0.5) - COLUMN_MAX : COLUMN_MAX;
}

/* The rightmost known rank on this side; or, with sign -1, the leftmost. */
static bool known_rank(const struct fit *f, const struct layout_side *side, uint32_t node, int sign,
                       int32_t *ret_rank)
{
    bool known = false;
    int32_t best = 0;
    for (uint32_t e = side->start[node]; e < side->start[node + 1]; e++) {
        uint32_t other = side->end[e].vertex;
        int32_t rank = f->plan.rank[other] * sign;
        if (!f->ranked[other] || (known && rank <= best))
            continue;
        best = rank;
        known = true;
    }
    if (known)
        *ret_rank = best * sign + sign;
    return known;
}

/* Forwards by callers, backwards by callees, until all are known; each pair of passes brings one at
 * least, as each is linked to a placed one in the end. */
static void rank_new(struct fit *f)
{
    uint32_t len = f->plan.node_len;
    for (uint32_t unknown = 1; unknown;) {
        unknown = 0;
        for (uint32_t i = 0; i < len; i++) {
            uint32_t node = f->order[i];
            if (!f->ranked[node])
                f->ranked[node] = known_rank(f, &f->in, node, 1, &f->plan.rank[node]);
        }
        for (uint32_t i = len; i-- > 0;) {
            uint32_t node = f->order[i];
            if (!f->ranked[node])
                f->ranked[node] = known_rank(f, &f->out, node, -1, &f->plan.rank[node]);
            unknown += !f->ranked[node];
        }
    }
}

static void add_known(const struct fit *f, const struct layout_side *side, uint32_t node,
                      double *sum, double *weight)
{
    for (uint32_t e = side->start[node]; e < side->start[node + 1]; e++) {
        uint32_t other = side->end[e].vertex;
        if (!f->set[other])
            continue;
        *sum += side->end[e].weight * f->node[other].y;
        *weight += side->end[e].weight;
    }
}

/* The mean y of the neighbours that have one. */
static bool wanted_y(const struct fit *f, uint32_t node, double *ret_y)
{
    double sum = 0, weight = 0;
    add_known(f, &f->in, node, &sum, &weight);
    add_known(f, &f->out, node, &sum, &weight);
    if (weight > 0)
        *ret_y = sum / weight;
    return weight > 0;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The place nearest to `y` that is a row or more from all that are taken. */
static double nearest_free(const double *taken, uint32_t len, double y)
{
    double best = y, best_distance = -1;
    for (uint32_t i = 0; i <= len; i++) {
        double place = y;
        if (i && place < taken[i - 1] + 1)
            place = taken[i - 1] + 1;
        if (i < len && place > taken[i] - 1)
            place = taken[i] - 1;
        if (i && place < taken[i - 1] + 1)
            continue; /* no room between these two */
        double distance = place > y ? place - y : y - place;
        if (best_distance < 0 || distance < best_distance) {
            best = place;
            best_distance = distance;
        }
    }
    return best;
}

static void set_node(struct fit *f, uint32_t node, double y)
{
    uint32_t len = 0;
    for (uint32_t v = 0; v < f->plan.node_len; v++)
        if (v != node && f->set[v] && f->plan.rank[v] == f->plan.rank[node])
            f->taken[len++] = f->node[v].y;
    qsort(f->taken, len, sizeof *f->taken, compare_numbers);
    f->node[node].y = nearest_free(f->taken, len, y);
    f->node[node].x = f->plan.rank[node];
    f->set[node] = true;
}

/* First each node by those neighbours that have a place already, then a few times by all. */
static void set_new(struct fit *f)
{
    uint32_t len = f->plan.node_len;
    double y;
    for (uint32_t unset = 1; unset;) {
        unset = 0;
        for (uint32_t i = 0; i < len; i++) {
            uint32_t node = f->order[i];
            if (f->set[node])
                continue;
            if (wanted_y(f, node, &y))
                set_node(f, node, y);
            else
                unset++;
        }
    }
    for (int round = 0; round < SETTLE_ROUNDS; round++)
        for (uint32_t i = 0; i < len; i++)
            if (!f->node[f->order[i]].placed && wanted_y(f, f->order[i], &y))
                set_node(f, f->order[i], y);
}

bool layout_fit_in(struct layout_node *node, uint32_t node_len, const struct layout_link *link,
                   uint32_t link_len)
{
    struct fit f = {
        .node = node,
        .order = malloc((node_len + 1) * sizeof *f.order),
        .ranked = calloc(node_len + 1, sizeof *f.ranked),
        .set = calloc(node_len + 1, sizeof *f.set),
        .taken = malloc((node_len + 1) * sizeof *f.taken),
    };
    bool done = layout_plan_init(&f.plan, node_len, link, link_len) && f.order && f.ranked &&
                f.set && f.taken && layout_direct(&f.plan, f.order) &&
                layout_side_init(&f.in, &f.plan, true) && layout_side_init(&f.out, &f.plan, false);
    for (uint32_t v = 0; done && v < node_len; v++) {
        f.ranked[v] = f.set[v] = node[v].placed;
        if (node[v].placed)
            f.plan.rank[v] = layout_column(node[v].x);
    }
    if (done) {
        rank_new(&f);
        set_new(&f);
    }
    layout_plan_fini(&f.plan);
    layout_side_fini(&f.in);
    layout_side_fini(&f.out);
    free(f.order);
    free(f.ranked);
    free(f.set);
    free(f.taken);
    return done;
}
