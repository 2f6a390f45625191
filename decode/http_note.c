/* http_note.c - see http_note.h. */
#include "decode/http_note.h"

#include "decode/clickhouse_http.h"
#include "decode/elasticsearch.h"
#include "decode/grpc.h"
#include "decode/trace_context.h"

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text | 0x20);
}

void http_note_host(struct exchange *x, struct bytes authority)
{
    exchange_text(x, x->host, sizeof x->host, http_without_credentials(authority));
    lower(x->host);
}

void http_note_target(struct exchange *x, struct bytes method, struct bytes target)
{
    struct http_target t = http_read_target(method, target);
    exchange_text(x, x->path, sizeof x->path, t.path);
    if (!t.authority.len)
        return;
    http_note_host(x, t.authority);
    x->elsewhere = true; /* only proxies are asked like that (RFC 9112, 3.2.2) */
}

void http_note_status(struct exchange *x, struct bytes digits, unsigned code)
{
    exchange_text(x, x->status, sizeof x->status, digits);
    x->outcome = code >= 500   ? OUTCOME_SERVER_ERROR
                 : code >= 400 ? OUTCOME_CLIENT_ERROR
                               : OUTCOME_OK;
}

void http_note_forwarded_for(struct exchange *x, struct bytes value)
{
    exchange_text(x, x->forwarded_for, sizeof x->forwarded_for, http_first_of_list(value));
}

void http_note_request_line(struct exchange *x, const struct http_request_line *line)
{
    exchange_text(x, x->method, sizeof x->method, line->method);
    http_note_target(x, line->method, line->target);
    elasticsearch_note(x);
    clickhouse_http_target(x, line->target);
}

void http_note_status_line(struct exchange *x, const struct http_status_line *status)
{
    http_note_status(x, status->digits, status->code);
}

static void note_trace(struct exchange *x, const struct http_fields *f)
{
    struct trace_context trace;
    if (trace_context_of_traceparent(f->traceparent, &trace) ||
        trace_context_of_b3(f->b3, &trace) ||
        trace_context_of_b3_fields(f->b3_trace_id, f->b3_span_id, f->b3_parent_id, &trace))
        trace_context_note(&trace, x);
}

void http_note_call(struct exchange *x, enum dir dir, const struct http_fields *f)
{
    if (dir == TO_SERVER) {
        x->deadline_ns = grpc_read_timeout(f->grpc_timeout);
        return;
    }
    if (x->outcome == OUTCOME_OK) { /* so far: by the status of HTTP */
        x->outcome = OUTCOME_UNKNOWN;
        x->status[0] = '\0';
    }
    http_note_trailer(x, f);
}

/* The first status and message that come count. */
void http_note_trailer(struct exchange *x, const struct http_fields *f)
{
    int32_t status;
    if (x->call == CALL_NONE)
        return;
    if (x->grpc_status < 0 && grpc_read_status(f->grpc_status, &status))
        grpc_note_status(x, status);
    if (f->grpc_message.len && !x->message[0])
        grpc_note_message(x, f->grpc_message);
}

void http_note_fields(struct exchange *x, enum dir dir, const struct http_fields *f)
{
    if (f->request_id.len && !x->request_id[0])
        exchange_text(x, x->request_id, sizeof x->request_id, f->request_id);
    if (f->clickhouse)
        clickhouse_http_fields(x, f);
    if (dir == TO_CLIENT)
        return;
    if (!x->host[0]) /* the target's authority goes before the field (RFC 9112, 3.2.2) */
        http_note_host(x, f->host);
    note_trace(x, f);
    http_note_forwarded_for(x, f->forwarded_for);
}
