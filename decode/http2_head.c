/* http2_head.c - see http2_head.h. */
#include "decode/http2_head.h"

#include "decode/hpack_memo.h"
#include "decode/http_note.h"
#include "decode/trace_context.h"

struct reading {
    struct exchange *x;
    struct http2_head *head;
    enum dir dir;
    bool trailers;
    struct hpack_said *said; /* what is to be remembered of it; NULL: it is not */
    bool regular;            /* a field that is no pseudo-header field has come */
    unsigned pseudos;        /* pseudo-header fields that are known */
    char method[8];          /* enough to tell CONNECT */
    char b3_trace[40];       /* longer ones are no trace context */
    char b3_span[24], b3_parent[24];
};

enum { REQUEST_PSEUDOS = 4 }; /* :method, :scheme, :authority, :path (RFC 9113, 8.3.1) */

static void on_method(struct reading *r, struct bytes value)
{
    exchange_text(r->x, r->x->method, sizeof r->x->method, value);
    bytes_to_text(r->method, sizeof r->method, value);
}

static void on_path(struct reading *r, struct bytes value)
{
    http_note_target(r->x, bytes_of_text(""), value);
    r->head->pathed = true;
}

static void on_authority(struct reading *r, struct bytes value)
{
    http_note_host(r->x, value);
}

static void on_protocol(struct reading *r, struct bytes value)
{
    r->head->websocket = bytes_equal_text(value, "websocket");
}

static void on_host(struct reading *r, struct bytes value)
{
    if (!r->x->host[0])
        http_note_host(r->x, value);
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static void on_status(struct reading *r, struct bytes value)
{
    unsigned code = 0;
    if (r->trailers)
        return;
    for (size_t i = 0; i < value.len; i++) {
        if (value.len != 3 || !is_digit(value.at[i]))
            return;
        code = code * 10 + value.at[i] - '0';
    }
    r->head->code = code;
    if (code >= 200)
        http_note_status(r->x, value, code);
}

static void on_content_type(struct reading *r, struct bytes value)
{
    r->head->typed = true;
    r->head->form = grpc_form_of(value);
}

static void on_grpc_status(struct reading *r, struct bytes value)
{
    int32_t status;
    r->head->grpc_status = grpc_read_status(value, &status);
    if (r->head->grpc_status)
        r->x->grpc_status = status;
}

static void on_grpc_message(struct reading *r, struct bytes value)
{
    grpc_note_message(r->x, value);
}

static void on_grpc_timeout(struct reading *r, struct bytes value)
{
    r->x->deadline_ns = grpc_read_timeout(value);
}

static void on_request_id(struct reading *r, struct bytes value)
{
    if (!r->x->request_id[0])
        exchange_text(r->x, r->x->request_id, sizeof r->x->request_id, value);
}

static void on_forwarded_for(struct reading *r, struct bytes value)
{
    http_note_forwarded_for(r->x, value);
}

static void on_traceparent(struct reading *r, struct bytes value)
{
    struct trace_context trace;
    if (trace_context_of_traceparent(value, &trace))
        trace_context_note(&trace, r->x);
}

static void on_b3(struct reading *r, struct bytes value)
{
    struct trace_context trace;
    if (!r->x->trace_id[0] && trace_context_of_b3(value, &trace))
        trace_context_note(&trace, r->x);
}

static void on_b3_trace(struct reading *r, struct bytes value)
{
    bytes_to_text(r->b3_trace, sizeof r->b3_trace, value);
}

static void on_b3_span(struct reading *r, struct bytes value)
{
    bytes_to_text(r->b3_span, sizeof r->b3_span, value);
}

static void on_b3_parent(struct reading *r, struct bytes value)
{
    bytes_to_text(r->b3_parent, sizeof r->b3_parent, value);
}

/* What to do with the value of a field, by its name. */
typedef void take_value(struct reading *r, struct bytes value);

static take_value *const interests[2][HTTP2_WORDS] = {
    [TO_SERVER] =
        {
            [WORD_AUTHORITY] = on_authority,
            [WORD_METHOD] = on_method,
            [WORD_PATH] = on_path,
            [WORD_PROTOCOL] = on_protocol,
            [WORD_B3] = on_b3,
            [WORD_B3_PARENT] = on_b3_parent,
            [WORD_B3_SPAN] = on_b3_span,
            [WORD_B3_TRACE] = on_b3_trace,
            [WORD_CONTENT_TYPE] = on_content_type,
            [WORD_FORWARDED_FOR] = on_forwarded_for,
            [WORD_GRPC_TIMEOUT] = on_grpc_timeout,
            [WORD_HOST] = on_host,
            [WORD_REQUEST_ID] = on_request_id,
            [WORD_TRACEPARENT] = on_traceparent,
        },
    [TO_CLIENT] =
        {
            [WORD_STATUS] = on_status,
            [WORD_CONTENT_TYPE] = on_content_type,
            [WORD_GRPC_MESSAGE] = on_grpc_message,
            [WORD_GRPC_STATUS] = on_grpc_status,
            [WORD_REQUEST_ID] = on_request_id,
        },
};

/* Not all of it is known. Before the first regular field it may be a pseudo-header field. */
static void on_unknown(struct reading *r, const struct hpack_field *field)
{
    struct http2_head *head = r->head;
    uint32_t before = head->unknown++;
    if (r->regular || field->name_known)
        return;
    head->pseudo = true;
    if (r->dir == TO_CLIENT || head->pathed)
        return;
    bool slash = field->value_known && field->value.len && field->value.at[0] == '/';
    if (slash && !before && strcmp(r->method, "CONNECT") != 0)
        on_path(r, field->value);
    else if (before < UNSEEN_MAX)
        head->unseen[before] = field->unknown;
}

static void on_field(void *ctx, const struct hpack_field *field)
{
    struct reading *r = ctx;
    if (!field->name_known || !field->value_known) {
        r->said = NULL;
        on_unknown(r, field);
        return;
    }
    if (r->said && !hpack_said_add(r->said, field))
        r->said = NULL;
    bool pseudo = field->name.len && field->name.at[0] == ':';
    r->pseudos += pseudo;
    r->head->pseudo = r->head->pseudo || pseudo;
    r->regular = r->regular || !pseudo;
    take_value *take = interests[r->dir][field->word];
    if (take && r->x)
        take(r, field->value);
}

static void on_nothing(void *ctx, const struct hpack_field *field)
{
    (void)ctx;
    (void)field;
}

/* As many pseudo-header fields as a request has at most are before the regular ones; so many of the
 * unknown ones at the front may be the path, and the others are not. */
static void narrow(struct reading *r)
{
    struct http2_head *head = r->head;
    unsigned missing = r->pseudos < REQUEST_PSEUDOS ? REQUEST_PSEUDOS - r->pseudos : 0;
    for (unsigned i = head->pathed ? 0 : missing; i < UNSEEN_MAX; i++)
        head->unseen[i] = 0;
}

/* What a block writes into an exchange, but for a request's texts, which are new with it. */
struct before {
    char status[sizeof((struct exchange *)0)->status];
    char message[sizeof((struct exchange *)0)->message];
    char request_id[sizeof((struct exchange *)0)->request_id];
    int32_t grpc_status;
    enum outcome outcome;
    uint32_t notes;
};

static void keep(struct before *b, const struct exchange *x)
{
    memcpy(b->status, x->status, sizeof b->status);
    memcpy(b->message, x->message, sizeof b->message);
    memcpy(b->request_id, x->request_id, sizeof b->request_id);
    b->grpc_status = x->grpc_status;
    b->outcome = x->outcome;
    b->notes = x->notes;
}

/* What a bad block wrote is not to be believed; what was there before it is. */
static void take_back(const struct before *b, struct exchange *x, enum dir dir)
{
    memcpy(x->status, b->status, sizeof b->status);
    memcpy(x->message, b->message, sizeof b->message);
    memcpy(x->request_id, b->request_id, sizeof b->request_id);
    x->grpc_status = b->grpc_status;
    x->outcome = b->outcome;
    x->notes = b->notes;
    if (dir == TO_CLIENT)
        return;
    x->method[0] = x->path[0] = x->host[0] = x->forwarded_for[0] = '\0';
    x->trace_id[0] = x->span_id[0] = x->parent_id[0] = '\0';
    x->deadline_ns = 0;
}

/* What a block said that was read before. */
static void repeat(const struct hpack_said *said, struct reading *r)
{
    r->head->pseudo = said->pseudos;
    for (unsigned i = 0; i < said->len; i++) {
        take_value *take = interests[r->dir][said->field[i].word];
        if (take)
            take(r, bytes_of(said->text + said->field[i].at, said->field[i].len));
    }
}

/* As read_block(), of one that has to be read, into an exchange. */
static bool read_anew(struct hpack *hpack, struct bytes block, struct reading *r)
{
    struct before before;
    struct hpack_said said;
    uint64_t state = hpack->state, shortened = hpack->shortened;
    said.fields = said.pseudos = said.len = said.text_len = 0;
    r->said = hpack->memo ? &said : NULL;
    keep(&before, r->x);
    if (!hpack_read(hpack, block, on_field, r)) {
        take_back(&before, r->x, r->dir);
        *r->head = (struct http2_head){.unknown = 1, .broken = true};
        return false;
    }
    narrow(r);
    if (r->said && hpack->shortened == shortened)
        hpack_memo_keep(hpack, state, block, &said);
    return true;
}

static bool read_block(struct hpack *hpack, struct bytes block, struct reading *r)
{
    struct exchange *x = r->x;
    struct trace_context trace;
    const struct hpack_said *said = hpack_memo_find(hpack, block);
    *r->head = (struct http2_head){0};
    if (!x) {
        r->head->broken = !said && !hpack_read(hpack, block, on_nothing, NULL);
        return !r->head->broken;
    }
    if (said)
        repeat(said, r);
    else if (!read_anew(hpack, block, r))
        return false;
    if (r->b3_trace[0] && !x->trace_id[0] &&
        trace_context_of_b3_fields(bytes_of_text(r->b3_trace), bytes_of_text(r->b3_span),
                                   bytes_of_text(r->b3_parent), &trace))
        trace_context_note(&trace, x);
    return true;
}

bool http2_read_head(struct hpack *hpack, enum dir dir, struct bytes block, struct exchange *x,
                     struct http2_head *ret)
{
    struct reading r = {.x = x, .head = ret, .dir = dir};
    return read_block(hpack, block, &r);
}

bool http2_read_trailers(struct hpack *hpack, struct bytes block, struct exchange *x,
                         struct http2_head *ret)
{
    struct reading r = {.x = x, .head = ret, .dir = TO_CLIENT, .trailers = true};
    return read_block(hpack, block, &r);
}
