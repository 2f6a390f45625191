/* activity.c - see activity.h. */
#include "store/activity.h"

#include <stdlib.h>

#include "store/ids.h"
#include "store/sums.h"
#include "store/sweep.h"

static const char calls_sql[] =
    "SELECT swept(x.pair_id, x.active, w.start_ns, w.end_ns, x.requests) "
    "FROM " RANGE_WINDOWS " CROSS JOIN edge_window x ON x.window_id = w.id";

/* What rows are added to. */
struct adding {
    struct topology_pair *pair;
    struct ids ids; /* of the pairs */
    struct activity *all;
    struct range range;
};

static void add_row(void *to, sqlite3_value **row)
{
    struct adding *into = to;
    size_t at = ids_find(&into->ids, sqlite3_value_int64(row[0]));
    if (at == IDS_NONE)
        return;
    sums_set_active(&into->pair[at], into->range, value_count(row[1]));
    uint64_t calls = value_count(row[4]);
    struct activity *a = &into->all[at];
    if (!calls)
        return;
    if (!a->calls)
        a->from_ns = value_count(row[2]);
    a->to_ns = value_count(row[3]);
    a->calls += calls;
}

bool activity_load(struct query *q, struct range r, struct topology *t, struct activity **ret,
                   struct err *err)
{
    struct activity *all = calloc(t->pair_len + 1, sizeof *all);
    if (!all)
        return question_no_memory(q, err);
    struct adding into = {t->pair, {t->pair, t->pair_len, sizeof *t->pair, 0}, all, r};
    sums_begin_active(t, r);
    bool loaded = sweep(q, r, calls_sql, add_row, &into, err);
    if (loaded)
        *ret = all;
    else
        free(all);
    return loaded;
}
