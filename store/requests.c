/* requests.c - see requests.h. */
#include "store/requests.h"

#include <stdio.h>

#include "graph/sample.h"
#include "store/store.h"

enum statement { WRITE, DROP_EXCESS, DROP_OLD };

/* The newest row stays whatever its age, so that ids only ever rise. */
static const char *const sql[REQUEST_STATEMENTS] = {
    [WRITE] =
        "INSERT INTO request (pair_id, operation_id, window_ns, time_ns, kept, outcome, status, "
        "duration_ns, ttfb_ns, first_message_ns, method, host, path, fingerprint, client_address, "
        "client_port, request_bytes, response_bytes, request_messages, response_messages, "
        "stream_id, kind, grpc_status, grpc_message, error_code, deadline_ns, trace_id, span_id, "
        "parent_id, request_id, forwarded_for, notes, fields, fields_known, late_fields, "
        "late_fields_known, end_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [DROP_EXCESS] = "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE id <= "
                    "(SELECT max(id) FROM request) - max(?1, 1) ORDER BY id LIMIT ?2)",
    [DROP_OLD] = "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE window_ns < ?1 AND "
                 "id < (SELECT max(id) FROM request) ORDER BY window_ns LIMIT ?2)",
};

bool requests_open(struct requests *r, sqlite3 *db)
{
    r->most = REQUESTS_KEPT_DEFAULT;
    for (int i = 0; i < REQUEST_STATEMENTS; i++)
        if (!statement_prepare(db, sql[i], &r->statement[i]))
            return false;
    return true;
}

void requests_close(struct requests *r)
{
    for (int i = 0; i < REQUEST_STATEMENTS; i++)
        sqlite3_finalize(r->statement[i]);
    *r = (struct requests){0};
}

/* From one moment to another; NULL if either was not seen, or they are the wrong way round. */
static void bind_span(sqlite3_stmt *s, int at, uint64_t from_ns, uint64_t to_ns)
{
    if (from_ns && to_ns >= from_ns)
        bind_count(s, at, to_ns - from_ns);
    else
        sqlite3_bind_null(s, at);
}

/* NULL for -1, which says that there is none. */
static void bind_code(sqlite3_stmt *s, int at, int64_t code)
{
    if (code < 0)
        sqlite3_bind_null(s, at);
    else
        bind_id(s, at, code);
}

/* "error,slow" */
static void reasons_to_text(uint32_t kept, char text[32])
{
    text[0] = '\0';
    for (int reason = 0; reason < KEPTS; reason++)
        if (kept >> reason & 1) {
            strcat(text, text[0] ? "," : "");
            strcat(text, kept_name((enum kept_for)reason));
        }
}

/* Binds what was asked, from `at` on; returns the place behind. Texts must outlive the step. */
static int bind_asked(sqlite3_stmt *s, int at, const struct exchange *x, char fingerprint[17],
                      char address[ADDRESS_TEXT_MAX])
{
    fingerprint[0] = '\0';
    if (x->fingerprint)
        snprintf(fingerprint, 17, "%016llx", (unsigned long long)x->fingerprint);
    address_to_text(&x->client_address, address, ADDRESS_TEXT_MAX);
    bind_text(s, at++, x->method);
    bind_text(s, at++, x->host);
    bind_text(s, at++, x->path);
    bind_text(s, at++, fingerprint);
    bind_text(s, at++, address);
    bind_id(s, at++, x->client_port);
    bind_count(s, at++, x->request_bytes);
    bind_count(s, at++, x->response_bytes);
    bind_count(s, at++, x->request_messages);
    bind_count(s, at++, x->response_messages);
    bind_id(s, at++, x->stream_id);
    return at;
}

static int bind_context(sqlite3_stmt *s, int at, const struct exchange *x)
{
    bind_text(s, at++, call_kind_name(x->call));
    bind_code(s, at++, x->grpc_status);
    bind_text(s, at++, x->message);
    bind_code(s, at++, x->error_code);
    bind_count(s, at++, x->deadline_ns);
    bind_text(s, at++, x->trace_id);
    bind_text(s, at++, x->span_id);
    bind_text(s, at++, x->parent_id);
    bind_text(s, at++, x->request_id);
    bind_text(s, at++, x->forwarded_for);
    bind_id(s, at++, x->notes);
    bind_id(s, at++, x->certainty.fields);
    bind_id(s, at++, x->certainty.known);
    bind_id(s, at++, x->certainty.late_fields);
    bind_id(s, at++, x->certainty.late_known);
    bind_count(s, at++, x->end_ns);
    return at;
}

static bool write_row(struct requests *r, int64_t pair, int64_t operation, uint64_t window_ns,
                      uint32_t kept, const struct exchange *x)
{
    sqlite3_stmt *s = r->statement[WRITE];
    char reasons[32], fingerprint[17], address[ADDRESS_TEXT_MAX];
    int at = 1;
    reasons_to_text(kept, reasons);
    bind_id(s, at++, pair);
    bind_id(s, at++, operation);
    bind_count(s, at++, window_ns);
    bind_count(s, at++, x->request_ns ? x->request_ns : x->end_ns);
    bind_text(s, at++, reasons);
    bind_text(s, at++, outcome_name(x->outcome));
    bind_text(s, at++, x->status);
    bind_span(s, at++, x->request_ns, x->response_end_ns);
    bind_span(s, at++, x->request_end_ns, x->response_ns);
    bind_span(s, at++, x->request_ns, x->first_message_ns);
    bind_context(s, bind_asked(s, at, x, fingerprint, address), x);
    return statement_run(s);
}

static bool write_sample(struct requests *r, struct operations *operations, const struct delta *d,
                         const struct sample_delta *sample, int64_t pair)
{
    struct exchange x;
    int64_t operation = 0;
    if (!sample_exchange(d, sample, &x))
        return true;
    if (sample->operation[0] &&
        !operations_id(operations, pair, sample->operation, sample->templated, &operation))
        return false;
    return write_row(r, pair, operation, d->start_ns, sample->kept, &x);
}

static bool drop_old(struct requests *r, uint64_t now_ns)
{
    sqlite3_stmt *excess = r->statement[DROP_EXCESS], *old = r->statement[DROP_OLD];
    bind_count(excess, 1, r->most);
    bind_id(excess, 2, REQUESTS_DROPPED_MAX);
    bind_count(old, 1, now_ns > REQUESTS_KEEP_NS ? now_ns - REQUESTS_KEEP_NS : 0);
    bind_id(old, 2, REQUESTS_DROPPED_MAX);
    return statement_run(excess) && statement_run(old);
}

bool requests_write(struct requests *r, struct operations *operations, const struct delta *d,
                    const struct pair *pairs)
{
    for (uint32_t i = 0; r->most && i < d->sample_len; i++) {
        const struct sample_delta *sample = &d->sample[i];
        if (sample->edge < d->edge_len &&
            !write_sample(r, operations, d, sample, pairs[sample->edge].id))
            return false;
    }
    return drop_old(r, d->end_ns);
}
