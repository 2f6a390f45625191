/* hostile.h - an answer full of names that mean something to some format, and programs that read
 * what an exporter makes of it. */
#pragma once

#include "store/export/exporter.h"

enum { HOSTILE_NAMES = 12 };

/* In canonical form (base/text.h), as all that comes from the wire. */
extern const char *const hostile_name[HOSTILE_NAMES];

/* A service of each name, each of which calls the next, and an operation of each edge. */
struct hostile {
    struct service_row service[HOSTILE_NAMES];
    struct edge_row edge[HOSTILE_NAMES];
    struct operation_row operation[HOSTILE_NAMES];
    struct graph graph;
};

void hostile_fill(struct hostile *h);

enum question { ASK_GRAPH, ASK_EDGES, ASK_SERVICES, ASK_OPERATIONS };

/* What `exporter` makes of it, zero-terminated. Given to the caller. */
char *hostile_export(const struct hostile *h, const char *exporter, enum question question);

/* Feeds `text` to a shell command and returns what that prints; skips the test if `program` is not
 * there. Given to the caller. */
char *piped(const char *text, const char *program, const char *command);

/* All the names in order, a line each. Given to the caller. */
char *hostile_lines(void);
