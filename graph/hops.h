/* hops.h - exchanges that carry an identifier, by which the two sides of a hop are found to be one
 * (graph/relays.h).
 *
 * There may be twice as many as are kept, which are those first in order: that of their
 * identifiers' hashes, so that both sides are kept or neither, and whatever the number of workers.
 */
#pragma once

#include "graph/delta.h"

/* The hash of an identifier, the same in all processes; 0: there is none. */
uint64_t hop_hash(const char *id);

/* Adds a hop to `d`, whose array has room for `*room`. False, counted: memory is short. */
bool hops_add(struct delta *d, uint32_t *room, const struct hop_delta *hop);

/* Puts them in order and drops, counted, those of edges that are not there and those past the cap.
 */
void hops_settle(struct delta *d);
