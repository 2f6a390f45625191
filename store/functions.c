/* functions.c - see functions.h. */
#include "store/functions.h"

#include "graph/latency.h"
#include "store/database.h"

static void add_value(sqlite3_value *v, struct latency *into)
{
    struct bytes stored = value_bytes(v);
    if (stored.len)
        latency_decode_alone(stored, into);
}

static void answer(sqlite3_context *context, const struct latency *l)
{
    struct writer w = {0};
    if (!l->count)
        return;
    latency_encode(l, &w);
    if (w.failed || l->is_short)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_blob64(context, w.at, w.len, SQLITE_TRANSIENT);
    writer_free(&w);
}

/* With one of them empty, the other is the answer as it is. */
static void merge_two(sqlite3_context *context, int len, sqlite3_value **value)
{
    struct latency sum = {0};
    (void)len;
    for (int i = 0; i < 2; i++)
        if (sqlite3_value_type(value[i]) == SQLITE_NULL) {
            sqlite3_result_value(context, value[!i]);
            return;
        }
    add_value(value[0], &sum);
    add_value(value[1], &sum);
    answer(context, &sum);
    latency_free(&sum);
}

static void merge_step(sqlite3_context *context, int len, sqlite3_value **value)
{
    struct latency *sum = sqlite3_aggregate_context(context, sizeof *sum);
    (void)len;
    if (sum)
        add_value(value[0], sum);
    else
        sqlite3_result_error_nomem(context);
}

static void merge_end(sqlite3_context *context)
{
    struct latency *sum = sqlite3_aggregate_context(context, 0);
    if (!sum)
        return;
    answer(context, sum);
    latency_free(sum);
}

static void quantile_ms(sqlite3_context *context, int len, sqlite3_value **value)
{
    struct latency l = {0};
    (void)len;
    add_value(value[0], &l);
    if (l.is_short)
        sqlite3_result_error_nomem(context);
    else if (l.count)
        sqlite3_result_double(context,
                              (double)latency_quantile(&l, sqlite3_value_double(value[1])) / 1e6);
    latency_free(&l);
}

bool functions_add(sqlite3 *db)
{
    int how = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    return sqlite3_create_function_v2(db, "merged", 2, how, NULL, merge_two, NULL, NULL, NULL) ==
               SQLITE_OK &&
           sqlite3_create_function_v2(db, "merged", 1, how, NULL, NULL, merge_step, merge_end,
                                      NULL) == SQLITE_OK &&
           sqlite3_create_function_v2(db, "quantile_ms", 2, how, NULL, quantile_ms, NULL, NULL,
                                      NULL) == SQLITE_OK;
}
