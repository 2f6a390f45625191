/* layout_straighten.c - gives each vertex its y; see layout_plan.h.
 *
 * A column is set, in its order, as near as can be to where the neighbours want its vertices: the
 * least squares under "each at least this far below the one above", which pooling neighbours that
 * would overlap finds exactly (isotonic regression). Columns are set in turn, from the left, from
 * the right, and in the end by both sides. */
#include <stdlib.h>

#include "graph/layout_plan.h"

enum { ROUNDS = 12, ROUNDS_BOTH = 4 };

static const double node_height = 1.0, bend_height = 0.4;

struct pool {
    double sum, weight; /* of the places wanted; sum / weight is the place */
    uint32_t len;
};

struct work {
    struct layout_plan *plan;
    double heaviest;
    struct pool *pool; /* of one column */
    double *offset;    /* of one column: of each vertex below the first, when packed */
};

static double height_of(const struct layout_plan *p, uint32_t vertex)
{
    return vertex < p->node_len ? node_height : bend_height;
}

/* Straight where long links bend, and where there is much traffic. */
static double tension(const struct work *w, uint32_t vertex, const struct layout_end *end)
{
    uint32_t node_len = w->plan->node_len;
    int bends = (vertex >= node_len) + (end->vertex >= node_len);
    double of_bends = bends == 2 ? 8 : bends == 1 ? 2 : 1;
    return of_bends * (1 + 3 * end->weight / w->heaviest);
}

static void add_wishes(const struct work *w, uint32_t vertex, const struct layout_side *side,
                       struct pool *pool)
{
    for (uint32_t e = side->start[vertex]; e < side->start[vertex + 1]; e++) {
        double weight = tension(w, vertex, &side->end[e]);
        pool->sum += weight * w->plan->y[side->end[e].vertex];
        pool->weight += weight;
    }
}

/* Sets a column by its neighbours in `side`, and in `also` if it is not NULL. */
static void set_column(struct work *w, uint32_t column, const struct layout_side *side,
                       const struct layout_side *also)
{
    struct layout_plan *p = w->plan;
    const uint32_t *vertex = p->column + p->column_from[column];
    uint32_t size = p->column_from[column + 1] - p->column_from[column], pools = 0;
    for (uint32_t i = 0; i < size; i++) {
        w->offset[i] = 0;
        if (i)
            w->offset[i] =
                w->offset[i - 1] + (height_of(p, vertex[i - 1]) + height_of(p, vertex[i])) / 2;
        struct pool pool = {.len = 1};
        add_wishes(w, vertex[i], side, &pool);
        if (also)
            add_wishes(w, vertex[i], also, &pool);
        if (pool.weight <= 0)
            pool = (struct pool){0.01 * p->y[vertex[i]], 0.01, 1};
        pool.sum -= pool.weight * w->offset[i];
        while (pools &&
               w->pool[pools - 1].sum * pool.weight >= pool.sum * w->pool[pools - 1].weight) {
            pools--;
            pool.sum += w->pool[pools].sum;
            pool.weight += w->pool[pools].weight;
            pool.len += w->pool[pools].len;
        }
        w->pool[pools++] = pool;
    }
    for (uint32_t i = 0, at = 0; i < pools; i++)
        for (uint32_t end = at + w->pool[i].len; at < end; at++)
            p->y[vertex[at]] = w->pool[i].sum / w->pool[i].weight + w->offset[at];
}

static void set_columns(struct work *w)
{
    struct layout_plan *p = w->plan;
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t c = 1; c < p->column_len; c++)
            set_column(w, c, &p->left, NULL);
        for (uint32_t c = p->column_len - 1; c-- > 0;)
            set_column(w, c, &p->right, NULL);
    }
    for (int round = 0; round < ROUNDS_BOTH; round++)
        for (uint32_t c = p->column_len; c-- > 0;)
            set_column(w, c, &p->right, &p->left);
}

static void stack_columns(struct layout_plan *p)
{
    for (uint32_t c = 0; c < p->column_len; c++) {
        double y = 0;
        for (uint32_t i = p->column_from[c]; i < p->column_from[c + 1]; i++) {
            double height = height_of(p, p->column[i]);
            p->y[p->column[i]] = y + height / 2;
            y += height;
        }
    }
}

static void start_at_zero(struct layout_plan *p)
{
    double least = p->y[0];
    for (uint32_t v = 1; v < p->node_len; v++)
        least = p->y[v] < least ? p->y[v] : least;
    for (uint32_t v = 0; v < p->vertex_len; v++)
        p->y[v] -= least;
}

bool layout_straighten(struct layout_plan *p)
{
    struct work w = {
        .plan = p,
        .heaviest = 1e-300,
        .pool = malloc((p->vertex_len + 1) * sizeof *w.pool),
        .offset = malloc((p->vertex_len + 1) * sizeof *w.offset),
    };
    bool done = w.pool && w.offset;
    for (uint32_t i = 0; i < p->link_len; i++)
        w.heaviest = p->link[i].weight > w.heaviest ? p->link[i].weight : w.heaviest;
    if (done) {
        stack_columns(p);
        set_columns(&w);
        start_at_zero(p);
    }
    free(w.pool);
    free(w.offset);
    return done;
}
