/* overview.c - see overview.h. */
#include "ui-tui/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/series.h"
#include "ui-tui/spark.h"

enum { SPARK_WIDTH = OVERVIEW_POINTS / 2, GAP = 3 };

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

static int draw_against(const struct overview_time *time, const struct pane *line, int column)
{
    column = pane_text(line, 0, column, INK_DIM, "against ");
    column = pane_text(line, 0, column, INK_ACCENT, time->against);
    if (!time->against_is_known)
        column = pane_text(line, 0, column, INK_WARN, ": no record");
    return column + GAP;
}

struct figure {
    const char *label;
    enum ink ink;
    struct human text;
    bool idle; /* it says that there is nothing to say */
};

static int width_of(const struct figure *f)
{
    return (int)(strlen(f->label) + 1 + strlen(f->text.text));
}

/* One beside the other; what there is no room for is left out whole, idle ones before others.
 * Returns the column behind them; at the end of the line if one that is not idle is missing. */
static int draw_figures(const struct pane *line, int column, const struct figure *figure,
                        size_t len)
{
    bool missing = false;
    int all = column - GAP;
    for (size_t i = 0; i < len; i++)
        all += GAP + width_of(&figure[i]);
    for (size_t i = 0; i < len; i++) {
        const struct figure *f = &figure[i];
        bool fits = column + width_of(f) <= line->columns;
        missing = missing || (!fits && !f->idle);
        if (!fits || (all > line->columns && f->idle))
            continue;
        int at = pane_text(line, 0, column, INK_DIM, f->label);
        column = pane_text(line, 0, at + 1, f->ink, f->text.text) + GAP;
    }
    return missing ? line->columns : column;
}

void overview_draw(const struct overview *o, const struct overview_time *time,
                   const struct pane *line)
{
    int column = draw_range(time, line) + GAP;
    enum ink error_ink = o->error_share >= 0.05   ? INK_BAD
                         : o->error_share >= 0.01 ? INK_WARN
                                                  : INK_PLAIN;
    const struct figure figures[] = {
        {"requests", INK_STRONG, human_rate(o->rate_per_s), false},
        {"errors", error_ink, human_share(o->error_share), false},
        {"drops", o->drops ? INK_WARN : INK_PLAIN, human_count((double)o->drops), !o->drops},
        {"insights", INK_WARN, human_count((double)o->insights), false},
    };
    if (time->paused || time->past)
        column = pane_text(line, 0, column, INK_ALERT, time->past ? " PAST " : " PAUSED ") + GAP;
    if (time->against)
        column = draw_against(time, line, column);
    column = draw_figures(line, column, figures, o->insights ? 4 : 3);
    struct pane chart = pane_line(line, 0, column, SPARK_WIDTH);
    spark_draw(&chart, INK_ACCENT, SPARK_BRAILLE, o->value, o->len);
}
