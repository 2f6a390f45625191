/* steps.h - inside the read side: what was counted in a range, step by step. */
#pragma once

#include "store/handle.h"
#include "store/tallied.h"

/* Of what: a line for each id. */
struct steps_of {
    enum series_of of;
    struct series_ids ids; /* not of SERIES_OF_ALL, which has one line */
    bool as_client;        /* a service by what it asks for, not as it is asked */
    const char *operation; /* only what has this name; NULL: all */
};

struct steps {
    struct range range;
    uint64_t origin_ns; /* where the first step begins */
    uint64_t step_ns;
    int highest;         /* level of windows that lie in one step */
    size_t len;          /* of the steps of a line */
    size_t lines;        /* which stand behind each other in what follows */
    struct tallied *sum; /* owned */
    uint64_t *bytes;     /* owned; on the wire; of operations, of their requests and answers */
};

/* At most `steps_max` of them; a step is a multiple of the windows' length. A question of its own.
 * steps_free() after a success. */
bool steps_load(struct steps *ret, struct query *q, struct range r, const struct steps_of *of,
                size_t steps_max, struct err *err);
void steps_free(struct steps *s);

/* The figures of one. */
struct point steps_point(const struct steps *s, size_t line, size_t step);
