/* metrics_spans.c - the families that Grafana Tempo's span-metrics processor makes, by operation:
 * what stands in the table beside its service graph.
 *
 * https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/ . Each call is told once,
 * as the server's span. Latency is not told apart by status: it is not counted so. */
#include <stdlib.h>

#include "store/export/metrics.h"
#include "store/export/metrics_text.h"

static const double seconds[] = {0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128,
                                 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384};
static const struct bounds bounds = {seconds, sizeof seconds / sizeof *seconds, 1};

static void write_calls(FILE *out, const struct operation_totals *t, const struct labels *labels)
{
    static const char calls[] = "traces_spanmetrics_calls_total";
    metrics_family(out, calls, "counter", "Calls by operation.");
    for (size_t i = 0; i < t->len; i++) {
        metrics_count(out, calls, &labels[i], "status_code=\"STATUS_CODE_UNSET\"",
                      t->row[i].calls - t->row[i].failed);
        if (t->row[i].failed)
            metrics_count(out, calls, &labels[i], "status_code=\"STATUS_CODE_ERROR\"",
                          t->row[i].failed);
    }
}

static void write_latencies(FILE *out, const struct operation_totals *t,
                            const struct labels *labels)
{
    static const char latency[] = "traces_spanmetrics_latency";
    metrics_family(out, latency, "histogram",
                   "First byte of the request to the last of the answer, at the tap, in seconds.");
    for (size_t i = 0; i < t->len; i++)
        if (t->row[i].duration.count)
            metrics_histogram(out, latency, &labels[i], &t->row[i].duration, bounds);
}

bool metrics_spans(FILE *out, const struct totals *all)
{
    static const char left[] = "tapgraph_operation_calls_left_out_total";
    const struct operation_totals *t = &all->operations;
    struct labels *labels = calloc(t->len + 1, sizeof *labels);
    bool whole = labels;
    for (size_t i = 0; whole && i < t->len; i++) {
        labels_add(&labels[i], "service", t->row[i].server);
        labels_add(&labels[i], "span_name", t->row[i].name);
        labels_add(&labels[i], "span_kind", "SPAN_KIND_SERVER");
        whole = !labels[i].failed;
    }
    if (whole) {
        write_calls(out, t, labels);
        write_latencies(out, t, labels);
        metrics_family(out, left, "counter", "Calls of operations for which there was no room.");
        metrics_count(out, left, NULL, NULL, t->left_out);
    }
    for (size_t i = 0; labels && i < t->len; i++)
        labels_free(&labels[i]);
    free(labels);
    return whole;
}
