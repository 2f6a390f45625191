/* wire.h - deltas and exchanges as bytes, for the pipe from the sensor to the keeper.
 *
 * The reader trusts nothing: the sensor parses hostile traffic and may have been taken over. Every
 * count and length is checked, text must be in canonical form, an enum in its range. */
#pragma once

#include "graph/delta.h"

void wire_put_delta(struct writer *w, const struct delta *d);

/* Fills *ret (freed by delta_free()). Returns false, with *ret freed, if the bytes are damaged. */
bool wire_get_delta(struct bytes in, struct delta *ret);

/* One exchange; several may follow each other in one message. */
void wire_put_exchange(struct writer *w, const struct exchange *x);

/* The same without what it is to one run only, its number, and without its operation. */
void wire_put_bare_exchange(struct writer *w, const struct exchange *x);

/* Reads the next one, bare or not. `protocol` of the result points into a table of names kept for
 * the life of the process. Returns false if the bytes are damaged; the result is of no use then. */
bool wire_get_exchange(struct cursor *c, struct exchange *ret);

/* Passes over the next one without a look at it: its bytes, which wire_get_exchange() may read.
 * Empty, with damage, if they are not all there. */
struct bytes wire_next_exchange(struct cursor *c);
