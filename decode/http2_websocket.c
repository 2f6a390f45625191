/* http2_websocket.c - see http2_websocket.h. */
#include "decode/http2_websocket.h"

/* Keys of exchanges beside that of a stream, whose key is its number. */
static const uint64_t asks_key = UINT64_C(1) << 32, ping_key = UINT64_C(2) << 32;

static void copy_context(struct exchange *to, const struct exchange *from)
{
    memcpy(to->method, from->method, sizeof to->method);
    memcpy(to->host, from->host, sizeof to->host);
    memcpy(to->path, from->path, sizeof to->path);
    memcpy(to->status, from->status, sizeof to->status);
    memcpy(to->trace_id, from->trace_id, sizeof to->trace_id);
    memcpy(to->span_id, from->span_id, sizeof to->span_id);
    memcpy(to->request_id, from->request_id, sizeof to->request_id);
    memcpy(to->forwarded_for, from->forwarded_for, sizeof to->forwarded_for);
}

void http2_websocket_begin(struct conn *c, struct exchange *x)
{
    uint64_t key = asks_key | x->stream_id;
    struct exchange *asked = conn_promise(c, key);
    copy_context(asked, x);
    asked->protocol = "http2";
    asked->stream_id = x->stream_id;
    asked->certainty = x->certainty;
    asked->notes = (x->notes & ~(uint32_t)NOTE_EARLY_ANSWER) | NOTE_UPGRADED;
    asked->request_bytes = x->request_bytes;
    asked->request_ns = asked->request_end_ns = x->request_ns;
    asked->response_ns = asked->response_end_ns = conn_now_ns(c);
    conn_abort(c, key, OUTCOME_OK);
    x->protocol = "websocket";
    x->call = CALL_BIDI_STREAMING;
    x->request_bytes = 0;
    x->request_ns = conn_now_ns(c);
    if (x->request_end_ns) /* the client had nothing to say, and said so before it was let in */
        x->request_end_ns = x->request_ns;
    x->status[0] = x->operation[0] = '\0';
    x->outcome = OUTCOME_UNKNOWN;
    x->notes &= ~(uint32_t)NOTE_EARLY_ANSWER; /* both sides talk as they like */
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("WEBSOCKET"));
}

static void note_frame(struct conn *c, enum dir dir, struct exchange *x,
                       struct http2_websocket sides[2], const struct websocket_frame *f)
{
    struct http2_websocket *s = &sides[dir], *other = &sides[!dir];
    const struct websocket_ping ping = {(enum dir) !dir, other->ping_ns, s->began_ns, x->stream_id};
    switch (f->opcode) {
    case WEBSOCKET_PING:
        s->ping_ns = s->ping_ns ? s->ping_ns : s->began_ns;
        break;
    case WEBSOCKET_PONG: /* one that nobody asked for is a sign of life */
        if (other->ping_ns)
            websocket_tell_ping(c, ping_key | x->stream_id, &ping);
        other->ping_ns = 0;
        break;
    case WEBSOCKET_CLOSE: /* the first to close says why */
        if (!other->closed)
            websocket_note_close(x, websocket_close_code(bytes_of(s->head, s->head_len), f), dir);
        s->closed = true;
        break;
    case WEBSOCKET_CONTINUATION:
    case WEBSOCKET_TEXT:
    case WEBSOCKET_BINARY:
        websocket_note_message(c, x, dir, f, s->began_ns);
        break;
    }
}

/* A frame may begin in one DATA and go on in another. */
static int64_t read_head(struct conn *c, enum dir dir, struct exchange *x,
                         struct http2_websocket sides[2], struct bytes in)
{
    struct http2_websocket *s = &sides[dir];
    struct websocket_frame f;
    for (size_t i = 0; i < in.len && s->head_len < sizeof s->head;) {
        s->began_ns = s->head_len ? s->began_ns : conn_now_ns(c);
        s->head[s->head_len++] = in.at[i++];
        enum guess guess = websocket_read(bytes_of(s->head, s->head_len), dir, &f);
        s->lost = s->lost || guess == GUESS_NO || s->closed; /* nothing follows a close */
        if (s->lost)
            return (int64_t)i;
        size_t shown = s->head_len - (guess == GUESS_YES ? f.head : 0);
        if (guess != GUESS_YES || (f.opcode == WEBSOCKET_CLOSE && shown < 2 && shown < f.len))
            continue;
        note_frame(c, dir, x, sides, &f);
        s->left = f.len - shown;
        s->head_len = 0;
        return (int64_t)i;
    }
    return (int64_t)in.len;
}

int64_t http2_websocket_data(struct conn *c, enum dir dir, struct exchange *x,
                             struct http2_websocket sides[2], struct bytes in, uint64_t left)
{
    struct http2_websocket *s = &sides[dir];
    if (s->lost)
        return (int64_t)left;
    if (!s->left)
        return read_head(c, dir, x, sides, bytes_first(in, (size_t)left));
    uint64_t len = s->left < left ? s->left : left;
    s->left -= len;
    return (int64_t)len;
}

void http2_websocket_lose(struct http2_websocket *side, uint64_t len)
{
    if (len && len <= side->left)
        side->left -= len;
    else
        side->lost = true;
}

enum outcome http2_websocket_end(const struct exchange *x, const struct http2_websocket sides[2],
                                 enum outcome without_close)
{
    if (sides[0].closed || sides[1].closed)
        return x->outcome;
    return sides[0].lost || sides[1].lost ? OUTCOME_UNKNOWN : without_close;
}
