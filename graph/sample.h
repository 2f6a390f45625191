/* sample.h - which exchanges of a window are kept to be looked at one by one.
 *
 * There are three reasons to keep one, and each chooses on its own, whatever the others keep:
 * - error: it failed. What the server did (its error, a time-out, a reset) comes before what the
 *   client did and what was never answered; among these the order is that of a fair sample.
 * - slow: it took longest. Streaming calls, which last as long as they are wanted, do not count.
 * - fair: the least hashes first, of the trace it belongs to, else of its request id, else of its
 *   own ends and times. So what belongs to one trace is kept on all edges, or on none.
 *
 * An exchange's rank in each depends on itself alone; equal ranks are told apart by a hash of all
 * that is stored (`tie`). Of each edge the first in rank are kept, up to a cap; of all edges, the
 * first of each before any that is second, and so on, up to a cap for the window. What was dropped
 * once can never come back, whatever else is added: a row has its place behind those that displaced
 * it for good. So samples may be taken in parts and merged, in any order, and come to the same. */
#pragma once

#include "graph/delta.h"

struct variety;

/* Of a reason, in an edge, and in a window; the sum of the latter is SAMPLES_MAX. */
uint32_t sample_edge_max(enum kept_for kept);
uint32_t sample_window_max(enum kept_for kept);

/* Rank of what is not of this class. */
#define SAMPLE_NO_RANK UINT64_MAX

/* The ranks of an exchange by each reason; the least is the first. `id`: hop_hash() of its trace or
 * request id; 0: it has none. */
void sample_ranks(const struct exchange *x, uint64_t id, uint64_t ret[KEPTS]);

/* Drops the rows of `d` that are of edges that are not there, and those past the caps. Each row
 * must have one reason. If `ret_dropped` is not NULL, it is told each row past a cap. */
struct sample_listener {
    void (*dropped)(void *ctx, const struct sample_delta *row);
    void *ctx;
};
void samples_settle(struct delta *d, const struct sample_listener *listener);

/* The window is whole, and its operations have their names: makes one row of those of the same
 * exchange, puts them in order, and calls "other" what has not its own operation. */
void samples_finish(struct delta *d);

/* What the templated operations of an edge are called by now. */
void samples_rename(struct delta *d, uint32_t edge, const struct variety *v);

/* The exchange that a row of `d` is of, without number and operation. `protocol` as of
 * wire_get_exchange(). */
bool sample_exchange(const struct delta *d, const struct sample_delta *row, struct exchange *ret);

/* A row of `d` as bytes. */
struct bytes sample_bytes(const struct delta *d, const struct sample_delta *row);
