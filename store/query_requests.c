/* query_requests.c - exchanges that were kept, one by one. */
#include <stdlib.h>
#include <string.h>

#include "store/handle.h"

enum { SQL_MAX = 4096 };

/* A request id that is short, or of another time, need not be the same. */
static const char whole_trace[] =
    " AND r.id IN (SELECT id FROM request WHERE trace_id = ?15 AND trace_id <> '' UNION ALL "
    "SELECT b.id FROM request a, request b ON b.request_id = a.request_id WHERE a.trace_id = ?15 "
    "AND a.trace_id <> '' AND b.request_id <> '' AND b.trace_id = '' AND "
    "length(b.request_id) >= 8 AND abs(b.time_ns - a.time_ns) < 30000000000)";

static const char head[] =
    "SELECT r.id, p.edge_id, ce.service_id, se.service_id, cs.name, ss.name, p.protocol, "
    "r.window_ns, r.kept, r.time_ns, r.duration_ns, r.ttfb_ns, r.first_message_ns, r.end_ns, "
    "r.outcome, r.status, r.method, r.host, r.path, r.fingerprint, r.client_address, "
    "r.client_port, se.address, se.port, se.tenant, r.request_bytes, r.response_bytes, "
    "r.request_messages, r.response_messages, r.stream_id, r.kind, r.grpc_status, r.grpc_message, "
    "r.error_code, r.deadline_ns, r.trace_id, r.span_id, r.parent_id, r.request_id, "
    "r.forwarded_for, r.notes, r.fields, r.fields_known, r.late_fields, r.late_fields_known, "
    "coalesce(o.name, '') FROM request r JOIN pair p ON p.id = r.pair_id "
    "JOIN endpoint ce ON ce.id = p.client_id JOIN endpoint se ON se.id = p.server_id "
    "JOIN service cs ON cs.id = ce.service_id JOIN service ss ON ss.id = se.service_id "
    "LEFT JOIN operation o ON o.id = r.operation_id "
    "WHERE r.window_ns >= ?1 AND r.window_ns < ?2";

/* A code that may not be there. */
static int64_t column_code(sqlite3_stmt *s, int at)
{
    return sqlite3_column_type(s, at) == SQLITE_NULL ? -1 : (int64_t)column_count(s, at);
}

/* A number of a name; `none` if it is no name of these. */
static int value_of(const char *name, const char *(*name_of)(int), int len, int none)
{
    for (int i = 0; i < len; i++)
        if (strcmp(name, name_of(i)) == 0)
            return i;
    return none;
}

static const char *name_of_outcome(int outcome)
{
    return outcome_name((enum outcome)outcome);
}

static const char *name_of_kind(int kind)
{
    return call_kind_name((enum call_kind)kind);
}

static uint32_t reasons_of(const char *text)
{
    uint32_t kept = 0;
    for (int reason = 0; reason < KEPTS; reason++)
        if (strstr(text, kept_name((enum kept_for)reason)))
            kept |= 1U << reason;
    return kept;
}

/* A column of hex digits. */
static uint64_t column_hex(sqlite3_stmt *s, int at)
{
    char text[17];
    column_text(s, at, text, sizeof text);
    return strtoull(text, NULL, 16);
}

static uint32_t column_number(sqlite3_stmt *s, int at)
{
    uint64_t count = column_count(s, at);
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

/* From column 7 on. Returns the next. */
static int read_times(sqlite3_stmt *s, int at, struct request_row *row)
{
    struct exchange *x = &row->exchange;
    char kept[32];
    row->window_ns = column_count(s, at++);
    column_text(s, at++, kept, sizeof kept);
    row->kept = reasons_of(kept);
    row->time_ns = x->request_ns = x->request_end_ns = column_count(s, at++);
    row->is_timed = sqlite3_column_type(s, at) != SQLITE_NULL;
    row->duration_ns = column_count(s, at++);
    row->has_ttfb = sqlite3_column_type(s, at) != SQLITE_NULL;
    row->ttfb_ns = column_count(s, at++);
    bool has_message = sqlite3_column_type(s, at) != SQLITE_NULL;
    uint64_t message_ns = column_count(s, at++);
    x->end_ns = column_count(s, at++);
    x->response_ns = row->has_ttfb ? row->time_ns + row->ttfb_ns : 0;
    x->response_end_ns = row->is_timed ? row->time_ns + row->duration_ns : 0;
    x->first_message_ns = has_message ? row->time_ns + message_ns : 0;
    return at;
}

static int read_ends(sqlite3_stmt *s, int at, struct exchange *x)
{
    char address[ADDRESS_TEXT_MAX];
    column_text(s, at++, address, sizeof address);
    if (!address_from_text(address, &x->client_address))
        x->client_address = (struct address){0};
    x->client_port = (uint16_t)column_count(s, at++);
    column_text(s, at++, address, sizeof address);
    if (!address_from_text(address, &x->server_address))
        x->server_address = (struct address){0};
    x->server_port = (uint16_t)column_count(s, at++);
    x->tenant = column_number(s, at++);
    return at;
}

static int read_asked(sqlite3_stmt *s, int at, struct exchange *x)
{
    char outcome[24];
    column_text(s, at++, outcome, sizeof outcome);
    x->outcome = (enum outcome)value_of(outcome, name_of_outcome, OUTCOMES, OUTCOME_UNKNOWN);
    column_text(s, at++, x->status, sizeof x->status);
    column_text(s, at++, x->method, sizeof x->method);
    column_text(s, at++, x->host, sizeof x->host);
    column_text(s, at++, x->path, sizeof x->path);
    x->fingerprint = column_hex(s, at++);
    return at;
}

static int read_call(sqlite3_stmt *s, int at, struct exchange *x)
{
    char kind[24];
    x->request_bytes = column_count(s, at++);
    x->response_bytes = column_count(s, at++);
    x->request_messages = column_number(s, at++);
    x->response_messages = column_number(s, at++);
    x->stream_id = column_number(s, at++);
    column_text(s, at++, kind, sizeof kind);
    x->call = (enum call_kind)value_of(kind, name_of_kind, CALL_KINDS, CALL_NONE);
    int64_t status = column_code(s, at++);
    x->grpc_status = status <= INT32_MAX ? (int32_t)status : -1;
    column_text(s, at++, x->message, sizeof x->message);
    x->error_code = column_code(s, at++);
    x->deadline_ns = column_count(s, at++);
    return at;
}

static void read_context(sqlite3_stmt *s, int at, struct exchange *x)
{
    column_text(s, at++, x->trace_id, sizeof x->trace_id);
    column_text(s, at++, x->span_id, sizeof x->span_id);
    column_text(s, at++, x->parent_id, sizeof x->parent_id);
    column_text(s, at++, x->request_id, sizeof x->request_id);
    column_text(s, at++, x->forwarded_for, sizeof x->forwarded_for);
    x->notes = column_number(s, at++) & ((1U << NOTES) - 1);
    x->certainty.fields = column_number(s, at++);
    x->certainty.known = column_number(s, at++);
    x->certainty.late_fields = column_number(s, at++);
    x->certainty.late_known = column_number(s, at++);
    column_text(s, at, x->operation, sizeof x->operation);
}

static void read_row(sqlite3_stmt *s, void *to)
{
    struct request_row *row = to;
    struct exchange *x = &row->exchange;
    *row = (struct request_row){
        .id = sqlite3_column_int64(s, 0),
        .edge_id = sqlite3_column_int64(s, 1),
        .client_id = sqlite3_column_int64(s, 2),
        .server_id = sqlite3_column_int64(s, 3),
    };
    column_text(s, 4, row->client, sizeof row->client);
    column_text(s, 5, row->server, sizeof row->server);
    column_text(s, 6, row->protocol, sizeof row->protocol);
    int at = read_times(s, 7, row);
    at = read_asked(s, at, x);
    at = read_ends(s, at, x);
    at = read_call(s, at, x);
    read_context(s, at, x);
}

/* What narrows the question, with the parameter that each has. */
static void add_criteria(char *sql, const struct request_criteria *c)
{
    static const char *const orders[] = {
        [REQUESTS_NEWEST] = " ORDER BY r.window_ns DESC, r.id DESC",
        [REQUESTS_SLOWEST] = " AND r.duration_ns IS NOT NULL ORDER BY r.duration_ns DESC, r.id",
        [REQUESTS_OLDEST] = " ORDER BY r.id",
    };
    const struct {
        bool is_asked;
        const char *sql;
    } terms[] = {
        {c->edge_id, " AND r.pair_id IN (SELECT id FROM pair WHERE edge_id = ?3)"},
        {c->service_id, " AND (ce.service_id = ?4 OR se.service_id = ?4)"},
        {c->client, " AND cs.name = ?5"},
        {c->server, " AND ss.name = ?6"},
        {c->service, " AND (cs.name = ?14 OR ss.name = ?14)"},
        {c->protocol, " AND p.protocol = ?7"},
        {c->operation, " AND instr(o.name, ?8)"},
        {c->operation_is, " AND o.name = ?16"},
        {c->id, " AND r.id = ?17"},
        {c->trace_id, " AND r.trace_id = ?9 AND r.trace_id <> ''"},
        {c->whole_trace, whole_trace},
        {c->outcomes, " AND instr(?10, ',' || r.outcome || ',')"},
        {c->kept & 1U << KEPT_ERROR, " AND instr(r.kept, 'error')"},
        {c->kept & 1U << KEPT_SLOW, " AND instr(r.kept, 'slow')"},
        {c->kept & 1U << KEPT_FAIR, " AND instr(r.kept, 'fair')"},
        {c->least_ns, " AND r.duration_ns >= ?11"},
        {c->after_id, " AND r.id > ?12"},
        {c->begun.to_ns, " AND r.time_ns BETWEEN ?18 AND ?19"},
    };
    strcpy(sql, head);
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        if (terms[i].is_asked)
            strcat(sql, terms[i].sql);
    strcat(sql, orders[c->order]);
    if (!c->passes)
        strcat(sql, " LIMIT ?13");
}

static void bind_if_any(sqlite3_stmt *s, int at, const char *text)
{
    if (text)
        bind_text(s, at, text);
}

static uint32_t limit_of(const struct request_criteria *c)
{
    uint32_t limit = c->limit ? c->limit : REQUESTS_LIMIT_DEFAULT;
    return limit < REQUESTS_LIMIT_MAX ? limit : REQUESTS_LIMIT_MAX;
}

static void bind_criteria(sqlite3_stmt *s, const struct request_criteria *c, char outcomes[256])
{
    strcpy(outcomes, ","); /* ",ok,timeout," */
    for (int i = 0; i < OUTCOMES; i++)
        if (c->outcomes >> i & 1) {
            strcat(outcomes, name_of_outcome(i));
            strcat(outcomes, ",");
        }
    bind_id(s, 3, c->edge_id);
    bind_id(s, 4, c->service_id);
    bind_if_any(s, 5, c->client);
    bind_if_any(s, 6, c->server);
    bind_if_any(s, 7, c->protocol);
    bind_if_any(s, 8, c->operation);
    bind_if_any(s, 9, c->trace_id);
    bind_text(s, 10, outcomes);
    bind_count(s, 11, c->least_ns);
    bind_id(s, 12, c->after_id);
    bind_if_any(s, 14, c->service);
    bind_if_any(s, 15, c->whole_trace);
    bind_if_any(s, 16, c->operation_is);
    bind_id(s, 17, c->id);
    bind_count(s, 18, c->begun.from_ns);
    bind_count(s, 19, c->begun.to_ns);
    if (!c->passes)
        bind_id(s, 13, limit_of(c));
}

static bool add_row(struct request_rows *rows, size_t *room, sqlite3_stmt *s)
{
    if (rows->len == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct request_row *row = realloc(rows->row, more * sizeof *row);
        if (!row)
            return false;
        rows->row = row;
        *room = more;
    }
    read_row(s, &rows->row[rows->len++]);
    return true;
}

bool request_rows_of(struct query *q, struct range r, const struct request_criteria *c,
                     struct request_rows *ret, struct err *err)
{
    char sql[SQL_MAX], outcomes[256];
    bool failed = false;
    size_t room = 0;
    *ret = (struct request_rows){0};
    add_criteria(sql, c);
    sqlite3_stmt *s = question_ask(q, sql, err);
    if (!s)
        return false;
    question_bind_range(s, r);
    bind_criteria(s, c, outcomes);
    while (!failed && ret->len < limit_of(c) && question_row(q, s, &failed, err)) {
        if (!add_row(ret, &room, s))
            failed = !question_no_memory(q, err);
        else if (c->passes && !c->passes(c->ctx, &ret->row[ret->len - 1]))
            ret->len--;
    }
    sqlite3_finalize(s);
    if (failed) {
        free(ret->row);
        *ret = (struct request_rows){0};
    }
    return !failed;
}

bool query_requests(struct query *q, struct range r, const struct request_criteria *c,
                    struct request_rows *ret, struct err *err)
{
    if (!question_begin(q, err))
        return false;
    bool made = request_rows_of(q, r, c, ret, err);
    question_end(q);
    return made;
}

bool query_last_request(struct query *q, int64_t *ret, struct err *err)
{
    bool failed = false;
    sqlite3_stmt *s = question_ask(q, "SELECT coalesce(max(id), 0) FROM request", err);
    *ret = 0;
    if (s && question_row(q, s, &failed, err))
        *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return s && !failed;
}
