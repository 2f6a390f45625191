/* merge.h - adds the rows of one delta to another, and the sums that this needs. */
#pragma once

#include "graph/delta.h"

#define OPERATION_OTHER "other"

/* All operations but the "other" of each edge, which must always find room. */
enum { OPERATIONS_NAMED_MAX = OPERATIONS_MAX - EDGES_MAX };

void tallied_add(struct tallied *into, const struct tallied *from);
void tallied_free(struct tallied *t); /* the histograms */
uint64_t tallied_requests(const struct tallied *t);

/* Adds `from` to `into` and frees it. */
void tallied_move(struct tallied *into, struct tallied *from);

/* Likewise of operations that have the same name by now. */
void operation_move(struct operation_delta *into, struct operation_delta *from);

/* Adds the rows and drop counters of `from`, in any order, to `into`, whose rows
 * are and stay unique and in order. `from` is left without rows; its arrays stay the caller's.
 *
 * Caps hold for the sum as well: past OPERATIONS_AT_WORK_MAX the operations of an edge are brought
 * down as by merge_finish(); past EDGES_MAX, NAMES_MAX, CONNECTIONS_MAX and
 * OPEN_CALLS_MAX the rows last in order are dropped and counted.
 *
 * Returns false, with both as they were, when memory is short. */
bool merge_rows(struct delta *into, struct delta *from);

/* The same, if `into` has no rows yet and those of `from` are unique: their arrays of edges,
 * operations and names are `into`'s then, and not copied, and `from` has none (NULL). */
bool merge_first_rows(struct delta *into, struct delta *from);

/* When all rows of a window are there: brings the names by which a server is called down to
 * PLACE_NAMES_MAX (graph/settle_hosts.h), and the operations of each edge to
 * OPERATIONS_PER_EDGE_MAX and "other" (graph/settle.h). What comes of it depends on the rows, not
 * on how many deltas they came in. */
void merge_finish(struct delta *d);

/* Empties `from` of rows, which are lost, and counts in `into`, which may be the same, what was in
 * them and what was lost before. */
void merge_drop_rows(struct delta *into, struct delta *from);
