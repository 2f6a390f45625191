/* mongodb.c - MongoDB, and what speaks as it does
 * (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/).
 *
 * A message has its length in front, a number of its own, and that of the message it answers. What
 * is in it is documents, of which names of commands, collections and errors are read
 * (decode/mongodb_note.h); the rest passes by unseen.
 *
 * An answer may be followed by further ones nobody asks for (exhaust), of which each answers the
 * one before it: one exchange, which is a streaming call, as what waits is (a change stream, a
 * tailable cursor, a hello that waits for a change). */
#include "decode/bson.h"
#include "decode/decoder.h"
#include "decode/mongodb_message.h"
#include "decode/mongodb_note.h"

enum {
    CURSORS_MAX = 8, /* that wait, on one connection */
    STREAMS_MAX = 4, /* answers that go on */
    NAMESPACE_MAX = 256,
    CHECKSUM = 4,
};

enum stage { STAGE_SECTIONS, STAGE_DOCUMENT, STAGE_REST };

/* Of the message that is being fed. */
struct side {
    uint32_t left; /* bytes of it; 0 between two messages */
    uint32_t key;  /* of its exchange */
    uint32_t id;
    enum stage stage;
    uint32_t behind; /* bytes behind the sections: a checksum */
    bool more_to_come;
    struct bson_walk walk;
    enum mongodb_place place[BSON_DEPTH_MAX];
};

struct mongodb {
    struct side side[2];
    int64_t cursors[CURSORS_MAX]; /* that wait for documents; 0: none */
    unsigned next_cursor;
    struct {
        uint32_t id, key; /* the latest answer, and the request that it goes back to; 0: none */
    } streams[STREAMS_MAX];
    unsigned next_stream;
};

/* --- what goes on over several messages --- */

static bool cursor_waits(const struct mongodb *m, int64_t cursor)
{
    for (unsigned i = 0; cursor && i < CURSORS_MAX; i++)
        if (m->cursors[i] == cursor)
            return true;
    return false;
}

static void remember_cursor(struct mongodb *m, int64_t cursor)
{
    if (!cursor || cursor_waits(m, cursor))
        return;
    m->cursors[m->next_cursor] = cursor;
    m->next_cursor = (m->next_cursor + 1) % CURSORS_MAX;
}

/* The place of the stream of which this answer is the latest, or -1. */
static int find_stream(const struct mongodb *m, uint32_t id)
{
    for (int i = 0; id && i < STREAMS_MAX; i++)
        if (m->streams[i].id == id)
            return i;
    return -1;
}

static void remember_stream(struct mongodb *m, uint32_t id, uint32_t key)
{
    m->streams[m->next_stream].id = id;
    m->streams[m->next_stream].key = key;
    m->next_stream = (m->next_stream + 1) % STREAMS_MAX;
}

/* A server takes one message after another: what was asked before this and has no answer by now
 * will have none. Of what is compressed nobody could say so. */
static void give_up_compressed(struct conn *c, const struct exchange *answered)
{
    struct exchange *next;
    for (struct exchange *x = conn_next(c, NULL); x && x != answered; x = next) {
        const struct mongodb_asked *asked = exchange_state(x);
        next = conn_next(c, x);
        if (asked->compressed && !x->response_ns)
            conn_abort(c, x->stream_id, OUTCOME_UNKNOWN);
    }
}

/* --- the ends of messages --- */

static void end_request(struct conn *c, struct exchange *x)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[TO_SERVER];
    if (x) {
        struct mongodb_asked *asked = exchange_state(x);
        asked->waits = asked->waits || cursor_waits(m, asked->cursor);
        asked->cursor = 0;
        mongodb_request_seen(x);
        if (s->more_to_come) {
            x->outcome = OUTCOME_OK;
            conn_expect_no_answer(c, s->key);
        }
    }
    conn_end(c, TO_SERVER, s->key);
}

static void note_message(struct conn *c, struct exchange *x)
{
    uint64_t now_ns = conn_now_ns(c);
    x->call = CALL_SERVER_STREAMING;
    x->response_messages++;
    if (!x->first_message_ns)
        x->first_message_ns = now_ns;
    else
        conn_message(c, x, now_ns - x->last_message_ns);
    x->last_message_ns = now_ns;
}

/* Behind what was missed of it there may be an error, or its name. */
static void end_answer(struct conn *c, struct exchange *x, bool whole)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[TO_CLIENT];
    if (x) {
        struct mongodb_asked *asked = exchange_state(x);
        bool error_known = asked->failed && (asked->code || asked->error[0]);
        asked->answered = asked->answered && (whole || error_known);
        mongodb_answer_seen(x);
        if (asked->makes_wait)
            remember_cursor(m, asked->cursor);
    }
    if (s->more_to_come)
        remember_stream(m, s->id, s->key);
    else
        conn_end(c, TO_CLIENT, s->key);
}

/* --- documents --- */

/* Returns how many bytes an element takes up; 0: its value has to be there. */
static uint32_t take_element(struct side *s, struct exchange *x, const struct bson_element *e)
{
    struct bson_walk *w = &s->walk;
    enum mongodb_place inner = PLACE_NOTHING;
    enum mongodb_act act = MONGODB_PASS;
    if (x)
        act = mongodb_see(x, s->place[w->depth - 1], e, &inner);
    switch (act) {
    case MONGODB_WAIT:
        return 0;
    case MONGODB_LEAVE:
        return bson_leave(w);
    case MONGODB_ENTER:
        if (w->depth < BSON_DEPTH_MAX) {
            s->place[w->depth] = inner;
            return bson_enter(w, e);
        }
        break;
    case MONGODB_PASS:
        break;
    }
    return bson_pass(w, e);
}

/* Each returns how many bytes it takes up; DECODE_LOST: it makes no sense. */
static int64_t read_document(struct side *s, struct exchange *x, struct bytes in)
{
    struct bson_element e;
    switch (bson_next(&s->walk, in, &e)) {
    case BSON_MORE:
        return DECODE_MORE;
    case BSON_WRONG:
        return DECODE_LOST;
    case BSON_ENDED:
        return bson_leave(&s->walk);
    case BSON_ELEMENT:
        break;
    }
    return take_element(s, x, &e);
}

static int64_t begin_document(struct side *s, enum dir dir, struct bytes in, uint32_t limit)
{
    enum bson_step step = bson_begin(&s->walk, in, limit);
    if (step != BSON_ELEMENT)
        return step == BSON_MORE ? DECODE_MORE : DECODE_LOST;
    s->place[0] = dir == TO_SERVER ? PLACE_COMMAND : PLACE_ANSWER;
    s->stage = STAGE_DOCUMENT;
    return 4;
}

/* A section of OP_MSG: the document that says what is asked, or others that go with it. */
static int64_t read_section(struct side *s, enum dir dir, struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint8_t kind = cursor_u8(&c);
    uint32_t size = kind ? cursor_le32(&c) : 0, limit = s->left - s->behind;
    if (c.starved)
        return in.len >= limit ? DECODE_LOST : DECODE_MORE;
    if (kind > 1 || (kind && (size < 4 || size > limit - 1)))
        return DECODE_LOST;
    if (kind)
        return 1 + (int64_t)size;
    int64_t len = begin_document(s, dir, bytes_after(in, 1), limit - 1);
    return len > 0 ? len + 1 : len;
}

/* Reads on in the message at hand; `used` bytes of `in` were read before. */
static int64_t read_on(struct conn *c, enum dir dir, struct bytes in, size_t used,
                       struct exchange *x)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[dir];
    for (;;) {
        int64_t len = DECODE_LOST;
        bool sections = s->stage == STAGE_SECTIONS && s->left > s->behind;
        if (s->stage == STAGE_DOCUMENT && !s->walk.depth) {
            s->stage = STAGE_SECTIONS;
            continue;
        }
        if (s->stage == STAGE_DOCUMENT)
            len = read_document(s, x, bytes_after(in, used));
        else if (sections)
            len = read_section(s, dir, bytes_after(in, used));
        if (len == DECODE_MORE)
            return used ? (int64_t)used : DECODE_MORE;
        uint32_t taken = len < 0 ? s->left : (uint32_t)len;
        s->left -= taken;
        used += taken;
        if (!s->left) {
            if (dir == TO_SERVER)
                end_request(c, x);
            else
                end_answer(c, x, len >= 0 || s->stage != STAGE_DOCUMENT);
            return (int64_t)used;
        }
        if (used >= in.len)
            return (int64_t)used;
    }
}

/* --- heads --- */

static void begin_side(struct side *s, const struct mongodb_head *head, uint32_t key)
{
    *s = (struct side){.left = head->size, .key = key, .id = head->id, .stage = STAGE_REST};
}

/* Returns how many bytes of it are read; DECODE_MORE or DECODE_LOST. */
static int64_t read_msg_head(struct side *s, struct bytes in, uint32_t *ret_flags)
{
    struct cursor c = cursor_over(bytes_after(in, MONGODB_HEAD));
    uint32_t flags = cursor_le32(&c);
    if (c.starved)
        return DECODE_MORE;
    s->more_to_come = flags & MSG_MORE_TO_COME;
    s->behind = flags & MSG_CHECKSUM ? CHECKSUM : 0;
    s->stage = STAGE_SECTIONS;
    *ret_flags = flags;
    return MONGODB_MSG_HEAD;
}

/* The older kind, with a collection in front. */
static int64_t read_older(struct side *s, struct bytes in, uint32_t opcode, struct exchange *x)
{
    static const char command[] = ".$cmd";
    struct mongodb_asked *asked = exchange_state(x);
    struct cursor c = cursor_over(bytes_after(in, MONGODB_HEAD));
    uint32_t flags = cursor_le32(&c);
    struct bytes name = bytes_first(bytes_after(in, MONGODB_HEAD + 4), NAMESPACE_MAX);
    const uint8_t *end = name.len ? memchr(name.at, '\0', name.len) : NULL;
    name = bytes_first(name, end ? (size_t)(end - name.at) : 0);
    mongodb_namespace(asked, name);
    size_t head = MONGODB_HEAD + 4 + name.len + 1;
    bool is_command =
        name.len > sizeof command - 1 &&
        memcmp(name.at + name.len - (sizeof command - 1), command, sizeof command - 1) == 0;
    s->more_to_come = opcode != OP_QUERY && opcode != OP_GET_MORE;
    if (opcode == OP_QUERY && is_command) {
        asked->collection[0] = '\0';
        int64_t begun = begin_document(s, TO_SERVER, bytes_after(in, head + 8),
                                       s->left > head + 8 ? s->left - (uint32_t)head - 8 : 0);
        return begun > 0 ? (int64_t)head + 8 + begun : (int64_t)head;
    }
    mongodb_name(x, opcode == OP_QUERY      ? "query"
                    : opcode == OP_GET_MORE ? "getMore"
                    : opcode == OP_INSERT   ? "insert"
                    : opcode == OP_UPDATE   ? "update"
                                            : "delete");
    asked->makes_wait = opcode == OP_QUERY && flags & (QUERY_TAILABLE | QUERY_AWAITS);
    if (opcode == OP_GET_MORE) {
        c = cursor_over(bytes_after(in, head + 4));
        asked->cursor = (int64_t)cursor_le64(&c);
    }
    return (int64_t)head;
}

/* How much of a message's front has to be there. */
static size_t front(struct bytes in, const struct mongodb_head *head)
{
    struct bytes name = bytes_first(bytes_after(in, MONGODB_HEAD + 4), NAMESPACE_MAX);
    const uint8_t *end = name.len ? memchr(name.at, '\0', name.len) : NULL;
    size_t need = MONGODB_HEAD;
    switch (head->opcode) {
    case OP_MSG:
        return MONGODB_MSG_HEAD;
    case OP_REPLY:
        need = MONGODB_REPLY_HEAD + 4;
        break;
    case OP_COMPRESSED:
        return MONGODB_HEAD;
    case OP_KILL_CURSORS:
        return MONGODB_HEAD;
    default: /* as far as numbers behind the name, and the length of a document */
        need = end ? (size_t)(end - in.at) + 1 + 12 : MONGODB_HEAD + 4 + NAMESPACE_MAX;
    }
    return need < head->size ? need : head->size;
}

static int64_t begin_request(struct conn *c, struct bytes in, const struct mongodb_head *head)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[TO_SERVER];
    uint32_t flags = 0;
    int64_t used = MONGODB_HEAD;
    begin_side(s, head, head->id);
    conn_abort(c, head->id, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    struct exchange *x = conn_begin(c, TO_SERVER, head->id);
    struct mongodb_asked *asked = exchange_state(x);
    x->stream_id = head->id;
    conn_name(c, "mongodb");
    if (head->opcode == OP_MSG) {
        used = read_msg_head(s, in, &flags);
        asked->waits = flags & MSG_EXHAUST_ALLOWED;
    } else if (head->opcode == OP_COMPRESSED) {
        asked->compressed = true;
        x->notes |= NOTE_COMPRESSED;
    } else if (head->opcode == OP_KILL_CURSORS) {
        s->more_to_come = true;
        mongodb_name(x, "killCursors");
    } else {
        used = read_older(s, in, head->opcode, x);
    }
    s->left -= (uint32_t)used;
    return read_on(c, TO_SERVER, in, (size_t)used, x);
}

/* The older kind of answer. */
static int64_t read_reply(struct side *s, struct bytes in, struct exchange *x)
{
    struct mongodb_asked *asked = exchange_state(x);
    struct cursor c = cursor_over(bytes_after(in, MONGODB_HEAD));
    uint32_t flags = cursor_le32(&c);
    asked->cursor = (int64_t)cursor_le64(&c);
    cursor_skip(&c, 4);
    uint32_t documents = cursor_le32(&c);
    asked->failed = flags & (REPLY_NO_CURSOR | REPLY_FAILED);
    asked->answered = asked->plain || asked->failed;
    if (flags & REPLY_NO_CURSOR)
        asked->code = 43;
    if (asked->plain && !asked->failed)
        x->response_messages = documents;
    if (!documents || (asked->plain && !asked->failed) || s->left <= MONGODB_REPLY_HEAD)
        return MONGODB_REPLY_HEAD;
    int64_t begun = begin_document(s, TO_CLIENT, bytes_after(in, MONGODB_REPLY_HEAD),
                                   s->left - MONGODB_REPLY_HEAD);
    return MONGODB_REPLY_HEAD + (begun > 0 ? begun : 0);
}

static int64_t begin_answer(struct conn *c, struct bytes in, const struct mongodb_head *head)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[TO_CLIENT];
    int stream = find_stream(m, head->response_to);
    uint32_t key = stream >= 0 ? m->streams[stream].key : head->response_to, flags = 0;
    if (stream >= 0)
        m->streams[stream].id = 0;
    if (!conn_peek(c, key)) {
        conn_begin(c, TO_CLIENT, key); /* counts it */
        return head->size;
    }
    struct exchange *x = conn_begin(c, TO_CLIENT, key);
    int64_t used = MONGODB_HEAD;
    give_up_compressed(c, x);
    begin_side(s, head, key);
    if (head->opcode == OP_MSG)
        used = read_msg_head(s, in, &flags);
    else if (head->opcode == OP_REPLY)
        used = read_reply(s, in, x);
    else if (head->opcode == OP_COMPRESSED)
        x->notes |= NOTE_COMPRESSED;
    if (s->more_to_come || stream >= 0)
        note_message(c, x);
    s->left -= (uint32_t)used;
    return read_on(c, TO_CLIENT, in, (size_t)used, x);
}

static int64_t begin_message(struct conn *c, enum dir dir, struct bytes in)
{
    struct mongodb_head head;
    enum mongodb_proof proof = mongodb_head(in, &head);
    if (conn_is_lost(c, dir))
        proof = mongodb_check(in, dir == TO_CLIENT);
    if (proof == MONGODB_NOT)
        return DECODE_LOST;
    if (proof == MONGODB_SHORT || in.len < front(in, &head))
        return DECODE_MORE;
    bool answer = head.opcode == OP_REPLY || (dir == TO_CLIENT && head.opcode >= OP_COMPRESSED);
    if (answer != (dir == TO_CLIENT) || (head.opcode == OP_REPLY && head.size < MONGODB_REPLY_HEAD))
        return DECODE_LOST;
    return dir == TO_SERVER ? begin_request(c, in, &head) : begin_answer(c, in, &head);
}

static int64_t mongodb_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[dir];
    if (!s->left)
        return begin_message(c, dir, in);
    return read_on(c, dir, in, 0, conn_find(c, dir, s->key));
}

/* What is left of the message at hand passes by. */
static int64_t mongodb_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct mongodb *m = conn_state(c);
    struct side *s = &m->side[dir];
    int64_t left = s->left;
    s->left = 0;
    if (!left || !len)
        return DECODE_LOST;
    struct exchange *x = conn_find(c, dir, s->key);
    if (dir == TO_SERVER)
        end_request(c, x);
    else
        end_answer(c, x, false);
    return left;
}

static enum guess mongodb_probe(const struct opening *opening)
{
    enum mongodb_proof asks = mongodb_check(opening->to_server, false);
    enum mongodb_proof answers = mongodb_check(opening->to_client, true);
    if (!opening->midstream && (!opening->to_server.len || answers == MONGODB_NOT))
        return GUESS_NO;
    if (asks == MONGODB_SURE || (opening->midstream && answers == MONGODB_SURE))
        return GUESS_YES;
    return asks == MONGODB_NOT || answers == MONGODB_NOT ? GUESS_NO : GUESS_MORE;
}

const struct decoder mongodb_decoder = {
    .name = "mongodb",
    .ports = {27017, 27018, 27019},
    .state_size = sizeof(struct mongodb),
    .multiplexed = true,
    .doubtful = true,
    .probe = mongodb_probe,
    .feed = mongodb_feed,
    .gap = mongodb_gap,
};
