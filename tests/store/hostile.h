/* hostile.h - an answer full of names that mean something to some format, and programs that read
 * what an exporter makes of it. */
#pragma once

#include "store/export/exporter.h"

enum { HOSTILE_NAMES = 12 };

/* In canonical form (base/text.h), as all that comes from the wire. */
extern const char *const hostile_name[HOSTILE_NAMES];

/* A service of each name, each of which calls the next, an operation of each edge, and a row of
 * each other kind with that name in it. */
struct hostile {
    struct service_row service[HOSTILE_NAMES];
    struct edge_row edge[HOSTILE_NAMES];
    struct operation_row operation[HOSTILE_NAMES];
    struct backend_row backend[HOSTILE_NAMES];
    struct connection_row connection[HOSTILE_NAMES];
    struct open_call_row open_call[HOSTILE_NAMES];
    struct insight_row insight[HOSTILE_NAMES];
    struct graph graph;
};

void hostile_fill(struct hostile *h);

enum question {
    ASK_GRAPH,
    ASK_EDGES,
    ASK_SERVICES,
    ASK_OPERATIONS,
    ASK_BACKENDS,
    ASK_CONNECTIONS,
    ASK_OPEN_CALLS,
    ASK_INSIGHTS,
};

/* What `exporter` makes of it, zero-terminated. Given to the caller. */
char *hostile_export(struct hostile *h, const char *exporter, enum question question);

/* Feeds `text` to a shell command and returns what that prints; skips the test if `program` is not
 * there. Given to the caller. */
char *piped(const char *text, const char *program, const char *command);

/* All the names in order, a line each. Given to the caller. */
char *hostile_lines(void);
