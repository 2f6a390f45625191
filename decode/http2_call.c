/* http2_call.c - see http2_call.h. */
#include "decode/http2_call.h"

_Static_assert(sizeof(struct http2_call) <= EXCHANGE_STATE_MAX, "a call's state fits its room");

enum {
    REFUSED_STREAM = 7, /* RFC 9113, 7 */
    GRPC_PREFIX = 5,    /* bytes before a message: a flag and its length */
};

/* OK is what gRPC's own status says, if it does; what HTTP said counts no more. */
static void put_grpc_first(struct exchange *x)
{
    if (x->grpc_status >= 0) {
        grpc_note_status(x, x->grpc_status);
    } else if (x->outcome == OUTCOME_OK) {
        x->status[0] = '\0';
        x->outcome = OUTCOME_UNKNOWN;
    }
}

static void decide(struct conn *c, struct exchange *x, enum http2_nature nature)
{
    struct http2_call *call = http2_call_of(x);
    call->nature = (uint8_t)nature;
    if (nature == NATURE_PLAIN) {
        conn_name(c, x->protocol);
        return;
    }
    grpc_note_call(x);
    put_grpc_first(x);
    conn_name(c, x->protocol);
    for (int dir = 0; dir < 2; dir++)
        if (!call->body[dir].form)
            call->body[dir].form = GRPC_PLAIN;
}

void http2_call_asks(struct conn *c, struct exchange *x, const struct http2_head *head, bool last)
{
    struct http2_call *call = http2_call_of(x);
    if (head->unknown)
        x->notes |= NOTE_UNKNOWN_FIELDS;
    if (head->form) {
        call->body[TO_SERVER].form = call->body[TO_CLIENT].form = (uint8_t)head->form;
        decide(c, x, NATURE_GRPC);
    } else if (head->typed || !head->unknown || last || head->websocket) {
        call->asks_websocket = head->websocket && !last;
        decide(c, x, NATURE_PLAIN);
    }
}

void http2_call_answers(struct conn *c, struct exchange *x, const struct http2_head *head)
{
    struct http2_call *call = http2_call_of(x);
    if (head->code)
        call->code = (uint16_t)head->code;
    call->doubtful = call->doubtful || (head->unknown && !head->broken);
    if (head->unknown)
        x->notes |= NOTE_UNKNOWN_FIELDS;
    if (call->asks_websocket && head->code / 100 == 2 && call->nature == NATURE_PLAIN) {
        call->nature = NATURE_WEBSOCKET;
        memset(call->websocket, 0, sizeof call->websocket);
        http2_websocket_begin(c, x);
    }
    if (call->nature == NATURE_GRPC)
        put_grpc_first(x);
    else if (call->nature == NATURE_OPEN && head->grpc_status)
        decide(c, x, NATURE_GRPC);
    if (head->form && call->nature != NATURE_PLAIN) {
        call->body[TO_CLIENT].form = (uint8_t)head->form;
        if (call->nature == NATURE_OPEN)
            decide(c, x, NATURE_GRPC);
    }
}

static void note_gap(struct conn *c, enum dir dir, struct exchange *x)
{
    struct http2_call *call = http2_call_of(x);
    uint64_t now_ns = conn_now_ns(c), before_ns = call->message_ns[dir];
    call->message_ns[dir] = now_ns;
    if (before_ns && now_ns >= before_ns)
        conn_message(c, x, now_ns - before_ns);
}

/* What data says of its body's nature, where no type does. A message that fills a frame to the last
 * byte is too long a coincidence; at the beginning of a body, on a connection that carries gRPC, a
 * prefix will do, and what is none is no gRPC. */
static enum http2_nature nature_of(const struct conn *c, struct bytes in, uint64_t left, bool first)
{
    struct cursor cursor = cursor_over(in);
    uint8_t flag = cursor_u8(&cursor);
    uint32_t len = cursor_be32(&cursor);
    if (flag > 1)
        return first ? NATURE_PLAIN : NATURE_OPEN;
    if (cursor.starved)
        return NATURE_OPEN;
    bool fills = len + (uint64_t)GRPC_PREFIX == left;
    return fills || (first && conn_is_named(c, "grpc")) ? NATURE_GRPC : NATURE_OPEN;
}

bool http2_call_wants_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                           uint64_t left, bool *ret_more)
{
    struct http2_call *call = http2_call_of(x);
    *ret_more = false;
    if (call->nature == NATURE_WEBSOCKET)
        return left && !call->websocket[dir].lost;
    if (call->nature == NATURE_OPEN && left) {
        size_t shown = left < GRPC_PREFIX ? (size_t)left : GRPC_PREFIX;
        *ret_more = in.len < shown;
        if (*ret_more)
            return false;
        bool first = !call->adopted && !call->begun[dir];
        enum http2_nature nature = nature_of(c, bytes_first(in, shown), left, first);
        if (nature != NATURE_OPEN)
            decide(c, x, nature);
        call->begun[dir] = true;
    }
    return call->nature == NATURE_GRPC && left && !call->body[dir].lost;
}

int64_t http2_call_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                        uint64_t left)
{
    struct http2_call *call = http2_call_of(x);
    struct grpc_body *body = &call->body[dir];
    struct grpc_read read = {0};
    if (call->nature == NATURE_WEBSOCKET)
        return http2_websocket_data(c, dir, x, call->websocket, in, left);
    int64_t len = grpc_body_read(body, in, left, &read);
    if (len <= 0)
        return len;
    grpc_note_read(x, dir, body, &read, conn_now_ns(c));
    if (read.message)
        note_gap(c, dir, x);
    return len;
}

void http2_call_loses(struct exchange *x, enum dir dir, uint64_t len)
{
    struct http2_call *call = http2_call_of(x);
    if (call->nature == NATURE_WEBSOCKET) {
        http2_websocket_lose(&call->websocket[dir], len);
        return;
    }
    if (len)
        grpc_body_lose(&call->body[dir], len);
    else
        call->body[dir].lost = true;
    call->message_ns[dir] = 0;
    call->begun[dir] = true;
}

/* A status that was not seen is not known, unless HTTP has one that says enough. */
static void settle_grpc(struct exchange *x, const struct http2_call *call)
{
    bool http_failed = call->code >= 400;
    if (x->grpc_status >= 0) {
        grpc_note_status(x, x->grpc_status);
    } else if (!http_failed || call->doubtful) {
        x->status[0] = '\0';
        x->outcome = OUTCOME_UNKNOWN;
    }
    x->notes &= ~(uint32_t)NOTE_EARLY_ANSWER; /* so are all streams of messages */
}

/* Its type was not seen; but all calls of gRPC are POSTs. */
static bool may_be_grpc(const struct exchange *x)
{
    return !x->method[0] || strcmp(x->method, "POST") == 0;
}

void http2_call_ends(struct conn *c, struct exchange *x)
{
    struct http2_call *call = http2_call_of(x);
    call->ended = true;
    if (call->nature == NATURE_WEBSOCKET) { /* who ends it without a word breaks it off */
        enum outcome by = x->request_end_ns ? OUTCOME_CANCELLED : OUTCOME_RESET;
        x->outcome = http2_websocket_end(x, call->websocket, by);
        return;
    }
    if (call->nature == NATURE_OPEN && !may_be_grpc(x))
        decide(c, x, NATURE_PLAIN);
    if (call->nature == NATURE_OPEN && call->code == 200) /* no other is sent with a call's OK */
        put_grpc_first(x);
    else if (call->nature == NATURE_GRPC)
        settle_grpc(x, call);
    if (exchange_is_past_deadline(x, conn_now_ns(c)))
        x->notes |= NOTE_DEADLINE;
}

enum outcome http2_call_reset(struct conn *c, struct exchange *x, enum dir by, uint32_t code)
{
    const struct http2_call *call = http2_call_of(x);
    if (call->ended) /* what was left of the request is not sent any more */
        return x->outcome;
    x->error_code = code;
    if (call->nature == NATURE_WEBSOCKET)
        return http2_websocket_end(x, call->websocket,
                                   by == TO_CLIENT ? OUTCOME_RESET : OUTCOME_CANCELLED);
    if (by == TO_CLIENT) {
        x->notes |= code == REFUSED_STREAM ? NOTE_REFUSED : 0;
        return OUTCOME_RESET;
    }
    if (!exchange_is_past_deadline(x, conn_now_ns(c)))
        return OUTCOME_CANCELLED;
    x->notes |= NOTE_DEADLINE;
    return OUTCOME_TIMEOUT;
}
