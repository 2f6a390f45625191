/* series.h - how rate, errors and p95 of each edge or service on the screen went, for the
 * sparklines.
 *
 * Only those that were drawn are asked for, many in one question; of a screen with more than that,
 * the keys come first in between. Old lines are shown until the new ones are there. */
#pragma once

#include "store/query.h"
#include "ui-tui/canvas.h"

enum {
    SERIES_MAX = 256,    /* lines kept; the one that was drawn longest ago makes room */
    SERIES_POINTS = 24,  /* values of a line; of a day, as many as it has hours */
    SERIES_AT_ONCE = 16, /* asked for in one series_fetch() */
};

enum series_kind { SERIES_RATE, SERIES_ERRORS, SERIES_P95, SERIES_KINDS };

struct series_line {
    int64_t id;     /* of an edge or service; 0: unused */
    bool fresh;     /* of the present range */
    uint64_t drawn; /* when last, in draws */
    size_t len;
    double value[SERIES_KINDS][SERIES_POINTS]; /* counts: as if steps were whole; rate: requests, or
                                                  bytes where there were none */
};

/* How much of the step of a point lies in the range, 0 to 1: at the ends, it may be a part. */
double series_covered(const struct points *points, size_t i, struct range r);

/* Zeroed but for `of` is empty. */
struct series {
    enum series_of of;
    struct series_line line[SERIES_MAX];
    uint64_t draws;
};

/* What is known is of an older range now. */
void series_age(struct series *s);

/* To be called before the lines of a screen are drawn. */
void series_begin(struct series *s);
/* Draws the line of an edge or service, or notes that it is missing. */
void series_draw(struct series *s, const struct pane *field, int64_t id, enum series_kind kind);

/* Asks for some of the lines that the last screen missed. True if any were. */
bool series_fetch(struct series *s, struct query *q, struct range r);
