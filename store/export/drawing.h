/* drawing.h - a picture of our own, in SVG, where Graphviz cannot be run: nodes stand where
 * graph/layout.h places them, as on the page. */
#pragma once

#include <stdio.h>

#include "store/diff.h"
#include "store/export/picture.h"
#include "store/query.h"

/* How a line looks, or the line around a node. */
struct pen {
    const char *color;
    double width;
    const char *dashes; /* as in SVG: "7 3"; or "none" */
};

struct drawing_node {
    const char *name;
    const char *sign; /* stands before the name; "" if there is none */
    enum picture_kind kind;
    struct pen pen;
    double x, y; /* in columns and rows, as layout.h has them */
};

struct drawing_edge {
    size_t client, server; /* indices of nodes */
    uint16_t port;
    const char *protocol;
    struct pen pen;
    const char *ink; /* colour of the label */
    char label[320]; /* lines are parted by '\n' */
};

/* All is borrowed. */
struct drawing {
    const struct drawing_node *node;
    size_t node_len;
    const struct drawing_edge *edge;
    size_t edge_len;
};
void drawing_put(FILE *out, const struct drawing *d);

/* false: the stream failed, or memory is short. */
bool drawing_graph(FILE *out, const struct graph *g);
bool drawing_diff(FILE *out, const struct diff *d);
