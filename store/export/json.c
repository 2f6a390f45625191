/* json.c - an answer as one JSON document. */
#include <string.h>

#include "store/export/exporter.h"
#include "store/export/json_rows.h"

/* A document with the range and an empty list, which is returned in `ret_list`. */
static cJSON *document(struct range r, const char *name, cJSON **ret_list)
{
    cJSON *o = cJSON_CreateObject();
    json_set(o, "range", json_range(r));
    *ret_list = cJSON_AddArrayToObject(o, name);
    return o;
}

static bool edges(FILE *out, struct range r, const struct edge_rows *rows)
{
    cJSON *list, *o = document(r, "edges", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_edge(&rows->row[i]));
    return json_write(out, o);
}

static bool services(FILE *out, struct range r, const struct service_rows *rows)
{
    cJSON *list, *o = document(r, "services", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_service(&rows->row[i]));
    return json_write(out, o);
}

static bool operations(FILE *out, struct range r, const struct operation_rows *rows)
{
    cJSON *list, *o = document(r, "operations", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_operation(&rows->row[i]));
    return json_write(out, o);
}

static bool series(FILE *out, struct range r, const struct points *points)
{
    cJSON *list, *o = document(r, "points", &list);
    for (size_t i = 0; i < points->len; i++)
        json_append(list, json_point(&points->point[i]));
    return json_write(out, o);
}

static bool heatmap(FILE *out, struct range r, const struct heatmap *h)
{
    cJSON *list, *o = document(r, "columns", &list);
    cJSON_AddNumberToObject(o, "step_ms", (double)h->step_ns / 1e6);
    json_set(o, "rows", json_heat_rows(h));
    for (size_t i = 0; i < h->len; i++)
        json_append(list, json_heat_column(h, i));
    return json_write(out, o);
}

static bool events(FILE *out, struct range r, const struct event_rows *rows)
{
    cJSON *list, *o = document(r, "events", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_event(&rows->row[i]));
    return json_write(out, o);
}

static bool backends(FILE *out, struct range r, const struct backend_rows *rows)
{
    cJSON *list, *o = document(r, "backends", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_backend(&rows->row[i]));
    return json_write(out, o);
}

static bool connections(FILE *out, struct range r, const struct connection_rows *rows)
{
    cJSON *list, *o = document(r, "connections", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_connection(&rows->row[i]));
    return json_write(out, o);
}

static bool open_calls(FILE *out, struct range r, const struct open_call_rows *rows)
{
    cJSON *list, *o = document(r, "open_calls", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_open_call(&rows->row[i]));
    return json_write(out, o);
}

static bool tls(FILE *out, struct range r, const struct tls_rows *rows)
{
    cJSON *list, *o = document(r, "tls", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_tls(&rows->row[i]));
    return json_write(out, o);
}

static bool relays(FILE *out, struct range r, const struct relay_rows *rows)
{
    cJSON *list, *o = document(r, "relays", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_relay(&rows->row[i]));
    return json_write(out, o);
}

/* A document, given, with an empty list as its last member, up to where that begins: the requests
 * are written by themselves. */
static bool begin_requests(FILE *out, cJSON *o)
{
    char *text = json_text(o);
    size_t len = text ? strlen(text) : 0;
    bool written = text && fwrite(text, 1, len - 2, out) == len - 2;
    cJSON_free(text);
    return written;
}

static bool requests(FILE *out, struct range r, const struct request_rows *rows)
{
    cJSON *list;
    bool written = begin_requests(out, document(r, "requests", &list));
    for (size_t i = 0; i < rows->len && written; i++)
        written = fputs(i ? "," : "", out) != EOF && export_request(out, &rows->row[i], NULL);
    return written && fputs("]}\n", out) != EOF;
}

static bool traces(FILE *out, struct range r, const struct trace_rows *rows)
{
    cJSON *list, *o = document(r, "traces", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_trace(&rows->row[i]));
    return json_write(out, o);
}

static bool trace(FILE *out, const struct trace *t)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "trace_id", t->trace_id);
    cJSON_AddNumberToObject(o, "duration_ms", (double)(t->end_ns - t->begin_ns) / 1e6);
    cJSON_AddNumberToObject(o, "errors", t->errors);
    cJSON_AddNumberToObject(o, "services", t->services);
    cJSON_AddNumberToObject(o, "loose_hops", t->loose);
    cJSON_AddNumberToObject(o, "times", t->times);
    cJSON_AddBoolToObject(o, "cut", t->is_cut);
    cJSON_AddArrayToObject(o, "hops");
    bool written = begin_requests(out, o);
    for (size_t i = 0; i < t->len && written; i++)
        written =
            fputs(i ? "," : "", out) != EOF && export_request(out, &t->hop[i].request, &t->hop[i]);
    return written && fputs("]}\n", out) != EOF;
}

static bool names(FILE *out, struct range r, const struct name_rows *rows)
{
    cJSON *list, *o = document(r, "names", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_name(&rows->row[i]));
    return json_write(out, o);
}

static bool insights(FILE *out, struct range r, const struct insight_rows *rows)
{
    cJSON *list, *o = document(r, "insights", &list);
    for (size_t i = 0; i < rows->len; i++)
        json_append(list, json_insight(&rows->row[i]));
    return json_write(out, o);
}

static bool health(FILE *out, struct range r, const struct health_row *row)
{
    return json_write(out, json_health(r, row));
}

static bool graph(FILE *out, const struct graph *g)
{
    cJSON *nodes, *o = document(g->range, "nodes", &nodes);
    for (size_t i = 0; i < g->nodes.len; i++)
        json_append(nodes, json_service(&g->nodes.row[i]));
    cJSON *list = cJSON_AddArrayToObject(o, "edges");
    for (size_t i = 0; i < g->edges.len; i++)
        json_append(list, json_edge(&g->edges.row[i]));
    return json_write(out, o);
}

static bool diff(FILE *out, const struct diff *d)
{
    cJSON *o = cJSON_CreateObject();
    json_set(o, "before", json_range(d->before));
    json_set(o, "after", json_range(d->after));
    cJSON *list = cJSON_AddArrayToObject(o, "changes");
    for (size_t i = 0; i < d->len; i++)
        json_append(list, json_diff_row(&d->row[i]));
    return json_write(out, o);
}

const struct exporter json_exporter = {
    .name = "json",
    .type = "application/json",
    .graph = graph,
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
