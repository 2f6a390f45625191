/* tally.h - exchanges and flow reports of one worker, counted by edge and operation for one window.
 */
#pragma once

#include "base/hash.h"
#include "decode/sink.h"
#include "graph/delta.h"
#include "graph/networks.h"
#include "graph/pattern.h"

struct tally;

/* `networks` is kept until tally_free(). NULL when memory is short. */
struct tally *tally_new(const struct hash_key *key, const struct networks *networks);
void tally_free(struct tally *t);

/* What the user calls paths, before anything else; kept until tally_free(). */
void tally_set_patterns(struct tally *t, const struct patterns *patterns);

/* From now on, a sample of the exchanges is kept (graph/sample.h). */
void tally_keep_samples(struct tally *t);

/* From now on each thing counted stands for so many (one connection in `weight` is followed).
 * Counts of edges and operations are scaled; what is told of one by one (connections, open calls,
 * samples, names) is as it was seen. At least 1, the value at the beginning. */
void tally_set_weight(struct tally *t, uint32_t weight);

/* Counts an exchange in the window that is open. Fills in x->operation if the decoder left it
 * empty: the method and the template of the path, without what is learned from others;
 * "other" when the edge has too many in which there is nothing to learn. */
void tally_exchange(struct tally *t, struct exchange *x);
void tally_flow(struct tally *t, const struct flow_report *r);

/* An address has a name. */
void tally_answer(struct tally *t, const struct name_answer *a);

/* A message of a streaming call that goes on: of the call only the gap is counted. What the decoder
 * left empty stays so, for the decoder may not be done with it. */
void tally_message(struct tally *t, struct exchange *x, uint64_t gap_ns);

/* Likewise a call that is open as the window ends, at `now_ns`: it is told of. */
void tally_open_call(struct tally *t, struct exchange *x, uint64_t now_ns);

/* A certificate that was shown: does the window know it, with that of its issuer behind it? Then it
 * is counted, else it is to be told of. */
bool tally_knows_certificate(struct tally *t, const struct fingerprint *f,
                             const struct fingerprint *issued_by);
void tally_certificate(struct tally *t, const struct certificate *c);

/* The window goes on after all: what was open is not to be told of before it ends. */
void tally_forget_open_calls(struct tally *t);

/* Ends the window: adds what was counted to `into`, whose rows stay unique and in order, and
 * empties the tally. Call it for each worker in turn to merge them. Returns false when memory is
 * short; what was counted is then lost, and in `edges_dropped` and its like.
 *
 * When all workers are merged, merge_finish() brings the operations of each edge down to their cap,
 * whatever the number of workers. At the caps on edges, names and operations in all, what comes
 * later in a worker, and then what is last in order, is dropped or added to "other". Of connections
 * and open calls those first in order are kept, whatever the number of workers. */
bool tally_take(struct tally *t, struct delta *into);
