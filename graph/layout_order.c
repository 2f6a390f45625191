/* layout_order.c - orders the columns so that few links cross; see layout_plan.h.
 *
 * Sweeps to the right and to the left put each vertex at the mean place of its neighbours in the
 * column before (Sugiyama's barycentres); the best order met is kept. Then neighbours change places
 * where that saves a crossing. */
#include <stdlib.h>
#include <string.h>

#include "graph/layout_plan.h"

enum {
    SWEEPS = 24,
    SWEEPS_WITHOUT_GAIN = 8,
    SWAP_ROUNDS = 6,
};

struct work {
    struct layout_plan *plan;
    uint32_t *best;    /* the best column order met; as plan->column */
    uint32_t *scratch; /* for counting: vertex_len and link_len numbers */
    struct key {
        double place; /* 0 to 1 */
        uint32_t order, vertex;
    } * key; /* of one column */
};

static uint32_t column_size(const struct layout_plan *p, uint32_t column)
{
    return p->column_from[column + 1] - p->column_from[column];
}

static void number_column(struct layout_plan *p, uint32_t column)
{
    for (uint32_t i = p->column_from[column]; i < p->column_from[column + 1]; i++)
        p->order[p->column[i]] = i - p->column_from[column];
}

/* Orders in which trees do not cross: depth first from each vertex that nothing leads to. */
static bool order_by_search(struct layout_plan *p)
{
    uint32_t *stack = malloc((p->link_len + 1) * sizeof *stack);
    uint8_t *seen = calloc(p->vertex_len + 1, sizeof *seen);
    uint32_t *filled = calloc(p->column_len + 1, sizeof *filled);
    bool done = stack && seen && filled;
    for (uint32_t root = 0; done && root < p->vertex_len; root++) {
        if (p->left.start[root] != p->left.start[root + 1])
            continue;
        uint32_t depth = 0, next = root;
        for (;;) {
            if (!seen[next]) {
                seen[next] = 1;
                uint32_t rank = (uint32_t)p->rank[next];
                p->column[p->column_from[rank] + filled[rank]++] = next;
                for (uint32_t e = p->right.start[next + 1]; e-- > p->right.start[next];)
                    stack[depth++] = p->right.end[e].vertex;
            }
            if (!depth)
                break;
            next = stack[--depth];
        }
    }
    for (uint32_t c = 0; done && c < p->column_len; c++)
        number_column(p, c);
    free(stack);
    free(seen);
    free(filled);
    return done;
}

/* Adds one at `at` in a Fenwick tree; returns how many were added past it. */
static uint32_t count_past(uint32_t *tree, uint32_t size, uint32_t at, uint32_t added)
{
    uint32_t upto = 0;
    for (uint32_t i = at + 1; i; i &= i - 1)
        upto += tree[i - 1];
    for (uint32_t i = at + 1; i <= size; i += i & (~i + 1))
        tree[i - 1]++;
    return added - upto;
}

/* Fills `ends`, parallel to side->end, with the places of the neighbours of each vertex in a
 * column, rising. They are in `other`, and met there in order by way of `back`. */
static void sort_ends(const struct layout_plan *p, uint32_t column, uint32_t other,
                      uint32_t *filled, uint32_t *ends)
{
    const struct layout_side *side = other > column ? &p->right : &p->left;
    const struct layout_side *back = other > column ? &p->left : &p->right;
    for (uint32_t i = p->column_from[column]; i < p->column_from[column + 1]; i++)
        filled[p->column[i]] = 0;
    for (uint32_t i = p->column_from[other]; i < p->column_from[other + 1]; i++) {
        uint32_t vertex = p->column[i];
        for (uint32_t e = back->start[vertex]; e < back->start[vertex + 1]; e++) {
            uint32_t to = back->end[e].vertex;
            ends[side->start[to] + filled[to]++] = p->order[vertex];
        }
    }
}

uint64_t layout_crossings(const struct layout_plan *p, uint32_t *scratch)
{
    uint64_t crossings = 0;
    uint32_t *ends = scratch, *filled = scratch + p->link_len;
    for (uint32_t c = 0; c + 1 < p->column_len; c++) {
        sort_ends(p, c, c + 1, filled, ends);
        uint32_t size = column_size(p, c + 1), added = 0;
        memset(filled, 0, size * sizeof *filled);
        for (uint32_t i = p->column_from[c]; i < p->column_from[c + 1]; i++) {
            uint32_t vertex = p->column[i];
            for (uint32_t e = p->right.start[vertex]; e < p->right.start[vertex + 1]; e++)
                crossings += count_past(filled, size, ends[e], added++);
        }
    }
    return crossings;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Sorts a column by the mean places of the neighbours in `side`. Places are shares of a column's
 * height; a vertex without neighbours keeps its own. `turn` reverses what is level. */
static void sort_column(struct work *w, uint32_t column, const struct layout_side *side, bool turn)
{
    struct layout_plan *p = w->plan;
    uint32_t *vertex = p->column + p->column_from[column], size = column_size(p, column);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t v = vertex[i];
        double sum = 0, weight = 0;
        for (uint32_t e = side->start[v]; e < side->start[v + 1]; e++) {
            uint32_t other = side->end[e].vertex;
            double height = column_size(p, (uint32_t)p->rank[other]);
            sum += side->end[e].weight * (p->order[other] + 0.5) / height;
            weight += side->end[e].weight;
        }
        double place = weight > 0 ? sum / weight : (i + 0.5) / size;
        w->key[i] = (struct key){place, turn ? size - i : i, v};
    }
    qsort(w->key, size, sizeof *w->key, compare_keys);
    for (uint32_t i = 0; i < size; i++)
        vertex[i] = w->key[i].vertex;
    number_column(p, column);
}

static void sweep(struct work *w, int round)
{
    uint32_t columns = w->plan->column_len;
    bool turn = round / 2 % 2;
    for (uint32_t i = 1; i < columns; i++) {
        if (round % 2 == 0)
            sort_column(w, i, &w->plan->left, turn);
        else
            sort_column(w, columns - 1 - i, &w->plan->right, turn);
    }
}

static void sweep_all(struct work *w)
{
    struct layout_plan *p = w->plan;
    size_t column_bytes = p->vertex_len * sizeof *p->column;
    uint64_t least = layout_crossings(p, w->scratch);
    int without_gain = 0;
    memcpy(w->best, p->column, column_bytes);
    for (int round = 0; least && round < SWEEPS && without_gain < SWEEPS_WITHOUT_GAIN; round++) {
        sweep(w, round);
        uint64_t crossings = layout_crossings(p, w->scratch);
        without_gain++;
        if (crossings < least) {
            least = crossings;
            without_gain = 0;
            memcpy(w->best, p->column, column_bytes);
        }
    }
    memcpy(p->column, w->best, column_bytes);
    for (uint32_t c = 0; c < p->column_len; c++)
        number_column(p, c);
}

/* What swapping neighbours a (above) and b saves on one side: crossings now less crossings then.
 * `ends` are sorted. */
static int64_t gain_of_swap(const struct layout_side *side, const uint32_t *ends, uint32_t a,
                            uint32_t b)
{
    uint32_t a_len = side->start[a + 1] - side->start[a];
    uint32_t b_len = side->start[b + 1] - side->start[b];
    const uint32_t *of_a = ends + side->start[a], *of_b = ends + side->start[b];
    int64_t now = 0, then = 0;
    for (uint32_t i = 0, less = 0, upto = 0; i < a_len; i++) {
        while (less < b_len && of_b[less] < of_a[i])
            less++;
        while (upto < b_len && of_b[upto] <= of_a[i])
            upto++;
        now += less;
        then += b_len - upto;
    }
    return now - then;
}

/* Swaps neighbours in a column where it saves crossings. Returns true if any were. */
static bool swap_in_column(struct work *w, uint32_t column)
{
    struct layout_plan *p = w->plan;
    uint32_t *filled = w->scratch, *left = filled + p->vertex_len, *right = left + p->link_len;
    if (column)
        sort_ends(p, column, column - 1, filled, left);
    if (column + 1 < p->column_len)
        sort_ends(p, column, column + 1, filled, right);
    bool swapped = false;
    for (uint32_t i = p->column_from[column] + 1; i < p->column_from[column + 1]; i++) {
        uint32_t a = p->column[i - 1], b = p->column[i];
        if (gain_of_swap(&p->left, left, a, b) + gain_of_swap(&p->right, right, a, b) <= 0)
            continue;
        p->column[i - 1] = b;
        p->column[i] = a;
        swapped = true;
    }
    if (swapped)
        number_column(p, column);
    return swapped;
}

static void swap_all(struct work *w)
{
    bool swapped = true;
    for (int round = 0; swapped && round < SWAP_ROUNDS; round++) {
        swapped = false;
        for (uint32_t c = 0; c < w->plan->column_len; c++)
            swapped = swap_in_column(w, c) || swapped;
    }
}

bool layout_order(struct layout_plan *p)
{
    struct work w = {
        .plan = p,
        .best = malloc((p->vertex_len + 1) * sizeof *w.best),
        .scratch = malloc((p->vertex_len + 2 * (size_t)p->link_len + 1) * sizeof *w.scratch),
        .key = malloc((p->vertex_len + 1) * sizeof *w.key),
    };
    bool done = w.best && w.scratch && w.key && order_by_search(p);
    if (done) {
        sweep_all(&w);
        swap_all(&w);
    }
    free(w.best);
    free(w.scratch);
    free(w.key);
    return done;
}
