/* ndjson.c - an answer as one JSON object a line. */
#include "store/export/exporter.h"
#include "store/export/json_rows.h"

static bool edges(FILE *out, struct range r, const struct edge_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_edge(&rows->row[i]));
    return written;
}

static bool services(FILE *out, struct range r, const struct service_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_service(&rows->row[i]));
    return written;
}

static bool operations(FILE *out, struct range r, const struct operation_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_operation(&rows->row[i]));
    return written;
}

static bool series(FILE *out, struct range r, const struct points *points)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < points->len && written; i++)
        written = json_write(out, json_point(&points->point[i]));
    return written;
}

/* Cell by cell. */
static bool heatmap(FILE *out, struct range r, const struct heatmap *h)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < h->len * h->rows && written; i++)
        written = !h->cell[i] || json_write(out, json_heat_cell(h, i / h->rows, i % h->rows));
    return written;
}

static bool health(FILE *out, struct range r, const struct health_row *row)
{
    return json_write(out, json_health(r, row));
}

static bool events(FILE *out, struct range r, const struct event_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_event(&rows->row[i]));
    return written;
}

static bool backends(FILE *out, struct range r, const struct backend_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_backend(&rows->row[i]));
    return written;
}

static bool connections(FILE *out, struct range r, const struct connection_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_connection(&rows->row[i]));
    return written;
}

static bool open_calls(FILE *out, struct range r, const struct open_call_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_open_call(&rows->row[i]));
    return written;
}

static bool tls(FILE *out, struct range r, const struct tls_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_tls(&rows->row[i]));
    return written;
}

static bool relays(FILE *out, struct range r, const struct relay_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_relay(&rows->row[i]));
    return written;
}

static bool requests(FILE *out, struct range r, const struct request_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = export_request(out, &rows->row[i], NULL) && fputc('\n', out) != EOF;
    return written;
}

static bool traces(FILE *out, struct range r, const struct trace_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_trace(&rows->row[i]));
    return written;
}

static bool trace(FILE *out, const struct trace *t)
{
    bool written = true;
    for (size_t i = 0; i < t->len && written; i++)
        written = export_request(out, &t->hop[i].request, &t->hop[i]) && fputc('\n', out) != EOF;
    return written;
}

static bool names(FILE *out, struct range r, const struct name_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_name(&rows->row[i]));
    return written;
}

static bool insights(FILE *out, struct range r, const struct insight_rows *rows)
{
    bool written = true;
    (void)r;
    for (size_t i = 0; i < rows->len && written; i++)
        written = json_write(out, json_insight(&rows->row[i]));
    return written;
}

static bool diff(FILE *out, const struct diff *d)
{
    bool written = true;
    for (size_t i = 0; i < d->len && written; i++)
        written = json_write(out, json_diff_row(&d->row[i]));
    return written;
}

const struct exporter ndjson_exporter = {
    .name = "ndjson",
    .type = "application/x-ndjson",
    .edges = edges,
    .services = services,
    .operations = operations,
    .series = series,
    .heatmap = heatmap,
    .health = health,
    .events = events,
    .backends = backends,
    .connections = connections,
    .open_calls = open_calls,
    .tls = tls,
    .relays = relays,
    .names = names,
    .requests = requests,
    .traces = traces,
    .trace = trace,
    .insights = insights,
    .diff = diff,
};
