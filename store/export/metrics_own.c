/* metrics_own.c - the families named tapgraph_: each edge, how well it was captured, the collector.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/metrics.h"
#include "store/export/metrics_text.h"

static const double seconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                 0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
static const struct bounds bounds = {seconds, sizeof seconds / sizeof *seconds, 1};

/* A counter of each edge: one number, or one for each direction. */
struct counter {
    const char *name, *help;
    size_t at; /* in struct edge_delta */
    bool both; /* ways: two numbers, by enum dir */
};

#define ONE(field) offsetof(struct edge_delta, field), false
#define BOTH(field) offsetof(struct edge_delta, field), true

static const struct counter counters[] = {
    {"tapgraph_request_bytes_total", "Bytes of requests, heads included.",
     ONE(exchanges.request_bytes)},
    {"tapgraph_response_bytes_total", "Bytes of answers, heads included.",
     ONE(exchanges.response_bytes)},
    {"tapgraph_request_messages_total", "Messages of requests, such as those of gRPC.",
     ONE(exchanges.request_messages)},
    {"tapgraph_response_messages_total", "Messages of answers: of gRPC, rows of databases.",
     ONE(exchanges.response_messages)},
    {"tapgraph_streams_total", "Streaming calls that ended.", ONE(exchanges.streams)},
    {"tapgraph_connections_opened_total", "Connections that were opened, or first seen.",
     ONE(opened)},
    {"tapgraph_connections_closed_total", "Connections that ended.", ONE(closed)},
    {"tapgraph_connections_failed_total", "Connections that were never established.", ONE(failed)},
    {"tapgraph_connections_refused_total", "Connections that a RST refused; of those that failed.",
     ONE(refused)},
    {"tapgraph_packets_total", "Packets.", BOTH(packets)},
    {"tapgraph_bytes_total", "Bytes of frames on the wire.", BOTH(bytes)},
    {"tapgraph_tcp_retransmits_total", "Segments that brought nothing new.", BOTH(retransmits)},
    {"tapgraph_tcp_out_of_order_total", "Segments that came before one in front of them.",
     BOTH(out_of_order)},
    {"tapgraph_tcp_zero_windows_total", "Times that a receiver had no room.", BOTH(zero_windows)},
    {"tapgraph_missing_bytes_total", "Bytes that were acknowledged, but not captured.",
     BOTH(missing_bytes)},
    {"tapgraph_duplicates_total", "Copies of packets, left out of all else.", BOTH(duplicates)},
    {"tapgraph_truncated_packets_total", "Packets of which only a part was captured.",
     BOTH(truncated)},
};

/* A counter of the collector. */
struct own_counter {
    const char *name, *help;
    size_t at; /* in struct health_row */
};

#define CAPTURE(field) offsetof(struct health_row, capture.field)
#define DECODE(field) offsetof(struct health_row, decode.field)
#define LIMIT(field) offsetof(struct health_row, field)

static const struct own_counter own_counters[] = {
    {"tapgraph_capture_frames_total", "Frames that were captured.", CAPTURE(frames)},
    {"tapgraph_capture_bytes_total", "Bytes of these, as on the wire.", CAPTURE(bytes)},
    {"tapgraph_capture_packets_total", "Packets of TCP and UDP among them.", CAPTURE(packets)},
    {"tapgraph_capture_kernel_drops_total", "Frames lost because the collector was too slow.",
     CAPTURE(kernel_drops)},
    {"tapgraph_capture_unfollowed_total",
     "Frames of connections left out because there was too much to read.", CAPTURE(unfollowed)},
    {"tapgraph_capture_interface_drops_total", "Frames lost before the kernel saw them.",
     CAPTURE(interface_drops)},
    {"tapgraph_capture_mirror_lost_total", "Frames that are missing between a mirror's numbers.",
     CAPTURE(mirror_lost)},
    {"tapgraph_capture_duplicates_total", "Copies that a mirror made.", CAPTURE(duplicates)},
    {"tapgraph_capture_truncated_total", "Packets cut by the snapshot length.", CAPTURE(truncated)},
    {"tapgraph_capture_malformed_total", "Frames whose headers contradict themselves.",
     CAPTURE(malformed)},
    {"tapgraph_capture_source_gone_total", "Times that an interface went away or down.",
     CAPTURE(source_gone)},
    {"tapgraph_flows_opened_total", "Connections and conversations that began.",
     DECODE(flows_opened)},
    {"tapgraph_flows_evicted_total", "Those pushed out of a full table.", DECODE(flows_evicted)},
    {"tapgraph_gaps_total", "Holes in streams that were never filled.", DECODE(gaps)},
    {"tapgraph_gap_bytes_total", "Bytes of these.", DECODE(gap_bytes)},
    {"tapgraph_decoders_lost_total", "Times that a decoder lost its place.", DECODE(lost)},
    {"tapgraph_connections_given_up_total", "Connections that are no longer decoded.",
     DECODE(given_up)},
    {"tapgraph_stray_answers_total", "Answers without a request.", DECODE(stray_answers)},
    {"tapgraph_exchanges_total", "Requests, queries, calls and messages that ended.",
     DECODE(exchanges)},
    {"tapgraph_exchanges_evicted_total", "Those ended as unknown because a table was full.",
     DECODE(exchanges_evicted)},
    {"tapgraph_edges_dropped_total", "Exchanges and reports past the limit on edges.",
     LIMIT(edges_dropped)},
};

static uint64_t number_at(const void *of, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)of + offset);
}

static void write_counter(FILE *out, const struct totals *t, const struct labels *labels,
                          const struct counter *c)
{
    metrics_family(out, c->name, "counter", c->help);
    for (size_t i = 0; i < t->edge_len; i++) {
        const void *count = &t->edge[i].count;
        if (!c->both) {
            metrics_count(out, c->name, &labels[i], NULL, number_at(count, c->at));
            continue;
        }
        metrics_count(out, c->name, &labels[i], "direction=\"to_server\"", number_at(count, c->at));
        metrics_count(out, c->name, &labels[i], "direction=\"to_client\"",
                      number_at(count, c->at + sizeof(uint64_t)));
    }
}

/* Those that never happened are left out, but for the two that rates of errors are made of. */
static void write_requests(FILE *out, const struct totals *t, const struct labels *labels)
{
    static const char name[] = "tapgraph_requests_total";
    metrics_family(out, name, "counter", "Requests, queries, calls and messages that ended.");
    for (size_t i = 0; i < t->edge_len; i++) {
        const struct tallied *tallied = &t->edge[i].count.exchanges;
        for (int o = 0; tallied_requests(tallied) && o < OUTCOMES; o++) {
            char more[48];
            bool always = o == OUTCOME_OK || o == OUTCOME_SERVER_ERROR;
            snprintf(more, sizeof more, "outcome=\"%s\"", outcome_name((enum outcome)o));
            if (always || tallied->outcomes[o])
                metrics_count(out, name, &labels[i], more, tallied->outcomes[o]);
        }
    }
}

static void write_times(FILE *out, const struct totals *t, const struct labels *labels)
{
    static const struct {
        const char *name, *help;
        size_t at;
    } times[] = {
        {"tapgraph_request_duration_seconds",
         "First byte of the request to the last of the answer, at the tap.",
         offsetof(struct tallied, duration)},
        {"tapgraph_time_to_first_byte_seconds",
         "Last byte of the request to the first of the answer, at the tap.",
         offsetof(struct tallied, ttfb)},
        {"tapgraph_stream_age_seconds", "How long streaming calls were open.",
         offsetof(struct tallied, age)},
    };
    for (size_t n = 0; n < sizeof times / sizeof *times; n++) {
        metrics_family(out, times[n].name, "histogram", times[n].help);
        for (size_t i = 0; i < t->edge_len; i++) {
            const char *tallied = (const char *)&t->edge[i].count.exchanges;
            const struct latency *l = (const void *)(tallied + times[n].at);
            if (l->count)
                metrics_histogram(out, times[n].name, &labels[i], l, bounds);
        }
    }
}

static void write_round_trips(FILE *out, const struct totals *t, const struct labels *labels)
{
    static const char sum[] = "tapgraph_tcp_handshake_seconds_sum",
                      count[] = "tapgraph_tcp_handshake_seconds_count";
    metrics_family(out, "tapgraph_tcp_handshake_seconds", "summary",
                   "Round trip from the tap to either side, of handshakes.");
    for (size_t i = 0; i < t->edge_len; i++) {
        const struct edge_delta *d = &t->edge[i].count;
        if (!d->handshakes)
            continue;
        metrics_value(out, sum, &labels[i], "side=\"client\"", (double)d->rtt_client_sum_ns / 1e9);
        metrics_count(out, count, &labels[i], "side=\"client\"", d->handshakes);
        metrics_value(out, sum, &labels[i], "side=\"server\"", (double)d->rtt_server_sum_ns / 1e9);
        metrics_count(out, count, &labels[i], "side=\"server\"", d->handshakes);
    }
}

static void write_active(FILE *out, const struct totals *t, const struct labels *labels)
{
    static const char name[] = "tapgraph_connections_active";
    metrics_family(out, name, "gauge", "Connections that are open.");
    for (size_t i = 0; i < t->edge_len; i++)
        metrics_count(out, name, &labels[i], NULL, t->edge[i].active);
}

static void write_gauge(FILE *out, const char *name, const char *help, double value)
{
    metrics_family(out, name, "gauge", help);
    metrics_value(out, name, NULL, NULL, value);
}

static void write_collector(FILE *out, const struct totals *t)
{
    for (size_t i = 0; i < sizeof own_counters / sizeof *own_counters; i++) {
        const struct own_counter *c = &own_counters[i];
        metrics_family(out, c->name, "counter", c->help);
        metrics_count(out, c->name, NULL, NULL, number_at(&t->health, c->at));
    }
    metrics_family(out, "tapgraph_edges_left_out_total", "counter",
                   "Windows of edges past the limit on edges told here.");
    metrics_count(out, "tapgraph_edges_left_out_total", NULL, NULL, t->left_out);
    write_gauge(out, "tapgraph_flows", "Connections and conversations in the table.",
                (double)t->health.decode.flows);
    write_gauge(out, "tapgraph_edges", "Edges told here.", (double)t->edge_len);
    write_gauge(out, "tapgraph_last_window_timestamp_seconds", "The end of the newest window.",
                (double)t->to_ns / 1e9);
    metrics_family(out, "tapgraph_build_info", "gauge", "Always 1; what runs is in its labels.");
    metrics_count(out, "tapgraph_build_info", NULL, "version=\"" TAPGRAPH_VERSION "\"", 1);
}

/* Given: one for each edge; NULL when memory is short. */
static struct labels *label_edges(const struct totals *t)
{
    struct labels *labels = calloc(t->edge_len + 1, sizeof *labels);
    for (size_t i = 0; labels && i < t->edge_len; i++) {
        labels_add(&labels[i], "client", t->edge[i].client);
        labels_add(&labels[i], "server", t->edge[i].server);
        labels_add_number(&labels[i], "port", t->edge[i].port);
        labels_add(&labels[i], "protocol", t->edge[i].protocol);
        labels[t->edge_len].failed |= labels[i].failed;
    }
    return labels;
}

bool metrics_own(FILE *out, const struct totals *t)
{
    struct labels *labels = label_edges(t);
    bool whole = labels && !labels[t->edge_len].failed;
    if (whole) {
        write_requests(out, t, labels);
        write_times(out, t, labels);
        for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
            write_counter(out, t, labels, &counters[i]);
        write_round_trips(out, t, labels);
        write_active(out, t, labels);
        write_collector(out, t);
    }
    for (size_t i = 0; labels && i < t->edge_len; i++)
        labels_free(&labels[i]);
    free(labels);
    return whole;
}
