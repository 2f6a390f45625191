/* metrics_tempo.c - the families that Grafana Tempo's service-graph processor makes, by which
 * Grafana draws its service graph.
 *
 * https://grafana.com/docs/tempo/latest/metrics-from-traces/service_graphs/ */
#include <stdlib.h>

#include "store/export/metrics.h"
#include "store/export/metrics_joined.h"
#include "store/export/metrics_text.h"
#include "store/export/picture.h"

static const double seconds[] = {0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8};
static const struct bounds bounds = {seconds, sizeof seconds / sizeof *seconds, 1};

static const char *connection_type(const struct total *edge)
{
    if (!tallied_requests(&edge->count.exchanges))
        return NULL; /* nothing is known of requests */
    switch (picture_kind_of(edge->protocol)) {
    case PICTURE_DATABASE:
        return "database";
    case PICTURE_QUEUE:
        return "messaging_system";
    default:
        return edge->client_outside || edge->server_outside ? "virtual_node" : "";
    }
}

static uint64_t failed(const struct tallied *t)
{
    uint64_t ret = 0;
    for (int o = 0; o < OUTCOMES; o++)
        if (outcome_is_error((enum outcome)o))
            ret += t->outcomes[o];
    return ret;
}

static void write_rows(FILE *out, const struct joined_rows *rows, const struct labels *labels)
{
    static const char total[] = "traces_service_graph_request_total",
                      failures[] = "traces_service_graph_request_failed_total";
    static const struct {
        const char *name, *help;
        bool whole; /* or the server's part */
    } times[] = {
        {"traces_service_graph_request_server_seconds",
         "Last byte of the request to the first of the answer, at the tap.", false},
        {"traces_service_graph_request_client_seconds",
         "First byte of the request to the last of the answer, at the tap.", true},
    };
    metrics_family(out, total, "counter", "Requests between two nodes.");
    for (size_t i = 0; i < rows->len; i++)
        metrics_count(out, total, &labels[i], NULL,
                      tallied_requests(&rows->row[i].count.exchanges));
    metrics_family(out, failures, "counter", "Those that failed.");
    for (size_t i = 0; i < rows->len; i++)
        metrics_count(out, failures, &labels[i], NULL, failed(&rows->row[i].count.exchanges));
    for (size_t n = 0; n < sizeof times / sizeof *times; n++) {
        metrics_family(out, times[n].name, "histogram", times[n].help);
        for (size_t i = 0; i < rows->len; i++) {
            const struct tallied *t = &rows->row[i].count.exchanges;
            metrics_histogram(out, times[n].name, &labels[i],
                              times[n].whole ? &t->duration : &t->ttfb, bounds);
        }
    }
}

bool metrics_tempo(FILE *out, const struct totals *t)
{
    struct joined_rows rows;
    bool whole = joined_make(t, connection_type, &rows);
    struct labels *labels = calloc(rows.len + 1, sizeof *labels);
    whole = whole && labels;
    for (size_t i = 0; whole && i < rows.len; i++) {
        labels_add(&labels[i], "client", rows.row[i].of->client);
        labels_add(&labels[i], "server", rows.row[i].of->server);
        labels_add(&labels[i], "connection_type", rows.row[i].kind);
        whole = !labels[i].failed;
    }
    if (whole)
        write_rows(out, &rows, labels);
    for (size_t i = 0; labels && i < rows.len; i++)
        labels_free(&labels[i]);
    free(labels);
    joined_free(&rows);
    return whole;
}
