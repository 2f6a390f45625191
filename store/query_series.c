/* query_series.c - figures over time. */
#include <stdlib.h>

#include "store/steps.h"

/* Gives each line its points; all or none. */
static bool give_points(const struct steps *s, struct points *ret)
{
    for (size_t line = 0; line < s->lines; line++) {
        struct point *point = malloc((s->len + 1) * sizeof *point);
        if (!point) {
            while (line > 0) {
                free(ret[--line].point);
                ret[line] = (struct points){0};
            }
            return false;
        }
        for (size_t step = 0; step < s->len; step++)
            point[step] = steps_point(s, line, step);
        ret[line] = (struct points){point, s->len};
    }
    return true;
}

bool query_series_of(struct query *q, struct range r, enum series_of of, struct series_ids ids,
                     size_t points_max, struct points *ret, struct err *err)
{
    struct steps steps;
    const struct steps_of what = {.of = of, .ids = ids};
    if (!steps_load(&steps, q, r, &what, points_max, err))
        return false;
    bool given = give_points(&steps, ret) || question_no_memory(q, err);
    steps_free(&steps);
    return given;
}

bool query_series(struct query *q, struct range r, int64_t edge_id, size_t points_max,
                  struct points *ret, struct err *err)
{
    const struct series_ids ids = {&edge_id, 1};
    return query_series_of(q, r, edge_id ? SERIES_OF_EDGE : SERIES_OF_ALL, ids, points_max, ret,
                           err);
}
