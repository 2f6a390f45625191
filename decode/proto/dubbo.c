/* dubbo.c - Dubbo 2, the protocol of Apache Dubbo beside Triple, which is gRPC
 * (https://dubbo.apache.org/en/overview/reference/protocols/tcp/).
 *
 * A message is a head of 16 bytes, with a number that the answer repeats, and a body. The first
 * strings of a request's body say what is called, the first byte of an answer's whether it is an
 * exception; arguments and values pass by unseen. Both sides send heartbeats, which are no
 * exchanges; what a server calls at its client is not told. */
#include <stdio.h>

#include "decode/decoder.h"
#include "decode/dubbo_body.h"

enum {
    HEAD = 16,
    BODY_SEEN = 1024,
    BODY_MAX = 1 << 28,
    EVENT_MAX = 1024, /* bytes in a heartbeat's body */
};

enum flag { REQUEST = 0x80, TWO_WAY = 0x40, EVENT = 0x20, SERIALIZATION = 0x1f };

enum { STATUS_OK = 20 };

struct head {
    uint8_t flags, status, serialization;
    uint64_t id;
    uint32_t size; /* of the body */
};

struct side {
    struct head head;
    bool reading; /* its body is to be shown from the start */
};

struct dubbo {
    struct side side[2];
};

static const struct status {
    uint8_t number;
    enum outcome outcome;
    const char *name;
} statuses[] = {
    {STATUS_OK, OUTCOME_OK, "OK"},
    {25, OUTCOME_SERVER_ERROR, "SERIALIZATION_ERROR"},
    {30, OUTCOME_TIMEOUT, "CLIENT_TIMEOUT"},
    {31, OUTCOME_TIMEOUT, "SERVER_TIMEOUT"},
    {35, OUTCOME_SERVER_ERROR, "CHANNEL_INACTIVE"},
    {40, OUTCOME_CLIENT_ERROR, "BAD_REQUEST"},
    {50, OUTCOME_SERVER_ERROR, "BAD_RESPONSE"},
    {60, OUTCOME_CLIENT_ERROR, "SERVICE_NOT_FOUND"},
    {70, OUTCOME_SERVER_ERROR, "SERVICE_ERROR"},
    {80, OUTCOME_SERVER_ERROR, "SERVER_ERROR"},
    {90, OUTCOME_CLIENT_ERROR, "CLIENT_ERROR"},
    {100, OUTCOME_SERVER_ERROR, "SERVER_THREADPOOL_EXHAUSTED_ERROR"},
};

static const struct status *find_status(uint8_t number)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].number == number)
            return &statuses[i];
    return NULL;
}

/* --- heads --- */

/* Is what is here of a head that of one? */
static bool fits(struct bytes in)
{
    static const uint8_t magic[] = {0xda, 0xbb};
    if (memcmp(in.at, magic, in.len < sizeof magic ? in.len : sizeof magic) != 0)
        return false;
    uint8_t flags = in.len > 2 ? in.at[2] : REQUEST | 2;
    if (!dubbo_serialization(flags & SERIALIZATION))
        return false;
    if (in.len > 3)
        return flags & REQUEST ? !in.at[3] : find_status(in.at[3]) != NULL;
    return true;
}

/* GUESS_MORE: it is not all here. */
static enum guess read_head(struct bytes in, struct head *ret)
{
    struct cursor c = cursor_over(in);
    *ret = (struct head){0};
    if (!in.len)
        return GUESS_MORE;
    if (!fits(in))
        return GUESS_NO;
    cursor_skip(&c, 2);
    ret->flags = cursor_u8(&c);
    ret->status = cursor_u8(&c);
    ret->serialization = ret->flags & SERIALIZATION;
    ret->id = cursor_be64(&c) & INT64_MAX; /* so that it is no KEY_IN_ORDER */
    ret->size = cursor_be32(&c);
    if (c.starved)
        return GUESS_MORE;
    return ret->size <= (ret->flags & EVENT ? (uint32_t)EVENT_MAX : BODY_MAX) ? GUESS_YES
                                                                              : GUESS_NO;
}

/* --- requests --- */

static void tell_call(struct exchange *x, const struct dubbo_call *call)
{
    char text[3 * DUBBO_NAME_MAX + 4];
    bool versioned = call->version[0] && strcmp(call->version, "0.0.0") != 0;
    snprintf(text, sizeof text, "%s%s%s/%s", call->service, versioned ? ":" : "",
             versioned ? call->version : "", call->method);
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(text));
}

static void begin_request(struct conn *c, const struct head *h)
{
    conn_abort(c, h->id, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    struct exchange *x = conn_begin(c, TO_SERVER, h->id);
    x->stream_id = (uint32_t)h->id;
    const char *method = h->flags & TWO_WAY ? "call" : "oneway";
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(method));
}

static void end_request(struct conn *c, const struct head *h, struct bytes body)
{
    struct exchange *x = conn_find(c, TO_SERVER, h->id);
    struct dubbo_call call;
    if (x && dubbo_call(h->serialization, body, &call)) {
        tell_call(x, &call);
    } else if (x) {
        char text[32];
        snprintf(text, sizeof text, "{unknown %s}", dubbo_serialization(h->serialization));
        exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(text));
        x->notes |= NOTE_UNKNOWN_FIELDS;
    }
    if (x && !(h->flags & TWO_WAY)) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, h->id);
    }
    conn_end(c, TO_SERVER, h->id);
}

/* --- answers --- */

static void end_answer(struct conn *c, const struct head *h, struct bytes body)
{
    struct exchange *x = conn_find(c, TO_CLIENT, h->id);
    const struct status *status = find_status(h->status);
    bool seen = h->status != STATUS_OK || body.len || !h->size;
    if (x && seen) {
        bool exception =
            h->status == STATUS_OK && body.len && dubbo_is_exception(h->serialization, body.at[0]);
        const char *name = exception ? "SERVICE_EXCEPTION" : status->name;
        exchange_text(x, x->status, sizeof x->status, bytes_of_text(name));
        x->outcome = exception ? OUTCOME_SERVER_ERROR : status->outcome;
    }
    conn_end(c, TO_CLIENT, h->id);
}

/* --- both --- */

static bool is_request(const struct head *h)
{
    return h->flags & REQUEST;
}

static uint32_t seen_of(enum dir dir, const struct head *h)
{
    uint32_t most = dir == TO_SERVER ? BODY_SEEN : h->status == STATUS_OK;
    return most < h->size ? most : h->size;
}

static int64_t begin_message(struct conn *c, enum dir dir, struct bytes in)
{
    struct dubbo *d = conn_state(c);
    struct head h;
    enum guess guess = read_head(in, &h);
    if (guess != GUESS_YES)
        return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    int64_t whole = HEAD + (int64_t)h.size;
    if (h.flags & EVENT || is_request(&h) != (dir == TO_SERVER))
        return whole;
    conn_name(c, "dubbo");
    if (dir == TO_CLIENT && !conn_peek(c, h.id)) {
        conn_begin(c, TO_CLIENT, h.id); /* counts it */
        return whole;
    }
    if (dir == TO_SERVER)
        begin_request(c, &h);
    else
        conn_begin(c, TO_CLIENT, h.id);
    d->side[dir] = (struct side){.head = h, .reading = true};
    return HEAD;
}

/* The body begins; it ends the message, and what is behind what was seen passes by. */
static int64_t end_message(struct conn *c, enum dir dir, struct bytes body)
{
    struct dubbo *d = conn_state(c);
    struct side *s = &d->side[dir];
    s->reading = false;
    if (dir == TO_SERVER)
        end_request(c, &s->head, body);
    else
        end_answer(c, &s->head, body);
    return s->head.size;
}

static int64_t dubbo_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct dubbo *d = conn_state(c);
    struct side *s = &d->side[dir];
    int64_t used = s->reading ? 0 : begin_message(c, dir, in);
    if (!s->reading)
        return used;
    struct bytes body = bytes_after(in, (size_t)used);
    uint32_t seen = seen_of(dir, &s->head);
    struct dubbo_call call; /* arguments need not be waited for */
    if (body.len < seen && !(dir == TO_SERVER && dubbo_call(s->head.serialization, body, &call)))
        return used;
    return used + end_message(c, dir, bytes_first(body, seen));
}

static int64_t dubbo_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct dubbo *d = conn_state(c);
    struct side *s = &d->side[dir];
    if (len && s->reading)
        return end_message(c, dir, (struct bytes){0});
    *s = (struct side){0};
    return DECODE_LOST;
}

/* Heartbeats come from both sides, and do not tell them apart: what is behind them does. */
static enum guess probe_side(struct bytes in, bool answers)
{
    struct head h;
    for (;;) {
        enum guess guess = read_head(in, &h);
        if (guess != GUESS_YES)
            return guess;
        if (!(h.flags & EVENT))
            return is_request(&h) == answers ? GUESS_NO : GUESS_YES;
        in = bytes_after(in, HEAD + (size_t)h.size);
    }
}

static enum guess dubbo_probe(const struct opening *opening)
{
    enum guess asks = probe_side(opening->to_server, false);
    enum guess answers = probe_side(opening->to_client, true);
    if (asks == GUESS_NO || answers == GUESS_NO)
        return GUESS_NO;
    if (!opening->midstream && !opening->to_server.len)
        return GUESS_MORE;
    return asks == GUESS_YES || answers == GUESS_YES ? GUESS_YES : GUESS_MORE;
}

const struct decoder dubbo_decoder = {
    .name = "dubbo",
    .ports = {20880},
    .state_size = sizeof(struct dubbo),
    .multiplexed = true,
    .doubtful = true,
    .probe = dubbo_probe,
    .feed = dubbo_feed,
    .gap = dubbo_gap,
};
