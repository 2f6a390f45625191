/* query_series.c - figures over time. */
#include <stdlib.h>

#include "store/steps.h"

bool query_series_of(struct query *q, struct range r, const struct subject *of, size_t points_max,
                     struct points *ret, struct err *err)
{
    struct steps steps = {0};
    if (!question_begin(q, err))
        return false;
    bool loaded = steps_load(&steps, q, r, of, points_max, err);
    question_end(q);
    struct points points = {.point =
                                loaded ? malloc((steps.len + 1) * sizeof *points.point) : NULL};
    if (loaded && !points.point)
        loaded = question_no_memory(q, err);
    for (; loaded && points.len < steps.len; points.len++)
        points.point[points.len] = steps_point(&steps, points.len);
    steps_free(&steps);
    if (loaded)
        *ret = points;
    return loaded;
}

bool query_series(struct query *q, struct range r, int64_t edge_id, size_t points_max,
                  struct points *ret, struct err *err)
{
    return query_series_of(q, r, &(struct subject){.edge_id = edge_id}, points_max, ret, err);
}
