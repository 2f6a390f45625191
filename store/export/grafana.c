/* grafana.c - the graph as the two arrays that Grafana's node graph panel takes, by way of the data
 * source Infinity ("Nodes - Node Graph", "Edges - Node Graph").
 *
 * https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/node-graph/ */
#include "base/human.h"
#include "store/export/exporter.h"
#include "store/export/json_rows.h"
#include "store/export/picture.h"

/* Null when memory is short; cJSON then makes nothing of what is added. */
static void add_id(cJSON *o, const char *name, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    cJSON_AddStringToObject(o, name, text);
}

static void add_figures(cJSON *o, const struct figures *f)
{
    char text[64];
    snprintf(text, sizeof text, "%.3g/s", f->rate_per_s);
    cJSON_AddStringToObject(o, "mainstat", text);
    snprintf(text, sizeof text, "p95 %s", human_time(f->duration.p95_ns).text);
    cJSON_AddStringToObject(o, "secondarystat", f->duration.count ? text : "");
    cJSON_AddNumberToObject(o, "detail__requests", (double)f->requests);
    cJSON_AddNumberToObject(o, "detail__error_rate", f->error_rate);
    cJSON_AddNumberToObject(o, "detail__p50_ms", (double)f->duration.p50_ns / 1e6);
    cJSON_AddNumberToObject(o, "detail__p95_ms", (double)f->duration.p95_ns / 1e6);
    cJSON_AddNumberToObject(o, "detail__p99_ms", (double)f->duration.p99_ns / 1e6);
    cJSON_AddStringToObject(o, "color", picture_color(f->health));
}

/* Shares of a circle around a node, which have to add up to 1. */
static void add_arcs(cJSON *o, const struct figures *f)
{
    double failed = f->requests ? f->error_rate : 0;
    cJSON_AddNumberToObject(o, "arc__ok", 1 - failed);
    cJSON_AddNumberToObject(o, "arc__failed", failed);
}

static const char *icon(const struct service_row *s)
{
    switch (picture_kind(s)) {
    case PICTURE_DATABASE:
        return "database";
    case PICTURE_QUEUE:
        return "exchange-alt";
    case PICTURE_EXTERNAL:
        return "cloud";
    case PICTURE_SERVICE:
        break;
    }
    return "";
}

static bool write_nodes(FILE *out, const struct graph *g)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < g->nodes.len; i++) {
        const struct service_row *s = &g->nodes.row[i];
        cJSON *o = cJSON_CreateObject();
        add_id(o, "id", s->id);
        cJSON_AddStringToObject(o, "title", s->name);
        cJSON_AddStringToObject(o, "subtitle", s->protocols);
        cJSON_AddStringToObject(o, "icon", icon(s));
        add_figures(o, s->served.requests ? &s->served : &s->called);
        add_arcs(o, s->served.requests ? &s->served : &s->called);
        json_append(list, o);
    }
    return json_write(out, list);
}

static bool write_edges(FILE *out, const struct graph *g)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < g->edges.len; i++) {
        const struct edge_row *e = &g->edges.row[i];
        cJSON *o = cJSON_CreateObject();
        add_id(o, "id", e->id);
        add_id(o, "source", e->client_id);
        add_id(o, "target", e->server_id);
        add_figures(o, &e->figures);
        cJSON_AddStringToObject(o, "detail__protocol", e->protocol);
        cJSON_AddNumberToObject(o, "detail__port", e->port);
        cJSON_AddNumberToObject(o, "thickness", picture_width(e));
        json_append(list, o);
    }
    return json_write(out, list);
}

const struct exporter grafana_nodes_exporter = {
    .name = "grafana-nodes",
    .type = "application/json",
    .graph = write_nodes,
};

const struct exporter grafana_edges_exporter = {
    .name = "grafana-edges",
    .type = "application/json",
    .graph = write_edges,
};
