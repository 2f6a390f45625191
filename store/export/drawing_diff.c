/* drawing_diff.c - what changed, drawn by ourselves. See drawing.h. */
#include <stdlib.h>
#include <string.h>

#include "graph/layout.h"
#include "store/export/diff_look.h"
#include "store/export/drawing.h"

static struct pen pen_of(const struct diff_look *look, bool edge)
{
    bool same = look == &diff_look_same;
    return (struct pen){.color = same && !edge ? "#57606A" : look->color,
                        .width = same                               ? 1
                                 : strcmp(look->style, "bold") == 0 ? 3
                                                                    : 2.5,
                        .dashes = strcmp(look->style, "dashed") ? "none" : "7 3"};
}

static void make_nodes(const struct diff *d, const struct diff_names *names,
                       struct drawing_node *ret)
{
    for (size_t i = 0; i < names->len; i++) {
        const struct diff_look *look = diff_look_of_node(d, names->name[i]);
        ret[i] = (struct drawing_node){
            .name = names->name[i], .sign = look->sign, .pen = pen_of(look, false)};
    }
}

/* Also says what each server is. Returns how many there are. */
static size_t make_edges(const struct diff *d, const struct diff_names *names,
                         struct drawing_node *node, struct drawing_edge *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < d->len; i++) {
        const struct diff_row *row = &d->row[i];
        if (row->operation[0])
            continue;
        struct drawing_edge *e = &ret[len++];
        *e = (struct drawing_edge){.client = diff_names_find(names, row->client),
                                   .server = diff_names_find(names, row->server),
                                   .port = row->port,
                                   .protocol = row->protocol};
        const struct diff_look *look = diff_look_of_edge(d, row, e->label, sizeof e->label);
        e->pen = pen_of(look, true);
        e->urgent = look != &diff_look_same;
        e->ink = look == &diff_look_same ? "#57606A" : look->color;
        if (look == &diff_look_same && strcmp(e->label, row->protocol) == 0)
            e->label[0] = '\0'; /* nothing changed, so nothing is in the way of what did */
        enum picture_kind kind = picture_kind_of(row->protocol);
        if (kind != PICTURE_SERVICE)
            node[e->server].kind = kind;
    }
    return len;
}

static bool place(struct drawing_node *node, size_t node_len, const struct drawing_edge *edge,
                  size_t edge_len)
{
    struct layout_node *places = calloc(node_len + 1, sizeof *places);
    struct layout_edge *links = calloc(edge_len + 1, sizeof *links);
    for (size_t i = 0; links && i < edge_len; i++)
        links[i] = (struct layout_edge){(uint32_t)edge[i].client, (uint32_t)edge[i].server, 1};
    bool placed = places && links && layout_place(places, node_len, links, edge_len);
    for (size_t i = 0; placed && i < node_len; i++) {
        node[i].x = places[i].x;
        node[i].y = places[i].y;
    }
    free(places);
    free(links);
    return placed;
}

bool drawing_diff(struct canvas *c, const struct diff *d)
{
    struct diff_names names;
    if (!diff_names_list(d, &names))
        return false;
    struct drawing_node *node = calloc(names.len + 1, sizeof *node);
    struct drawing_edge *edge = calloc(d->len + 1, sizeof *edge);
    struct drawing drawn = {.node = node, .node_len = names.len, .edge = edge};
    bool whole = node && edge;
    if (whole) {
        make_nodes(d, &names, node);
        drawn.edge_len = make_edges(d, &names, node, edge);
        whole = place(node, names.len, edge, drawn.edge_len);
    }
    whole = whole && drawing_put(c, &drawn);
    free(node);
    free(edge);
    free(names.name);
    return whole;
}
