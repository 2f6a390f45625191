/* overview.h - the line that is always on the screen: how all is, and how old the data are. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

enum { OVERVIEW_POINTS = 48 };

struct overview {
    double rate_per_s, error_share;
    uint64_t requests, drops;
    size_t insights;
    size_t len;
    double value[OVERVIEW_POINTS]; /* requests, over the range */
};

bool overview_refresh(struct overview *o, struct query *q, struct range r, struct err *err);

/* What the line says besides. */
struct overview_time {
    struct range range;
    uint64_t since_ns; /* 0: all */
    uint64_t now_ns;   /* wall clock */
    bool paused;
    bool past;             /* it is a time gone to, not the newest */
    const char *against;   /* "an hour before": what figures are compared with; NULL: nothing */
    bool against_is_known; /* there is a history of that time */
};

void overview_draw(const struct overview *o, const struct overview_time *time,
                   const struct pane *line);
