/* secured.h - the rows of a delta about TLS: what handshakes came to, and certificates.
 *
 * As in live.h the first in order are kept, up to the caps, which gives the same whatever the
 * number of workers. */
#pragma once

#include "graph/delta.h"

/* The order of the rows (graph/delta.h). Both point into `edge`, which need not be in order. */
int secured_compare(const struct secured_delta *a, const struct secured_delta *b,
                    const struct edge_delta *edge);
int certificate_compare(const struct certificate_delta *a, const struct certificate_delta *b);

/* Adds what was counted of rows with the same key. */
void secured_add(struct secured_delta *into, const struct secured_delta *from);
void certificate_add(struct certificate_delta *into, const struct certificate_delta *from);

/* Puts the rows of `d` in order, makes one of those with the same key, and drops, counted, those of
 * edges that are not there and those past the caps. */
void secured_settle(struct delta *d);
void secured_settle_certificates(struct delta *d);
