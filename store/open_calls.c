/* open_calls.c - see open_calls.h. */
#include "store/open_calls.h"

enum statement { NEWEST, WRITE, DROP_OLDER, DROP_ALL };

static const char *const sql[OPEN_CALL_STATEMENTS] = {
    [NEWEST] = "SELECT max(start_ns) FROM capture_window WHERE level = 0",
    /* What the window before knew of the call tells how many messages there were since. */
    [WRITE] =
        "INSERT INTO open_call (window_id, pair_id, client_port, stream_id, began_ns, seen_ns, "
        "kind, operation, last_message_ns, request_messages, response_messages, before_ns, "
        "request_messages_before, response_messages_before) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
        "?8, ?9, ?10, ?11, ?12, 0, 0) "
        "ON CONFLICT (pair_id, client_port, stream_id, began_ns) DO UPDATE SET "
        "before_ns = iif(window_id = excluded.window_id, before_ns, seen_ns), "
        "request_messages_before = iif(window_id = excluded.window_id, request_messages_before, "
        "request_messages), "
        "response_messages_before = iif(window_id = excluded.window_id, response_messages_before, "
        "response_messages), "
        "window_id = excluded.window_id, seen_ns = excluded.seen_ns, kind = excluded.kind, "
        "operation = excluded.operation, last_message_ns = excluded.last_message_ns, "
        "request_messages = excluded.request_messages, "
        "response_messages = excluded.response_messages",
    [DROP_OLDER] = "DELETE FROM open_call WHERE window_id <> ?1",
    [DROP_ALL] = "DELETE FROM open_call",
};

bool open_calls_open(struct open_calls *c, sqlite3 *db)
{
    for (int i = 0; i < OPEN_CALL_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &c->statement[i]))
            return false;
    return true;
}

void open_calls_close(struct open_calls *c)
{
    for (int i = 0; i < OPEN_CALL_STATEMENTS; i++)
        sqlite3_finalize(c->statement[i]);
    *c = (struct open_calls){0};
}

bool open_calls_forget(struct open_calls *c)
{
    return statement_run(c->statement[DROP_ALL]);
}

static bool is_newest(struct open_calls *c, const struct delta *d, bool *ret)
{
    sqlite3_stmt *s = c->statement[NEWEST];
    int status = statement_row(s);
    *ret = status != SQLITE_ROW || column_count(s, 0) <= d->start_ns;
    bool fine = status == SQLITE_ROW || status == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && fine;
}

static bool write_call(struct open_calls *c, int64_t window, const struct delta *d,
                       const struct open_call_delta *call, int64_t pair)
{
    sqlite3_stmt *s = c->statement[WRITE];
    bool older = call->request_ns && call->request_ns < d->start_ns;
    bind_id(s, 1, window);
    bind_id(s, 2, pair);
    bind_id(s, 3, call->client_port);
    bind_id(s, 4, call->stream_id);
    bind_count(s, 5, call->request_ns);
    bind_count(s, 6, d->end_ns);
    bind_text(s, 7, call_kind_name(call->call));
    bind_text(s, 8, call->operation);
    bind_count(s, 9, call->last_message_ns);
    bind_count(s, 10, call->request_messages);
    bind_count(s, 11, call->response_messages);
    /* One that was not known before, though it is older: its messages are those of its life. */
    bind_count(s, 12, older ? call->request_ns : d->start_ns);
    return statement_run(s);
}

/* The row, under the name that its operation has by now. */
static bool name_call(struct operations *operations, int64_t pair, struct open_call_delta *call)
{
    char name[OPERATION_TEXT_MAX];
    if (!call->templated || !call->operation[0])
        return true;
    if (!operations_name(operations, pair, call->operation, name))
        return false;
    memcpy(call->operation, name, sizeof name);
    return true;
}

bool open_calls_write(struct open_calls *c, struct operations *operations, int64_t window,
                      const struct delta *d, const struct pair *pairs)
{
    bool newest;
    if (!d->edge_len && !d->open_call_len)
        return true;
    if (!is_newest(c, d, &newest))
        return false;
    if (!newest)
        return true;
    for (uint32_t i = 0; i < d->open_call_len; i++) {
        struct open_call_delta call = d->open_call[i];
        if (call.edge >= d->edge_len)
            continue;
        int64_t pair = pairs[call.edge].id;
        if (!name_call(operations, pair, &call) || !write_call(c, window, d, &call, pair))
            return false;
    }
    bind_id(c->statement[DROP_OLDER], 1, window);
    return statement_run(c->statement[DROP_OLDER]);
}
