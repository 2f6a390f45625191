/* query_open_calls.c - the calls that were open when the newest window ended. */
#include <stdlib.h>

#include "store/spoiled.h"

static const char sql[] =
    "SELECT p.edge_id, c.name, s.name, se.address, o.client_port, se.port, p.protocol, "
    "o.operation, o.stream_id, o.kind, o.began_ns, o.seen_ns, o.last_message_ns, "
    "o.request_messages, o.response_messages, o.before_ns, o.request_messages_before, "
    "o.response_messages_before "
    "FROM open_call o JOIN capture_window w ON w.id = o.window_id JOIN pair p ON p.id = o.pair_id "
    "JOIN endpoint ce ON ce.id = p.client_id JOIN endpoint se ON se.id = p.server_id "
    "JOIN service c ON c.id = ce.service_id JOIN service s ON s.id = se.service_id "
    "WHERE w.start_ns >= ?1 AND w.start_ns < ?2 AND (?3 = 0 OR p.edge_id = ?3) "
    "ORDER BY o.began_ns, c.name, s.name, se.port, p.protocol, o.client_port, o.stream_id, "
    "o.pair_id";

static enum call_kind kind_named(const char *text)
{
    for (int i = 0; i < CALL_KINDS; i++)
        if (strcmp(text, call_kind_name((enum call_kind)i)) == 0)
            return (enum call_kind)i;
    return CALL_NONE;
}

static double rate(uint64_t now, uint64_t before, uint64_t length_ns)
{
    return length_ns && now > before ? (double)(now - before) * 1e9 / (double)length_ns : 0;
}

static void read_row(sqlite3_stmt *s, struct open_call_row *row)
{
    char kind[32];
    *row = (struct open_call_row){.edge_id = sqlite3_column_int64(s, 0)};
    column_text(s, 1, row->client, sizeof row->client);
    column_text(s, 2, row->server, sizeof row->server);
    column_text(s, 3, row->server_address, sizeof row->server_address);
    row->client_port = (uint16_t)column_count(s, 4);
    row->port = (uint16_t)column_count(s, 5);
    column_text(s, 6, row->protocol, sizeof row->protocol);
    column_text(s, 7, row->operation, sizeof row->operation);
    row->stream_id = (uint32_t)column_count(s, 8);
    column_text(s, 9, kind, sizeof kind);
    row->call = kind_named(kind);
    row->began_ns = column_count(s, 10);
    row->seen_ns = column_count(s, 11);
    row->last_message_ns = column_count(s, 12);
    row->request_messages = column_count(s, 13);
    row->response_messages = column_count(s, 14);
    uint64_t before_ns = column_count(s, 15);
    uint64_t length_ns = row->seen_ns > before_ns ? row->seen_ns - before_ns : 0;
    row->request_messages_per_s = rate(row->request_messages, column_count(s, 16), length_ns);
    row->response_messages_per_s = rate(row->response_messages, column_count(s, 17), length_ns);
}

static bool load(struct query *q, struct range r, int64_t edge_id, struct open_call_rows *ret,
                 struct err *err)
{
    bool failed = false;
    size_t room = 64;
    struct open_call_rows rows = {.row = malloc(room * sizeof *rows.row)};
    if (!rows.row)
        return question_no_memory(q, err);
    sqlite3_stmt *s = question_ask_range(q, sql, r, err);
    if (s)
        bind_id(s, 3, edge_id);
    while (s && question_row(q, s, &failed, err)) {
        if (rows.len == room) {
            struct open_call_row *more = realloc(rows.row, 2 * room * sizeof *more);
            if (!more) {
                failed = !question_no_memory(q, err);
                break;
            }
            rows.row = more;
            room *= 2;
        }
        read_row(s, &rows.row[rows.len++]);
    }
    sqlite3_finalize(s);
    if (s && !failed)
        *ret = rows;
    else
        free(rows.row);
    return s && !failed;
}

bool query_open_calls(struct query *q, struct range r, int64_t edge_id, struct open_call_rows *ret,
                      struct err *err)
{
    struct spoiled_rows spoiled = {0};
    if (!question_begin(q, err))
        return false;
    bool made = spoiled_load(q, r, SPOILED_BY_EDGE, &spoiled, err) && load(q, r, edge_id, ret, err);
    question_end(q);
    for (size_t i = 0; made && i < ret->len; i++)
        ret->row[i].marks = spoiled_marks(&spoiled, ret->row[i].edge_id);
    free(spoiled.row);
    return made;
}
