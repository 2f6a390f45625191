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

/* What is short, since there is no more history, is drawn as wide as there is room for. */
enum { COLUMNS_WIDE = 64 };

/* The line of that id; else the one that was drawn longest ago, made its own. */
static struct series_line *line_of(struct series *s, int64_t id)
{
    struct series_line *oldest = &s->line[0];
    for (size_t i = 0; i < SERIES_MAX; i++) {
        struct series_line *line = &s->line[i];
        if (line->id == id)
            return line;
        if (line->drawn < oldest->drawn)
            oldest = line;
    }
    *oldest = (struct series_line){.id = id};
    return oldest;
}

void series_draw(struct series *s, const struct pane *field, int64_t id, enum series_kind kind)
{
    static const enum ink inks[SERIES_KINDS] = {INK_ACCENT, INK_BAD, INK_WARN};
    struct series_line *line = line_of(s, id);
    line->drawn = s->draws;
    double wide[COLUMNS_WIDE];
    size_t times = line->len ? (size_t)field->columns / line->len : 0;
    if (times < 2 || times * line->len > COLUMNS_WIDE) {
        spark_draw(field, inks[kind], SPARK_BLOCKS, line->value[kind], line->len);
        return;
    }
    for (size_t i = 0; i < times * line->len; i++)
        wide[i] = line->value[kind][i / times];
    spark_draw(field, inks[kind], SPARK_BLOCKS, wide, times * line->len);
}

double series_covered(const struct points *points, size_t i, struct range r)
{
    const struct point *p = points->point;
    uint64_t from_ns = p[i].time_ns > r.from_ns ? p[i].time_ns : r.from_ns;
    uint64_t step_ns = points->len > 1 ? p[1].time_ns - p[0].time_ns : 0;
    uint64_t to_ns = step_ns && p[i].time_ns + step_ns < r.to_ns ? p[i].time_ns + step_ns : r.to_ns;
    return step_ns && to_ns > from_ns ? (double)(to_ns - from_ns) / (double)step_ns : 1;
}

static void take_points(struct series_line *line, const struct points *points, struct range r)
{
    bool asked = false;
    for (size_t i = 0; i < points->len; i++)
        asked = asked || points->point[i].requests;
    line->len = points->len < SERIES_POINTS ? points->len : SERIES_POINTS;
    for (size_t i = 0; i < line->len; i++) {
        const struct point *p = &points->point[i];
        double covered = series_covered(points, i, r);
        line->value[SERIES_RATE][i] = (double)(asked ? p->requests : p->bytes) / covered;
        line->value[SERIES_ERRORS][i] = (double)p->errors / covered;
        line->value[SERIES_P95][i] = (double)p->p95_ns;
    }
}

/* Those that the last screen missed, or some of them. */
static size_t missing(struct series *s, struct series_line *ret[SERIES_AT_ONCE])
{
    size_t len = 0;
    for (size_t i = 0; i < SERIES_MAX && len < SERIES_AT_ONCE; i++) {
        struct series_line *line = &s->line[i];
        if (line->id && !line->fresh && line->drawn == s->draws)
            ret[len++] = line;
    }
    return len;
}

bool series_fetch(struct series *s, struct query *q, struct range r)
{
    struct series_line *line[SERIES_AT_ONCE];
    struct points points[SERIES_AT_ONCE];
    int64_t id[SERIES_AT_ONCE];
    struct series_ids ids = {id, missing(s, line)};
    for (size_t i = 0; i < ids.len; i++) {
        line[i]->fresh = true; /* even if it fails: the next refresh tries again */
        id[i] = line[i]->id;
    }
    if (!ids.len || !query_series_of(q, r, s->of, ids, SERIES_POINTS, points, NULL))
        return false;
    for (size_t i = 0; i < ids.len; i++) {
        take_points(line[i], &points[i], r);
        free(points[i].point);
    }
    return true;
}
