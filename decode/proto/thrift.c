/* thrift.c - Apache Thrift (https://github.com/apache/thrift/blob/master/doc/specs/thrift-rpc.md).
 *
 * A message says which method it is about, and a number that the answer repeats. In frames its
 * length is in front; without them it lasts until its struct ends (decode/thrift_walk.h). Many
 * clients give all calls the same number: an answer belongs to the oldest call of its number and
 * method. */
#include "decode/decoder.h"
#include "decode/thrift_message.h"
#include "decode/thrift_walk.h"

enum {
    RESULT_SEEN = 12,     /* bytes of a frame's result that are looked at */
    EXCEPTION_SEEN = 512, /* and of an exception that is not declared */
    STRAY_KEY = 0,        /* no call has it */
};

/* Of the message that is being fed, if it is not in a frame. */
struct side {
    struct thrift_walk walk; /* .depth is 0 between two messages */
    uint64_t key;
    enum thrift_type type;
    bool ours; /* there is an exchange for it */
};

struct thrift {
    struct side side[2];
    uint64_t calls;    /* so many were seen; each has its number as key */
    bool lost_answers; /* there may be calls whose answers were */
};

/* Beside an exchange. */
struct asked {
    uint64_t key;
    uint32_t name;
    bool oneway;
    bool in_doubt; /* its answer may have been lost */
};

/* Of the method alone: answers leave out the service that "Cart:add" names. */
static uint32_t hash_of(struct bytes name)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < name.len; i++)
        hash = name.at[i] == ':' ? 2166136261U : (hash ^ name.at[i]) * 16777619U;
    return hash;
}

/* --- requests --- */

/* Of calls of the same number those whose answers may have been lost will have none. */
static void give_up_lost(struct conn *c, uint32_t sequence)
{
    struct thrift *t = conn_state(c);
    struct exchange *next;
    t->lost_answers = false;
    for (struct exchange *x = conn_next(c, NULL); x; x = next) {
        const struct asked *asked = exchange_state(x);
        next = conn_next(c, x);
        if (asked->in_doubt && x->stream_id == sequence)
            conn_abort(c, asked->key, OUTCOME_UNKNOWN);
        else if (asked->in_doubt)
            t->lost_answers = true;
    }
}

static uint64_t begin_request(struct conn *c, const struct thrift_head *h)
{
    struct thrift *t = conn_state(c);
    if (t->lost_answers)
        give_up_lost(c, h->sequence);
    uint64_t key = ++t->calls;
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    struct asked *asked = exchange_state(x);
    *asked =
        (struct asked){.key = key, .name = hash_of(h->name), .oneway = h->type == THRIFT_ONEWAY};
    x->stream_id = h->sequence;
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(asked->oneway ? "oneway" : "call"));
    exchange_text(x, x->operation, sizeof x->operation, h->name);
    return key;
}

static void end_request(struct conn *c, uint64_t key)
{
    struct exchange *x = conn_find(c, TO_SERVER, key);
    const struct asked *asked = x ? exchange_state(x) : NULL;
    if (asked && asked->oneway) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, key);
    }
    conn_end(c, TO_SERVER, key);
}

/* --- answers --- */

static uint64_t begin_answer(struct conn *c, const struct thrift_head *h, bool *ret_ours)
{
    uint32_t name = hash_of(h->name);
    uint64_t key = STRAY_KEY;
    for (struct exchange *x = conn_next(c, NULL); x && !key; x = conn_next(c, x)) {
        const struct asked *asked = exchange_state(x);
        if (x->stream_id == h->sequence && asked->name == name && !x->response_ns)
            key = asked->key;
    }
    conn_begin(c, TO_CLIENT, key); /* counts it, if nobody asked */
    *ret_ours = key != STRAY_KEY;
    return key;
}

static void tell(struct exchange *x, const char *status, enum outcome outcome)
{
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(status));
    x->outcome = outcome;
}

/* What is declared is what the caller has to reckon with. */
static void tell_result(struct exchange *x, enum thrift_result result)
{
    if (result == THRIFT_VALUE)
        tell(x, "OK", OUTCOME_OK);
    else if (result == THRIFT_DECLARED)
        tell(x, "EXCEPTION", OUTCOME_CLIENT_ERROR);
}

static void tell_exception(struct exchange *x, int64_t kind)
{
    enum outcome outcome = OUTCOME_UNKNOWN;
    const char *name = thrift_exception_name(kind, &outcome);
    tell(x, name ? name : "TApplicationException", outcome);
}

/* --- in frames --- */

static int64_t feed_frame(struct conn *c, enum dir dir, struct bytes in,
                          const struct thrift_head *h)
{
    uint32_t most = h->type == THRIFT_EXCEPTION ? EXCEPTION_SEEN : RESULT_SEEN, left = h->whole;
    bool ours = true;
    left -= h->len;
    if (dir == TO_SERVER) {
        end_request(c, begin_request(c, h));
        return h->whole;
    }
    most = most < left ? most : left;
    struct bytes seen = bytes_first(bytes_after(in, h->len), most);
    if (seen.len < most)
        return DECODE_MORE;
    uint64_t key = begin_answer(c, h, &ours);
    struct exchange *x = ours ? conn_find(c, TO_CLIENT, key) : NULL;
    if (x && h->type == THRIFT_EXCEPTION)
        tell_exception(x, thrift_exception(seen, h->compact));
    else if (x)
        tell_result(x, thrift_result(seen, h->compact));
    if (ours)
        conn_end(c, TO_CLIENT, key);
    return h->whole;
}

/* --- without --- */

static void note_field(const struct side *s, struct exchange *x, const struct thrift_field *f)
{
    enum { KIND = 2 };
    if (s->type == THRIFT_REPLY && !x->status[0])
        tell_result(x, f->id ? THRIFT_DECLARED : THRIFT_VALUE);
    else if (s->type == THRIFT_EXCEPTION && f->type == THRIFT_I32 && f->id == KIND)
        tell_exception(x, f->number);
}

static void end_message(struct conn *c, enum dir dir)
{
    struct thrift *t = conn_state(c);
    struct side *s = &t->side[dir];
    struct exchange *x = s->ours ? conn_find(c, dir, s->key) : NULL;
    if (dir == TO_SERVER) {
        end_request(c, s->key);
        return;
    }
    if (x && !x->status[0] && s->type == THRIFT_REPLY) /* a result without a value */
        tell_result(x, THRIFT_VALUE);
    else if (x && !x->status[0])
        tell_exception(x, -1);
    if (s->ours)
        conn_end(c, TO_CLIENT, s->key);
}

/* `used` bytes of `in` were read before. */
static int64_t walk_on(struct conn *c, enum dir dir, struct bytes in, size_t used)
{
    struct thrift *t = conn_state(c);
    struct side *s = &t->side[dir];
    struct exchange *x = s->ours ? conn_find(c, dir, s->key) : NULL;
    while (used < in.len) {
        struct thrift_field field;
        int64_t len = thrift_walk(&s->walk, bytes_after(in, used), &field);
        if (len < 0)
            return DECODE_LOST;
        if (!len)
            break;
        used += (size_t)len;
        if (x && dir == TO_CLIENT && field.type)
            note_field(s, x, &field);
        if (!s->walk.depth) {
            end_message(c, dir);
            break;
        }
    }
    return (int64_t)used;
}

static int64_t thrift_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct thrift *t = conn_state(c);
    struct side *s = &t->side[dir];
    struct thrift_head h;
    if (s->walk.depth)
        return walk_on(c, dir, in, 0);
    enum thrift_proof proof = thrift_head(in, dir == TO_CLIENT, &h);
    if (proof != THRIFT_YES)
        return proof == THRIFT_SHORT ? DECODE_MORE : DECODE_LOST;
    conn_name(c, "thrift");
    if (h.theader)
        return h.whole;
    if (h.framed)
        return feed_frame(c, dir, in, &h);
    *s = (struct side){.walk = thrift_walk_begin(), .type = h.type, .ours = true};
    s->key = dir == TO_SERVER ? begin_request(c, &h) : begin_answer(c, &h, &s->ours);
    return walk_on(c, dir, in, h.len);
}

static int64_t thrift_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct thrift *t = conn_state(c);
    (void)len;
    t->side[dir] = (struct side){0};
    for (struct exchange *x = conn_next(c, NULL); x && dir == TO_CLIENT; x = conn_next(c, x)) {
        struct asked *asked = exchange_state(x);
        asked->in_doubt = t->lost_answers = true;
    }
    return DECODE_LOST;
}

static enum guess thrift_probe(const struct opening *opening)
{
    struct thrift_head asks, answers;
    enum thrift_proof asking = thrift_head(opening->to_server, false, &asks);
    enum thrift_proof answering = thrift_head(opening->to_client, true, &answers);
    if (asking == THRIFT_NOT || answering == THRIFT_NOT)
        return GUESS_NO;
    if (!opening->midstream && !opening->to_server.len)
        return opening->to_client.len ? GUESS_NO : GUESS_MORE;
    bool sided = asking == THRIFT_YES ? !asks.theader || !opening->unsided
                                      : answering == THRIFT_YES && opening->midstream &&
                                            (!answers.theader || !opening->unsided);
    return sided ? GUESS_YES : GUESS_MORE;
}

const struct decoder thrift_decoder = {
    .name = "thrift",
    .ports = {9090},
    .state_size = sizeof(struct thrift),
    .multiplexed = true,
    .doubtful = true,
    .probe = thrift_probe,
    .feed = thrift_feed,
    .gap = thrift_gap,
};
