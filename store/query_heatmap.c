/* query_heatmap.c - how long requests took over time. */
#include <stdlib.h>

#include "graph/latency.h"
#include "store/steps.h"

enum { BUCKETS_LEAST = 4 }; /* in a row: finer is noise */

static bool is_timed(const struct latency *l)
{
    return l->count != 0;
}

/* The lowest and the highest bucket of all steps that hold anything. false: none does. */
static bool extent(const struct steps *s, int *ret_low, int *ret_high)
{
    bool any = false;
    for (size_t i = 0; i < s->len; i++) {
        const struct latency *l = &s->sum[i].duration;
        if (!is_timed(l))
            continue;
        int low = latency_bucket(l->min_ns), high = latency_bucket(l->max_ns);
        if (!any || low < *ret_low)
            *ret_low = low;
        if (!any || high > *ret_high)
            *ret_high = high;
        any = true;
    }
    return any;
}

/* Rows begin at a multiple of their height, so that those of two ranges can be laid side by side.
 */
static void set_rows(struct heatmap *h, const struct steps *s, size_t rows_max)
{
    int low = 0, high = 0;
    if (!extent(s, &low, &high))
        return;
    if (!rows_max || rows_max > HEATMAP_ROWS_MAX)
        rows_max = HEATMAP_ROWS_MAX;
    low -= LATENCY_LOWEST;
    high -= LATENCY_LOWEST;
    h->buckets = BUCKETS_LEAST;
    while ((size_t)(high / h->buckets - low / h->buckets + 1) > rows_max)
        h->buckets *= 2;
    h->lowest = low / h->buckets * h->buckets + LATENCY_LOWEST;
    h->rows = (size_t)(high / h->buckets - low / h->buckets + 1);
}

static uint64_t count_in(const struct latency *l, int from, int buckets)
{
    uint64_t count = 0;
    for (int i = from; i < from + buckets && i <= LATENCY_HIGHEST; i++)
        count += latency_at(l, i);
    return count;
}

static bool fill(struct heatmap *h, const struct steps *s)
{
    h->step_ns = s->step_ns;
    h->column = calloc(s->len + 1, sizeof *h->column);
    h->cell = calloc(s->len * h->rows + 1, sizeof *h->cell);
    if (!h->column || !h->cell)
        return false;
    for (; h->len < s->len; h->len++) {
        const struct tallied *t = &s->sum[h->len];
        struct heat_column *column = &h->column[h->len];
        column->point = steps_point(s, 0, h->len);
        memcpy(column->outcomes, t->outcomes, sizeof column->outcomes);
        for (size_t row = 0; row < h->rows && is_timed(&t->duration); row++)
            h->cell[h->len * h->rows + row] =
                count_in(&t->duration, h->lowest + (int)row * h->buckets, h->buckets);
    }
    return true;
}

/* Of an edge, else of a service, else of all. */
static struct steps_of steps_of(const struct subject *of)
{
    enum series_of service = of->service_id ? SERIES_OF_SERVICE : SERIES_OF_ALL;
    return (struct steps_of){.of = of->edge_id ? SERIES_OF_EDGE : service,
                             .ids = {of->edge_id ? &of->edge_id : &of->service_id, 1},
                             .as_client = of->as_client,
                             .operation = of->operation};
}

bool query_heatmap(struct query *q, struct range r, const struct subject *of,
                   struct heatmap_size most, struct heatmap *ret, struct err *err)
{
    struct steps steps;
    struct heatmap h = {0};
    const struct steps_of what = steps_of(of);
    if (!steps_load(&steps, q, r, &what, most.columns, err))
        return false;
    set_rows(&h, &steps, most.rows);
    bool filled = fill(&h, &steps) || question_no_memory(q, err);
    steps_free(&steps);
    if (filled)
        *ret = h;
    else
        heatmap_free(&h);
    return filled;
}

double heatmap_floor_ns(const struct heatmap *h, size_t row)
{
    int bucket = h->lowest + (int)row * h->buckets;
    return bucket > LATENCY_HIGHEST ? latency_upper_ns(LATENCY_HIGHEST) : latency_lower_ns(bucket);
}

void heatmap_free(struct heatmap *h)
{
    free(h->column);
    free(h->cell);
    *h = (struct heatmap){0};
}
