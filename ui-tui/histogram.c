/* histogram.c - see histogram.h. */
#include "ui-tui/histogram.h"

#include <math.h>
#include <string.h>

#include "base/human.h"
#include "ui-tui/bars.h"

enum {
    COLUMNS_MOST = 200,
    DECADES_WIDE = 170, /* buckets; with more than 1.6 decades, only these are told */
};

static void widen(const struct latency *l, int *low, int *high)
{
    int bucket = LATENCY_LOWEST - 1;
    while ((bucket = latency_next(l, bucket)) <= LATENCY_HIGHEST) {
        *low = bucket < *low ? bucket : *low;
        *high = bucket > *high ? bucket : *high;
    }
}

struct histogram_axis histogram_axis_of(const struct latency *a, const struct latency *b,
                                        int columns)
{
    int low = LATENCY_HIGHEST, high = LATENCY_LOWEST;
    widen(a, &low, &high);
    widen(b, &low, &high);
    columns = columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
    struct histogram_axis axis = {.lowest = low, .columns = columns};
    if (low > high || columns < 1)
        return axis;
    axis.buckets = high - low + 1;
    if (axis.buckets < columns) { /* a column a bucket, with what there is in the middle */
        axis.lowest -= (columns - axis.buckets) / 2;
        axis.buckets = columns;
    }
    return axis;
}

static int column_of(const struct histogram_axis *axis, uint64_t ns)
{
    int at = latency_bucket(ns) - axis->lowest;
    int column = (int)((long)at * axis->columns / (axis->buckets ? axis->buckets : 1));
    return at < 0 || column >= axis->columns ? -1 : column;
}

void histogram_draw(const struct histogram_axis *axis, const struct latency *l, enum ink ink,
                    const struct pane *pane)
{
    double value[COLUMNS_MOST] = {0}, most = 0;
    for (int i = 0; i < axis->buckets; i++) {
        int bucket = axis->lowest + i, column = (int)((long)i * axis->columns / axis->buckets);
        if (bucket >= LATENCY_LOWEST && bucket <= LATENCY_HIGHEST)
            value[column] += latency_at(l, bucket);
    }
    for (int i = 0; i < axis->columns; i++)
        most = value[i] > most ? value[i] : most;
    bars_draw(pane, ink, value, axis->columns, most);
}

static const struct {
    const char *name;
    double share;
} marked[] = {{"p95", 0.95}, {"p50", 0.5}, {"p99", 0.99}};

/* Is nothing there, from `from` to before `to`? */
static bool is_free(const char *taken, int from, int to, int columns)
{
    if (from < 0 || to > columns)
        return false;
    for (int at = from; at < to; at++)
        if (taken[at])
            return false;
    return true;
}

void histogram_draw_percentiles(const struct histogram_axis *axis, const struct latency *l,
                                const struct pane *line)
{
    enum { MARKED = sizeof marked / sizeof *marked, LABEL = 3 };
    char taken[COLUMNS_MOST + 8] = {0};
    int column[MARKED];
    if (!l->count)
        return;
    for (size_t i = 0; i < MARKED; i++) { /* before the labels, which have the room that is left */
        column[i] = column_of(axis, latency_quantile(l, marked[i].share));
        if (column[i] < 0)
            continue;
        pane_text(line, 0, column[i], INK_WARN, "╵");
        taken[column[i]] = 1;
    }
    for (size_t i = 0; i < MARKED; i++) {
        int at = column[i] + 1;
        if (column[i] >= 0 && !is_free(taken, at, at + LABEL, axis->columns))
            at = column[i] - LABEL;
        if (column[i] < 0 || taken[column[i]] > 1 || !is_free(taken, at, at + LABEL, axis->columns))
            continue;
        pane_text(line, 0, at, INK_DIM, marked[i].name);
        memset(taken + (at ? at - 1 : 0), 1, LABEL + 2); /* and a blank on either side */
        taken[column[i]] = 2;                            /* one label is enough */
    }
}

void histogram_draw_axis(const struct histogram_axis *axis, const struct pane *line)
{
    static const int steps[] = {1, 2, 5};
    int next = 0;
    size_t len = axis->buckets > DECADES_WIDE ? 1 : sizeof steps / sizeof *steps;
    for (int power = 3; power < 14 && axis->buckets; power++) { /* 1 us to 100,000 s */
        for (size_t i = 0; i < len; i++) {
            uint64_t ns = (uint64_t)(steps[i] * pow(10, power));
            int column = column_of(axis, ns);
            struct human text = human_time(ns);
            int width = canvas_width(text.text, line->canvas->ascii);
            if (column < next || column + 1 + width > axis->columns)
                continue;
            pane_text(line, 0, column, INK_DIM, "╵");
            pane_text(line, 0, column + 1, INK_DIM, text.text);
            next = column + width + 3;
        }
    }
}
