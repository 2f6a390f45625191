/* drawing.h - a picture of our own, which needs no Graphviz: nodes stand where graph/layout.h
 * places them, as on the page. */
#pragma once

#include "store/diff.h"
#include "store/export/canvas.h"
#include "store/export/picture.h"
#include "store/query.h"

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
    bool urgent;     /* something is wrong with it: its label comes before others */
};

/* All is borrowed. */
struct drawing {
    const struct drawing_node *node;
    size_t node_len;
    const struct drawing_edge *edge;
    size_t edge_len;
};

/* false: the canvas wanted nothing, or its stream failed, or memory is short. */
bool drawing_put(struct canvas *c, const struct drawing *d);
bool drawing_graph(struct canvas *c, const struct graph *g);
bool drawing_diff(struct canvas *c, const struct diff *d);
