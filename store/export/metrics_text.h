/* metrics_text.h - the text format of Prometheus, version 0.0.4: families, labels, samples.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#pragma once

#include <stdio.h>

#include "graph/latency.h"

/* Labels as they stand between braces, `client="web",server="cart"`. Zeroed, there are none. */
struct labels {
    char *text; /* owned */
    size_t len, room;
    bool failed; /* memory was short: labels are missing */
};

/* Adds one; the value is escaped. */
void labels_add(struct labels *l, const char *name, const char *value);
void labels_add_number(struct labels *l, const char *name, uint64_t value);
void labels_free(struct labels *l);

/* # HELP and # TYPE: "counter", "gauge", "histogram", "summary". */
void metrics_family(FILE *out, const char *name, const char *type, const char *help);

/* `more`: one more label, as it is written, such as `outcome="ok"`; NULL: none. */
void metrics_count(FILE *out, const char *name, const struct labels *l, const char *more,
                   uint64_t value);
void metrics_value(FILE *out, const char *name, const struct labels *l, const char *more,
                   double value);

/* Upper bounds of buckets, and how many of the unit they have make a second. */
struct bounds {
    const double *at;
    size_t len;
    double unit; /* 1: seconds; 1000: milliseconds */
};

/* Buckets, sum and count. A value that lies within 1.1 % of a bound may count on either side. */
void metrics_histogram(FILE *out, const char *name, const struct labels *l,
                       const struct latency *values, struct bounds bounds);
