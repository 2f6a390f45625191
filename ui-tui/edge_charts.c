/* edge_charts.c - see edge_charts.h. */
#include "ui-tui/edge_charts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/bars.h"
#include "ui-tui/histogram.h"
#include "ui-tui/series.h"

enum { ROWS_TALL = 26, ROWS_SHORT = 16, TALL = 12, SHORT = 7, LABEL = 10, WIDTH_LEAST = 60 };

static const uint64_t hour_ns = UINT64_C(3600) * 1000000000;

/* An hour ago if that was recorded, else just before. false: there is nothing to compare with. */
static bool range_before(struct query *q, struct range r, struct range *ret, char ago[64],
                         struct err *err)
{
    struct range history;
    uint64_t length_ns = r.to_ns - r.from_ns;
    if (!query_history(q, &history, err))
        return false;
    bool hour = length_ns <= hour_ns && history.from_ns + hour_ns < r.to_ns;
    uint64_t shift_ns = hour ? hour_ns : length_ns;
    ago[0] = '\0';
    *ret = (struct range){0, 0};
    if (r.from_ns < shift_ns || r.to_ns - shift_ns <= history.from_ns)
        return true;
    *ret = (struct range){r.from_ns - shift_ns, r.to_ns - shift_ns};
    if (hour)
        snprintf(ago, 64, "an hour ago");
    else
        snprintf(ago, 64, "%s before", human_span(length_ns).text);
    return true;
}

static void take_points(struct edge_charts *c, const struct points *points, struct range r)
{
    c->len = points->len < EDGE_POINTS ? points->len : EDGE_POINTS;
    for (size_t i = 0; i < c->len; i++) {
        const struct point *p = &points->point[i];
        double covered = series_covered(points, i, r);
        c->requests[i] = (double)p->requests / covered;
        c->errors[i] = (double)p->errors / covered;
        c->p95[i] = (double)p->p95_ns;
    }
}

bool edge_charts_refresh(struct edge_charts *c, struct query *q, struct range r, int64_t edge_id,
                         struct err *err)
{
    struct latency now = {0}, before = {0};
    struct points points = {0};
    struct range earlier;
    char ago[64];
    bool asked = range_before(q, r, &earlier, ago, err) &&
                 query_series(q, r, edge_id, EDGE_POINTS, &points, err) &&
                 query_latency(q, r, edge_id, &now, err) &&
                 (!earlier.to_ns || query_latency(q, earlier, edge_id, &before, err));
    if (!asked) {
        free(points.point);
        latency_free(&now);
        latency_free(&before);
        return false;
    }
    edge_charts_free(c);
    c->now = now;
    c->before = before;
    memcpy(c->ago, ago, sizeof c->ago);
    take_points(c, &points, r);
    free(points.point);
    return true;
}

void edge_charts_free(struct edge_charts *c)
{
    latency_free(&c->now);
    latency_free(&c->before);
    *c = (struct edge_charts){0};
}

/* Latency ------------------------------------------------------------------------------------- */

/* "latency   p50 4.5 ms  p95 18 ms  p99 36 ms  max 54 ms" */
static void draw_words(const struct pane *line, const char *label, enum ink ink,
                       const struct latency *l)
{
    static const struct {
        const char *name;
        double share;
    } told[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};
    int column = pane_text(line, 0, 0, ink, label) + 2;
    if (!l->count)
        pane_text(line, 0, column, INK_DIM, "no call was timed");
    for (size_t i = 0; l->count && i < sizeof told / sizeof *told; i++) {
        char text[48];
        snprintf(text, sizeof text, "%s %s", told[i].name,
                 human_time(latency_quantile(l, told[i].share)).text);
        int width = canvas_width(text, line->canvas->ascii);
        if (column + width > line->columns)
            return;
        pane_text(line, 0, column, ink == INK_DIM ? INK_DIM : INK_PLAIN, text);
        pane_text(line, 0, column, INK_DIM, told[i].name);
        column += width + 2;
    }
}

static void draw_latency(const struct edge_charts *c, const struct pane *pane)
{
    struct histogram_axis axis = histogram_axis_of(&c->now, &c->before, pane->columns);
    bool tall = pane->rows >= TALL - 1, compared = c->ago[0] && c->before.count;
    int below = !compared ? 2 : tall ? 5 : 3; /* rows below the bars */
    struct pane words = pane_line(pane, 0, 0, pane->columns);
    struct pane bars = pane_part(pane, 1, 0, pane->rows - 1 - below, pane->columns);
    int row = pane->rows - below;
    struct pane marks = pane_line(pane, row, 0, pane->columns);
    draw_words(&words, "latency", INK_STRONG, &c->now);
    histogram_draw(&axis, &c->now, INK_ACCENT, &bars);
    histogram_draw_percentiles(&axis, &c->now, &marks);
    struct pane line = pane_line(pane, pane->rows - 1, 0, pane->columns);
    histogram_draw_axis(&axis, &line);
    if (!compared)
        return;
    line = pane_line(pane, row + 1, 0, pane->columns);
    draw_words(&line, c->ago, INK_DIM, &c->before);
    struct pane earlier = pane_part(pane, row + 2, 0, below - 3, pane->columns);
    histogram_draw(&axis, &c->before, INK_DIM, &earlier);
}

/* Over time ----------------------------------------------------------------------------------- */

struct chart {
    const char *label;
    const double *value;
    enum ink ink;
    bool time; /* ns, else a count */
};

/* A label, the chart, and what its highest column is. */
static void draw_chart(const struct chart *chart, size_t len, const struct pane *pane)
{
    double fitted[CANVAS_SIDE_MAX], most = 0;
    int room = pane->columns - 2 * LABEL;
    if (room < 4 || !len)
        return;
    bars_fit(chart->value, (int)len, fitted, room);
    for (int i = 0; i < room; i++)
        most = fitted[i] > most ? fitted[i] : most;
    struct pane bars = pane_part(pane, 0, LABEL, pane->rows, room);
    bars_draw(&bars, chart->ink, fitted, room, most);
    pane_text(pane, pane->rows - 1, 0, INK_DIM, chart->label);
    struct human text = chart->time ? human_time((uint64_t)most) : human_count(most);
    if (most > 0)
        pane_printf(pane, 0, LABEL + room + 1, INK_DIM, "≤ %s", text.text);
}

/* Ends ---------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum ink ink;
    enum outcome outcome[4];
    int len;
} ends[] = {
    {"ok", INK_GOOD, {OUTCOME_OK}, 1},
    {"client error", INK_WARN, {OUTCOME_CLIENT_ERROR}, 1},
    {"server error", INK_BAD, {OUTCOME_SERVER_ERROR}, 1},
    {"no answer", INK_BAD, {OUTCOME_TIMEOUT, OUTCOME_RESET, OUTCOME_UNANSWERED}, 3},
    {"cancelled", INK_DIM, {OUTCOME_CANCELLED}, 1},
    {"unknown", INK_DIM, {OUTCOME_UNKNOWN}, 1},
};

/* "calls     ok 91 %  server error 8.3 %" */
static void draw_ends(const uint64_t outcomes[OUTCOMES], const struct pane *line)
{
    uint64_t all = 0;
    for (int i = 0; i < OUTCOMES; i++)
        all += outcomes[i];
    pane_text(line, 0, 0, INK_DIM, "calls");
    int column = LABEL;
    for (size_t i = 0; all && i < sizeof ends / sizeof *ends; i++) {
        uint64_t count = 0;
        for (int k = 0; k < ends[i].len; k++)
            count += outcomes[ends[i].outcome[k]];
        if (!count)
            continue;
        column = pane_printf(line, 0, column, ends[i].ink, "%s ", ends[i].name);
        column =
            pane_text(line, 0, column, INK_PLAIN, human_share((double)count / (double)all).text) +
            2;
    }
}

static void draw_times(const struct edge_charts *c, const uint64_t outcomes[OUTCOMES],
                       const struct pane *pane)
{
    const struct chart charts[] = {{"requests", c->requests, INK_ACCENT, false},
                                   {"errors", c->errors, INK_BAD, false},
                                   {"p95", c->p95, INK_WARN, true}};
    int rows = pane->rows - 1, from = 0;
    for (int i = 0; i < 3; i++) {
        int to = rows * (i + 1) / 3, gap = to - from > 2;
        struct pane part = pane_part(pane, from, 0, to - from - gap, pane->columns);
        draw_chart(&charts[i], c->len, &part);
        from = to;
    }
    struct pane line = pane_line(pane, rows, 0, pane->columns);
    draw_ends(outcomes, &line);
}

struct pane edge_charts_above(const struct edge_charts *c, const uint64_t outcomes[OUTCOMES],
                              const struct pane *pane)
{
    if (pane->rows < ROWS_SHORT || pane->columns < WIDTH_LEAST || !c->len)
        return *pane;
    int rows = pane->rows >= ROWS_TALL ? TALL : SHORT, half = pane->columns / 2;
    struct pane left = pane_part(pane, 0, 1, rows - 1, half - 2);
    struct pane right = pane_part(pane, 0, half + 1, rows - 1, pane->columns - half - 1);
    draw_latency(c, &left);
    draw_times(c, outcomes, &right);
    return pane_part(pane, rows, 0, pane->rows - rows, pane->columns);
}
