/* tds.c - SQL Server's TDS 7 and 8 ([MS-TDS]): messages of packets, in turn.
 *
 * The client says what it can (prelogin), logs in and then asks: batches of SQL, calls of
 * procedures, transactions. Each message is answered by one, in order; an attention cancels what is
 * being answered. If both want encryption, TLS goes on inside of prelogin packets, and then either
 * for the login alone or for everything, which then passes by. */
#include "decode/decoder.h"
#include "decode/tds_packet.h"
#include "decode/tds_request.h"

enum {
    TLS_HEADER = 5,
    TLS_DATA = 0x17,
    TLS_FIRST = 0x14,
    TLS_LAST = 0x18,
    MARS_FIRST = 0x53, /* of a packet of a session among several */
    HEAD_MAX = 2048,   /* of an answer's first packet so much is read, unless it is the last too */
};

static const size_t GATHERED_AT = OPENED_MAX - TDS_REQUEST_MAX; /* where requests are gathered */

struct tds {
    struct statements *statements;
    enum tds_encryption wanted; /* by the client */
    bool passes;                /* everything from here on is unreadable, */
    bool sealed;                /* or is TLS, once that has agreed on its keys */
    bool short_counts;          /* rows are counted in 32 bits */
    bool asking;                /* the message of the client is not whole */
    bool answering;             /* nor is the server's */
    bool mine;                  /* which answers an exchange */
    bool ends;                  /* its packet is the last */
    bool attention;             /* the client has asked to stop */
    uint16_t left;              /* of the packet's content, of which the end is yet to be fed */
    uint8_t next;               /* the number of the answer's next packet */
    uint8_t tail_len;
    uint8_t tail[TDS_TAIL]; /* the end of what came of the answer so far */
    uint32_t error;
    uint8_t severity;
    bool logged_in;
};

static bool is_tls(struct bytes in)
{
    return in.at[0] >= TLS_FIRST && in.at[0] < TLS_LAST && (in.len < 2 || in.at[1] == 3);
}

/* A record of TLS: the login, if it is data and not all is. */
static int64_t feed_record(struct conn *c, const struct tds *t, enum dir dir, struct bytes in)
{
    if (in.len < TLS_HEADER)
        return DECODE_MORE;
    struct cursor at = cursor_over(bytes_after(in, 3));
    uint16_t len = cursor_be16(&at);
    if (t->sealed) {
        conn_become(c, decoder_named("tls"));
        return (int64_t)TLS_HEADER + len;
    }
    if (dir == TO_SERVER && in.at[0] == TLS_DATA && !conn_find(c, TO_SERVER, KEY_IN_ORDER) &&
        !conn_next(c, NULL)) {
        struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
        tds_tell_request(NULL, x, TDS_LOGIN, (struct bytes){0}, true, NULL);
        conn_end(c, TO_SERVER, KEY_IN_ORDER);
    }
    return (int64_t)TLS_HEADER + len;
}

/* Further packets of a message, of which enough was read. */
static int64_t feed_more(struct conn *c, struct tds *t, const struct tds_packet *p)
{
    conn_find(c, TO_SERVER, KEY_IN_ORDER);
    t->asking = !(p->status & TDS_END_OF_MESSAGE);
    if (!t->asking)
        conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return p->len;
}

/* What is said to prove who the client is belongs to its login. */
static int64_t feed_proof(struct conn *c, const struct tds_packet *p)
{
    struct exchange *x = conn_next(c, NULL);
    if (x)
        x->request_bytes += p->len;
    return p->len;
}

static bool is_request(uint8_t type)
{
    return type == TDS_BATCH || type == TDS_RPC || type == TDS_TRANSACTION || type == TDS_BULK ||
           type == TDS_LOGIN || type == TDS_PRELOGIN;
}

static int64_t feed_request(struct conn *c, struct tds *t, struct bytes in,
                            const struct tds_packet *p)
{
    uint8_t *room = conn_opened(c);
    struct bytes body = {0};
    bool whole = false;
    int64_t len = p->len;
    bool is_last = p->status & TDS_END_OF_MESSAGE;
    if (p->type != TDS_BULK && p->type != TDS_LOGIN) {
        len = tds_gather(in, room + GATHERED_AT, &body, &is_last, &whole);
    }
    if (!len)
        return DECODE_MORE;
    if (p->type == TDS_PRELOGIN) {
        int wanted = tds_prelogin(body);
        if (wanted < 0)
            return DECODE_LOST;
        t->wanted = (enum tds_encryption)wanted;
    }
    if (p->status & TDS_RESETS)
        statements_free(&t->statements);
    struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    tds_tell_request(&t->statements, x, p->type, body, whole, room);
    t->asking = !is_last;
    if (is_last)
        conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

static int64_t feed_client(struct conn *c, struct tds *t, struct bytes in)
{
    struct tds_packet p;
    if (!t->asking && is_tls(in) && (t->sealed || !conn_is_lost(c, TO_SERVER)))
        return feed_record(c, t, TO_SERVER, in);
    if (!t->asking && in.at[0] == MARS_FIRST) {
        t->passes = true;
        return DECODE_REST;
    }
    if (conn_is_lost(c, TO_SERVER)) {
        enum guess guess = tds_is_surely_request(in);
        if (guess != GUESS_YES)
            return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    }
    if (!tds_packet(in, &p))
        return in.len < TDS_HEADER ? DECODE_MORE : DECODE_LOST;
    if (t->asking)
        return feed_more(c, t, &p);
    if (p.type == TDS_ATTENTION) {
        t->attention = true;
        return p.len;
    }
    if (p.type == TDS_SSPI || p.type == TDS_TOKEN)
        return feed_proof(c, &p);
    if (p.type == TDS_PRELOGIN && p.len > TDS_HEADER && !p.body.len)
        return DECODE_MORE;
    if (p.type == TDS_PRELOGIN && p.body.len && p.body.at[0] >= TLS_FIRST)
        return p.len; /* TLS, before its keys are there */
    return is_request(p.type) ? feed_request(c, t, in, &p) : DECODE_LOST;
}

/* Errors by which a server says that it cannot, though their severity is low. */
static enum outcome blame(uint32_t error, uint8_t severity)
{
    static const uint32_t busy[] = {596,   1204,  10928, 10929, 40197, 40501, 40549,
                                    40550, 40551, 40613, 49918, 49919, 49920};
    if (error == 1222)
        return OUTCOME_TIMEOUT; /* it waited too long for a lock */
    for (size_t i = 0; i < sizeof busy / sizeof *busy; i++)
        if (error == busy[i])
            return OUTCOME_SERVER_ERROR;
    return severity >= 17 ? OUTCOME_SERVER_ERROR : OUTCOME_CLIENT_ERROR;
}

static void set_status(struct exchange *x, const char *status)
{
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(status));
}

static void tell_error(struct exchange *x, uint32_t error, uint8_t severity)
{
    char text[11];
    size_t at = sizeof text - 1;
    x->outcome = blame(error, severity);
    text[at] = '\0';
    do
        text[--at] = (char)('0' + error % 10);
    while (error /= 10);
    set_status(x, text + at);
}

/* What both have agreed on: without encryption, or with it for the login alone, one can read on. */
static void tell_prelogin(struct tds *t, struct exchange *x, struct bytes body)
{
    static const char *const names[] = {"ENCRYPT_OFF", "ENCRYPT_ON", "ENCRYPT_NOT_SUP",
                                        "ENCRYPT_REQ"};
    int said = tds_prelogin(body);
    if (said < 0)
        return;
    set_status(x, names[said]);
    x->outcome = OUTCOME_OK;
    bool never = said == TDS_ENCRYPT_NOT_SUP || t->wanted == TDS_ENCRYPT_NOT_SUP;
    bool off = said == TDS_ENCRYPT_OFF && t->wanted == TDS_ENCRYPT_OFF;
    t->sealed = !never && !off;
}

/* How the answer ended. */
static void tell_end(struct tds *t, struct exchange *x, const struct tds_tail *tail, bool read)
{
    const struct tds_asked *asked = exchange_state(x);
    uint32_t error = t->error ? t->error : tail->error;
    if (read && tail->counted)
        x->response_messages += (uint32_t)tail->rows;
    if (read && tail->status & TDS_DONE_ATTENTION) {
        x->outcome = OUTCOME_CANCELLED;
        t->attention = false;
    } else if (error) {
        tell_error(x, error, t->error ? t->severity : tail->severity);
    } else if (read && !(tail->status & TDS_DONE_ERROR)) {
        set_status(x, "OK");
        x->outcome = OUTCOME_OK;
    }
    if (read && tail->has_value && asked->is_prepared)
        tds_prepared(&t->statements, x, tail->value);
}

/* The end of the answer's last packet; `end` is the latest of its content. */
static void end_answer(struct conn *c, struct tds *t, struct bytes end)
{
    struct tds_tail tail;
    bool read = tds_read_tail(end, t->short_counts, &tail);
    struct exchange *x = t->mine ? conn_find(c, TO_CLIENT, KEY_IN_ORDER) : NULL;
    t->answering = false;
    if (!x) {
        t->attention = t->attention && !(read && tail.status & TDS_DONE_ATTENTION);
        if (t->mine)
            conn_end(c, TO_CLIENT, KEY_IN_ORDER);
        return;
    }
    const struct tds_asked *asked = exchange_state(x);
    if (asked->type == TDS_PRELOGIN)
        tell_prelogin(t, x, end);
    else if (asked->type == TDS_LOGIN && !t->logged_in && !t->error)
        return; /* the client is asked for more */
    else
        tell_end(t, x, &tail, read);
    conn_end(c, TO_CLIENT, KEY_IN_ORDER);
}

/* The latest bytes of the content: what there was, and these behind it. */
static struct bytes append_tail(struct tds *t, struct bytes in)
{
    size_t more = in.len < TDS_TAIL ? in.len : TDS_TAIL;
    size_t kept = t->tail_len < TDS_TAIL - more ? t->tail_len : TDS_TAIL - more;
    memmove(t->tail, t->tail + t->tail_len - kept, kept);
    if (more)
        memcpy(t->tail + kept, in.at + in.len - more, more);
    t->tail_len = (uint8_t)(kept + more);
    return bytes_of(t->tail, t->tail_len);
}

/* The message's first packet: whose answer it is, and what it says before its rows. */
static void begin_answer(struct conn *c, struct tds *t, const struct tds_packet *p)
{
    struct tds_head head;
    struct tds_tail tail;
    tds_read_head(p->body, &head);
    t->error = head.error;
    t->severity = head.severity;
    t->logged_in = head.logged_in;
    if (head.logged_in)
        t->short_counts = head.short_counts;
    t->answering = true;
    t->tail_len = 0;
    struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    bool stops = t->attention && !x && p->status & TDS_END_OF_MESSAGE &&
                 tds_read_tail(p->body, t->short_counts, &tail) && tail.status & TDS_DONE_ATTENTION;
    t->mine = !stops;
    if (!t->mine)
        return;
    if (!x || !x->response_ns)
        conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
}

/* A packet that ends a message is seen whole; of another, its last bytes are. */
static int64_t feed_packet(struct conn *c, struct tds *t, const struct tds_packet *p)
{
    size_t all = p->len - (size_t)TDS_HEADER;
    bool first = !t->answering;
    t->ends = p->status & TDS_END_OF_MESSAGE;
    size_t wanted = t->ends ? all : first ? (all < HEAD_MAX ? all : HEAD_MAX) : 0;
    if (p->body.len < wanted)
        return DECODE_MORE;
    t->next = (uint8_t)(p->number + 1);
    if (first)
        begin_answer(c, t, p);
    else if (t->mine)
        conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    if (t->ends) {
        bool one = first && t->tail_len == 0;
        end_answer(c, t, one ? p->body : append_tail(t, p->body));
        return p->len;
    }
    t->left = (uint16_t)(all < TDS_TAIL ? all : TDS_TAIL);
    return p->len - (int64_t)t->left;
}

static bool is_sure_answer(struct bytes in)
{
    struct tds_packet p;
    return tds_packet(in, &p) && p.type == TDS_ANSWER && p.status <= 1 && p.number <= 1 &&
           p.body.len && tds_is_token(p.body.at[0]);
}

static int64_t feed_server(struct conn *c, struct tds *t, struct bytes in)
{
    struct tds_packet p;
    if (t->left) {
        if (in.len < t->left)
            return DECODE_MORE;
        append_tail(t, bytes_first(in, t->left));
        int64_t len = t->left;
        t->left = 0;
        if (t->mine)
            conn_find(c, TO_CLIENT, KEY_IN_ORDER);
        return len;
    }
    if (!t->answering && is_tls(in) && (t->sealed || !conn_is_lost(c, TO_CLIENT)))
        return feed_record(c, t, TO_CLIENT, in);
    if (!t->answering && in.at[0] == MARS_FIRST) {
        t->passes = true;
        return DECODE_REST;
    }
    if (in.at[0] != TDS_ANSWER && in.at[0] != TDS_PRELOGIN)
        return DECODE_LOST;
    if (in.len <= TDS_HEADER)
        return DECODE_MORE;
    if (!tds_packet(in, &p) || (conn_is_lost(c, TO_CLIENT) && !is_sure_answer(in)) ||
        (t->answering && p.number != t->next) || (!t->answering && p.len == TDS_HEADER))
        return DECODE_LOST;
    if (p.type == TDS_PRELOGIN)
        return p.len; /* TLS, before its keys are there */
    return feed_packet(c, t, &p);
}

static int64_t tds_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct tds *t = conn_state(c);
    bool inside = dir == TO_SERVER ? t->asking : t->answering || t->left;
    if (t->passes && !inside)
        return DECODE_REST;
    return dir == TO_SERVER ? feed_client(c, t, in) : feed_server(c, t, in);
}

/* What is known of the connection stays. */
static int64_t tds_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct tds *t = conn_state(c);
    (void)len;
    if (dir == TO_SERVER) {
        t->asking = false;
    } else {
        t->answering = false;
        t->left = 0;
    }
    return t->passes && len ? DECODE_REST : DECODE_LOST;
}

static void tds_free(void *state)
{
    struct tds *t = state;
    statements_free(&t->statements);
}

static enum guess tds_probe(const struct opening *o)
{
    struct tds_packet p;
    if (!o->to_server.len)
        return GUESS_NO;
    uint8_t type = o->to_server.at[0];
    if (o->midstream && type != TDS_PRELOGIN && type != TDS_LOGIN)
        return tds_is_surely_request(o->to_server);
    if (type != TDS_PRELOGIN && type != TDS_LOGIN)
        return GUESS_NO;
    if (!tds_packet(o->to_server, &p))
        return o->to_server.len < TDS_HEADER ? GUESS_MORE : GUESS_NO;
    bool login = type == TDS_LOGIN;
    if (p.body.len < (login ? 8U : p.len - (size_t)TDS_HEADER))
        return GUESS_MORE;
    if (o->to_client.len && o->to_client.at[0] != TDS_ANSWER)
        return GUESS_NO;
    return (login ? tds_is_login(p.body) : tds_prelogin(p.body) >= 0) ? GUESS_YES : GUESS_NO;
}

const struct decoder tds_decoder = {
    .name = "tds",
    .transport = OVER_TCP,
    .ports = {1433, 1434},
    .state_size = sizeof(struct tds),
    .doubtful = true,
    .probe = tds_probe,
    .feed = tds_feed,
    .gap = tds_gap,
    .free = tds_free,
};
