/* series.h - how rate, errors and p95 of each edge on the screen went, for the sparklines.
 *
 * Only edges that were drawn are asked for, a few at a time, since each is a query of its own. Old
 * lines are shown until the new ones are there. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

enum {
    SERIES_MAX = 256,   /* lines kept; the one that was drawn longest ago makes room */
    SERIES_POINTS = 32, /* values of a line */
    SERIES_AT_ONCE = 8, /* asked for in one series_fetch() */
};

enum series_kind { SERIES_RATE, SERIES_ERRORS, SERIES_P95, SERIES_KINDS };

struct series_line {
    int64_t edge_id; /* 0: unused */
    bool fresh;      /* of the present range */
    uint64_t drawn;  /* when last, in draws */
    size_t len;
    double value[SERIES_KINDS][SERIES_POINTS]; /* rate: requests, or bytes where there were none */
};

/* Zeroed is empty. */
struct series {
    struct series_line line[SERIES_MAX];
    uint64_t draws;
};

/* What is known is of an older range now. */
void series_age(struct series *s);

/* To be called before the edges of a screen are drawn. */
void series_begin(struct series *s);
/* Draws the line of an edge, or notes that it is missing. */
void series_draw(struct series *s, const struct pane *field, int64_t edge_id,
                 enum series_kind kind);

/* Asks for some of the lines that the last screen missed. True if any were. */
bool series_fetch(struct series *s, struct query *q, struct range r);
