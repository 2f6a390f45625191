/* sampler.h - the sample of the window that is open (graph/sample.h).
 *
 * The rows stand in a delta, in no order; here is how they are found: a list for each edge and
 * reason, the last in rank first, and what an exchange must be before to be kept, which most of
 * those of a busy edge are not. There may be twice as many rows as are kept of a window; then they
 * are cut to that. */
#pragma once

#include "base/hash.h"
#include "graph/sample.h"

struct sampler_edge;

/* Zeroed is empty. */
struct sampler {
    struct sampler_edge *edge; /* owned; by row of the edge */
    uint32_t edge_len, edge_room;
    uint32_t *next; /* owned; by row of the sample: the one that is before it in rank, or NO_ROW */
    uint32_t room;  /* of the rows */
    uint32_t len[KEPTS];
    size_t live;         /* bytes of rows */
    struct writer spare; /* what takes the place of the rows' bytes when most are of none */
};

/* How it is counted. */
struct sampled {
    uint32_t edge;
    const char *operation; /* or "" */
    bool templated;
    uint64_t id; /* as of sample_ranks() */
};

/* Offers an exchange to the sample in `d`. When memory is short it is not kept. */
void sampler_offer(struct sampler *s, struct delta *d, const struct sampled *as,
                   const struct exchange *x);

/* The rows have been moved away: forgets them, and keeps the memory. */
void sampler_clear(struct sampler *s);
void sampler_free(struct sampler *s);
