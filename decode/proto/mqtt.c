/* mqtt.c - MQTT 3.1, 3.1.1 and 5 (OASIS MQTT 3.1.1, 5.0), as brokers and their clients speak it.
 *
 * A packet is a message of the framework; payloads pass by unseen. A PUBLISH of the client ends
 * with its last byte (QoS 0), with its PUBACK (1) or with its PUBCOMP (2). One of the broker is an
 * exchange of its own, which nobody asked for and which ends with its last byte: what the client
 * then says to it is how fast the client is, and no latency of the broker. */
#include <stdlib.h>

#include "decode/decoder.h"
#include "decode/mqtt_packet.h"
#include "decode/subject.h"

enum {
    ALIASES_MAX = 64, /* of topics, of one side; higher ones are not followed */
    PROVEN = 3,       /* packets in a row that are enough by themselves */
    AUTH_AGAIN = 0x19,
    AUTH_GOES_ON = 0x18,
    REFUSED = 0x80,
};

/* What an alias stands for; by its number less one. */
struct aliases {
    char topic[ALIASES_MAX][SUBJECT_MAX];
};

struct mqtt {
    struct aliases *aliases[2]; /* by direction; NULL while none was set */
    uint32_t number;            /* of what has no id of its own */
    uint8_t version;            /* 0: not known */
};

/* A key is a kind, and an id or number. SUBSCRIBE, UNSUBSCRIBE, PUBLISH share their ids. */
enum kind { CONNECT = 1, ASKED, UNANSWERED, PUSHED, AUTH };

static uint64_t key_of(enum kind kind, uint32_t number)
{
    return (uint64_t)kind << 32 | number;
}

/* Beside an exchange. */
struct asked {
    enum mqtt_type type;
    uint8_t qos;
};

static void set_reason(struct exchange *x, uint8_t reason)
{
    bytes_to_text(x->status, sizeof x->status, bytes_of_text(mqtt_reason_name(reason)));
    x->outcome = reason < REFUSED            ? OUTCOME_OK
                 : mqtt_is_of_server(reason) ? OUTCOME_SERVER_ERROR
                                             : OUTCOME_CLIENT_ERROR;
}

/* --- topics --- */

/* A topic that came with an alias, or is known by it. */
static void note_topic(struct conn *c, enum dir dir, struct exchange *x, const char *verb,
                       const struct mqtt_fields *f)
{
    struct mqtt *m = conn_state(c);
    struct aliases *aliases = m->aliases[dir];
    bool followed = f->alias && f->alias <= ALIASES_MAX;
    struct bytes topic = f->topic;
    if (!topic.len)
        topic = bytes_of_text(followed && aliases ? aliases->topic[f->alias - 1] : "");
    if (!topic.len) {
        x->notes |= NOTE_UNKNOWN_FIELDS;
        topic = bytes_of_text("{unknown}");
    }
    subject_note(x, verb, topic);
    if (!f->topic.len || !followed)
        return;
    if (!aliases)
        aliases = m->aliases[dir] = calloc(1, sizeof *aliases);
    if (aliases)
        subject_template(aliases->topic[f->alias - 1], f->topic);
}

/* --- what the client says --- */

static struct exchange *ask(struct conn *c, uint64_t key, enum mqtt_type type)
{
    conn_abort(c, key, OUTCOME_UNKNOWN); /* its answer was not seen, for the id is free again */
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    struct asked *asked = exchange_state(x);
    asked->type = type;
    return x;
}

static void publish(struct conn *c, const struct mqtt_packet *p, const struct mqtt_fields *f)
{
    struct mqtt *m = conn_state(c);
    uint64_t key = f->qos ? key_of(ASKED, f->id) : key_of(UNANSWERED, m->number++);
    struct exchange *before = conn_peek(c, key);
    if (before && p->flags & 8) { /* said again, since no answer came */
        before->notes |= NOTE_RETRANSMITTED;
        return;
    }
    struct exchange *x = ask(c, key, MQTT_PUBLISH);
    struct asked *asked = exchange_state(x);
    asked->qos = f->qos;
    note_topic(c, TO_SERVER, x, "publish", f);
    x->request_messages = 1;
    if (!f->qos) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, key);
    }
    conn_end(c, TO_SERVER, key);
}

static void ask_about(struct conn *c, enum mqtt_type type, uint64_t key, const char *verb,
                      struct bytes subject)
{
    struct exchange *x = ask(c, key, type);
    subject_note(x, verb, subject);
    conn_end(c, TO_SERVER, key);
}

/* The client goes, and says that the server has done something wrong. */
static void complain(struct conn *c, uint8_t reason)
{
    struct mqtt *m = conn_state(c);
    uint64_t key = key_of(UNANSWERED, m->number++);
    struct exchange *x = ask(c, key, MQTT_DISCONNECT);
    subject_note(x, "disconnect", (struct bytes){0});
    set_reason(x, reason);
    x->outcome = OUTCOME_SERVER_ERROR;
    conn_expect_no_answer(c, key);
    conn_end(c, TO_SERVER, key);
}

static void of_client(struct conn *c, const struct mqtt_packet *p, const struct mqtt_fields *f)
{
    struct mqtt *m = conn_state(c);
    switch (p->type) {
    case MQTT_CONNECT:
        m->version = f->version;
        ask_about(c, p->type, key_of(CONNECT, 0), "connect", (struct bytes){0});
        break;
    case MQTT_PUBLISH:
        publish(c, p, f);
        break;
    case MQTT_SUBSCRIBE:
        ask_about(c, p->type, key_of(ASKED, f->id), "subscribe", f->topic);
        break;
    case MQTT_UNSUBSCRIBE:
        ask_about(c, p->type, key_of(ASKED, f->id), "unsubscribe", f->topic);
        break;
    case MQTT_AUTH:
        if (f->reason == AUTH_AGAIN)
            ask_about(c, p->type, key_of(AUTH, 0), "auth", (struct bytes){0});
        break;
    case MQTT_DISCONNECT:
        if (f->reason >= REFUSED)
            complain(c, f->reason);
        break;
    case MQTT_CONNACK:
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:
        break;
    }
}

/* --- what the server says --- */

static struct exchange *push(struct conn *c, uint64_t key)
{
    struct exchange *x = conn_promise(c, key);
    x->call = CALL_SERVER_STREAMING;
    x->notes |= NOTE_PUSHED;
    conn_begin(c, TO_CLIENT, key);
    return x;
}

static void deliver(struct conn *c, const struct mqtt_packet *p, const struct mqtt_fields *f)
{
    struct mqtt *m = conn_state(c);
    uint64_t key = key_of(PUSHED, m->number++);
    struct exchange *x = push(c, key);
    note_topic(c, TO_CLIENT, x, "deliver", f);
    const char *status = p->flags & 8 ? "redelivered" : p->flags & 1 ? "retained" : "";
    bytes_to_text(x->status, sizeof x->status, bytes_of_text(status));
    x->outcome = OUTCOME_OK;
    x->response_messages = 1;
    conn_end(c, TO_CLIENT, key);
}

/* Is it what answers that? */
static bool fits(const struct asked *asked, enum mqtt_type answer)
{
    switch (asked->type) {
    case MQTT_SUBSCRIBE:
        return answer == MQTT_SUBACK;
    case MQTT_UNSUBSCRIBE:
        return answer == MQTT_UNSUBACK;
    case MQTT_PUBLISH:
        return asked->qos == 1 ? answer == MQTT_PUBACK
                               : answer == MQTT_PUBREC || answer == MQTT_PUBCOMP;
    default:
        return true;
    }
}

/* A PUBREC that takes the message is only the first half of the answer. */
static void answer(struct conn *c, uint64_t key, enum mqtt_type type, uint8_t reason)
{
    struct exchange *x = conn_peek(c, key);
    if (x && !fits(exchange_state(x), type))
        return;
    conn_begin(c, TO_CLIENT, key); /* stray, if there is none */
    if (!x)
        return;
    if (!x->status[0] || reason)
        set_reason(x, reason);
    if (type != MQTT_PUBREC || reason >= REFUSED)
        conn_end(c, TO_CLIENT, key);
}

/* The server ends it all, and says why. */
static void dismiss(struct conn *c, uint8_t reason)
{
    struct mqtt *m = conn_state(c);
    if (conn_peek(c, key_of(CONNECT, 0))) {
        answer(c, key_of(CONNECT, 0), MQTT_DISCONNECT, reason);
        return;
    }
    uint64_t key = key_of(PUSHED, m->number++);
    struct exchange *x = push(c, key);
    subject_note(x, "disconnect", (struct bytes){0});
    set_reason(x, reason);
    conn_end(c, TO_CLIENT, key);
}

static void of_server(struct conn *c, const struct mqtt_packet *p, const struct mqtt_fields *f)
{
    switch (p->type) {
    case MQTT_CONNACK:
        answer(c, key_of(CONNECT, 0), p->type, f->reason);
        break;
    case MQTT_PUBLISH:
        deliver(c, p, f);
        break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBCOMP:
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
        answer(c, key_of(ASKED, f->id), p->type, f->reason);
        break;
    case MQTT_DISCONNECT:
        dismiss(c, f->reason);
        break;
    case MQTT_AUTH:
        if (f->reason != AUTH_GOES_ON && conn_peek(c, key_of(AUTH, 0)))
            answer(c, key_of(AUTH, 0), p->type, f->reason);
        break;
    case MQTT_CONNECT:
    case MQTT_PUBREL:
    case MQTT_SUBSCRIBE:
    case MQTT_UNSUBSCRIBE:
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:
        break;
    }
}

/* --- packets --- */

/* After a loss: packets that make sense, up to where what there is ends. */
static int64_t find_place(const struct mqtt *m, struct bytes in, enum dir dir)
{
    unsigned count;
    enum mqtt_status status = mqtt_walk(in, dir == TO_SERVER, m->version, &count);
    if (status == MQTT_WRONG)
        return DECODE_LOST;
    return count ? 1 : DECODE_MORE;
}

static int64_t mqtt_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct mqtt *m = conn_state(c);
    struct mqtt_packet p;
    struct mqtt_fields f;
    if (conn_is_lost(c, dir)) {
        int64_t place = find_place(m, in, dir);
        if (place <= 0)
            return place;
    }
    enum mqtt_status status = mqtt_read_head(in, &p);
    if (status == MQTT_READ && !mqtt_may_send(p.type, dir == TO_SERVER))
        status = MQTT_WRONG;
    if (status == MQTT_READ)
        status = mqtt_read_fields(&p, in, &m->version, &f);
    if (status != MQTT_READ)
        return status == MQTT_MORE ? DECODE_MORE : DECODE_LOST;
    conn_name(c, "mqtt");
    if (dir == TO_SERVER)
        of_client(c, &p, &f);
    else
        of_server(c, &p, &f);
    return (int64_t)p.len;
}

static int64_t mqtt_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct mqtt *m = conn_state(c);
    (void)len;
    free(m->aliases[dir]); /* they may have been set anew */
    m->aliases[dir] = NULL;
    return DECODE_LOST;
}

static void mqtt_free(void *state)
{
    struct mqtt *m = state;
    free(m->aliases[0]);
    free(m->aliases[1]);
}

/* --- recognition --- */

static enum guess guess_connect(struct bytes in)
{
    struct mqtt_packet p;
    struct mqtt_fields f;
    uint8_t version = 0;
    if (in.len && in.at[0] != MQTT_CONNECT << 4)
        return GUESS_NO;
    enum mqtt_status status = mqtt_read_head(in, &p);
    if (status == MQTT_READ)
        status = mqtt_read_fields(&p, bytes_first(in, MQTT_SEEN), &version, &f);
    return status == MQTT_READ ? GUESS_YES : status == MQTT_MORE ? GUESS_MORE : GUESS_NO;
}

/* The id of the first packet that is answered, and of the first answer to one. */
struct pair {
    uint16_t asked, answered;
    bool one_sided; /* only a client sends the one, only a server the other */
};

static void look_for_pair(struct bytes in, struct pair *pair)
{
    struct mqtt_packet p;
    struct mqtt_fields f;
    uint8_t version = 0;
    while (mqtt_read_head(in, &p) == MQTT_READ &&
           mqtt_read_fields(&p, in, &version, &f) == MQTT_READ) {
        bool asks = p.type == MQTT_SUBSCRIBE || p.type == MQTT_UNSUBSCRIBE || f.qos;
        bool answers = p.type == MQTT_PUBACK || p.type == MQTT_PUBREC || p.type == MQTT_SUBACK ||
                       p.type == MQTT_UNSUBACK;
        if (asks && !pair->asked)
            pair->asked = f.id;
        if (answers && !pair->answered)
            pair->answered = f.id;
        pair->one_sided =
            pair->one_sided || mqtt_may_send(p.type, true) != mqtt_may_send(p.type, false);
        if (p.type == MQTT_PINGREQ)
            pair->asked = UINT16_MAX;
        if (p.type == MQTT_PINGRESP)
            pair->answered = UINT16_MAX;
        in = bytes_after(in, p.len < in.len ? (size_t)p.len : in.len);
    }
}

/* Joined: packets one after the other on both sides, and what one asks the other answers, or
 * enough of them on one. Where nothing says which side is which, one of them must. */
static enum guess guess_joined(const struct opening *o)
{
    unsigned asked, answered;
    enum mqtt_status client = mqtt_walk(o->to_server, true, 0, &asked);
    enum mqtt_status server = mqtt_walk(o->to_client, false, 0, &answered);
    if (client == MQTT_WRONG || server == MQTT_WRONG)
        return GUESS_NO;
    struct pair pair = {0}, other = {0};
    look_for_pair(o->to_server, &pair);
    look_for_pair(o->to_client, &other);
    bool one_sided = pair.one_sided || other.one_sided;
    bool matches = (pair.asked && pair.asked == other.answered) ||
                   (other.asked && other.asked == pair.answered);
    bool many = asked >= PROVEN || answered >= PROVEN;
    return (matches || many) && (one_sided || !o->unsided) ? GUESS_YES : GUESS_MORE;
}

static enum guess mqtt_probe(const struct opening *o)
{
    enum guess guess = guess_connect(o->to_server);
    uint8_t first = o->to_client.len ? o->to_client.at[0] : MQTT_CONNACK << 4;
    bool answers_fit =
        first == MQTT_CONNACK << 4 || first == MQTT_AUTH << 4 || first == MQTT_DISCONNECT << 4;
    if (!o->to_server.len)
        guess = answers_fit ? GUESS_NO : guess;
    if (o->to_server.len && guess != GUESS_NO)
        return answers_fit ? guess : GUESS_NO;
    return o->midstream ? guess_joined(o) : GUESS_NO;
}

const struct decoder mqtt_decoder = {
    .name = "mqtt",
    .ports = {1883},
    .state_size = sizeof(struct mqtt),
    .multiplexed = true,
    .doubtful = true,
    .probe = mqtt_probe,
    .feed = mqtt_feed,
    .gap = mqtt_gap,
    .free = mqtt_free,
};
