/* sweep.c - see sweep.h. */
#include "store/sweep.h"

static void step(sqlite3_context *context, int len, sqlite3_value **value)
{
    const struct query *q = sqlite3_user_data(context);
    (void)len;
    q->sweeping.take(q->sweeping.to, value);
}

static void end(sqlite3_context *context)
{
    (void)context;
}

bool sweep_open(struct query *q)
{
    return sqlite3_create_function_v2(q->db, "swept", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, q, NULL,
                                      step, end, NULL) == SQLITE_OK;
}

bool sweep(struct query *q, struct range r, const char *sql,
           void (*take)(void *to, sqlite3_value **row), void *to, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (!s)
        return false;
    q->sweeping.take = take;
    q->sweeping.to = to;
    question_row(q, s, &failed, err);
    sqlite3_finalize(s);
    return !failed;
}
