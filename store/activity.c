/* activity.c - see activity.h. */
#include "store/activity.h"

#include <stdlib.h>

#include "store/sums.h"

static const char calls_sql[] =
    "SELECT x.pair_id, w.start_ns, w.end_ns, unknown + ok + client_error + server_error + timeout "
    "+ reset + cancelled + unanswered "
    "FROM " RANGE_WINDOWS " CROSS JOIN edge_window x ON x.window_id = w.id";

static bool add_calls(struct query *q, struct range r, const struct topology *t,
                      struct activity *all, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, calls_sql, r, err);
    while (s && question_row(q, s, &failed, err)) {
        uint64_t calls = column_count(s, 3);
        const struct topology_pair *p =
            calls ? topology_find_pair(t, sqlite3_column_int64(s, 0)) : NULL;
        if (!p)
            continue;
        struct activity *a = &all[p - t->pair];
        if (!a->calls)
            a->from_ns = column_count(s, 1);
        a->to_ns = column_count(s, 2);
        a->calls += calls;
    }
    sqlite3_finalize(s);
    return s && !failed;
}

bool activity_load(struct query *q, struct range r, struct topology *t, struct activity **ret,
                   struct err *err)
{
    struct activity *all = calloc(t->pair_len + 1, sizeof *all);
    if (!all)
        return question_no_memory(q, err);
    bool loaded = add_calls(q, r, t, all, err) && sums_set_active(q, r, t, err);
    if (loaded)
        *ret = all;
    else
        free(all);
    return loaded;
}
