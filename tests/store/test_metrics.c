/* test_metrics.c - what Prometheus is told, as Prometheus reads it. */
#include "store/export/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "store/export/metrics_text.h"
#include "tests/check.h"
#include "tests/store/deltas.h"
#include "tests/store/hostile.h"

/* Edges to `cart`, on two ports, one of HTTP, one of Redis; 10 requests each, one of them failed.
 */
static struct totals sample(void)
{
    static const struct {
        const char *client, *server, *protocol;
        uint16_t port;
    } edges[] = {
        {"web", "cart", "http", 80},        {"web", "cart", "http", 8080},
        {"cart", "store", "redis", 6379},   {"external", "web", "http", 80},
        {"a\\b\"c", "store", "grpc", 5000}, {"web", "vault", "tls", 443},
    };
    struct totals t = {.edge = calloc(8, sizeof *t.edge), .room = 8};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct total *e = &t.edge[t.edge_len++];
        e->edge_id = (int64_t)i + 1;
        strcpy(e->client, edges[i].client);
        strcpy(e->server, edges[i].server);
        strcpy(e->protocol, edges[i].protocol);
        e->port = edges[i].port;
        e->client_outside = strcmp(edges[i].client, "external") == 0;
        e->count.bytes[0] = 500;
        e->count.opened = 2;
        if (strcmp(edges[i].protocol, "tls") == 0)
            continue;
        asked(&e->count.exchanges, OUTCOME_OK, 9, 4 * MS_NS);
        asked(&e->count.exchanges, OUTCOME_SERVER_ERROR, 1, 300 * MS_NS);
    }
    return t;
}

/* Two operations, one of them with failures, and what is hostile in a name. */
static void add_operations(struct totals *t)
{
    struct operation_totals *o = &t->operations;
    *o = (struct operation_totals){.row = calloc(2, sizeof *o->row), .len = 2, .left_out = 3};
    strcpy(o->row[0].server, "cart");
    strcpy(o->row[0].name, "GET /users/{id}");
    o->row[0].calls = 10;
    o->row[0].failed = 2;
    for (int i = 0; i < 10; i++)
        latency_add(&o->row[0].duration, 6 * MS_NS);
    strcpy(o->row[1].server, "a\\b\"c");
    strcpy(o->row[1].name, "SELECT \"x\\");
    o->row[1].calls = 1;
}

static char *written_out(const struct totals *t, unsigned families)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true(export_metrics(out, t, families));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no %s in:\n%.3000s", line, text);
}

static void our_own(void **state)
{
    struct totals t = sample();
    (void)state;
    char *text = written_out(&t, METRICS_OWN);
    has(text, "# TYPE tapgraph_requests_total counter\n");
    has(text,
        "tapgraph_requests_total{client=\"web\",server=\"cart\",port=\"80\",protocol=\"http\","
        "outcome=\"ok\"} 9\n");
    has(text, "outcome=\"server_error\"} 1\n");
    has(text, "{client=\"a\\\\b\\\"c\",server=\"store\",");
    has(text, "tapgraph_bytes_total{client=\"web\",server=\"vault\",port=\"443\",protocol=\"tls\","
              "direction=\"to_server\"} 500\n");
    has(text, "tapgraph_request_duration_seconds_bucket{client=\"cart\",server=\"store\","
              "port=\"6379\",protocol=\"redis\",le=\"0.005\"} 9\n");
    assert_null(strstr(text, "outcome=\"reset\"")); /* never happened */
    free(text);
    totals_free(&t);
}

/* Theirs know no ports: what differs in nothing else is one series. */
static void tempo_joins_ports(void **state)
{
    struct totals t = sample();
    (void)state;
    char *text = written_out(&t, METRICS_TEMPO);
    has(text, "traces_service_graph_request_total{client=\"web\",server=\"cart\","
              "connection_type=\"\"} 20\n");
    has(text, "traces_service_graph_request_failed_total{client=\"cart\",server=\"store\","
              "connection_type=\"database\"} 1\n");
    has(text, "{client=\"external\",server=\"web\",connection_type=\"virtual_node\"} 10\n");
    has(text, "traces_service_graph_request_client_seconds_bucket{client=\"web\",server=\"cart\","
              "connection_type=\"\",le=\"0.2\"} 18\n");
    assert_null(strstr(text, "vault")); /* nothing is known of its requests */
    free(text);
    totals_free(&t);
}

/* Kiali passes over series that lack a label, and an empty one is lacking; only HTTP has no status
 * of gRPC. */
static void istio_has_all_labels(void **state)
{
    struct totals t = sample();
    (void)state;
    char *text = written_out(&t, METRICS_ISTIO);
    has(text, "istio_requests_total{reporter=\"source\",source_workload=\"web\",");
    has(text, "istio_requests_total{reporter=\"destination\",source_workload=\"web\",");
    has(text, "response_code=\"500\",response_flags=\"-\",grpc_response_status=\"\"} 2\n");
    has(text, "response_code=\"200\",response_flags=\"-\",grpc_response_status=\"13\"} 1\n");
    has(text, "istio_tcp_received_bytes_total{reporter=\"source\",source_workload=\"web\",");
    for (const char *at = strstr(text, "=\"\""); at; at = strstr(at + 1, "=\"\""))
        assert_memory_equal(at - strlen("grpc_response_status"), "grpc_response_status",
                            strlen("grpc_response_status"));
    free(text);
    totals_free(&t);
}

/* The same series twice, and Prometheus refuses the whole scrape. */
static void no_series_twice(void **state)
{
    struct totals t = sample();
    (void)state;
    char *text = written_out(&t, METRICS_OWN | METRICS_TEMPO | METRICS_ISTIO);
    char *twice = piped(text, "sort", "grep -v '^#' | sed 's/ [^ ]*$//' | sort | uniq -d");
    assert_string_equal(twice, "");
    free(twice);
    free(text);
    totals_free(&t);
}

static void promtool_agrees(void **state)
{
    struct totals t = sample();
    (void)state;
    for (size_t i = 0; i < HOSTILE_NAMES && i < t.edge_len; i++)
        strcpy(t.edge[i].client, hostile_name[i]);
    char *text = written_out(&t, METRICS_OWN | METRICS_TEMPO);
    char *said = piped(text, "promtool", "promtool check metrics 2>&1; echo status $?");
    assert_string_equal(said, "status 0\n");
    free(said);
    free(text);
    /* Istio's names have units that it would not have chosen; there is nothing else to say. */
    text = written_out(&t, METRICS_ISTIO);
    said = piped(text, "promtool", "promtool check metrics 2>&1; true");
    assert_string_equal(said,
                        "istio_request_duration_milliseconds use base unit \"seconds\" instead "
                        "of \"milliseconds\"\n");
    free(said);
    free(text);
    totals_free(&t);
}

static void by_operation(void **state)
{
    static const char *const lines[] = {
        "\ntraces_spanmetrics_calls_total{service=\"cart\",span_name=\"GET /users/{id}\",span_kind="
        "\"SPAN_KIND_SERVER\",status_code=\"STATUS_CODE_UNSET\"} 8\n",
        "\ntraces_spanmetrics_calls_total{service=\"cart\",span_name=\"GET /users/{id}\",span_kind="
        "\"SPAN_KIND_SERVER\",status_code=\"STATUS_CODE_ERROR\"} 2\n",
        "\ntraces_spanmetrics_latency_bucket{service=\"cart\",span_name=\"GET /users/{id}\","
        "span_kind=\"SPAN_KIND_SERVER\",le=\"0.004\"} 0\n",
        "le=\"0.008\"} 10\n",
        "service=\"a\\\\b\\\"c\",span_name=\"SELECT \\\"x\\\\\",",
        "\ntapgraph_operation_calls_left_out_total 3\n",
    };
    struct totals t = sample();
    (void)state;
    add_operations(&t);
    char *text = written_out(&t, METRICS_SPANS);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        has(text, lines[i]);
    char *said = piped(text, "promtool", "promtool check metrics 2>&1; echo status $?");
    assert_string_equal(said, "status 0\n");
    free(said);
    free(text);
    totals_free(&t);
}

/* Cumulative, and within 1.1 % of the bounds. */
static void histograms_file_values(void **state)
{
    static const double at[] = {0.001, 0.01, 0.1};
    static const struct bounds bounds = {at, 3, 1};
    static const uint64_t values[] = {980000, 1020000, 9800000, 10200000, 5000000000};
    struct latency l = {0};
    char *text = NULL;
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        latency_add(&l, values[i]);
    FILE *out = open_memstream(&text, &len);
    metrics_histogram(out, "x", NULL, &l, bounds);
    fclose(out);
    assert_string_equal(text, "x_bucket{le=\"0.001\"} 1\n"
                              "x_bucket{le=\"0.01\"} 3\n"
                              "x_bucket{le=\"0.1\"} 4\n"
                              "x_bucket{le=\"+Inf\"} 5\n"
                              "x_sum 5.022\n"
                              "x_count 5\n");
    free(text);
    latency_free(&l);
}

static void families_by_name(void **state)
{
    unsigned got = 0;
    (void)state;
    assert_true(metrics_read("own", &got));
    assert_int_equal(got, METRICS_OWN);
    assert_true(metrics_read("istio,tempo", &got));
    assert_int_equal(got, METRICS_ISTIO | METRICS_TEMPO);
    assert_false(metrics_read("", &got));
    assert_false(metrics_read("own,", &got));
    assert_false(metrics_read("tempos", &got));
    assert_int_equal(got, METRICS_ISTIO | METRICS_TEMPO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own),
        cmocka_unit_test(tempo_joins_ports),
        cmocka_unit_test(istio_has_all_labels),
        cmocka_unit_test(no_series_twice),
        cmocka_unit_test(promtool_agrees),
        cmocka_unit_test(by_operation),
        cmocka_unit_test(histograms_file_values),
        cmocka_unit_test(families_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
