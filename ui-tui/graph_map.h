/* graph_map.h - inside the Graph tab: its state, and the parts it is drawn from. */
#pragma once

#include "store/query.h"
#include "ui-tui/scheme.h"
#include "ui-tui/services_table.h"
#include "ui-tui/table.h"
#include "ui-tui/wires.h"

enum { GRAPH_HOPS_MOST = 6 };

/* Node indices are those of graph.nodes. */
struct graph_map {
    struct table table;       /* the nodes: filtered, counted, printed */
    struct service_seen *row; /* owned: of these */
    struct graph graph;
    enum grouping grouping;
    bool stale; /* other nodes are wanted than `graph` has */

    int64_t selected_id, focus_id; /* 0: none yet */
    uint32_t selected, focus;      /* the same as indices; good while there are nodes */
    bool near_only, chosen;        /* chosen: by the user, so it stays as it is */
    int hops;
    uint8_t *found;       /* owned; for each node: it passes the filter */
    bool finding;         /* there is a filter, */
    struct filter sought; /* this one */

    struct scheme scheme;
    bool is_made;
    struct scheme_wish wish; /* of that scheme */
    struct wires wires;

    struct pane window; /* where the boxes were drawn last; canvas NULL: not yet */
    int scroll_row;     /* of the scheme, at the top of the window */
    int scroll_column;  /* likewise at its left */
};

/* Boxes and lines; the selected box is scrolled into the window. */
void graph_map_draw(struct graph_map *m, const struct pane *pane);

/* Who calls the selected node, and whom it calls, with the figures. */
void graph_sides_draw(const struct graph_map *m, const struct pane *pane);

/* Which box is at a row and column of the canvas; UINT32_MAX: none. */
uint32_t graph_map_at(const struct graph_map *m, int row, int column);

/* A node's health: that of what it serves, else of what it calls. */
enum health graph_node_health(const struct service_row *node);
