/* events_range.c - when what happened to the collector itself is to be looked for. */
#include "store/query.h"

bool query_events_range(struct query *q, struct range *r, struct err *err)
{
    struct range all;
    if (!query_history(q, &all, err))
        return false;
    if (r->from_ns <= all.from_ns)
        r->from_ns = 0;
    if (r->to_ns >= all.to_ns)
        r->to_ns = INT64_MAX;
    return true;
}
