/* http2_streams.c - see http2_streams.h. */
#include "decode/http2_streams.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/hpack_memo.h"

enum {
    PATHS_MAX = 255,         /* different unknown paths told apart; the rest is one more */
    GOAWAYS_HEEDED_MAX = 16, /* of one server, which has use for two (RFC 9113, 6.8) */
};

static bool is_unseen(const struct http2_streams *s, uint32_t stream)
{
    if (stream < s->unseen_from || stream > s->unseen_to)
        return false;
    for (int i = 0; i < STREAMS_GONE; i++)
        if (s->gone[i] == stream)
            return false;
    return true;
}

/* What is still under way for it is not taken for something new. */
static void forget_adopted(struct http2_streams *s, struct exchange *x)
{
    if (http2_call_of(x)->adopted)
        s->gone[s->gone_next++ % STREAMS_GONE] = x->stream_id;
}

/* The stream's exchange; one that began before we could see is taken up where it is met. */
struct exchange *http2_streams_find(struct http2_streams *s, struct conn *c, uint32_t stream)
{
    struct exchange *x = conn_peek(c, stream);
    if (x || !is_unseen(s, stream))
        return x;
    x = conn_adopt(c, stream);
    x->stream_id = stream;
    x->notes |= NOTE_MIDSTREAM;
    http2_call_of(x)->adopted = true;
    return x;
}

static void open_windows(const struct http2_streams *s, struct exchange *x)
{
    struct http2_call *call = http2_call_of(x);
    for (int dir = 0; dir < 2; dir++)
        call->window[dir] = http2_window_of_stream(&s->control, (enum dir)dir);
}

static void note_certainty(const struct http2_streams *s, struct certainty *ret)
{
    *ret = (struct certainty){0};
    for (int dir = 0; dir < 2; dir++) {
        const struct certainty *one = &s->hpack[dir].certainty;
        ret->fields += one->fields;
        ret->known += one->known;
        ret->late_fields += one->late_fields;
        ret->late_known += one->late_known;
    }
}

/* The path is one of these entries, or with them all zero nobody knows. Stable on this connection,
 * and with the client's port in it no other connection's. */
static void note_unknown_path(struct http2_streams *s, struct exchange *x,
                              const struct http2_head *head)
{
    uint64_t key = 0;
    uint32_t number = 0;
    for (int i = 0; i < UNSEEN_MAX; i++)
        key = (key + head->unseen[i]) * UINT64_C(0x9e3779b97f4a7c15);
    while (number < s->paths && s->path[number] != key)
        number++;
    if (number == s->paths && number < PATHS_MAX) {
        uint64_t *path = s->path;
        if ((s->paths & (s->paths - 1)) == 0)
            path = realloc(s->path, (s->paths ? s->paths * 2 : 1) * sizeof *path);
        if (path) {
            s->path = path;
            s->path[s->paths++] = key;
        }
    }
    snprintf(x->operation, sizeof x->operation, "{unknown #%u}",
             x->client_port * 1000U + number + 1);
}

/* A block of several frames began with the first of them. */
static void note_earlier(const struct http2_block *b, uint64_t *began_ns, uint64_t *bytes)
{
    if (began_ns && *began_ns && b->began_ns && b->began_ns < *began_ns)
        *began_ns = b->began_ns;
    *bytes += b->earlier_bytes;
}

static void request_head(struct http2_streams *s, struct conn *c, struct exchange *x,
                         const struct http2_head *head, bool last)
{
    if (!head->pathed && head->unknown)
        note_unknown_path(s, x, head);
    http2_call_asks(c, x, head, last);
    note_certainty(s, &x->certainty);
    conn_expect(c, x);
    if (last)
        conn_end(c, TO_SERVER, x->stream_id);
}

/* The server has not begun with it, and will not. */
static void refuse(struct http2_streams *s, struct conn *c, struct exchange *x)
{
    x->notes |= NOTE_REFUSED;
    x->error_code = s->refused_code;
    note_certainty(s, &x->certainty);
    conn_abort(c, x->stream_id, OUTCOME_UNANSWERED);
}

/* The client begins a stream, or ends one with trailers. `block` NULL: it could not be read. */
static void on_request(struct http2_streams *s, struct conn *c, const struct http2_block *b,
                       const struct bytes *block)
{
    const struct http2_frame *f = &b->first;
    struct http2_head head = {.unknown = 1};
    bool last = f->flags & HTTP2_END_STREAM;
    if (f->stream <= s->last || f->stream % 2 == 0 || conn_peek(c, f->stream)) {
        if (block)
            http2_read_head(&s->hpack[TO_SERVER], TO_SERVER, *block, NULL, &head);
        if (conn_find(c, TO_SERVER, f->stream) && last)
            conn_end(c, TO_SERVER, f->stream);
        return;
    }
    s->last = f->stream;
    if (s->unseen_to == UINT32_MAX)
        s->unseen_to = f->stream - 1;
    struct exchange *x = conn_begin(c, TO_SERVER, f->stream);
    x->stream_id = f->stream;
    note_earlier(b, &x->request_ns, &x->request_bytes);
    open_windows(s, x);
    bool good = block && http2_read_head(&s->hpack[TO_SERVER], TO_SERVER, *block, x, &head);
    if (good && !head.pseudo) /* trailers of a stream from before */
        conn_withdraw(c, f->stream);
    else
        request_head(s, c, x, &head, last);
    if (f->stream > s->refused_above && conn_peek(c, f->stream)) {
        x->request_bytes += HTTP2_FRAME_HEADER + (uint64_t)f->len;
        refuse(s, c, x);
    }
}

static void answer_ends(struct http2_streams *s, struct conn *c, struct exchange *x)
{
    note_certainty(s, &x->certainty);
    http2_call_ends(c, x);
    forget_adopted(s, x);
    conn_end(c, TO_CLIENT, x->stream_id);
}

/* Whatever was lost before, this is the start of a body. */
static void answer_begins(struct conn *c, struct exchange *x)
{
    struct grpc_body *body = &http2_call_of(x)->body[TO_CLIENT];
    *body = (struct grpc_body){.form = body->form};
    conn_begin(c, TO_CLIENT, x->stream_id);
}

/* What is not a head because one has been read before is trailers, whatever it claims to be. */
static bool read_answer(struct http2_streams *s, const struct http2_call *call, struct bytes block,
                        struct exchange *x, struct http2_head *ret)
{
    struct hpack *hpack = &s->hpack[TO_CLIENT];
    if (call && call->code >= 200)
        return http2_read_trailers(hpack, block, x, ret);
    return http2_read_head(hpack, TO_CLIENT, block, x, ret);
}

/* The head of an answer, an interim one, or trailers. */
static void on_answer(struct http2_streams *s, struct conn *c, const struct http2_block *b,
                      const struct bytes *block)
{
    const struct http2_frame *f = &b->first;
    struct http2_head head = {.unknown = 1};
    bool last = f->flags & HTTP2_END_STREAM;
    struct exchange *x = http2_streams_find(s, c, f->stream);
    struct http2_call *call = x ? http2_call_of(x) : NULL;
    bool good = block && read_answer(s, call, *block, x, &head);
    if (!x) {
        if (f->stream > s->last && f->stream % 2)
            conn_begin(c, TO_CLIENT, f->stream); /* counted as nobody's */
        return;
    }
    bool trailers = call->answered || (good && !head.pseudo);
    if (trailers || (head.code && head.code < 200))
        conn_find(c, TO_CLIENT, f->stream);
    else
        answer_begins(c, x);
    note_earlier(b, trailers ? NULL : &x->response_ns, &x->response_bytes);
    call->answered = call->answered || trailers || !head.code || head.code >= 200;
    if (!head.code || head.code >= 200)
        http2_call_answers(c, x, &head);
    if (last)
        answer_ends(s, c, x);
}

static void on_promise(struct http2_streams *s, struct conn *c, uint32_t promised,
                       const struct bytes *block)
{
    struct http2_head head;
    bool is_new = promised && promised % 2 == 0 && !conn_peek(c, promised);
    struct exchange *x = is_new ? conn_promise(c, promised) : NULL;
    if (!x) {
        if (block)
            http2_read_head(&s->hpack[TO_CLIENT], TO_SERVER, *block, NULL, &head);
        return;
    }
    x->stream_id = promised;
    x->notes |= NOTE_PUSHED;
    open_windows(s, x);
    head = (struct http2_head){.unknown = 1};
    if (block)
        http2_read_head(&s->hpack[TO_CLIENT], TO_SERVER, *block, x, &head);
    if (!head.pathed && head.unknown)
        note_unknown_path(s, x, &head);
    http2_call_asks(c, x, &head, true);
}

static void on_reset(struct http2_streams *s, struct conn *c, enum dir dir,
                     const struct http2_frame *f, struct bytes payload)
{
    struct cursor in = cursor_over(payload);
    uint32_t code = cursor_be32(&in);
    struct exchange *x = http2_streams_find(s, c, f->stream);
    s->control.resets[dir]++;
    if (!x)
        return;
    note_certainty(s, &x->certainty);
    forget_adopted(s, x);
    conn_abort(c, f->stream, http2_call_reset(c, x, dir, code));
}

/* Streams after the last that the server has taken up may be sent elsewhere (RFC 9113, 6.8). */
static void on_goaway(struct http2_streams *s, struct conn *c, enum dir dir, struct bytes payload)
{
    struct cursor in = cursor_over(payload);
    uint32_t last = cursor_be32(&in) & INT32_MAX;
    uint32_t code = cursor_be32(&in);
    s->control.goaways++;
    if (dir == TO_SERVER || s->goaways_heeded == GOAWAYS_HEEDED_MAX)
        return;
    s->goaways_heeded++;
    if (last < s->refused_above) {
        s->refused_above = last;
        s->refused_code = code;
    }
    for (struct exchange *x = conn_next(c, NULL), *next; x; x = next) {
        next = conn_next(c, x);
        if (x->stream_id <= s->refused_above || x->stream_id % 2 == 0)
            continue;
        refuse(s, c, x);
    }
}

static void on_window_update(struct http2_streams *s, struct conn *c, enum dir dir,
                             const struct http2_frame *f, struct bytes payload)
{
    struct cursor in = cursor_over(payload);
    uint32_t more = cursor_be32(&in) & INT32_MAX;
    struct exchange *x = f->stream ? conn_peek(c, f->stream) : NULL;
    if (!f->stream)
        http2_window_give(&s->control.window[!dir], more);
    if (!x)
        return;
    struct http2_window *w = &http2_call_of(x)->window[!dir];
    http2_window_settle(&s->control, w, !dir);
    http2_window_give(w, more);
}

/* The request that asked for the upgrade is answered on stream 1 (RFC 7540, 3.2). */
static void take_up_upgraded(struct http2_streams *s, struct conn *c)
{
    struct http2_head head = {.typed = true};
    struct exchange *x = conn_peek(c, 1);
    if (!x)
        return;
    s->last = x->stream_id = 1;
    x->protocol = "http2";
    http2_call_asks(c, x, &head, true);
}

static void begin_hpack(struct hpack *h, struct conn *c, bool joined)
{
    hpack_init(h, joined);
    hpack_memo_attach(h, conn_memo(c));
}

void http2_streams_init(struct http2_streams *s, struct conn *c, bool joined)
{
    http2_control_init(&s->control, !joined);
    for (int dir = 0; dir < 2; dir++)
        begin_hpack(&s->hpack[dir], c, joined);
    s->refused_above = UINT32_MAX;
    s->unseen_from = 1;
    s->unseen_to = joined ? UINT32_MAX : 0;
    take_up_upgraded(s, c);
}

void http2_streams_free(struct http2_streams *s)
{
    for (int dir = 0; dir < 2; dir++)
        hpack_free(&s->hpack[dir]);
    free(s->path);
}

void http2_streams_start(struct http2_streams *s, struct conn *c)
{
    for (int dir = 0; dir < 2; dir++) {
        hpack_free(&s->hpack[dir]);
        begin_hpack(&s->hpack[dir], c, false);
    }
    s->unseen_to = 0;
}

void http2_streams_lose(struct http2_streams *s, struct conn *c, enum dir dir)
{
    hpack_forget(&s->hpack[dir]);
    s->control.windows_known = false;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x))
        http2_call_loses(x, dir, 0);
    if (dir == TO_CLIENT)
        return;
    s->unseen_from = s->last + 1;
    s->unseen_to = UINT32_MAX;
}

void http2_streams_block(struct http2_streams *s, struct conn *c, enum dir dir,
                         const struct http2_block *b, const struct bytes *block)
{
    uint64_t shortened = s->hpack[dir].shortened;
    if (!block)
        hpack_forget(&s->hpack[dir]);
    if (b->first.type == HTTP2_PUSH_PROMISE)
        on_promise(s, c, b->promised, block);
    else if (dir == TO_SERVER)
        on_request(s, c, b, block);
    else
        on_answer(s, c, b, block);
    conn_shortened(c, (uint32_t)(s->hpack[dir].shortened - shortened));
}

void http2_streams_control(struct http2_streams *s, struct conn *c, enum dir dir,
                           const struct http2_frame *f, struct bytes payload)
{
    switch (f->type) {
    case HTTP2_RST_STREAM:
        on_reset(s, c, dir, f, payload);
        break;
    case HTTP2_SETTINGS:
        http2_read_settings(&s->control, dir, payload);
        break;
    case HTTP2_PING:
        http2_read_ping(&s->control, dir, f->flags & HTTP2_ACK, payload, conn_now_ns(c));
        break;
    case HTTP2_GOAWAY:
        on_goaway(s, c, dir, payload);
        break;
    case HTTP2_WINDOW_UPDATE:
        on_window_update(s, c, dir, f, payload);
        break;
    default:
        break;
    }
}

/* An answer that has data has had a head, seen or not. */
void http2_streams_data(struct http2_streams *s, enum dir dir, struct exchange *x, uint32_t len)
{
    http2_window_take(&s->control, &s->control.window[dir], dir, len);
    if (!x)
        return;
    struct http2_call *call = http2_call_of(x);
    if (!call->adopted)
        http2_window_take(&s->control, &call->window[dir], dir, len);
    if (dir == TO_CLIENT && !call->answered)
        call->answered = call->doubtful = true;
}

void http2_streams_end(struct http2_streams *s, struct conn *c, enum dir dir, uint32_t stream)
{
    struct exchange *x = conn_peek(c, stream);
    if (x && dir == TO_CLIENT)
        answer_ends(s, c, x);
    else if (x)
        conn_end(c, dir, stream);
}

void http2_streams_report(struct http2_streams *s, struct flow_report *r)
{
    http2_control_report(&s->control, r);
    note_certainty(s, &r->certainty);
}
