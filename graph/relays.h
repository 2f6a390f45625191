/* relays.h - which services pass on what they are asked: an exchange into one (from a client) and
 * one out of it (to a server) that carry the same identifier, the second while the first lasts.
 *
 * The two may be on connections of different workers, and end in different windows, so they are
 * brought together where the windows of all workers are whole. What may still turn out to be the
 * inner side of an exchange that goes on waits here, up to RELAYS_WAITING_MAX and for
 * RELAYS_WAIT_NS; those that have ended last are kept. */
#pragma once

#include "graph/delta.h"

enum { RELAYS_WAITING_MAX = 8192 };
#define RELAYS_WAIT_NS (60 * UINT64_C(1000000000))

struct relays;

/* NULL when memory is short. */
struct relays *relays_new(void);
void relays_free(struct relays *r); /* NULL is fine */

/* The window is whole, and its rows in order: makes `relay` of its hops and of what waits. Takes
 * the hops out of it. */
void relays_join(struct relays *r, struct delta *d);

/* The order of the rows. */
int relay_compare(const struct relay_delta *a, const struct relay_delta *b);
