/* http2_call.c - see http2_call.h. */
#include "decode/http2_call.h"

_Static_assert(sizeof(struct http2_call) <= EXCHANGE_STATE_MAX, "a call's state fits its room");

enum {
    REFUSED_STREAM = 7, /* RFC 9113, 7 */
    GRPC_PREFIX = 5,    /* bytes before a message: a flag and its length */
};

static void decide(struct conn *c, struct exchange *x, enum http2_nature nature)
{
    struct http2_call *call = http2_call_of(x);
    call->nature = (uint8_t)nature;
    if (nature == NATURE_PLAIN) {
        conn_name(c, x->protocol);
        return;
    }
    grpc_note_call(x);
    conn_name(c, x->protocol);
    for (int dir = 0; dir < 2; dir++)
        if (!call->body[dir].form)
            call->body[dir].form = GRPC_PLAIN;
}

void http2_call_asks(struct conn *c, struct exchange *x, const struct http2_head *head, bool last)
{
    struct http2_call *call = http2_call_of(x);
    if (head->unknown && (!head->pathed || !x->method[0] || !x->host[0]))
        x->notes |= NOTE_UNKNOWN_FIELDS;
    if (head->form) {
        call->body[TO_SERVER].form = call->body[TO_CLIENT].form = (uint8_t)head->form;
        decide(c, x, NATURE_GRPC);
    } else if (head->typed || !head->unknown || last) {
        decide(c, x, NATURE_PLAIN);
    }
}

void http2_call_answers(struct conn *c, struct exchange *x, const struct http2_head *head)
{
    struct http2_call *call = http2_call_of(x);
    if (head->code)
        call->code = (uint16_t)head->code;
    call->doubtful = call->doubtful || head->unknown;
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

/* The prefix of a message that fills this piece of data to its last byte is too long a coincidence.
 */
static bool is_message(struct bytes in, uint64_t left)
{
    struct cursor cursor = cursor_over(in);
    uint8_t flag = cursor_u8(&cursor);
    uint32_t len = cursor_be32(&cursor);
    return !cursor.starved && flag <= 1 && len + UINT64_C(5) == left;
}

bool http2_call_wants_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                           uint64_t left, bool *ret_more)
{
    struct http2_call *call = http2_call_of(x);
    *ret_more = false;
    if (call->nature == NATURE_OPEN && left) {
        *ret_more = in.len < GRPC_PREFIX && left >= GRPC_PREFIX;
        if (*ret_more)
            return false;
        if (is_message(in, left))
            decide(c, x, NATURE_GRPC);
        else if (!call->adopted && dir == TO_SERVER)
            decide(c, x, NATURE_PLAIN);
    }
    return call->nature == NATURE_GRPC && left && !call->body[dir].lost;
}

int64_t http2_call_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                        uint64_t left)
{
    struct grpc_body *body = &http2_call_of(x)->body[dir];
    struct grpc_read read = {0};
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
    if (len)
        grpc_body_lose(&call->body[dir], len);
    else
        call->body[dir].lost = true;
    call->message_ns[dir] = 0;
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
    if (x->outcome == OUTCOME_UNKNOWN && call->doubtful)
        x->notes |= NOTE_UNKNOWN_FIELDS;
    x->notes &= ~(uint32_t)NOTE_EARLY_ANSWER; /* so are all streams of messages */
}

void http2_call_ends(struct conn *c, struct exchange *x)
{
    const struct http2_call *call = http2_call_of(x);
    if (call->nature == NATURE_OPEN)
        decide(c, x, NATURE_PLAIN);
    if (call->nature == NATURE_GRPC)
        settle_grpc(x, call);
    else if (!call->code && call->doubtful)
        x->notes |= NOTE_UNKNOWN_FIELDS;
    if (grpc_is_past_deadline(x, conn_now_ns(c)))
        x->notes |= NOTE_DEADLINE;
}

enum outcome http2_call_reset(struct conn *c, struct exchange *x, enum dir by, uint32_t code)
{
    x->error_code = code;
    if (http2_call_of(x)->nature == NATURE_OPEN)
        decide(c, x, NATURE_PLAIN);
    if (http2_call_of(x)->nature == NATURE_GRPC && x->grpc_status < 0)
        x->status[0] = '\0';
    if (by == TO_CLIENT) {
        x->notes |= code == REFUSED_STREAM ? NOTE_REFUSED : 0;
        return OUTCOME_RESET;
    }
    if (!grpc_is_past_deadline(x, conn_now_ns(c)))
        return OUTCOME_CANCELLED;
    x->notes |= NOTE_DEADLINE;
    return OUTCOME_TIMEOUT;
}
