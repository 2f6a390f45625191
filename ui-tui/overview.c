/* overview.c - see overview.h. */
#include "ui-tui/overview.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"
#include "ui-tui/series.h"
#include "ui-tui/spark.h"

enum { SPARK_WIDTH = OVERVIEW_POINTS / 2 };

static const uint64_t second_ns = 1000000000, old_ns = 86400000000000;

bool overview_refresh(struct overview *o, struct query *q, struct range r, struct err *err)
{
    struct points points = {0};
    struct insight_rows insights = {0};
    struct health_row health;
    if (!query_health(q, r, &health, err) || !query_insights(q, r, &insights, err))
        return false;
    free(insights.row);
    if (!query_series(q, r, 0, OVERVIEW_POINTS, &points, err))
        return false;
    *o = (struct overview){.insights = insights.len};
    o->drops = health.capture.kernel_drops + health.capture.interface_drops;
    uint64_t errors = 0;
    for (size_t i = 0; i < points.len; i++) {
        o->requests += points.point[i].requests;
        errors += points.point[i].errors;
        if (i < OVERVIEW_POINTS)
            o->value[o->len++] = (double)points.point[i].requests / series_covered(&points, i, r);
    }
    free(points.point);
    uint64_t length_ns = r.to_ns - r.from_ns;
    if (length_ns)
        o->rate_per_s = (double)o->requests * (double)second_ns / (double)length_ns;
    if (o->requests)
        o->error_share = (double)errors / (double)o->requests;
    return true;
}

static int draw_range(const struct overview_time *time, const struct pane *line)
{
    uint64_t length_ns = time->range.to_ns - time->range.from_ns;
    uint64_t age_ns = time->now_ns > time->range.to_ns ? time->now_ns - time->range.to_ns : 0;
    int column = 1;
    if (time->past) {
        column = pane_printf(line, 0, column, INK_STRONG, "%s, to %s", human_span(length_ns).text,
                             human_moment(time->range.to_ns).text);
        return column;
    }
    if (time->since_ns)
        column =
            pane_printf(line, 0, column, INK_STRONG, "last %s", human_span(time->since_ns).text);
    else
        column = pane_printf(line, 0, column, INK_STRONG, "all %s", human_span(length_ns).text);
    if (age_ns < old_ns)
        return pane_printf(line, 0, column, INK_DIM, ", %s old", human_span(age_ns).text);
    return pane_printf(line, 0, column, INK_DIM, " to %s", human_moment(time->range.to_ns).text);
}

/* A label and a figure. */
static int draw_figure(const struct pane *line, int column, const char *label, enum ink ink,
                       const char *figure)
{
    column = pane_text(line, 0, column, INK_DIM, label);
    return pane_text(line, 0, column + 1, ink, figure) + 3;
}

static int draw_against(const struct overview_time *time, const struct pane *line, int column)
{
    column = pane_text(line, 0, column, INK_DIM, "against ");
    column = pane_text(line, 0, column, INK_ACCENT, time->against);
    if (!time->against_is_known)
        column = pane_text(line, 0, column, INK_WARN, ": no record");
    return column + 3;
}

void overview_draw(const struct overview *o, const struct overview_time *time,
                   const struct pane *line)
{
    int column = draw_range(time, line) + 3;
    enum ink error_ink = o->error_share >= 0.05   ? INK_BAD
                         : o->error_share >= 0.01 ? INK_WARN
                                                  : INK_PLAIN;
    struct human rate = human_rate(o->rate_per_s), errors = human_share(o->error_share);
    struct human drops = human_count((double)o->drops);
    if (time->paused || time->past)
        column = pane_text(line, 0, column, INK_ALERT, time->past ? " PAST " : " PAUSED ") + 3;
    if (time->against)
        column = draw_against(time, line, column);
    column = draw_figure(line, column, "requests", INK_STRONG, rate.text);
    column = draw_figure(line, column, "errors", error_ink, errors.text);
    column = draw_figure(line, column, "drops", o->drops ? INK_WARN : INK_PLAIN, drops.text);
    if (o->insights)
        column =
            draw_figure(line, column, "insights", INK_WARN, human_count((double)o->insights).text);
    struct pane chart = pane_line(line, 0, column, SPARK_WIDTH);
    spark_draw(&chart, INK_ACCENT, SPARK_BRAILLE, o->value, o->len);
}
