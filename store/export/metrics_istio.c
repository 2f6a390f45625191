/* metrics_istio.c - Istio's standard metrics, by which Kiali draws its graph.
 *
 * https://istio.io/latest/docs/reference/config/metrics/ . Kiali leaves out series that lack a
 * label, and to Prometheus an empty one is lacking: what is not known is "unknown". Each edge is
 * told twice, as both of its proxies would. What was counted is outcomes, not codes: each stands as
 * one code of its class. */
#include <stdlib.h>
#include <string.h>

#include "store/export/metrics.h"
#include "store/export/metrics_joined.h"
#include "store/export/metrics_text.h"

static const double milliseconds[] = {0.5,  1,    5,    10,    25,    50,    100,    250,   500,
                                      1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000};
static const struct bounds bounds = {milliseconds, sizeof milliseconds / sizeof *milliseconds,
                                     1000};

/* Protocol and what protects it, as one text. */
static const char *kind(const struct total *edge)
{
    static const char *const kinds[3][3] = {
        {"http none", "http unknown", "http mutual_tls"},
        {"grpc none", "grpc unknown", "grpc mutual_tls"},
        {"tcp none", "tcp unknown", "tcp mutual_tls"},
    };
    bool http = strcmp(edge->protocol, "http") == 0 || strcmp(edge->protocol, "http2") == 0;
    int is = http ? 0 : strcmp(edge->protocol, "grpc") == 0 ? 1 : 2;
    return kinds[is][edge->mutual ? 2 : edge->handshakes ? 1 : 0]; /* there is no word for TLS */
}

static bool is_tcp(const struct joined *row)
{
    return strncmp(row->kind, "tcp", 3) == 0;
}

static bool is_grpc(const struct joined *row)
{
    return strncmp(row->kind, "grpc", 4) == 0;
}

/* One end of an edge: prefix "source" or "destination". */
static void add_end(struct labels *l, const char *prefix, const char *name, const char *group,
                    bool outside)
{
    const struct {
        const char *label, *value;
    } labels[] = {
        {"workload", outside ? "unknown" : name},
        {"workload_namespace", outside || !group[0] ? "unknown" : group},
        {"principal", "unknown"},
        {"app", outside ? "unknown" : name},
        {"version", "latest"},
        {"cluster", outside ? "unknown" : "Kubernetes"},
        {"canonical_service", outside ? "unknown" : name},
        {"canonical_revision", "latest"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        char label[64];
        snprintf(label, sizeof label, "%s_%s", prefix, labels[i].label);
        labels_add(l, label, labels[i].value);
    }
}

static void add_service(struct labels *l, const struct total *edge)
{
    char full[NAME_TEXT_MAX + GIVEN_TEXT_MAX + 24];
    bool grouped = edge->server_group[0] && !edge->server_outside;
    snprintf(full, sizeof full, grouped ? "%s.%s.svc.cluster.local" : "%s", edge->server,
             edge->server_group);
    labels_add(l, "destination_service", full);
    labels_add(l, "destination_service_name", edge->server);
    labels_add(l, "destination_service_namespace", grouped ? edge->server_group : "unknown");
}

static void describe(struct labels *l, const struct joined *row, const char *reporter)
{
    bool tcp = is_tcp(row);
    labels_add(l, "reporter", reporter);
    add_end(l, "source", row->of->client, row->of->client_group, row->of->client_outside);
    add_end(l, "destination", row->of->server, row->of->server_group, row->of->server_outside);
    add_service(l, row->of);
    labels_add(l, "connection_security_policy", strchr(row->kind, ' ') + 1);
    labels_add(l, "request_protocol", tcp ? "tcp" : is_grpc(row) ? "grpc" : "http");
}

/* How an outcome is told in HTTP and in gRPC. */
static const struct {
    const char *code, *grpc, *flags;
} told[OUTCOMES] = {
    [OUTCOME_UNKNOWN] = {"0", "2", "-"},        [OUTCOME_OK] = {"200", "0", "-"},
    [OUTCOME_CLIENT_ERROR] = {"400", "3", "-"}, [OUTCOME_SERVER_ERROR] = {"500", "13", "-"},
    [OUTCOME_TIMEOUT] = {"504", "4", "UT"},     [OUTCOME_RESET] = {"503", "14", "UC"},
    [OUTCOME_CANCELLED] = {"0", "1", "DC"},     [OUTCOME_UNANSWERED] = {"0", "14", "UC"},
};

static void write_requests(FILE *out, const struct joined_rows *rows, const struct labels *labels)
{
    static const char name[] = "istio_requests_total";
    metrics_family(out, name, "counter", "Requests, by a code for each outcome.");
    for (size_t i = 0; i < 2 * rows->len; i++) {
        const struct joined *row = &rows->row[i / 2];
        const struct tallied *t = &row->count.exchanges;
        bool grpc = is_grpc(row);
        for (int o = 0; !is_tcp(row) && o < OUTCOMES; o++) {
            char more[128];
            snprintf(more, sizeof more,
                     "response_code=\"%s\",response_flags=\"%s\",grpc_response_status=\"%s\"",
                     grpc && told[o].code[0] != '0' ? "200" : told[o].code, told[o].flags,
                     grpc ? told[o].grpc : "");
            if (t->outcomes[o])
                metrics_count(out, name, &labels[i], more, t->outcomes[o]);
        }
    }
}

static void write_times(FILE *out, const struct joined_rows *rows, const struct labels *labels)
{
    static const char name[] = "istio_request_duration_milliseconds";
    metrics_family(out, name, "histogram", "First byte of the request to the last of the answer.");
    for (size_t i = 0; i < 2 * rows->len; i++) {
        const struct latency *l = &rows->row[i / 2].count.exchanges.duration;
        if (!is_tcp(&rows->row[i / 2]) && l->count)
            metrics_histogram(out, name, &labels[i], l, bounds);
    }
}

/* Sizes are known as sums only: of the buckets there is the last. */
static void write_sizes(FILE *out, const struct joined_rows *rows, const struct labels *labels,
                        const char *name, bool answers)
{
    metrics_family(out, name, "histogram", "Bytes; of their distribution only sum and count.");
    for (size_t i = 0; i < 2 * rows->len; i++) {
        const struct tallied *t = &rows->row[i / 2].count.exchanges;
        char part[64];
        if (is_tcp(&rows->row[i / 2]))
            continue;
        snprintf(part, sizeof part, "%s_bucket", name);
        metrics_count(out, part, &labels[i], "le=\"+Inf\"", tallied_requests(t));
        snprintf(part, sizeof part, "%s_sum", name);
        metrics_count(out, part, &labels[i], NULL, answers ? t->response_bytes : t->request_bytes);
        snprintf(part, sizeof part, "%s_count", name);
        metrics_count(out, part, &labels[i], NULL, tallied_requests(t));
    }
}

static void write_tcp(FILE *out, const struct joined_rows *rows, const struct labels *labels)
{
    static const struct {
        const char *name, *help;
        size_t at; /* in struct edge_delta */
    } counters[] = {
        {"istio_tcp_sent_bytes_total", "Bytes of frames to the client.",
         offsetof(struct edge_delta, bytes[1])},
        {"istio_tcp_received_bytes_total", "Bytes of frames to the server.",
         offsetof(struct edge_delta, bytes[0])},
        {"istio_tcp_connections_opened_total", "Connections opened.",
         offsetof(struct edge_delta, opened)},
        {"istio_tcp_connections_closed_total", "Connections closed.",
         offsetof(struct edge_delta, closed)},
    };
    for (size_t n = 0; n < sizeof counters / sizeof *counters; n++) {
        metrics_family(out, counters[n].name, "counter", counters[n].help);
        for (size_t i = 0; i < 2 * rows->len; i++) {
            const char *count = (const char *)&rows->row[i / 2].count + counters[n].at;
            if (is_tcp(&rows->row[i / 2]))
                metrics_count(out, counters[n].name, &labels[i], "response_flags=\"-\"",
                              *(const uint64_t *)(const void *)count);
        }
    }
}

static void write_messages(FILE *out, const struct joined_rows *rows, const struct labels *labels)
{
    static const char asked[] = "istio_request_messages_total",
                      answered[] = "istio_response_messages_total";
    metrics_family(out, asked, "counter", "Messages of gRPC to the server.");
    for (size_t i = 0; i < 2 * rows->len; i++)
        if (is_grpc(&rows->row[i / 2]))
            metrics_count(out, asked, &labels[i], NULL,
                          rows->row[i / 2].count.exchanges.request_messages);
    metrics_family(out, answered, "counter", "Messages of gRPC to the client.");
    for (size_t i = 0; i < 2 * rows->len; i++)
        if (is_grpc(&rows->row[i / 2]))
            metrics_count(out, answered, &labels[i], NULL,
                          rows->row[i / 2].count.exchanges.response_messages);
}

bool metrics_istio(FILE *out, const struct totals *t)
{
    static const char *const reporters[2] = {"source", "destination"};
    struct joined_rows rows;
    bool whole = joined_make(t, kind, &rows);
    struct labels *labels = calloc(2 * rows.len + 1, sizeof *labels); /* two of each row */
    whole = whole && labels;
    for (size_t i = 0; whole && i < 2 * rows.len; i++) {
        describe(&labels[i], &rows.row[i / 2], reporters[i % 2]);
        whole = !labels[i].failed;
    }
    if (whole) {
        write_requests(out, &rows, labels);
        write_times(out, &rows, labels);
        write_sizes(out, &rows, labels, "istio_request_bytes", false);
        write_sizes(out, &rows, labels, "istio_response_bytes", true);
        write_messages(out, &rows, labels);
        write_tcp(out, &rows, labels);
    }
    for (size_t i = 0; labels && i < 2 * rows.len; i++)
        labels_free(&labels[i]);
    free(labels);
    joined_free(&rows);
    return whole;
}
