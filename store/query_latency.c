/* query_latency.c - the histogram of an edge's latency, over a range. */
#include <stdlib.h>

#include "graph/latency.h"
#include "store/sums.h"
#include "store/topology.h"

static bool add_up(struct query *q, struct range r, int64_t edge_id, struct latency *ret,
                   struct err *err)
{
    struct topology t = {0};
    struct sum *sums = NULL;
    bool loaded = topology_load(q, GROUP_SERVICE, &t, err) && sums_load(q, r, &t, true, &sums, err);
    for (size_t i = 0; loaded && i < t.edge_len; i++) {
        if (!edge_id || t.edge[i].id == edge_id)
            latency_merge(ret, &sums[i].counted.exchanges.duration);
    }
    if (loaded)
        sums_free(sums, t.edge_len);
    topology_free(&t);
    return loaded && (!ret->is_short || question_no_memory(q, err));
}

bool query_latency(struct query *q, struct range r, int64_t edge_id, struct latency *ret,
                   struct err *err)
{
    *ret = (struct latency){0};
    if (!question_begin(q, err))
        return false;
    bool added = add_up(q, r, edge_id, ret, err);
    question_end(q);
    if (!added)
        latency_free(ret);
    return added;
}
