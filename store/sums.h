/* sums.h - inside the read side: what was counted in a range, added up by edge. */
#pragma once

#include "graph/merge.h"
#include "store/columns.h"
#include "store/tallied.h"
#include "store/topology.h"

/* The counters of struct edge_delta are used as such; its key is not. */
struct sum {
    struct edge_delta counted;
    uint64_t active; /* connections open at the end of the range */
    bool seen;       /* it has a row in the range */
};

/* Adds up by the edges of `t`, whose pairs get their `active`. Of the counters of an edge,
 * `calls_only` reads but the bytes, which is quicker. `*ret` has one sum for each edge, given:
 * sums_free(). To be called inside a question. */
bool sums_load(struct query *q, struct range r, struct topology *t, bool calls_only,
               struct sum **ret, struct err *err);

/* Gives the pairs their `active`, the connections that were open at the end of the range: of a pair
 * of which nothing was seen after the range, those open now; of others, its last row in the range
 * tells. The first is called before the rows of the range are read, the second with each. */
void sums_begin_active(struct topology *t, struct range r);
void sums_set_active(struct topology_pair *pair, struct range r, uint64_t active);

void sums_free(struct sum *sums, size_t len);

/* What people see of it, over a range. */
struct figures figures_of(const struct tallied *t, struct range r);
struct figures figures_of_edge(const struct edge_delta *d, struct range r);
struct percentiles percentiles_of(const struct latency *l);
