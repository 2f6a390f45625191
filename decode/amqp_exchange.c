/* amqp_exchange.c - see amqp_exchange.h. */
#include "decode/amqp_exchange.h"

#include <stdio.h>

enum { ANSWERS_LOOKED_AT = 64, EXCHANGE_NAME_MAX = 255 };

/* Beside an exchange. */
struct asked {
    uint64_t key, target; /* target: of a publish, where it goes; see target_of() */
    uint64_t exchange;    /* likewise, of the exchange alone */
    uint32_t id;          /* of the method that began it */
    uint16_t channel;
    bool mandatory;          /* it may come back */
    char queue[SUBJECT_MAX]; /* of a consumer */
};

enum kind { REQUEST = 1, TAGGED, UNTAGGED, PUSHED, CONNECT };

static uint64_t key_of(enum kind kind, uint16_t channel, uint64_t number)
{
    return (uint64_t)kind << 60 | (uint64_t)channel << 44 | (number & ((UINT64_C(1) << 44) - 1));
}

static struct asked *asked_of(struct exchange *x)
{
    return exchange_state(x);
}

/* When the last of the `len` bytes being fed came. */
static uint64_t time_of_last(const struct conn *c, size_t len)
{
    uint64_t latest_ns = 0;
    for (size_t at = 0; at < len;) {
        uint64_t ns;
        size_t run = conn_fed_run(c, at, &ns);
        latest_ns = ns > latest_ns ? ns : latest_ns;
        if (!run || run >= len - at)
            break;
        at += run;
    }
    return latest_ns;
}

/* The exchange is over with the `len` bytes being fed, which are not its own; several may be. */
static void answer_along(struct conn *c, struct exchange *x, enum outcome outcome, size_t len)
{
    uint64_t key = asked_of(x)->key;
    conn_begin(c, TO_CLIENT, key);
    if (asked_of(x)->id == AMQP_OPEN)
        x->notes &= ~(uint32_t)NOTE_EARLY_ANSWER; /* both speak in turns until it is open */
    uint64_t end_ns = time_of_last(c, len);
    x->response_end_ns = end_ns > x->response_ns ? end_ns : x->response_ns;
    conn_abort(c, key, outcome);
}

/* Likewise, by what answers it. */
static void answer(struct conn *c, struct exchange *x, size_t len)
{
    uint64_t key = asked_of(x)->key;
    if (!x->request_end_ns) { /* it will not be ended */
        x->response_bytes += len;
        answer_along(c, x, x->outcome, len);
        return;
    }
    conn_begin(c, TO_CLIENT, key);
    conn_end(c, TO_CLIENT, key);
}

static void set_status(struct exchange *x, const char *status, enum outcome outcome)
{
    bytes_to_text(x->status, sizeof x->status, bytes_of_text(status));
    x->outcome = outcome;
}

/* Whose fault a reply code is (AMQP 0-9-1, 1.2): those of the server are few. */
static enum outcome outcome_of(uint16_t code)
{
    if (code == 200)
        return OUTCOME_OK;
    return code == 320 || code == 506 || code == 540 || code == 541 ? OUTCOME_SERVER_ERROR
                                                                    : OUTCOME_CLIENT_ERROR;
}

static void set_code(struct exchange *x, uint16_t code)
{
    snprintf(x->status, sizeof x->status, "%u", (unsigned)code);
    x->outcome = outcome_of(code);
}

static struct exchange *begin(struct conn *c, enum dir dir, uint64_t key, uint32_t id)
{
    struct exchange *x = dir == TO_SERVER ? conn_begin(c, dir, key) : conn_promise(c, key);
    struct asked *asked = asked_of(x);
    asked->key = key;
    asked->id = id;
    asked->channel = (uint16_t)(key >> 44);
    if (dir == TO_SERVER)
        return x;
    x->call = CALL_SERVER_STREAMING;
    x->notes |= NOTE_PUSHED;
    conn_begin(c, TO_CLIENT, key);
    return x;
}

static uint64_t hash(uint64_t sum, struct bytes text)
{
    sum = (sum ^ text.len) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ text.at[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t target_of(struct bytes exchange, struct bytes key)
{
    return hash(hash(1, exchange), key);
}

/* The topic: exchange and routing key; of the default exchange, which has no name, the routing key
 * is that of a queue. */
static void note_topic(struct exchange *x, const char *verb, struct bytes exchange,
                       struct bytes key)
{
    uint8_t topic[2 * EXCHANGE_NAME_MAX + 1];
    size_t len = 0;
    if (exchange.len) {
        memcpy(topic, exchange.at, exchange.len);
        len = exchange.len;
        if (key.len)
            topic[len++] = '/';
    }
    if (key.len)
        memcpy(topic + len, key.at, key.len);
    subject_note(x, verb, bytes_of(topic, len + key.len));
}

static void expect_content(struct amqp_channel *channel, enum dir dir, uint64_t key)
{
    channel->content[dir] = (struct amqp_content){.phase = AMQP_WANTS_HEADER, .key = key};
}

/* A message that is not followed by the rest of it. */
static void drop_content(struct conn *c, struct amqp_channel *channel, enum dir dir)
{
    struct amqp_content *content = &channel->content[dir];
    if (content->phase != AMQP_NO_CONTENT && content->key)
        conn_abort(c, content->key, OUTCOME_UNKNOWN);
    *content = (struct amqp_content){.phase = AMQP_NO_CONTENT};
}

static void end_content(struct conn *c, struct amqp_channel *channel, enum dir dir)
{
    uint64_t key = channel->content[dir].key;
    channel->content[dir] = (struct amqp_content){.phase = AMQP_NO_CONTENT};
    struct exchange *x = key ? conn_peek(c, key) : NULL;
    if (x && key >> 60 == UNTAGGED) {
        bool lost = channel->tags == AMQP_TAGS_LOST;
        x->outcome = lost ? OUTCOME_UNKNOWN : OUTCOME_OK;
        x->notes |= lost ? NOTE_GAP : 0;
        conn_expect_no_answer(c, key);
    }
    if (x)
        conn_end(c, dir, key);
}

/* --- connections and channels --- */

void amqp_header(struct conn *c, enum dir dir, struct bytes in)
{
    uint64_t key = key_of(CONNECT, 0, 0);
    if (dir == TO_CLIENT) {
        struct exchange *x = conn_peek(c, key);
        if (!x)
            return;
        set_status(x, "version", OUTCOME_CLIENT_ERROR);
        answer(c, x, in.len);
        return;
    }
    struct exchange *x = begin(c, TO_SERVER, key, AMQP_OPEN);
    subject_note(x, "connect", (struct bytes){0});
}

/* Exchanges of a channel that is over. */
static void end_open(struct conn *c, const struct amqp_channel *channel)
{
    for (struct exchange *x = conn_next(c, NULL), *next; x; x = next) {
        next = conn_next(c, x);
        uint32_t id = asked_of(x)->id;
        bool closes = id == AMQP_CLOSE || id == AMQP_CHANNEL_CLOSE;
        if (asked_of(x)->channel == channel->number && id != AMQP_OPEN && !closes)
            conn_abort(c, asked_of(x)->key, OUTCOME_UNANSWERED);
    }
}

static void closed(struct conn *c, struct amqp_channel *channel)
{
    const struct amqp *a = conn_state(c);
    if (a->heard) /* else the answers may well have been given, and are not seen */
        end_open(c, channel);
    amqp_channel_reset(channel);
}

/* "NOT_FOUND - no exchange 'orders' in vhost '/'": which publish of several that were sent ahead
 * was it? */
static uint64_t exchange_named_by(struct bytes text)
{
    static const char mark[] = "exchange '";
    for (size_t i = 0; i + sizeof mark - 1 < text.len; i++) {
        if (memcmp(text.at + i, mark, sizeof mark - 1) != 0)
            continue;
        struct bytes rest = bytes_after(text, i + sizeof mark - 1);
        const uint8_t *end = memchr(rest.at, '\'', rest.len);
        return end ? hash(1, bytes_first(rest, (size_t)(end - rest.at))) : 0;
    }
    return 0;
}

/* The exchange that the server closes because of: the first with this method, and this exchange if
 * there is one. NULL: it is over. */
static struct exchange *culprit(struct conn *c, uint16_t channel, uint32_t id, struct bytes text)
{
    struct exchange *first = NULL;
    uint64_t exchange = id == AMQP_PUBLISH ? exchange_named_by(text) : 0;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x)) {
        const struct asked *asked = asked_of(x);
        if (asked->id != id || (channel && asked->channel != channel))
            continue;
        if (!exchange || asked->exchange == exchange)
            return x;
        first = first ? first : x;
    }
    return first;
}

/* The server ends a channel, or (0) all: the code goes to what it is about, else it is told by
 * itself. Before the connection is open, all is about opening it. */
static bool server_closes(struct conn *c, struct amqp_channel *channel, uint32_t id,
                          struct bytes arguments, size_t len)
{
    struct cursor in = cursor_over(arguments);
    uint16_t code = cursor_be16(&in);
    struct bytes text = amqp_short_string(&in);
    uint32_t cause = cursor_be32(&in);
    if (in.starved)
        return false;
    struct exchange *x = id == AMQP_CLOSE ? conn_peek(c, key_of(CONNECT, 0, 0)) : NULL;
    if (!x && cause)
        x = culprit(c, channel->number, cause, text);
    if (x) {
        set_code(x, code);
        answer(c, x, len);
        return true;
    }
    uint64_t key = key_of(PUSHED, channel->number, channel->next++);
    const struct amqp_method *about = amqp_method(cause);
    x = begin(c, TO_CLIENT, key, id);
    subject_note(x, amqp_method(id)->name, bytes_of_text(about ? about->name : ""));
    set_code(x, code);
    conn_end(c, TO_CLIENT, key);
    return true;
}

/* What the server says of itself: all publishers wait from here on, or go on. */
static void notice(struct conn *c, struct amqp_channel *channel, uint32_t id)
{
    uint64_t key = key_of(PUSHED, channel->number, channel->next++);
    struct exchange *x = begin(c, TO_CLIENT, key, id);
    subject_note(x, amqp_method(id)->name, (struct bytes){0});
    set_status(x, id == AMQP_BLOCKED ? "blocked" : "OK",
               id == AMQP_BLOCKED ? OUTCOME_SERVER_ERROR : OUTCOME_OK);
    conn_end(c, TO_CLIENT, key);
}

/* --- messages --- */

static bool publish(struct conn *c, struct amqp_channel *channel, struct bytes arguments)
{
    struct cursor in = cursor_over(arguments);
    cursor_skip(&in, 2);
    struct bytes exchange = amqp_short_string(&in), key_text = amqp_short_string(&in);
    uint8_t bits = cursor_u8(&in);
    if (in.starved)
        return false;
    bool tagged = channel->tags == AMQP_TAGS_KNOWN;
    uint64_t key = tagged ? key_of(TAGGED, channel->number, channel->next_tag++)
                          : key_of(UNTAGGED, channel->number, channel->next++);
    channel->asks_ahead = channel->asks_ahead || channel->waiting;
    channel->waiting = channel->tags != AMQP_TAGS_NONE;
    struct exchange *x = begin(c, TO_SERVER, key, AMQP_PUBLISH);
    struct asked *asked = asked_of(x);
    asked->target = target_of(exchange, key_text);
    asked->exchange = hash(1, exchange);
    asked->mandatory = bits & 3;
    note_topic(x, "publish", exchange, key_text);
    x->request_messages = 1;
    expect_content(channel, TO_SERVER, key);
    return true;
}

/* Which tag is next, once publishes were lost: of a publisher that waits for each to be
 * acknowledged before it sends another, the one after. */
static void learn_tag(struct amqp_channel *channel, uint64_t tag)
{
    if (channel->tags == AMQP_TAGS_KNOWN && tag >= channel->next_tag) {
        channel->tags = AMQP_TAGS_LOST; /* what was learned was wrong */
        channel->asks_ahead = true;
    }
    channel->waiting = false;
    if (channel->tags != AMQP_TAGS_LOST || channel->asks_ahead || !tag)
        return;
    channel->tags = AMQP_TAGS_KNOWN;
    channel->next_tag = channel->unconfirmed = tag + 1;
}

/* The server has taken a message, or all up to it, or not. Tag 0 with `multiple`: all. */
static bool confirm(struct conn *c, struct amqp_channel *channel, bool taken,
                    struct bytes arguments, size_t len)
{
    struct cursor in = cursor_over(arguments);
    uint64_t tag = cursor_be64(&in), first = tag, last = tag;
    bool multiple = cursor_u8(&in) & 1;
    if (in.starved)
        return false;
    if (channel->tags == AMQP_TAGS_NONE)
        return true; /* of what was asked for before we could see */
    if (multiple)
        first = channel->unconfirmed;
    if (last >= channel->next_tag || (multiple && !last))
        last = channel->next_tag - 1;
    struct exchange *before = NULL;
    for (uint64_t each = first; channel->next_tag && each <= last; each++) {
        struct exchange *x = conn_peek(c, key_of(TAGGED, channel->number, each));
        if (!x)
            continue;
        if (!x->status[0])
            set_status(x, taken ? "ack" : "nack", taken ? OUTCOME_OK : OUTCOME_SERVER_ERROR);
        if (before)
            answer_along(c, before, before->outcome, len);
        before = x;
    }
    if (before)
        answer(c, before, len);
    if (first <= channel->unconfirmed && last >= channel->unconfirmed)
        channel->unconfirmed = last + 1;
    learn_tag(channel, tag);
    return true;
}

/* Nobody wanted it: told of the publish, if that is still open, else by itself. */
static bool returned(struct conn *c, struct amqp_channel *channel, struct bytes arguments)
{
    struct cursor in = cursor_over(arguments);
    uint16_t code = cursor_be16(&in);
    amqp_short_string(&in);
    struct bytes exchange = amqp_short_string(&in), key_text = amqp_short_string(&in);
    if (in.starved)
        return false;
    uint64_t target = target_of(exchange, key_text), key = 0;
    for (struct exchange *x = conn_next(c, NULL); x && channel->tags; x = conn_next(c, x)) {
        struct asked *asked = asked_of(x);
        if (!asked->mandatory || asked->channel != channel->number || asked->target != target)
            continue;
        asked->mandatory = false;
        set_code(x, code);
        expect_content(channel, TO_CLIENT, 0);
        return true;
    }
    key = key_of(PUSHED, channel->number, channel->next++);
    struct exchange *x = begin(c, TO_CLIENT, key, AMQP_RETURN);
    note_topic(x, "return", exchange, key_text);
    set_code(x, code);
    expect_content(channel, TO_CLIENT, key);
    return true;
}

static bool deliver(struct conn *c, struct amqp_channel *channel, struct bytes arguments)
{
    const struct amqp *a = conn_state(c);
    struct cursor in = cursor_over(arguments);
    struct bytes tag = amqp_short_string(&in);
    cursor_skip(&in, 8);
    bool again = cursor_u8(&in) & 1;
    struct bytes exchange = amqp_short_string(&in), key_text = amqp_short_string(&in);
    if (in.starved)
        return false;
    uint64_t key = key_of(PUSHED, channel->number, channel->next++);
    struct exchange *x = begin(c, TO_CLIENT, key, AMQP_DELIVER);
    note_topic(x, "deliver", exchange, key_text);
    const char *queue = amqp_consumer_queue(&a->channels, channel->number, tag);
    bytes_to_text(x->path, sizeof x->path, bytes_of_text(queue));
    x->notes |= *queue ? 0 : NOTE_UNKNOWN_FIELDS;
    set_status(x, again ? "redelivered" : "", OUTCOME_OK);
    x->response_messages = 1;
    expect_content(channel, TO_CLIENT, key);
    return true;
}

void amqp_header_frame(struct conn *c, enum dir dir, uint16_t number, uint64_t body)
{
    struct amqp *a = conn_state(c);
    struct amqp_channel *channel = amqp_channel(&a->channels, number);
    struct amqp_content *content = channel ? &channel->content[dir] : NULL;
    if (!content || content->phase != AMQP_WANTS_HEADER)
        return;
    if (content->key)
        conn_find(c, dir, content->key);
    content->phase = AMQP_WANTS_BODY;
    content->left = body;
    if (!body)
        end_content(c, channel, dir);
}

bool amqp_body_frame(struct conn *c, enum dir dir, uint16_t number, uint64_t part)
{
    struct amqp *a = conn_state(c);
    struct amqp_channel *channel = amqp_channel(&a->channels, number);
    struct amqp_content *content = channel ? &channel->content[dir] : NULL;
    if (!content || content->phase != AMQP_WANTS_BODY)
        return true;
    if (part > content->left)
        return false;
    if (content->key)
        conn_find(c, dir, content->key);
    content->left -= part;
    if (!content->left)
        end_content(c, channel, dir);
    return true;
}

/* --- requests and their answers --- */

static void note_consumer(struct conn *c, uint16_t channel, struct bytes tag, const char *queue)
{
    struct amqp *a = conn_state(c);
    amqp_consumer_put(&a->channels, channel, tag, queue);
}

/* A tag may be anything; the queue is what it stands for. */
static void note_request(struct conn *c, struct exchange *x, const struct amqp_method *m,
                         const struct amqp_request *r)
{
    const struct amqp *a = conn_state(c);
    struct asked *asked = asked_of(x);
    struct bytes name = r->name[0];
    if (m->id == AMQP_CANCEL) {
        name = bytes_of_text(amqp_consumer_queue(&a->channels, asked->channel, name));
        x->notes |= name.len ? 0 : NOTE_UNKNOWN_FIELDS;
        name = name.len ? name : bytes_of_text("{unknown}");
    }
    subject_note(x, m->name, name);
    if (m->id == AMQP_CONSUME)
        subject_template(asked->queue, name);
    if (m->id == AMQP_CONSUME && r->no_wait)
        note_consumer(c, asked->channel, r->name[1], asked->queue);
}

static bool request(struct conn *c, struct amqp_channel *channel, const struct amqp_method *m,
                    struct bytes arguments)
{
    struct amqp_request r;
    if (!amqp_read_request(m, arguments, &r))
        return false;
    uint64_t key = key_of(REQUEST, channel->number, channel->asked++);
    struct exchange *x = begin(c, TO_SERVER, key, m->id);
    note_request(c, x, m, &r);
    if (r.no_wait) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, key);
    }
    conn_end(c, TO_SERVER, key);
    if (m->id == AMQP_CONFIRM_SELECT && channel->tags == AMQP_TAGS_NONE) {
        channel->tags = AMQP_TAGS_KNOWN;
        channel->next_tag = channel->unconfirmed = 1;
    }
    return true;
}

/* The oldest on this channel that is answered so; NULL if there is none. */
static struct exchange *asked_for(struct conn *c, struct amqp_channel *channel, uint32_t answer)
{
    if (channel->asked - channel->answered > ANSWERS_LOOKED_AT)
        channel->answered = channel->asked - ANSWERS_LOOKED_AT;
    uint32_t at = channel->answered;
    for (; at != channel->asked; at++) {
        struct exchange *x = conn_peek(c, key_of(REQUEST, channel->number, at));
        const struct amqp_method *m = x ? amqp_method(asked_of(x)->id) : NULL;
        if (m && m->answer == answer)
            return x;
        if (!x && at == channel->answered)
            channel->answered++;
    }
    return NULL;
}

static bool answered(struct conn *c, struct amqp_channel *channel, uint32_t id,
                     struct bytes arguments)
{
    bool empty = id == AMQP_GET_EMPTY;
    struct exchange *x = asked_for(c, channel, empty ? AMQP_GET_OK : id);
    uint64_t key = x ? asked_of(x)->key : key_of(REQUEST, channel->number, channel->asked);
    conn_begin(c, TO_CLIENT, key); /* stray, without one */
    if (channel->number)           /* so the connection is open, whether that was seen or not */
        conn_abort(c, key_of(CONNECT, 0, 0), OUTCOME_UNKNOWN);
    if (id == AMQP_CONFIRM_SELECT_OK && channel->tags == AMQP_TAGS_NONE)
        channel->tags = AMQP_TAGS_LOST;
    if (id == AMQP_GET_OK)
        expect_content(channel, TO_CLIENT, x ? key : 0);
    if (!x)
        return true;
    set_status(x, empty ? "empty" : "OK", OUTCOME_OK);
    if (id == AMQP_GET_OK) {
        x->response_messages = 1;
        return true;
    }
    struct cursor in = cursor_over(arguments);
    if (id == AMQP_CONSUME_OK)
        note_consumer(c, channel->number, amqp_short_string(&in), asked_of(x)->queue);
    if (id == AMQP_CHANNEL_CLOSE_OK)
        closed(c, channel);
    conn_end(c, TO_CLIENT, key);
    return !in.starved;
}

/* Of the client's part in opening the connection. */
static void connecting(struct conn *c, enum dir dir, uint32_t id)
{
    uint64_t key = key_of(CONNECT, 0, 0);
    struct exchange *x = conn_find(c, dir, key);
    if (id == AMQP_OPEN && x)
        conn_end(c, TO_SERVER, key);
    if (id != AMQP_OPEN_OK)
        return;
    x = conn_begin(c, TO_CLIENT, key);
    set_status(x, "OK", OUTCOME_OK);
    conn_end(c, TO_CLIENT, key);
}

static bool is_of_connecting(uint32_t id)
{
    return id >= AMQP_START && id <= AMQP_OPEN_OK;
}

static bool of_client(struct conn *c, struct amqp_channel *channel, const struct amqp_method *m,
                      struct bytes arguments)
{
    if (is_of_connecting(m->id))
        connecting(c, TO_SERVER, m->id);
    else if (m->id == AMQP_PUBLISH)
        return publish(c, channel, arguments);
    else if (m->answer)
        return request(c, channel, m, arguments);
    else if (m->id == AMQP_CHANNEL_CLOSE_OK || m->id == AMQP_CLOSE_OK)
        closed(c, channel);
    return true;
}

static bool of_server(struct conn *c, struct amqp_channel *channel, const struct amqp_method *m,
                      struct bytes arguments, size_t len)
{
    struct amqp *a = conn_state(c);
    a->heard = true;
    if (is_of_connecting(m->id)) {
        connecting(c, TO_CLIENT, m->id);
        return true;
    }
    switch (m->id) {
    case AMQP_CLOSE:
    case AMQP_CHANNEL_CLOSE:
        return server_closes(c, channel, m->id, arguments, len);
    case AMQP_BLOCKED:
    case AMQP_UNBLOCKED:
        notice(c, channel, m->id);
        return true;
    case AMQP_CHANNEL_FLOW:
    case AMQP_CANCEL:
        return true;
    case AMQP_RETURN:
        return returned(c, channel, arguments);
    case AMQP_DELIVER:
        return deliver(c, channel, arguments);
    case AMQP_ACK:
    case AMQP_NACK:
        return confirm(c, channel, m->id == AMQP_ACK, arguments, len);
    default:
        return answered(c, channel, m->id, arguments);
    }
}

bool amqp_method_frame(struct conn *c, enum dir dir, uint16_t number, uint32_t id,
                       struct bytes arguments, size_t len)
{
    struct amqp *a = conn_state(c);
    const struct amqp_method *m = amqp_method(id);
    if (!m || !(m->sender & (dir == TO_SERVER ? AMQP_CLIENT : AMQP_SERVER)))
        return false;
    struct amqp_channel *channel = amqp_channel(&a->channels, number);
    if (!channel) {
        conn_shed(c);
        return true;
    }
    drop_content(c, channel, dir);
    return dir == TO_SERVER ? of_client(c, channel, m, arguments)
                            : of_server(c, channel, m, arguments, len);
}

void amqp_lost(struct conn *c, enum dir dir)
{
    struct amqp *a = conn_state(c);
    for (uint32_t i = 0; i < a->channels.room; i++) {
        struct amqp_channel *channel = &a->channels.table[i];
        drop_content(c, channel, dir);
        if (dir == TO_SERVER) {
            if (channel->tags == AMQP_TAGS_KNOWN) /* who knows how many publishes there were */
                channel->tags = AMQP_TAGS_LOST;
            continue;
        }
        for (; channel->answered != channel->asked; channel->answered++)
            conn_abort(c, key_of(REQUEST, channel->number, channel->answered), OUTCOME_UNKNOWN);
    }
}
