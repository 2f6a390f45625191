/* steps.h - inside the read side: what was counted in a range, step by step. */
#pragma once

#include "store/handle.h"
#include "store/tallied.h"

struct steps {
    struct range range;
    uint64_t origin_ns; /* where the first step begins */
    uint64_t step_ns;
    int highest; /* level of windows that lie in one step */
    size_t len;
    struct tallied *sum; /* owned */
    uint64_t *bytes;     /* owned; on the wire; of an operation, of its requests and answers */
};

/* At most `steps_max` of them; a step is a multiple of the windows' length. To be called inside a
 * question, with zeroed steps; steps_free() also after a failure. */
bool steps_load(struct steps *s, struct query *q, struct range r, const struct subject *of,
                size_t steps_max, struct err *err);
void steps_free(struct steps *s);

/* The figures of one. */
struct point steps_point(const struct steps *s, size_t at);
