/* websocket.c - see websocket.h. */
#include "decode/websocket.h"

#include <stdio.h>

enum {
    FIN = 0x80,
    RSV1 = 0x40,
    RSV = 0x30, /* no extension that is in use sets these */
    OPCODE = 0x0f,
    MASKED = 0x80,
    LEN = 0x7f,
    LEN_16 = 126,
    LEN_64 = 127,
};

static bool is_known(unsigned opcode)
{
    return opcode <= WEBSOCKET_BINARY || (opcode >= WEBSOCKET_CLOSE && opcode <= WEBSOCKET_PONG);
}

static bool is_first_byte(uint8_t first)
{
    bool control = (first & OPCODE) >= WEBSOCKET_CLOSE;
    return is_known(first & OPCODE) && !(first & RSV) &&
           (!control || (first & (FIN | RSV1)) == FIN);
}

/* The shortest form has to be used. False: it was not. */
static bool read_len(struct cursor *c, uint8_t second, uint64_t *ret_len)
{
    *ret_len = second & LEN;
    if (*ret_len == LEN_16) {
        *ret_len = cursor_be16(c);
        return c->starved || *ret_len >= LEN_16;
    }
    if (*ret_len == LEN_64) {
        *ret_len = cursor_be64(c);
        return c->starved || (*ret_len > UINT16_MAX && *ret_len <= INT64_MAX - WEBSOCKET_HEAD_MAX);
    }
    return true;
}

enum guess websocket_read(struct bytes in, enum dir dir, struct websocket_frame *ret)
{
    struct cursor c = cursor_over(in);
    uint8_t first = cursor_u8(&c);
    if (in.len && !is_first_byte(first))
        return GUESS_NO;
    uint8_t second = cursor_u8(&c);
    if (!c.starved && (second & MASKED) != (dir == TO_SERVER ? MASKED : 0))
        return GUESS_NO;
    struct websocket_frame f = {.opcode = (enum websocket_opcode)(first & OPCODE),
                                .compressed = first & RSV1};
    if (!read_len(&c, second, &f.len) ||
        (f.opcode >= WEBSOCKET_CLOSE && !c.starved && f.len > WEBSOCKET_CONTROL_MAX))
        return GUESS_NO;
    if (dir == TO_SERVER) {
        struct bytes mask = cursor_take(&c, sizeof f.mask);
        if (mask.len)
            memcpy(f.mask, mask.at, mask.len);
    }
    if (c.starved)
        return GUESS_MORE;
    f.head = in.len - cursor_left(&c);
    *ret = f;
    return GUESS_YES;
}

uint16_t websocket_close_code(struct bytes in, const struct websocket_frame *frame)
{
    enum { NO_STATUS = 1005 };
    struct bytes code = bytes_first(bytes_after(in, frame->head), 2);
    if (frame->len < 2 || code.len < 2)
        return NO_STATUS;
    return (uint16_t)((code.at[0] ^ frame->mask[0]) << 8 | (code.at[1] ^ frame->mask[1]));
}

void websocket_note_close(struct exchange *x, uint16_t code, enum dir by)
{
    char text[8];
    int len = snprintf(text, sizeof text, "%u", code);
    exchange_text(x, x->status, sizeof x->status, bytes_of(text, (size_t)len));
    bool fine = code == 1000 || code == 1001 || code == 1005 || code >= 3000;
    bool of_server = code >= 1011 && code <= 1014;
    x->outcome = fine                           ? OUTCOME_OK
                 : of_server || by == TO_SERVER ? OUTCOME_SERVER_ERROR
                                                : OUTCOME_CLIENT_ERROR;
}

void websocket_note_message(struct conn *c, struct exchange *x, enum dir dir,
                            const struct websocket_frame *frame, uint64_t now_ns)
{
    uint64_t before_ns = x->last_message_ns;
    x->notes |= frame->compressed ? NOTE_COMPRESSED : 0;
    if (frame->opcode == WEBSOCKET_CONTINUATION)
        return;
    (*(dir == TO_SERVER ? &x->request_messages : &x->response_messages))++;
    if (dir == TO_CLIENT && !x->first_message_ns)
        x->first_message_ns = now_ns;
    if (x->last_message_ns < now_ns)
        x->last_message_ns = now_ns;
    if (before_ns && now_ns >= before_ns)
        conn_message(c, x, now_ns - before_ns);
}

void websocket_name_ping(struct exchange *x, enum dir by)
{
    const char *operation = by == TO_SERVER ? "PING" : "PING by the server";
    x->protocol = "websocket";
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("PING"));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
}

void websocket_tell_ping(struct conn *c, uint64_t key, const struct websocket_ping *ping)
{
    struct exchange *x = conn_promise(c, key);
    websocket_name_ping(x, ping->by);
    exchange_text(x, x->status, sizeof x->status, bytes_of_text("PONG"));
    x->stream_id = ping->stream;
    x->request_ns = x->request_end_ns = ping->ping_ns;
    x->response_ns = x->response_end_ns = ping->pong_ns;
    conn_abort(c, key, OUTCOME_OK);
}

void websocket_follow(struct conn *c, const struct exchange *x)
{
    struct exchange *call =
        x ? conn_begin(c, TO_SERVER, WEBSOCKET_CALL) : conn_adopt(c, WEBSOCKET_CALL);
    if (x) {
        memcpy(call->host, x->host, sizeof call->host);
        memcpy(call->path, x->path, sizeof call->path);
        memcpy(call->trace_id, x->trace_id, sizeof call->trace_id);
        memcpy(call->span_id, x->span_id, sizeof call->span_id);
        memcpy(call->parent_id, x->parent_id, sizeof call->parent_id);
        memcpy(call->request_id, x->request_id, sizeof call->request_id);
        memcpy(call->forwarded_for, x->forwarded_for, sizeof call->forwarded_for);
    }
    call->protocol = "websocket";
    call->call = CALL_BIDI_STREAMING;
    exchange_text(call, call->method, sizeof call->method, bytes_of_text("WEBSOCKET"));
    conn_carry(c, WEBSOCKET_CALL);
    conn_become(c, decoder_named("websocket"));
}
