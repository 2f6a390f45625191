/* activity.h - inside the read side: how many calls each pair had in a range, and when. Without
 * histograms, so it is quick. */
#pragma once

#include "store/topology.h"

struct activity {
    uint64_t calls;
    uint64_t from_ns, to_ns; /* of the windows with calls; 0 without calls */
};

/* `*ret` has one for each pair of `t`, which get their `active` at the range's end; given: free().
 * To be called inside a question. */
bool activity_load(struct query *q, struct range r, struct topology *t, struct activity **ret,
                   struct err *err);
