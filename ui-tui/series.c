/* series.c - see series.h. */
#include "ui-tui/series.h"

#include <stdlib.h>

#include "ui-tui/spark.h"

void series_age(struct series *s)
{
    for (size_t i = 0; i < SERIES_MAX; i++)
        s->line[i].fresh = false;
}

void series_begin(struct series *s)
{
    s->draws++;
}

/* The edge's line; else the one that was drawn longest ago, made its own. */
static struct series_line *line_of(struct series *s, int64_t edge_id)
{
    struct series_line *oldest = &s->line[0];
    for (size_t i = 0; i < SERIES_MAX; i++) {
        struct series_line *line = &s->line[i];
        if (line->edge_id == edge_id)
            return line;
        if (line->drawn < oldest->drawn)
            oldest = line;
    }
    *oldest = (struct series_line){.edge_id = edge_id};
    return oldest;
}

void series_draw(struct series *s, const struct pane *field, int64_t edge_id, enum series_kind kind)
{
    static const enum ink inks[SERIES_KINDS] = {INK_ACCENT, INK_BAD, INK_WARN};
    struct series_line *line = line_of(s, edge_id);
    line->drawn = s->draws;
    spark_draw(field, inks[kind], SPARK_BLOCKS, line->value[kind], line->len);
}

static void take_points(struct series_line *line, const struct points *points)
{
    bool asked = false;
    for (size_t i = 0; i < points->len; i++)
        asked = asked || points->point[i].requests;
    line->len = points->len < SERIES_POINTS ? points->len : SERIES_POINTS;
    for (size_t i = 0; i < line->len; i++) {
        const struct point *p = &points->point[i];
        line->value[SERIES_RATE][i] = (double)(asked ? p->requests : p->bytes);
        line->value[SERIES_ERRORS][i] = (double)p->errors;
        line->value[SERIES_P95][i] = (double)p->p95_ns;
    }
}

bool series_fetch(struct series *s, struct query *q, struct range r)
{
    int asked = 0;
    for (size_t i = 0; i < SERIES_MAX && asked < SERIES_AT_ONCE; i++) {
        struct series_line *line = &s->line[i];
        struct points points = {0};
        if (!line->edge_id || line->fresh || line->drawn != s->draws)
            continue;
        line->fresh = true; /* even if it fails: the next refresh tries again */
        asked++;
        if (query_series(q, r, line->edge_id, SERIES_POINTS, &points, NULL))
            take_points(line, &points);
        free(points.point);
    }
    return asked > 0;
}
