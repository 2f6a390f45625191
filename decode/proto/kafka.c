/* kafka.c - Apache Kafka, and what speaks as it does (https://kafka.apache.org/protocol).
 *
 * Each message has its length in front; an answer repeats the number of its request, and nothing
 * else says what it answers. What is read of a message is read field by field
 * (decode/kafka_walk.h): topics, how many records, which error codes; keys, values and credentials
 * pass by unseen.
 *
 * What waits for something to happen (Fetch, JoinGroup, SyncGroup) is told as a streaming call: how
 * long it takes is no latency. */
#include <stdio.h>
#include <stdlib.h>

#include "decode/decoder.h"
#include "decode/kafka_api.h"
#include "decode/kafka_check.h"
#include "decode/kafka_topics.h"
#include "decode/kafka_walk.h"
#include "decode/subject.h"

enum {
    LENGTH = 4,
    REQUEST_NUMBERS = 8, /* key, version, correlation id: what is read of a request at first */
};

/* Of the message that is being fed. */
struct side {
    struct kafka_walk walk; /* .left is 0 between two messages */
    uint32_t correlation;
};

struct kafka {
    struct side side[2];
    struct kafka_session *session; /* NULL, or what the client's latest session is about */
    struct kafka_ids *ids;
    char topic[KAFKA_NAME_MAX]; /* of the request being fed: which one it speaks of now */
    bool giving_up;             /* likewise: that leaves the session */
    bool tokens; /* after SaslHandshake 0 come bytes of the mechanism, until the next request */
};

/* Beside an exchange. */
struct asked {
    uint16_t key, version;
    bool unanswered; /* acks=0 */
    bool replicates; /* one broker asks another */
    int32_t epoch;   /* of a fetch session: 0 begins one, more goes on with it */
    struct kafka_topics topics;
};

static void name_request(struct exchange *x, uint16_t key)
{
    const struct kafka_api *api = kafka_api(key);
    if (api)
        bytes_to_text(x->method, sizeof x->method, bytes_of_text(api->name));
    else
        snprintf(x->method, sizeof x->method, "{api %u}", (unsigned)key);
    bytes_to_text(x->operation, sizeof x->operation, bytes_of_text(x->method));
}

static void append(struct exchange *x, const char *text)
{
    size_t len = strlen(x->operation);
    snprintf(x->operation + len, sizeof x->operation - len, " %s", text);
}

/* --- requests --- */

static void note_topic(struct conn *c, struct asked *asked, const struct kafka_field *f)
{
    struct kafka *k = conn_state(c);
    if (f->kind == 'U')
        kafka_ids_text(k->ids, f->text, k->topic);
    else if (!subject_text(k->topic, sizeof k->topic, f->text))
        asked->topics.cut = true;
    if (!k->giving_up)
        kafka_topics_add(&asked->topics, k->topic);
}

static void note_epoch(struct kafka *k, struct asked *asked, int64_t epoch)
{
    asked->epoch = (int32_t)epoch;
    if (epoch)
        return;
    if (!k->session)
        k->session = calloc(1, sizeof *k->session);
    if (k->session)
        k->session->len = 0;
}

static void note_partition(struct kafka *k, const struct asked *asked, int64_t partition)
{
    if (!k->session || asked->epoch < 0)
        return;
    if (k->giving_up)
        kafka_session_drop(k->session, k->topic, partition);
    else
        kafka_session_add(k->session, k->topic, partition);
}

static void note_batch(struct exchange *x, uint32_t *messages, const struct kafka_field *f)
{
    *messages += (uint32_t)f->number;
    if (f->compressed)
        x->notes |= NOTE_COMPRESSED;
}

static void note_request_field(struct conn *c, struct exchange *x, const struct kafka_field *f)
{
    struct kafka *k = conn_state(c);
    struct asked *asked = exchange_state(x);
    switch (f->kind) {
    case 'a':
        asked->unanswered = !f->number;
        break;
    case 'r':
    case 'G':
        asked->replicates = f->number >= 0;
        break;
    case 'E':
        note_epoch(k, asked, f->number);
        break;
    case 'T':
    case 'U':
        note_topic(c, asked, f);
        break;
    case 'F':
        k->giving_up = true;
        break;
    case 'P':
        note_partition(k, asked, f->number);
        break;
    case 'B':
        note_batch(x, &x->request_messages, f);
        break;
    case 'K':
        if (kafka_is_mechanism(f->text)) {
            append(x, "");
            exchange_text(x, x->operation + strlen(x->operation), KAFKA_NAME_MAX, f->text);
        }
        break;
    default:
        break;
    }
}

/* The client's number for a replica's own requests has no topics that are worth following. */
static void name_topics(const struct kafka *k, struct exchange *x)
{
    const struct asked *asked = exchange_state(x);
    struct kafka_topics of_session = {0};
    const struct kafka_topics *topics = &asked->topics;
    char text[sizeof x->operation];
    if (asked->replicates) {
        append(x, "{replication}");
        return;
    }
    if (asked->epoch > 0 && k->session) {
        for (uint32_t i = 0; i < k->session->len; i++)
            kafka_topics_add(&of_session, k->session->topic[i].text);
        topics = &of_session;
    }
    kafka_topics_text(topics, text, sizeof text);
    if (text[0])
        append(x, text);
    if (topics->cut)
        x->notes |= NOTE_TRUNCATED;
}

/* It ends with the bytes that pass by next. */
static void end_request(struct conn *c, struct exchange *x)
{
    struct kafka *k = conn_state(c);
    uint64_t key = k->side[TO_SERVER].correlation;
    k->giving_up = false;
    if (x) {
        const struct asked *asked = exchange_state(x);
        name_topics(k, x);
        if (asked->unanswered) {
            x->outcome = OUTCOME_OK;
            conn_expect_no_answer(c, key);
        }
    }
    conn_end(c, TO_SERVER, key);
}

/* --- answers --- */

static void note_error(struct exchange *x, int64_t code)
{
    if (!code || x->status[0])
        return;
    const char *name = kafka_error_name((int16_t)code);
    if (name)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(name));
    else
        snprintf(x->status, sizeof x->status, "%d", (int)code);
    x->outcome = kafka_error_outcome((int16_t)code);
}

static void learn_topic(struct kafka *k, const struct kafka_field *f)
{
    char text[KAFKA_NAME_MAX];
    subject_text(text, sizeof text, f->text);
    if (text[0])
        k->ids = kafka_ids_learn(k->ids, f->id, text);
}

static void note_answer_field(struct conn *c, struct exchange *x, const struct kafka_field *f)
{
    struct kafka *k = conn_state(c);
    if (f->kind == 'e')
        note_error(x, f->number);
    else if (f->kind == 'B')
        note_batch(x, &x->response_messages, f);
    else if (f->kind == 'M')
        learn_topic(k, f);
}

static void end_answer(struct conn *c, struct exchange *x, bool read)
{
    struct kafka *k = conn_state(c);
    if (x && read && !x->status[0]) {
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(kafka_error_name(0)));
        x->outcome = OUTCOME_OK;
    }
    conn_end(c, TO_CLIENT, k->side[TO_CLIENT].correlation);
}

/* --- both --- */

/* Reads on in the message at hand; `used` bytes of `in` were read before. */
static int64_t read_on(struct conn *c, enum dir dir, struct bytes in, size_t used,
                       struct exchange *x)
{
    struct kafka *k = conn_state(c);
    struct kafka_walk *w = &k->side[dir].walk;
    bool known = w->at;
    for (;;) {
        struct kafka_field f;
        enum kafka_step step = kafka_walk(w, bytes_after(in, used), &f);
        if (step == KAFKA_MORE)
            return used ? (int64_t)used : DECODE_MORE;
        bool over = step != KAFKA_FIELD;
        if (x && f.kind && !over)
            (dir == TO_SERVER ? note_request_field : note_answer_field)(c, x, &f);
        used += over ? w->left : f.len;
        w->left = over ? 0 : w->left;
        if (!w->left) {
            if (dir == TO_SERVER)
                end_request(c, x);
            else
                end_answer(c, x, known && step != KAFKA_WRONG);
            return (int64_t)used;
        }
        if (used >= in.len)
            return (int64_t)used;
    }
}

static int64_t begin_request(struct conn *c, struct bytes in)
{
    struct kafka *k = conn_state(c);
    struct side *s = &k->side[TO_SERVER];
    struct kafka_head head;
    bool lost = conn_is_lost(c, TO_SERVER);
    enum kafka_proof proof = kafka_request_head(in, &head);
    if (lost)
        proof = kafka_check_request(in);
    if (proof == KAFKA_SHORT && !(k->tokens && in.len >= LENGTH + head.size))
        return DECODE_MORE;
    if (proof <= KAFKA_SHORT && k->tokens && !lost && head.size <= KAFKA_SIZE_MAX)
        return LENGTH + (int64_t)head.size;
    if (proof < KAFKA_FAIR)
        return DECODE_LOST;
    k->tokens = head.key == KAFKA_SASL_HANDSHAKE && !head.version;
    bool flexible = kafka_is_flexible(head.key, head.version);
    s->correlation = head.correlation;
    s->walk = kafka_walk_begin(kafka_request_layout(head.key, head.version),
                               head.size - REQUEST_NUMBERS, flexible, false);
    conn_abort(c, head.correlation, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    struct exchange *x = conn_begin(c, TO_SERVER, head.correlation);
    struct asked *asked = exchange_state(x);
    asked->key = head.key;
    asked->version = head.version;
    asked->epoch = -1;
    name_request(x, head.key);
    x->stream_id = head.correlation;
    if (kafka_waits(head.key))
        x->call = CALL_SERVER_STREAMING;
    conn_name(c, "kafka");
    return read_on(c, TO_SERVER, in, LENGTH + REQUEST_NUMBERS, x);
}

static int64_t begin_answer(struct conn *c, struct bytes in)
{
    struct kafka *k = conn_state(c);
    struct side *s = &k->side[TO_CLIENT];
    struct cursor cursor = cursor_over(in);
    uint32_t size = cursor_be32(&cursor);
    if (!cursor.starved && k->tokens && size < LENGTH)
        return LENGTH + (int64_t)size;
    if (in.at[0] > KAFKA_SIZE_MAX >> 24 || (!cursor.starved && size < LENGTH))
        return DECODE_LOST;
    s->correlation = cursor_be32(&cursor);
    if (cursor.starved)
        return DECODE_MORE;
    int64_t whole = LENGTH + (int64_t)size;
    if (!conn_peek(c, s->correlation)) {
        if (conn_is_lost(c, TO_CLIENT))
            return DECODE_LOST;
        if (!k->tokens)
            conn_begin(c, TO_CLIENT, s->correlation); /* counts it */
        return whole;
    }
    struct exchange *x = conn_begin(c, TO_CLIENT, s->correlation);
    const struct asked *asked = exchange_state(x);
    bool flexible = kafka_is_flexible(asked->key, asked->version);
    s->walk = kafka_walk_begin(kafka_answer_layout(asked->key, asked->version), size - LENGTH,
                               flexible, asked->key != KAFKA_API_VERSIONS);
    if (s->walk.left)
        return read_on(c, TO_CLIENT, in, KAFKA_ANSWER_HEAD, x);
    end_answer(c, x, false);
    return whole;
}

static int64_t kafka_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct kafka *k = conn_state(c);
    struct side *s = &k->side[dir];
    if (!s->walk.left)
        return dir == TO_SERVER ? begin_request(c, in) : begin_answer(c, in);
    return read_on(c, dir, in, 0, conn_find(c, dir, s->correlation));
}

/* What is left of the message at hand passes by; which error it tells of nobody knows. */
static int64_t kafka_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct kafka *k = conn_state(c);
    struct side *s = &k->side[dir];
    int64_t left = s->walk.left;
    s->walk.left = 0;
    if (dir == TO_SERVER) { /* and nobody knows what it would have changed */
        free(k->session);
        k->session = NULL;
        k->tokens = false;
    }
    if (!left || !len) {
        k->giving_up = k->giving_up && dir == TO_CLIENT;
        return DECODE_LOST;
    }
    struct exchange *x = conn_find(c, dir, s->correlation);
    if (dir == TO_SERVER)
        end_request(c, x);
    else
        end_answer(c, x, false);
    return left;
}

static enum guess kafka_probe(const struct opening *opening)
{
    struct bytes asks = opening->to_server, answers = opening->to_client;
    if (!asks.len) {
        struct cursor c = cursor_over(answers);
        uint32_t size = cursor_be32(&c);
        bool fits = c.starved || (size >= LENGTH && size <= KAFKA_SIZE_MAX);
        return opening->midstream && fits ? GUESS_MORE : GUESS_NO;
    }
    enum kafka_proof proof = kafka_check_request(asks);
    if (proof == KAFKA_NOT || (!opening->midstream && kafka_check_mismatch(asks, answers)))
        return GUESS_NO;
    if (proof == KAFKA_SURE || (proof >= KAFKA_WEAK && kafka_check_answers(asks, answers)))
        return GUESS_YES;
    return GUESS_MORE;
}

static void kafka_free(void *state)
{
    struct kafka *k = state;
    free(k->session);
    free(k->ids);
}

const struct decoder kafka_decoder = {
    .name = "kafka",
    .ports = {9092, 9093, 9094},
    .state_size = sizeof(struct kafka),
    .multiplexed = true,
    .doubtful = true,
    .probe = kafka_probe,
    .feed = kafka_feed,
    .gap = kafka_gap,
    .free = kafka_free,
};
