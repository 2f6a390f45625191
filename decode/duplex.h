/* duplex.h - the two streams of a flow, handed out such that what is answered comes before the
 * answer, even where a mirror shows it after.
 *
 * An early segment (decode/stream.h) waits for STREAM_EARLY_WAIT_NS; then what it acknowledges is
 * given up, and what has come of it is handed out first. `out[i].other` is `&stream[!i]`. */
#pragma once

#include "decode/stream.h"

/* Hands out what is ready, and gives up what is overdue. Cheap if nothing is kept. */
void duplex_check(struct stream stream[2], const struct stream_out out[2], uint64_t now_ns);

/* The flow is over: nothing waits any longer. Where both have holes, those of `first` come first.
 */
void duplex_flush(struct stream stream[2], const struct stream_out out[2], unsigned first,
                  uint64_t now_ns);
