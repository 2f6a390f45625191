/* nats.c - NATS' client protocol, and JetStream on it (docs.nats.io/reference/reference-protocols).
 *
 * A line with its message is a message of the framework; payloads pass by unseen, of headers a
 * status and a trace are read. A publish ends with its last byte, but in verbose mode with +OK. One
 * that asks for a reply at an inbox to which its own connection has subscribed is a request, and
 * ends with the message that comes to that inbox. What the server hands out is an exchange of its
 * own, which nobody asked for; so is, on the edge of whoever serves a request, its reply. */
#include <stdlib.h>

#include "decode/decoder.h"
#include "decode/nats_line.h"
#include "decode/subject.h"
#include "decode/trace_context.h"

enum {
    INBOXES_MAX = 32,    /* subscriptions to inboxes of a connection; past it, the first goes */
    INBOX_TEXT_MAX = 96, /* longer ones are not followed */
    REPLIES_MAX = 64,    /* requests that it has been handed, and may reply to; likewise */
    HEADERS_SEEN = 1024, /* of the headers of a message */
    INFO_SEEN = 512,     /* in which INFO tells that it is one of NATS */
};

/* Where replies to this client may come; whom it may reply to, and what had been asked for. */
struct places {
    char inbox[INBOXES_MAX][INBOX_TEXT_MAX];
    struct {
        uint64_t reply;
        char subject[SUBJECT_MAX];
    } request[REPLIES_MAX];
    uint32_t inboxes, requests; /* ever put */
};

struct nats {
    struct places *places;    /* NULL while there are none */
    uint32_t number;          /* of what has no key of its own */
    uint32_t asked, answered; /* in verbose mode */
    bool begun;               /* the client's CONNECT was seen, */
    bool complete;            /* and all that it has subscribed to since */
    bool verbose;             /* all that the client says is answered by +OK; */
    bool miscounted;          /* but some of either were lost */
};

/* A key is a kind, and a number or hash. */
enum kind { CONNECT = 1, REQUEST, VERBOSE, UNANSWERED, PUSHED };

static uint64_t key_of(enum kind kind, uint64_t number)
{
    return (uint64_t)kind << 56 | (number & ((UINT64_C(1) << 56) - 1));
}

static uint64_t hash(struct bytes text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ text.at[i]) * UINT64_C(0x100000001b3);
    return sum ^ sum >> 56;
}

/* Beside an exchange. */
struct asked {
    uint64_t key, subject; /* subject: its hash */
};

static void set_status(struct exchange *x, const char *status, enum outcome outcome)
{
    bytes_to_text(x->status, sizeof x->status, bytes_of_text(status));
    x->outcome = outcome;
}

/* --- inboxes and replies --- */

static struct places *places(struct conn *c)
{
    struct nats *n = conn_state(c);
    if (!n->places)
        n->places = calloc(1, sizeof *n->places);
    if (!n->places) /* then replies count as messages of their own */
        conn_shed(c);
    return n->places;
}

/* Clients make inboxes up, with a first word of "_INBOX" or the like. */
static void note_inbox(struct conn *c, struct bytes subject)
{
    bool is_inbox = subject.len && subject.at[0] == '_' && subject.len < INBOX_TEXT_MAX;
    struct places *p = is_inbox ? places(c) : NULL;
    if (p)
        bytes_to_text(p->inbox[p->inboxes++ % INBOXES_MAX], INBOX_TEXT_MAX, subject);
}

static bool is_made_up(struct bytes subject)
{
    static const char prefix[] = "_INBOX.";
    return bytes_equal_text(bytes_first(subject, sizeof prefix - 1), prefix);
}

/* Will what is sent there come to this client? Of one that was joined, or after a loss, nobody
 * knows what it has subscribed to. */
static bool is_own_inbox(struct conn *c, struct bytes reply)
{
    const struct nats *n = conn_state(c);
    if (!reply.len)
        return false;
    for (size_t i = 0; n->places && i < INBOXES_MAX; i++)
        if (nats_matches(bytes_of_text(n->places->inbox[i]), reply))
            return true;
    return !n->complete && is_made_up(reply);
}

/* It has been handed a request, to which it may reply. */
static void note_request(struct conn *c, const struct nats_line *l)
{
    struct places *p = l->reply.len ? places(c) : NULL;
    if (!p)
        return;
    size_t at = p->requests++ % REPLIES_MAX;
    p->request[at].reply = hash(l->reply);
    subject_template(p->request[at].subject, l->subject);
}

/* What was asked for where this is the reply; NULL: it is none. */
static const char *replied_to(const struct nats *n, struct bytes subject)
{
    uint64_t reply = hash(subject);
    for (size_t i = 0; n->places && i < REPLIES_MAX; i++)
        if (n->places->request[i].reply == reply && n->places->request[i].subject[0])
            return n->places->request[i].subject;
    return NULL;
}

/* --- what the client says --- */

static struct exchange *ask(struct conn *c, uint64_t key, const char *verb, struct bytes subject)
{
    conn_abort(c, key, OUTCOME_UNKNOWN); /* nobody asks twice */
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    struct asked *asked = exchange_state(x);
    asked->key = key;
    asked->subject = hash(subject);
    subject_note(x, verb, subject);
    return x;
}

/* With nothing to answer it but, in verbose mode, +OK. */
static struct exchange *say(struct conn *c, const char *verb, struct bytes subject)
{
    struct nats *n = conn_state(c);
    uint64_t key = n->verbose ? key_of(VERBOSE, n->asked++) : key_of(UNANSWERED, n->number++);
    struct exchange *x = ask(c, key, verb, subject);
    if (!n->verbose) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, key);
    }
    conn_end(c, TO_SERVER, key);
    return x;
}

static void note_trace(struct exchange *x, struct bytes headers)
{
    struct trace_context trace;
    if (!trace_context_of_traceparent(nats_header(headers, "traceparent"), &trace))
        return;
    trace_context_note(&trace, x);
}

/* A consumer that asks for the next messages of a stream waits for them; they come by themselves.
 */
static bool asks_for_messages(struct bytes subject)
{
    static const char prefix[] = "$JS.API.CONSUMER.MSG.NEXT.";
    return bytes_equal_text(bytes_first(subject, sizeof prefix - 1), prefix);
}

static void publish(struct conn *c, const struct nats_line *l, struct bytes headers)
{
    struct nats *n = conn_state(c);
    const char *served = replied_to(n, l->subject);
    struct exchange *x;
    if (served) {
        x = say(c, "reply", bytes_of_text(served));
    } else if (asks_for_messages(l->subject)) {
        x = say(c, "request", l->subject);
        x->call = CALL_SERVER_STREAMING;
    } else if (is_own_inbox(c, l->reply)) {
        uint64_t key = key_of(REQUEST, hash(l->reply));
        x = ask(c, key, "request", l->subject);
        conn_end(c, TO_SERVER, key);
        n->asked += n->verbose; /* +OK is for it, too */
    } else {
        x = say(c, "publish", l->subject);
    }
    x->request_messages = 1;
    note_trace(x, headers);
}

static void connect(struct conn *c, struct bytes json)
{
    struct nats *n = conn_state(c);
    n->begun = n->complete = true;
    n->verbose = nats_json_says(json, "verbose");
    uint64_t key = key_of(CONNECT, 0);
    ask(c, key, "connect", (struct bytes){0});
    conn_end(c, TO_SERVER, key);
}

static void of_client(struct conn *c, const struct nats_line *l, struct bytes headers)
{
    struct exchange *x;
    switch (l->op) {
    case NATS_CONNECT:
        connect(c, l->text);
        break;
    case NATS_PUB:
    case NATS_HPUB:
        publish(c, l, headers);
        break;
    case NATS_SUB:
        note_inbox(c, l->subject);
        x = say(c, "subscribe", l->subject);
        if (l->reply.len) { /* the queue group, in bounded variety too */
            char queue[SUBJECT_MAX];
            subject_template(queue, l->reply);
            bytes_to_text(x->path, sizeof x->path, bytes_of_text(queue));
        }
        break;
    case NATS_UNSUB:
        say(c, "unsubscribe", (struct bytes){0});
        break;
    case NATS_PING:
    case NATS_PONG:
    case NATS_INFO:
    case NATS_MSG:
    case NATS_HMSG:
    case NATS_OK:
    case NATS_ERR:
    case NATS_OPS:
        break;
    }
}

/* --- what the server says --- */

static struct exchange *push(struct conn *c, uint64_t key, const char *verb, struct bytes subject)
{
    struct exchange *x = conn_promise(c, key);
    x->call = CALL_SERVER_STREAMING;
    x->notes |= NOTE_PUSHED;
    conn_begin(c, TO_CLIENT, key);
    subject_note(x, verb, subject);
    return x;
}

static void answer(struct conn *c, uint64_t key, struct bytes status, enum outcome outcome)
{
    struct exchange *x = conn_begin(c, TO_CLIENT, key);
    exchange_text(x, x->status, sizeof x->status, status);
    x->outcome = outcome;
    conn_end(c, TO_CLIENT, key);
}

/* The first thing that shows that the server goes along. */
static bool answers_connect(struct conn *c)
{
    uint64_t key = key_of(CONNECT, 0);
    if (!conn_peek(c, key))
        return false;
    answer(c, key, bytes_of_text("OK"), OUTCOME_OK);
    return true;
}

/* A status of the server ("503": nobody serves that), or of a service (ADR-32) in its headers. */
static enum outcome outcome_of(struct bytes status)
{
    if (!status.len || status.at[0] < '4')
        return OUTCOME_OK;
    return status.at[0] == '4' ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
}

static bool is_code(struct bytes status)
{
    for (size_t i = 0; i < status.len; i++)
        if (status.at[i] < '0' || status.at[i] > '9')
            return false;
    return status.len == 3;
}

static struct bytes status_of(struct bytes headers)
{
    struct bytes status = nats_header_status(headers);
    struct bytes of_service = nats_header(headers, "Nats-Service-Error-Code");
    return !status.len && is_code(of_service) ? of_service : status;
}

static void deliver(struct conn *c, const struct nats_line *l, struct bytes headers)
{
    struct nats *n = conn_state(c);
    uint64_t key = key_of(REQUEST, hash(l->subject));
    struct bytes status = status_of(headers);
    struct exchange *x = conn_peek(c, key);
    if (x) {
        x->response_messages = 1;
        answer(c, key, status.len ? status : bytes_of_text("OK"), outcome_of(status));
        return;
    }
    conn_abort(c, key_of(CONNECT, 0), OUTCOME_OK);
    if (!n->complete && is_made_up(l->subject)) {
        conn_begin(c, TO_CLIENT, key); /* stray: what it answers was not seen */
        return;
    }
    key = key_of(PUSHED, n->number++);
    x = push(c, key, "deliver", l->subject);
    exchange_text(x, x->status, sizeof x->status, status);
    x->outcome = OUTCOME_OK;
    x->response_messages = 1;
    note_trace(x, headers);
    note_request(c, l);
    conn_end(c, TO_CLIENT, key);
}

/* After a loss nobody knows which of several is answered; of a client that waits for each, it is
 * the one. */
static void forget(struct conn *c)
{
    struct nats *n = conn_state(c);
    for (; n->answered != n->asked; n->answered++)
        conn_abort(c, key_of(VERBOSE, n->answered), OUTCOME_UNKNOWN);
}

/* The oldest that +OK, or an error, is for; false: there is none. Requests have their turn too, but
 * are not answered by it. */
static bool answer_oldest(struct conn *c, const char *status, enum outcome outcome)
{
    struct nats *n = conn_state(c);
    if (n->miscounted && n->asked - n->answered > 1)
        forget(c);
    if (n->answered == n->asked)
        return false;
    n->miscounted = false;
    uint64_t key = key_of(VERBOSE, n->answered++);
    if (conn_peek(c, key))
        answer(c, key, bytes_of_text(status), outcome);
    return true;
}

static const char permissions_of_publish[] = "'Permissions Violation for Publish to \"";

/* The server's fixed texts, of which some have a subject behind them; nothing of that is told. */
static const struct {
    const char *text, *status;
    enum outcome outcome;
} errors[] = {
    {"'Permissions Violation", "permissions", OUTCOME_CLIENT_ERROR},
    {"'Authorization Violation", "authorization", OUTCOME_CLIENT_ERROR},
    {"'Authorization Timeout", "authorization-timeout", OUTCOME_CLIENT_ERROR},
    {"'Authentication Timeout", "authorization-timeout", OUTCOME_CLIENT_ERROR},
    {"'User Authentication", "authentication", OUTCOME_CLIENT_ERROR},
    {"'Account Authentication", "authentication", OUTCOME_CLIENT_ERROR},
    {"'Unknown Protocol", "unknown-operation", OUTCOME_CLIENT_ERROR},
    {"'Invalid Client Protocol", "client-protocol", OUTCOME_CLIENT_ERROR},
    {"'Attempted To Connect To", "wrong-port", OUTCOME_CLIENT_ERROR},
    {"'Parser Error", "parser-error", OUTCOME_CLIENT_ERROR},
    {"'Invalid", "invalid-subject", OUTCOME_CLIENT_ERROR},
    {"'Maximum Control Line", "control-line", OUTCOME_CLIENT_ERROR},
    {"'Maximum Payload", "max-payload", OUTCOME_CLIENT_ERROR},
    {"'Maximum Subscriptions", "max-subscriptions", OUTCOME_CLIENT_ERROR},
    {"'maximum subscriptions", "max-subscriptions", OUTCOME_CLIENT_ERROR},
    {"'Maximum Connections", "max-connections", OUTCOME_SERVER_ERROR},
    {"'maximum connections", "max-connections", OUTCOME_SERVER_ERROR},
    {"'Secure Connection", "tls-required", OUTCOME_CLIENT_ERROR},
    {"'Stale Connection", "stale-connection", OUTCOME_CLIENT_ERROR},
    {"'Slow Consumer", "slow-consumer", OUTCOME_CLIENT_ERROR},
    {"'Server Shutdown", "shutdown", OUTCOME_SERVER_ERROR},
    {"", "error", OUTCOME_SERVER_ERROR},
};

/* The request that is not allowed, if it is one that waits for its answer. */
static struct exchange *not_allowed(struct conn *c, struct bytes text)
{
    size_t len = sizeof permissions_of_publish - 1;
    if (!bytes_equal_text(bytes_first(text, len), permissions_of_publish))
        return NULL;
    struct bytes rest = bytes_after(text, len);
    const uint8_t *end = rest.len ? memchr(rest.at, '"', rest.len) : NULL;
    uint64_t subject = end ? hash(bytes_first(rest, (size_t)(end - rest.at))) : 0;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x)) {
        const struct asked *asked = exchange_state(x);
        if (asked->subject == subject && asked->key >> 56 == REQUEST)
            return x;
    }
    return NULL;
}

static void complain(struct conn *c, struct bytes text)
{
    struct nats *n = conn_state(c);
    size_t i = 0;
    while (!bytes_equal_text(bytes_first(text, strlen(errors[i].text)), errors[i].text))
        i++;
    const char *status = errors[i].status;
    struct exchange *x = conn_peek(c, key_of(CONNECT, 0));
    if (!x)
        x = not_allowed(c, text);
    if (x) {
        const struct asked *asked = exchange_state(x);
        answer(c, asked->key, bytes_of_text(status), errors[i].outcome);
        return;
    }
    if (!n->begun && strncmp(status, "auth", 4) == 0) {
        conn_begin(c, TO_CLIENT, key_of(CONNECT, 0)); /* stray: CONNECT was not seen */
        return;
    }
    if (answer_oldest(c, status, errors[i].outcome))
        return;
    uint64_t key = key_of(PUSHED, n->number++);
    set_status(push(c, key, "error", (struct bytes){0}), status, errors[i].outcome);
    conn_end(c, TO_CLIENT, key);
}

static void of_server(struct conn *c, const struct nats_line *l, struct bytes headers)
{
    struct nats *n = conn_state(c);
    switch (l->op) {
    case NATS_INFO:
        if (!n->begun && !conn_is_lost(c, TO_CLIENT) && nats_json_says(l->text, "tls_required"))
            conn_become(c, decoder_named("tls")); /* and nothing else is accepted */
        break;
    case NATS_MSG:
    case NATS_HMSG:
        deliver(c, l, headers);
        break;
    case NATS_OK:
        if (!n->begun)
            n->verbose = n->miscounted = true;
        if (!answers_connect(c))
            answer_oldest(c, "OK", OUTCOME_OK);
        break;
    case NATS_PONG:
        answers_connect(c);
        break;
    case NATS_ERR:
        complain(c, l->text);
        break;
    case NATS_PING:
    case NATS_CONNECT:
    case NATS_PUB:
    case NATS_HPUB:
    case NATS_SUB:
    case NATS_UNSUB:
    case NATS_OPS:
        break;
    }
}

/* --- lines --- */

/* Is the message's end, if it is here, where it is said to be? */
static bool ends_right(struct bytes in, const struct nats_line *l)
{
    return l->len == l->line || in.len < l->len ||
           (in.at[l->len - 2] == '\r' && in.at[l->len - 1] == '\n');
}

static int64_t nats_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct nats_line l;
    enum nats_status status = nats_read(in, &l);
    if (status == NATS_MORE)
        return DECODE_MORE;
    if (status == NATS_WRONG || !nats_may_say(l.op, dir == TO_SERVER))
        return DECODE_LOST;
    if (conn_is_lost(c, dir) && !ends_right(in, &l))
        return DECODE_LOST;
    struct bytes headers = bytes_first(bytes_after(in, l.line), (size_t)l.headers);
    if (headers.len < l.headers && headers.len < HEADERS_SEEN)
        return DECODE_MORE;
    headers = bytes_first(headers, HEADERS_SEEN);
    conn_name(c, "nats");
    if (dir == TO_SERVER)
        of_client(c, &l, headers);
    else
        of_server(c, &l, headers);
    return (int64_t)l.len;
}

static int64_t nats_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct nats *n = conn_state(c);
    (void)len;
    if (dir == TO_SERVER)
        n->complete = false;
    else
        conn_abort(c, key_of(CONNECT, 0), OUTCOME_UNKNOWN); /* its answer would be the next thing */
    n->miscounted = true;
    return DECODE_LOST;
}

static void nats_free(void *state)
{
    struct nats *n = state;
    free(n->places);
}

/* --- recognition --- */

/* INFO is of NATS, and of nothing else, where it names the server so; or CONNECT the client. */
static enum guess guess_json(struct bytes in, const char *verb, const char *name)
{
    size_t len = strlen(verb), shown = in.len < len ? in.len : len;
    if (shown && memcmp(in.at, verb, shown) != 0)
        return GUESS_NO;
    struct bytes seen = bytes_first(in, INFO_SEEN);
    for (size_t at = 0; at + strlen(name) <= seen.len; at++)
        if (memcmp(seen.at + at, name, strlen(name)) == 0)
            return GUESS_YES;
    return seen.len == INFO_SEEN || (in.len && memchr(seen.at, '\n', seen.len)) ? GUESS_NO
                                                                                : GUESS_MORE;
}

/* Lines in a row: one with a message that ends where it says proves it, and so does a subscription
 * that is followed by another line. Others are said by other protocols too. */
static enum guess guess_lines(struct bytes in, bool is_client, bool *ret_sided)
{
    enum guess guess = GUESS_MORE;
    bool subscribed = false;
    while (in.len) {
        struct nats_line l;
        enum nats_status status = nats_read(in, &l);
        if (status == NATS_MORE)
            return guess;
        if (status == NATS_WRONG || !nats_may_say(l.op, is_client) || !ends_right(in, &l))
            return GUESS_NO;
        *ret_sided = *ret_sided || !nats_may_say(l.op, !is_client);
        if ((l.len > l.line && in.len >= l.len) || subscribed)
            guess = GUESS_YES;
        subscribed = l.op == NATS_SUB || l.op == NATS_UNSUB;
        in = bytes_after(in, l.len < in.len ? (size_t)l.len : in.len);
    }
    return guess;
}

/* One asks whether the other is there, and that one says so. */
static bool is_ping_pong(struct bytes one, struct bytes other)
{
    struct nats_line ping, pong;
    return nats_read(one, &ping) == NATS_READ && nats_read(other, &pong) == NATS_READ &&
           ping.op == NATS_PING && pong.op == NATS_PONG;
}

static enum guess guess_joined(const struct opening *o)
{
    bool sided = false;
    enum guess client = guess_lines(o->to_server, true, &sided);
    enum guess server = guess_lines(o->to_client, false, &sided);
    if (client == GUESS_NO && server == GUESS_NO)
        return GUESS_NO;
    if ((client == GUESS_YES || server == GUESS_YES) && (sided || !o->unsided))
        return GUESS_YES;
    if (client == GUESS_NO || server == GUESS_NO)
        return GUESS_NO;
    bool alive =
        is_ping_pong(o->to_server, o->to_client) || is_ping_pong(o->to_client, o->to_server);
    return alive && !o->unsided ? GUESS_YES : GUESS_MORE;
}

static enum guess nats_probe(const struct opening *o)
{
    enum guess server = guess_json(o->to_client, "INFO {", "\"server_id\"");
    enum guess client = guess_json(o->to_server, "CONNECT {", "\"verbose\"");
    if (client == GUESS_NO && o->to_server.len && o->to_server.at[0] == 'C')
        client = guess_json(o->to_server, "CONNECT {", "\"lang\"");
    if (o->to_client.len && server == GUESS_YES) {
        bool sided = false;
        bool is_tls = o->to_server.len && o->to_server.at[0] == 0x16;
        enum guess lines = is_tls ? GUESS_YES : guess_lines(o->to_server, true, &sided);
        return lines == GUESS_NO ? GUESS_NO : GUESS_YES;
    }
    if (o->to_server.len && client == GUESS_YES && (!o->to_client.len || server == GUESS_MORE))
        return GUESS_YES;
    if (o->midstream)
        return guess_joined(o);
    bool may_be = server == GUESS_MORE && client == GUESS_MORE;
    return may_be ? GUESS_MORE : GUESS_NO;
}

const struct decoder nats_decoder = {
    .name = "nats",
    .ports = {4222},
    .state_size = sizeof(struct nats),
    .multiplexed = true,
    .doubtful = true,
    .probe = nats_probe,
    .feed = nats_feed,
    .gap = nats_gap,
    .free = nats_free,
};
