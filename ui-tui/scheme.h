/* scheme.h - where the boxes of a graph stand on a grid of cells, and how the lines between them
 * run.
 *
 * Columns and the order within them are those of the graph's own layout, so a node stands where the
 * page shows it. Between two columns of boxes is a channel, in which lines turn. All lines that
 * leave a node the same way share one lane of a channel; a line over several columns runs between
 * the boxes of those it passes. A link against the direction of the columns leaves at the right of
 * the box it leads to, and has its arrow there. */
#pragma once

#include "store/query.h"

enum { SCHEME_LANES_MOST = 16 }; /* with as many, lines of a channel lie on each other */

/* All that leads from one node to another. */
struct scheme_link {
    uint32_t client, server; /* indices of nodes */
    enum health health;      /* the worst of its edges */
};

struct scheme_box {
    int column; /* -1: not shown */
    int top;
};

struct scheme_column {
    int left, width;
    int lanes; /* of the channel on its right */
};

/* A line that starts at one box: what it does in a channel. */
struct scheme_hop {
    int row;  /* where it comes in */
    int lane; /* -1: straight through */
    int low, high;
};

struct scheme_bus {
    int32_t first; /* of its hops, one for each channel from that of its box on; -1: none */
    int32_t len;
};

/* What is to be seen. */
struct scheme_wish {
    int rows, columns; /* of the window */
    bool near_only;    /* of the nodes, only those near `focus` */
    uint32_t focus;    /* index of a node */
    int hops;          /* how near */
};

/* Zeroed is empty; scheme_free(). */
struct scheme {
    uint32_t nodes;
    size_t link_len, column_len, hop_len;
    struct scheme_link
        *link;              /* all of the graph, whether shown or not; in order of client, server */
    struct scheme_box *box; /* for each node */
    struct scheme_column *column;
    struct scheme_bus *bus; /* two for each node: with and against the columns */
    struct scheme_hop *hop;
    bool flat; /* boxes of one row, else of three */
    int rows, width;
    size_t shown; /* boxes */
};

/* false: memory is short; then it is empty. */
bool scheme_make(struct scheme *p, const struct graph *g, const struct scheme_wish *wish);
void scheme_free(struct scheme *p);

/* Of a link with both ends shown: the box it is drawn from, that stands further left, and the box
 * it is drawn to. */
struct scheme_ends {
    uint32_t left, right;
    bool back; /* it leads from right to left */
};
bool scheme_ends(const struct scheme *p, const struct scheme_link *l, struct scheme_ends *ret);

/* The row at which lines meet a box. */
int scheme_port(const struct scheme *p, uint32_t node, bool back);
