/* questions.c - one function a path. */
#include "web/questions.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum said said(bool asked, bool written, struct err *err)
{
    if (asked && !written)
        err_set(err, "memory is short");
    return asked && written ? SAID : SAID_FAILED;
}

/* Of the rows those that are asked for, in the order asked for. False: memory is short. */
static bool keep(const struct ask *a, void *rows, size_t *len, size_t size)
{
    *len = sieve_rows(a->sieve, rows, *len, size);
    return order_rows(a->order, rows, *len, size) || err_set(a->err, "memory is short");
}

static enum said ask_graph(struct ask *a)
{
    if (!a->exporter->graph)
        return SAID_NO_SUCH;
    struct graph graph = {.range = a->range};
    bool asked = !a->q || query_graph(a->q, a->range, a->params->grouping, &graph, a->err);
    asked = asked && (graph_sieve(a->graph_sieve, &graph) || err_set(a->err, "memory is short"));
    if (asked && a->exporter->graph_fits && !a->exporter->graph_fits(&graph, a->err)) {
        graph_free(&graph);
        return SAID_MISASKED;
    }
    bool written = asked && a->exporter->graph(a->out, &graph);
    enum said ret = said(asked, written, a->err);
    graph_free(&graph);
    return ret;
}

static enum said ask_edges(struct ask *a)
{
    if (!a->exporter->edges)
        return SAID_NO_SUCH;
    struct edge_rows rows = {0};
    bool asked = !a->q || query_edges(a->q, a->range, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->edges(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_services(struct ask *a)
{
    if (!a->exporter->services)
        return SAID_NO_SUCH;
    struct service_rows rows = {0};
    bool asked = !a->q || query_services(a->q, a->range, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->services(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_operations(struct ask *a)
{
    if (!a->exporter->operations)
        return SAID_NO_SUCH;
    struct operation_rows rows = {0};
    bool asked = !a->q || query_operations(a->q, a->range, a->params->edge, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->operations(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_backends(struct ask *a)
{
    if (!a->exporter->backends)
        return SAID_NO_SUCH;
    struct backend_rows rows = {0};
    bool asked = !a->q || query_backends(a->q, a->range, a->params->service, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->backends(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_connections(struct ask *a)
{
    if (!a->exporter->connections)
        return SAID_NO_SUCH;
    struct connection_rows rows = {0};
    bool asked = !a->q || query_connections(a->q, a->range, a->params->edge, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->connections(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_open_calls(struct ask *a)
{
    if (!a->exporter->open_calls)
        return SAID_NO_SUCH;
    struct open_call_rows rows = {0};
    bool asked = !a->q || query_open_calls(a->q, a->range, a->params->edge, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->open_calls(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_tls(struct ask *a)
{
    if (!a->exporter->tls)
        return SAID_NO_SUCH;
    struct tls_rows rows = {0};
    bool asked = !a->q || query_tls(a->q, a->range, a->params->edge, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->tls(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_relays(struct ask *a)
{
    if (!a->exporter->relays)
        return SAID_NO_SUCH;
    struct relay_rows rows = {0};
    bool asked = !a->q || query_relays(a->q, a->range, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->relays(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_names(struct ask *a)
{
    if (!a->exporter->names)
        return SAID_NO_SUCH;
    struct name_rows rows = {0};
    bool asked = !a->q || query_names(a->q, a->range, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->names(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static bool passes(const void *sieve, const struct request_row *row)
{
    return sieve_passes(sieve, row);
}

static enum said ask_requests(struct ask *a)
{
    if (!a->exporter->requests)
        return SAID_NO_SUCH;
    struct request_rows rows = {0};
    struct request_criteria c = a->params->requests;
    c.passes = passes;
    c.ctx = a->sieve;
    bool asked = !a->q || query_requests(a->q, a->range, &c, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->requests(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

/* One of them, whenever it was. */
static enum said ask_request(struct ask *a)
{
    const struct range ever = {0, INT64_MAX};
    const struct request_criteria c = {.id = strtoll(a->item, NULL, 10), .limit = 1};
    if (!a->exporter->requests)
        return SAID_NO_SUCH;
    struct request_rows rows = {0};
    bool asked = !a->q || c.id <= 0 || query_requests(a->q, ever, &c, &rows, a->err);
    enum said ret =
        asked && !rows.len
            ? SAID_NOTHING
            : said(asked, asked && a->exporter->requests(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static bool trace_passes(const void *sieve, const struct trace_row *row)
{
    return sieve_passes(sieve, row);
}

static enum said ask_traces(struct ask *a)
{
    const struct request_criteria *c = &a->params->requests;
    struct trace_criteria criteria = {.service_id = c->service_id,
                                      .failed = c->outcomes != 0,
                                      .least_ns = c->least_ns,
                                      .limit = c->limit,
                                      .passes = trace_passes,
                                      .ctx = a->sieve};
    if (!a->exporter->traces)
        return SAID_NO_SUCH;
    struct trace_rows rows = {0};
    bool asked = !a->q || query_traces(a->q, a->range, &criteria, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->traces(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_trace(struct ask *a)
{
    if (!a->exporter->trace)
        return SAID_NO_SUCH;
    struct trace trace = {0};
    struct range near = {0, INT64_MAX};
    if (a->params->when.has_at)
        near = a->range;
    if (a->params->when.has_at && a->params->when.at.kind == MOMENT_FIXED) /* windows may be long */
        near.from_ns = near.to_ns = a->params->when.at.ns;
    bool asked = !a->q || query_trace(a->q, a->item, near, &trace, a->err);
    enum said ret = asked && !trace.len
                        ? SAID_NOTHING
                        : said(asked, asked && a->exporter->trace(a->out, &trace), a->err);
    trace_free(&trace);
    return ret;
}

static enum said ask_insights(struct ask *a)
{
    if (!a->exporter->insights)
        return SAID_NO_SUCH;
    struct insight_rows rows = {0};
    bool asked = !a->q || query_insights(a->q, a->range, &rows, a->err);
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->insights(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_series(struct ask *a)
{
    if (!a->exporter->series)
        return SAID_NO_SUCH;
    const struct params *p = a->params;
    struct points points = {0};
    if (p->edge && p->service) {
        err_set(a->err, "edge and service exclude each other");
        return SAID_MISASKED;
    }
    enum series_of of = p->edge ? SERIES_OF_EDGE : p->service ? SERIES_OF_SERVICE : SERIES_OF_ALL;
    const struct series_ids ids = {p->edge ? &p->edge : &p->service, 1};
    bool asked = !a->q || query_series_of(a->q, a->range, of, ids, p->points, &points, a->err);
    enum said ret = said(asked, asked && a->exporter->series(a->out, a->range, &points), a->err);
    free(points.point);
    return ret;
}

static enum said ask_heatmap(struct ask *a)
{
    const struct heatmap_size most = {a->params->points, a->params->rows};
    if (!a->exporter->heatmap)
        return SAID_NO_SUCH;
    struct heatmap h = {0};
    bool asked = !a->q || query_heatmap(a->q, a->range, &a->params->subject, most, &h, a->err);
    enum said ret = said(asked, asked && a->exporter->heatmap(a->out, a->range, &h), a->err);
    heatmap_free(&h);
    return ret;
}

static enum said ask_health(struct ask *a)
{
    if (!a->exporter->health)
        return SAID_NO_SUCH;
    struct health_row row = {0};
    bool asked = !a->q || query_health(a->q, a->range, &row, a->err);
    return said(asked, asked && a->exporter->health(a->out, a->range, &row), a->err);
}

static enum said ask_events(struct ask *a)
{
    if (!a->exporter->events)
        return SAID_NO_SUCH;
    struct event_rows rows = {0};
    struct range r = a->range;
    bool asked =
        !a->q || (query_events_range(a->q, &r, a->err) && query_events(a->q, r, &rows, a->err));
    asked = asked && keep(a, rows.row, &rows.len, sizeof *rows.row);
    enum said ret = said(asked, asked && a->exporter->events(a->out, a->range, &rows), a->err);
    free(rows.row);
    return ret;
}

static enum said ask_diff(struct ask *a)
{
    const struct params *p = a->params;
    struct diff d = {0};
    struct range before, after;
    bool misasked = false;
    if (!a->exporter->diff)
        return SAID_NO_SUCH;
    if (!p->before_text || !p->after_text) {
        err_set(a->err, "before and after are the ranges to compare: FROM..TO");
        return SAID_MISASKED;
    }
    bool asked = !a->q || (when_resolve(&p->before, a->q, &before, &misasked, a->err) &&
                           when_resolve(&p->after, a->q, &after, &misasked, a->err) &&
                           diff_make_grouped(a->q, before, a->q, after, p->grouping, &d, a->err));
    if (misasked)
        return SAID_MISASKED;
    if (a->exporter->edges) /* which drawings have not: they show what is around, too */
        diff_drop_same(&d);
    asked = asked && keep(a, d.row, &d.len, sizeof *d.row);
    bool fits = !asked || !a->exporter->diff_fits || a->exporter->diff_fits(&d, a->err);
    enum said ret =
        !fits ? SAID_MISASKED : said(asked, asked && a->exporter->diff(a->out, &d), a->err);
    diff_free(&d);
    return ret;
}

/* A time in ns does not fit a JSON number as browsers read it, so it travels as text. */
static bool add_ns(cJSON *object, const char *name, uint64_t ns)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, ns);
    return cJSON_AddStringToObject(object, name, text);
}

static bool fill_info(cJSON *info, struct ask *a)
{
    struct range history = {0};
    uint64_t version = 0;
    if (a->q && (!query_history(a->q, &history, a->err) || !query_version(a->q, &version, a->err)))
        return false;
    const char *slash = strrchr(a->path, '/');
    cJSON *range = cJSON_AddObjectToObject(info, "history");
    bool filled = range && add_ns(range, "from_ns", history.from_ns) &&
                  add_ns(range, "to_ns", history.to_ns) &&
                  cJSON_AddStringToObject(info, "version", TAPGRAPH_VERSION) &&
                  cJSON_AddStringToObject(info, "database", slash ? slash + 1 : a->path) &&
                  cJSON_AddBoolToObject(info, "exists", a->q != NULL) &&
                  add_ns(info, "data_version", version);
    return filled || err_set(a->err, "memory is short");
}

static enum said ask_info(struct ask *a)
{
    cJSON *info = cJSON_CreateObject();
    bool filled = !info || fill_info(info, a);
    char *text = filled ? cJSON_PrintUnformatted(info) : NULL;
    cJSON_Delete(info);
    if (!text)
        return said(filled, false, a->err);
    bool written = fprintf(a->out, "%s\n", text) > 0;
    free(text);
    return said(true, written, a->err);
}

static const struct question QUESTIONS[] = {
    {"graph", ask_graph, READER_GRAPH, NULL, NULL},
    {"edges", ask_edges, READER_ANY, NULL, &edge_fields},
    {"services", ask_services, READER_ANY, NULL, &service_fields},
    {"operations", ask_operations, READER_ANY, NULL, &operation_fields},
    {"backends", ask_backends, READER_ANY, NULL, &backend_fields},
    {"connections", ask_connections, READER_ANY, NULL, &connection_fields},
    {"open-calls", ask_open_calls, READER_ANY, NULL, &open_call_fields},
    {"tls", ask_tls, READER_ANY, NULL, &tls_fields},
    {"relays", ask_relays, READER_ANY, NULL, &relay_fields},
    {"names", ask_names, READER_ANY, NULL, &name_fields},
    {"requests", ask_requests, READER_ANY, NULL, &request_fields},
    {"requests/", ask_request, READER_ANY, NULL, NULL},
    {"traces", ask_traces, READER_ANY, NULL, &trace_fields},
    {"traces/", ask_trace, READER_ANY, NULL, NULL},
    {"insights", ask_insights, READER_ANY, NULL, &insight_fields},
    {"series", ask_series, READER_ANY, NULL, NULL},
    {"heatmap", ask_heatmap, READER_ANY, NULL, NULL},
    {"health", ask_health, READER_ANY, NULL, NULL},
    {"events", ask_events, READER_ANY, NULL, &event_fields},
    {"diff", ask_diff, READER_ANY, NULL, &diff_fields},
    {"info", ask_info, READER_ANY, "application/json", NULL},
};

/* Is it asked at this path, which is below the prefix? */
static bool is_asked_at(const struct question *question, const char *path, const char **ret_item)
{
    size_t len = strlen(question->name);
    *ret_item = NULL;
    if (question->name[len - 1] != '/')
        return strcmp(question->name, path) == 0;
    *ret_item = path + len;
    return strncmp(question->name, path, len) == 0 && path[len] && !strchr(path + len, '/');
}

const struct question *question_find(const char *path, const char **ret_item)
{
    static const char prefix[] = "/api/v1/";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++)
        if (is_asked_at(&QUESTIONS[i], path + sizeof prefix - 1, ret_item))
            return &QUESTIONS[i];
    return NULL;
}
