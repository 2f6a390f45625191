/* tls_handshake.c - see tls_handshake.h. */
#include "decode/tls_handshake.h"

#include "decode/tls_certificate.h"
#include "decode/tls_digest.h"
#include "decode/tls_note.h"

enum {
    KEY = TLS_HANDSHAKE_KEY,
    CHAIN_MAX = 4, /* certificates of a chain that are read */
    TLS_CERTIFICATE_STATUS = 22,
    TLS_AES_128_CCM_8_SHA256 = 0x1305,
    SEALED_ALERT = 2 + 1 + 16, /* level and description, the type, the tag; of CCM_8 half a tag */
    SEALED_ALERT_CCM_8 = 2 + 1 + 8,
};

void tls_handshake_free(struct tls_handshake *h)
{
    tls_messages_free(&h->messages[TO_SERVER]);
    tls_messages_free(&h->messages[TO_CLIENT]);
}

static void note_inside(struct exchange *x, const struct conn *c)
{
    const char *spoken = conn_spoken(c);
    if (spoken)
        bytes_to_text(x->tls.inside, sizeof x->tls.inside, bytes_of_text(spoken));
}

static struct exchange *begin(struct tls_handshake *h, struct conn *c)
{
    struct exchange *x = conn_begin(c, TO_SERVER, KEY);
    h->begun = true;
    x->tls.told = x->tls.unreadable = true;
    note_inside(x, c);
    tls_note_operation(x);
    return x;
}

/* The server has chosen, but what from was not seen. What is told of it has no beginning. */
static void begin_unasked(struct tls_handshake *h, struct conn *c)
{
    struct exchange *x = conn_promise(c, KEY);
    h->unasked = true;
    x->request_ns = x->request_end_ns = 0;
    x->tls.told = true;
    note_inside(x, c);
    tls_note_operation(x);
}

/* What the server says is part of the answer. NULL: to nothing that was seen. */
static struct exchange *answer(struct tls_handshake *h, struct conn *c)
{
    if (!h->answering) {
        h->answering = true;
        conn_begin(c, TO_CLIENT, KEY);
    }
    return conn_find(c, TO_CLIENT, KEY);
}

static void keep_random(struct tls_handshake *h, enum dir dir, struct bytes random)
{
    if (random.len != TLS_RANDOM_BYTES)
        return;
    h->has_random[dir] = true;
    memcpy(h->random[dir], random.at, TLS_RANDOM_BYTES);
}

static void on_client_hello(struct tls_handshake *h, struct conn *c, const struct tls_message *m)
{
    struct exchange *x = h->unasked ? conn_peek(c, KEY) : conn_find(c, TO_SERVER, KEY);
    struct tls_client_hello hello;
    if (!x) /* another one, in answer to a HelloRetryRequest */
        return;
    if (m->cut)
        conn_shed(c);
    if (!m->cut && tls_read_client_hello(m->body, &hello)) {
        tls_note_client_hello(x, &hello, 't');
        h->early_data = hello.has_early_data;
        keep_random(h, TO_SERVER, hello.random);
        h->session_len = (uint8_t)hello.session_id.len;
        if (h->session_len)
            memcpy(h->session, hello.session_id.at, h->session_len);
    }
    conn_end(c, TO_SERVER, KEY);
}

static bool is_resumed(const struct tls_handshake *h, const struct tls_server_hello *hello)
{
    if (h->is_13)
        return hello->has_psk;
    return h->session_len && bytes_equal(hello->session_id, bytes_of(h->session, h->session_len));
}

static void on_server_hello(struct tls_handshake *h, struct exchange *x,
                            const struct tls_message *m)
{
    struct tls_server_hello hello;
    if (h->answered || m->cut || !tls_read_server_hello(m->body, &hello))
        return;
    if (hello.is_retry) {
        h->retried = true;
        if (x)
            x->tls.retried = true;
        return;
    }
    h->answered = true;
    h->is_13 = tls_version_is_13(hello.version);
    h->version = hello.version;
    h->cipher = hello.cipher;
    keep_random(h, TO_CLIENT, hello.random);
    h->alert_len = hello.cipher == TLS_AES_128_CCM_8_SHA256 ? SEALED_ALERT_CCM_8 : SEALED_ALERT;
    if (!x)
        return;
    tls_note_server_hello(x, &hello);
    x->tls.resumed = is_resumed(h, &hello);
    tls_note_operation(x);
}

/* Tells of a chain; returns what tells its first certificate from all others. */
static struct fingerprint show_chain(struct conn *c, bool is_13, struct bytes body)
{
    struct cursor list = tls_certificates(body, is_13);
    struct bytes der[CHAIN_MAX];
    struct fingerprint shown[CHAIN_MAX + 1] = {{{0}}};
    size_t len = 0;
    while (len < CHAIN_MAX && tls_next_certificate(&list, is_13, &der[len])) {
        shown[len] = tls_sha256(der[len]);
        len++;
    }
    for (size_t i = 0; i < len; i++) {
        struct certificate certificate;
        if (conn_knows_certificate(c, &shown[i], &shown[i + 1]))
            continue;
        tls_read_certificate(der[i], &certificate);
        certificate.issued_by = shown[i + 1];
        conn_tell_certificate(c, &certificate);
    }
    return shown[0];
}

static void on_certificate(struct conn *c, enum dir dir, bool is_13, struct exchange *x,
                           const struct tls_message *m)
{
    struct fingerprint shown = show_chain(c, is_13, m->body);
    if (m->cut)
        conn_shed(c);
    if (!x)
        return;
    if (dir == TO_CLIENT) {
        x->tls.certificate = shown;
        return;
    }
    x->tls.client_certificate = shown;
    x->tls.mutual = fingerprint_is_none(&shown) ? MUTUAL_ASKED : MUTUAL_YES;
}

static void on_server_message(struct tls_handshake *h, struct conn *c, const struct tls_message *m)
{
    struct exchange *x = answer(h, c);
    switch (m->type) {
    case TLS_SERVER_HELLO:
        on_server_hello(h, x, m);
        return;
    case TLS_NEW_SESSION_TICKET:
    case TLS_CERTIFICATE_STATUS:
        return;
    case TLS_CERTIFICATE:
        on_certificate(c, TO_CLIENT, false, x, m);
        break;
    case TLS_CERTIFICATE_REQUEST:
        if (x)
            x->tls.mutual = MUTUAL_ASKED;
        break;
    case TLS_SERVER_HELLO_DONE:
        if (x && x->tls.mutual == MUTUAL_HIDDEN)
            x->tls.mutual = MUTUAL_NO;
        break;
    default:
        break;
    }
    h->is_full = true;
}

static void on_client_message(struct tls_handshake *h, struct conn *c, const struct tls_message *m)
{
    if (m->type == TLS_CLIENT_HELLO)
        on_client_hello(h, c, m);
    else if (m->type == TLS_CERTIFICATE)
        on_certificate(c, TO_SERVER, false, conn_peek(c, KEY), m);
}

/* What a record begins with begins a message, unless one is under way. */
static bool begins_with(const struct tls_messages *m, struct bytes content, uint8_t type)
{
    return !m->adrift && content.at[0] == type;
}

static void see_client(struct tls_handshake *h, struct conn *c, struct bytes content)
{
    bool is_first = !h->begun && !h->answering;
    if (is_first && begins_with(&h->messages[TO_SERVER], content, TLS_CLIENT_HELLO))
        begin(h, c);
    else
        conn_find(c, TO_SERVER, KEY);
}

static void see_server(struct tls_handshake *h, struct conn *c, struct bytes content)
{
    bool is_first = !h->begun && !h->answering;
    if (is_first && begins_with(&h->messages[TO_CLIENT], content, TLS_SERVER_HELLO))
        begin_unasked(h, c);
    if (h->begun || h->unasked)
        answer(h, c);
}

void tls_handshake_messages(struct tls_handshake *h, struct conn *c, enum dir dir,
                            struct bytes content)
{
    struct tls_messages *messages = &h->messages[dir];
    struct tls_message m;
    tls_messages_record(messages, content);
    if (dir == TO_SERVER)
        see_client(h, c, content);
    else
        see_server(h, c, content);
    while (tls_messages_next(messages, &content, &m)) {
        if (dir == TO_SERVER)
            on_client_message(h, c, &m);
        else
            on_server_message(h, c, &m);
    }
}

static void on_opened_message(struct conn *c, enum dir dir, struct exchange *x,
                              const struct tls_message *m)
{
    bool by_server = dir == TO_CLIENT;
    if (m->type == TLS_ENCRYPTED_EXTENSIONS && by_server && x)
        exchange_text(x, x->tls.alpn, sizeof x->tls.alpn, tls_chosen_alpn(m->body));
    else if (m->type == TLS_CERTIFICATE)
        on_certificate(c, dir, true, x, m);
    else if (m->type == TLS_CERTIFICATE_REQUEST && by_server && x)
        x->tls.mutual = MUTUAL_ASKED;
    else if (m->type == TLS_FINISHED && by_server && x && !x->tls.resumed &&
             x->tls.mutual == MUTUAL_HIDDEN)
        x->tls.mutual = MUTUAL_NO;
}

void tls_handshake_opened(struct tls_handshake *h, struct conn *c, enum dir dir,
                          struct bytes content)
{
    struct tls_message m;
    tls_messages_record(&h->messages[dir], content);
    while (tls_messages_next(&h->messages[dir], &content, &m))
        on_opened_message(c, dir, conn_peek(c, KEY), &m);
}

void tls_handshake_hole(struct tls_handshake *h, struct conn *c, enum dir dir)
{
    tls_messages_lose(&h->messages[dir]);
    if (dir == TO_CLIENT) {
        h->is_full = true; /* who knows */
        answer(h, c);
        return;
    }
    if (!h->begun && !h->answering)
        begin(h, c);
    if (conn_find(c, TO_SERVER, KEY))
        conn_end(c, TO_SERVER, KEY);
}

void tls_handshake_ssl2_hello(struct tls_handshake *h, struct conn *c, struct bytes record)
{
    struct tls_client_hello hello;
    struct exchange *x = begin(h, c);
    h->ssl2 = true;
    if (tls_read_ssl2_hello(record, &hello))
        tls_note_client_hello(x, &hello, 't');
    conn_end(c, TO_SERVER, KEY);
}

void tls_handshake_ssl2_answer(struct tls_handshake *h, struct conn *c)
{
    struct exchange *x = answer(h, c);
    h->answered = h->over = true;
    if (!x)
        return;
    x->tls.answered = true;
    x->tls.version = SSL_2;
    tls_note_established(x);
    conn_end(c, TO_CLIENT, KEY);
}

/* TLS 1.3 has it for the sake of what is in the middle, and it means nothing. */
void tls_handshake_change(struct tls_handshake *h, enum dir dir)
{
    if (h->answered && !h->is_13)
        h->sealed[dir] = true;
}

static void end(struct tls_handshake *h, struct conn *c)
{
    conn_answer_was_whole(c, KEY);
    conn_abort(c, KEY, OUTCOME_UNKNOWN);
    h->over = true;
}

void tls_handshake_alert(struct tls_handshake *h, struct conn *c, enum dir dir,
                         struct bytes content)
{
    uint8_t level = content.at[0], alert = content.at[1];
    bool says_goodbye = alert == TLS_ALERT_CLOSE_NOTIFY || alert == TLS_ALERT_USER_CANCELED;
    struct exchange *x = dir == TO_CLIENT ? answer(h, c) : conn_peek(c, KEY);
    if (level != TLS_LEVEL_FATAL && !says_goodbye)
        return;
    h->over = true;
    if (!x)
        return;
    tls_note_alert(x, dir == TO_SERVER, alert);
    if (dir == TO_CLIENT)
        conn_end(c, TO_CLIENT, KEY);
    else
        end(h, c);
}

/* The client has sent what is sealed with the keys of the handshake, or of what follows it. */
static void settle(struct tls_handshake *h, struct conn *c, bool refused)
{
    struct exchange *x = conn_peek(c, KEY);
    h->settled = true;
    if (x && refused)
        tls_note_alert(x, true, -1);
    else if (x)
        tls_note_established(x);
    conn_answer_was_whole(c, KEY);
    if (refused)
        end(h, c);
}

static void on_sealed_by_client(struct tls_handshake *h, struct conn *c, uint16_t len)
{
    bool is_alert = len == h->alert_len && !h->early_data;
    h->closing = is_alert;
    if (h->settled)
        return;
    h->sealed_records[TO_SERVER]++;
    if (h->sealed_records[TO_CLIENT])
        settle(h, c, is_alert);
}

static void on_sealed_by_server(struct tls_handshake *h, struct conn *c, uint16_t len)
{
    struct exchange *x = conn_peek(c, KEY);
    if (!h->settled) {
        h->sealed_records[TO_CLIENT]++;
        answer(h, c);
        /* What should have come before this record was seen before what it answers. */
        if (h->sealed_records[TO_SERVER] && !h->early_data)
            settle(h, c, false);
        return;
    }
    if (x && !h->suspect && !h->closing && !h->early_data && len == h->alert_len) {
        tls_note_alert(x, false, -1);
        h->suspect = true;
        return;
    }
    if (x)
        tls_note_established(x);
    end(h, c);
}

/* Its Finished, or what comes behind that. */
static void on_finished(struct tls_handshake *h, struct conn *c, const struct tls_record *r)
{
    struct exchange *x = answer(h, c);
    h->over = true;
    if (!x)
        return;
    x->tls.resumed = x->tls.resumed || !h->is_full;
    tls_note_established(x);
    if (r->type == TLS_HANDSHAKE)
        conn_end(c, TO_CLIENT, KEY);
    else
        end(h, c);
}

void tls_handshake_sealed(struct tls_handshake *h, struct conn *c, enum dir dir,
                          const struct tls_record *r)
{
    if (h->over || !h->answered)
        return;
    if (!h->is_13) {
        if (dir == TO_CLIENT && h->sealed[TO_CLIENT])
            on_finished(h, c, r);
    } else if (r->type == TLS_APPLICATION_DATA && dir == TO_SERVER) {
        on_sealed_by_client(h, c, r->len);
    } else if (r->type == TLS_APPLICATION_DATA) {
        on_sealed_by_server(h, c, r->len);
    }
}
