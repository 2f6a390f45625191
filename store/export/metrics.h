/* metrics.h - BOUNDARY: totals for Prometheus, in families of our own and in those of others, whose
 * graphs then draw ours. docs/metrics.md has the list. */
#pragma once

#include <stdio.h>

#include "store/totals.h"

enum {
    METRICS_OWN = 1,   /* tapgraph_... */
    METRICS_TEMPO = 2, /* traces_service_graph_...: Grafana's service graph */
    METRICS_ISTIO = 4, /* istio_...: Kiali, and dashboards made for Istio */
    METRICS_SPANS = 8, /* traces_spanmetrics_...: by operation */
};

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* "own,tempo"; false if there is a word that is none of them. */
bool metrics_read(const char *text, unsigned *ret);

/* false: the stream failed, or memory is short. */
bool export_metrics(FILE *out, const struct totals *t, unsigned families);

/* The parts of it, for metrics.c. */
bool metrics_own(FILE *out, const struct totals *t);
bool metrics_tempo(FILE *out, const struct totals *t);
bool metrics_istio(FILE *out, const struct totals *t);
bool metrics_spans(FILE *out, const struct totals *t);
