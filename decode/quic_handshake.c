/* quic_handshake.c - see quic_handshake.h. */
#include "decode/quic_handshake.h"

#include "decode/tls_hello.h"
#include "decode/tls_note.h"
#include "decode/tls_record.h"

static const uint64_t ATTEMPT_NS = 30000000000; /* after which a client has given up */

void quic_handshake_free(struct quic_handshake *h)
{
    quic_stream_free(&h->stream[TO_SERVER]);
    quic_stream_free(&h->stream[TO_CLIENT]);
}

void quic_handshake_anew(struct quic_handshake *h, struct conn *c)
{
    bool goes_on = !h->answering && !h->over && conn_now_ns(c) <= h->said_ns + ATTEMPT_NS;
    quic_handshake_free(h);
    if (!goes_on && h->begun)
        *h = (struct quic_handshake){.key = h->key + 1};
}

static void end(struct quic_handshake *h)
{
    quic_handshake_free(h);
    h->over = true;
}

static void ask(struct quic_handshake *h, struct conn *c)
{
    h->said_ns = conn_now_ns(c);
    if (h->begun) {
        conn_find(c, TO_SERVER, h->key);
        return;
    }
    struct exchange *x = conn_begin(c, TO_SERVER, h->key);
    h->begun = true;
    x->tls.told = x->tls.unreadable = true;
    tls_note_operation(x);
}

/* What the server says is part of the answer. NULL: to nothing that was seen. */
static struct exchange *answer(struct quic_handshake *h, struct conn *c)
{
    if (!h->answering && h->begun) {
        h->answering = true;
        conn_begin(c, TO_CLIENT, h->key);
    }
    h->heard_ns = conn_now_ns(c);
    return conn_find(c, TO_CLIENT, h->key);
}

static void on_client_hello(struct quic_handshake *h, struct conn *c, struct bytes body)
{
    struct exchange *x = conn_peek(c, h->key);
    struct tls_client_hello hello;
    if (h->asked || !x) /* another one, in answer to a HelloRetryRequest */
        return;
    if (tls_read_client_hello(body, &hello))
        tls_note_client_hello(x, &hello, 'q');
    h->asked = true;
    conn_end(c, TO_SERVER, h->key);
}

static void on_server_hello(struct quic_handshake *h, struct conn *c, struct bytes body)
{
    struct exchange *x = conn_peek(c, h->key);
    struct tls_server_hello hello;
    if (!x || !tls_read_server_hello(body, &hello))
        return;
    if (hello.is_retry) {
        x->tls.retried = true;
        return;
    }
    tls_note_server_hello(x, &hello);
    x->tls.resumed = hello.has_psk;
    tls_note_operation(x);
}

/* More than is kept of a handshake: what it is a part of is not read. */
static void shed(struct quic_handshake *h, struct conn *c, enum dir dir)
{
    conn_shed(c);
    if (dir == TO_CLIENT || h->asked)
        return;
    h->asked = true;
    conn_end(c, TO_SERVER, h->key);
}

void quic_handshake_crypto(struct quic_handshake *h, struct conn *c, enum dir dir,
                           const struct quic_frame *f)
{
    struct quic_stream *s = &h->stream[dir];
    if (h->over)
        return;
    if (dir == TO_SERVER)
        ask(h, c);
    else
        answer(h, c);
    if (!quic_stream_add(s, f->offset, f->data)) {
        shed(h, c, dir);
        return;
    }
    for (;;) {
        struct cursor in = cursor_over(quic_stream_front(s));
        uint8_t type = cursor_u8(&in);
        struct bytes body = cursor_take(&in, cursor_be24(&in));
        if (in.starved)
            return;
        s->read += TLS_MESSAGE_HEADER + (uint32_t)body.len;
        if (dir == TO_SERVER && type == TLS_CLIENT_HELLO)
            on_client_hello(h, c, body);
        else if (dir == TO_CLIENT && type == TLS_SERVER_HELLO)
            on_server_hello(h, c, body);
    }
}

void quic_handshake_close(struct quic_handshake *h, struct conn *c, enum dir dir, uint64_t error)
{
    if (h->over || !h->begun)
        return;
    struct exchange *x = dir == TO_CLIENT ? answer(h, c) : conn_peek(c, h->key);
    end(h);
    if (!x)
        return;
    tls_note_quic_error(x, dir == TO_SERVER, error);
    if (dir == TO_CLIENT && h->asked) {
        conn_end(c, TO_CLIENT, h->key);
        return;
    }
    conn_answer_was_whole(c, h->key);
    conn_abort(c, h->key, OUTCOME_UNKNOWN);
}

void quic_handshake_sealed(struct quic_handshake *h, struct conn *c, enum dir dir)
{
    if (h->over || !h->begun)
        return;
    if (dir == TO_CLIENT) {
        h->sealed = true;
        answer(h, c);
    } else if (h->sealed) {
        conn_answer_was_whole(c, h->key); /* its opinion of it is hidden so far */
    }
}

void quic_handshake_done(struct quic_handshake *h, struct conn *c)
{
    if (h->over || !h->begun)
        return;
    struct exchange *x = conn_peek(c, h->key);
    if (x && h->answering) {
        tls_note_established(x);
        conn_answer_was_whole(c, h->key);
        if (h->heard_ns > x->response_ns)
            x->response_end_ns = h->heard_ns;
    }
    conn_abort(c, h->key, OUTCOME_UNKNOWN);
    end(h);
}
