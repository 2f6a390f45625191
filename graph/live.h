/* live.h - the rows of a delta that are told of one by one: connections, and calls that are open.
 *
 * Of each kind the first in order are kept, up to a cap. A row that is among the first of all is so
 * at every moment before, so it is never dropped on the way and holds all that was counted for it;
 * and what was dropped is counted such that dropping it early or late comes to the same. So the
 * number of workers does not matter. */
#pragma once

#include "graph/delta.h"

/* The order of the rows (graph/delta.h). Both point into `edge`, which need not be in order. */
int connection_compare(const struct connection_delta *a, const struct connection_delta *b,
                       const struct edge_delta *edge);
int open_call_compare(const struct open_call_delta *a, const struct open_call_delta *b,
                      const struct edge_delta *edge);

/* Adds what was counted, and takes over how things stand unless that is older. */
void connection_add(struct connection_delta *into, const struct connection_delta *from);

/* Puts the rows of `d` in order, makes one of those with the same key, and drops, counted, those of
 * edges that are not there and those past the cap. Of open calls with the same key it keeps the one
 * that was heard of last. */
void live_settle_connections(struct delta *d);
void live_settle_open_calls(struct delta *d);

/* Calls each open call by the operation that it will be counted in when it ends: "other" if the
 * edge has not its own. The operations must be in order. */
void live_name_open_calls(struct delta *d);
