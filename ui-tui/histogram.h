/* histogram.h - how latency is spread: a column a range of times, on a logarithmic axis. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

/* The times that the columns of a drawing stand for. */
struct histogram_axis {
    int lowest, buckets; /* of struct latency; buckets 0: nothing to draw */
    int columns;
};

/* An axis on which all of both have their place, as wide as given. Either may be empty. */
struct histogram_axis histogram_axis_of(const struct latency *a, const struct latency *b,
                                        int columns);

/* The bars, as high as the pane. */
void histogram_draw(const struct histogram_axis *axis, const struct latency *l, enum ink ink,
                    const struct pane *pane);
/* Where p50, p95 and p99 are. */
void histogram_draw_percentiles(const struct histogram_axis *axis, const struct latency *l,
                                const struct pane *line);
/* "1 ms", "10 ms" below the columns that hold them. */
void histogram_draw_axis(const struct histogram_axis *axis, const struct pane *line);
