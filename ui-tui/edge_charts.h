/* edge_charts.h - what is drawn of one edge above its operations: how its latency is spread, now
 * and before; how rate, errors and latency went; how its calls ended. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

enum { EDGE_POINTS = 120 };

/* Zeroed is empty. */
struct edge_charts {
    struct latency now, before; /* owned */
    char ago[64];               /* when `before` was: "an hour ago"; "": there is none */
    size_t len;                 /* points */
    double requests[EDGE_POINTS], errors[EDGE_POINTS], p95[EDGE_POINTS];
};

/* Compared is with an hour ago if there is a history of that time, else with the time before, as
 * long as the range. On failure all is as it was. */
bool edge_charts_refresh(struct edge_charts *c, struct query *q, struct range r, int64_t edge_id,
                         struct err *err);
void edge_charts_free(struct edge_charts *c);

/* Draws at the top of the pane if there is room; returns what is left below. `outcomes`: how its
 * calls ended. */
struct pane edge_charts_above(const struct edge_charts *c, const uint64_t outcomes[OUTCOMES],
                              const struct pane *pane);
