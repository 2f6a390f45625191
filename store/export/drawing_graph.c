/* drawing_graph.c - the graph, drawn by ourselves. See drawing.h. */
#include <stdlib.h>

#include "store/export/drawing.h"

static const char *const dashes[HEALTHS] = {
    [HEALTH_IDLE] = "2 3", [HEALTH_GOOD] = "none", [HEALTH_WARN] = "none", [HEALTH_BAD] = "7 3"};

static struct drawing_node node_of(const struct service_row *s)
{
    enum health h = s->served.requests ? s->served.health : HEALTH_IDLE;
    enum picture_kind kind = picture_kind(s);
    return (struct drawing_node){.name = s->name,
                                 .sign = "",
                                 .kind = kind,
                                 .pen = {picture_color(h), h == HEALTH_BAD ? 2.5 : 1.5,
                                         kind == PICTURE_EXTERNAL ? "4 3" : "none"},
                                 .x = s->x,
                                 .y = s->y};
}

/* False if one of its ends is not there. */
static bool make_edge(const struct graph *g, const struct edge_row *e, struct drawing_edge *ret)
{
    size_t client = 0, server = 0;
    while (client < g->nodes.len && g->nodes.row[client].id != e->client_id)
        client++;
    while (server < g->nodes.len && g->nodes.row[server].id != e->server_id)
        server++;
    enum health h = e->figures.health;
    *ret = (struct drawing_edge){.client = client,
                                 .server = server,
                                 .port = e->port,
                                 .protocol = e->protocol,
                                 .pen = {picture_color(h), picture_width(e), dashes[h]},
                                 .ink = picture_color(h),
                                 .urgent = h == HEALTH_WARN || h == HEALTH_BAD};
    picture_edge_label(e, ", ", ret->label, sizeof ret->label);
    return client < g->nodes.len && server < g->nodes.len;
}

bool drawing_graph(struct canvas *c, const struct graph *g)
{
    struct drawing_node *node = calloc(g->nodes.len + 1, sizeof *node);
    struct drawing_edge *edge = calloc(g->edges.len + 1, sizeof *edge);
    struct drawing d = {.node = node, .node_len = g->nodes.len, .edge = edge};
    bool whole = node && edge;
    for (size_t i = 0; whole && i < g->nodes.len; i++)
        node[i] = node_of(&g->nodes.row[i]);
    for (size_t i = 0; whole && i < g->edges.len; i++)
        d.edge_len += make_edge(g, &g->edges.row[i], &edge[d.edge_len]);
    whole = whole && drawing_put(c, &d);
    free(node);
    free(edge);
    return whole;
}
