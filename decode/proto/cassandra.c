/* cassandra.c - Cassandra's native protocol, versions 3 to 5, and what speaks as it does: ScyllaDB
 * (https://cassandra.apache.org/doc/latest/cassandra/reference/native-protocol.html).
 *
 * An answer has the stream id of its request. Of a message its head is read, and of its body what
 * says what is asked (decode/sql.h) or what came of it; values and rows pass by unseen. From
 * version 5 on messages lie in segments, several in one or one in several. */
#include <stdio.h>

#include "decode/cassandra_message.h"
#include "decode/decoder.h"
#include "decode/sql.h"
#include "decode/statements.h"

enum {
    REQUEST_SEEN = 16 * 1024, /* of a request's body no more is looked at */
    ANSWER_SEEN = 1024,       /* and of an answer's */
    ERROR_CODE = 4,
    BATCH_SEEN = 32,  /* statements of a batch that are looked at */
    BATCH_NAMES = 6,  /* and what they name */
    DIGITS_OF_ID = 4, /* bytes of a statement's id that are told */
};

enum framing { FRAMING_BARE, FRAMING_SEGMENTS, FRAMING_LZ4 };

struct side {
    struct cql_head head;
    uint32_t left;    /* bytes of its body that are still to pass by, in this segment and others */
    uint32_t segment; /* bytes of the segment's payload; 0 between two */
    bool reading;     /* its body is to be shown from the start */
    bool ours;        /* there is an exchange for it */
    bool adrift;      /* a segment that is but a part may go on with anything */
    enum framing framing;
};

struct cassandra {
    struct side side[2];
    uint8_t version; /* 0: not known */
    struct statements *statements;
};

/* Beside an exchange. */
struct asked {
    uint8_t opcode;
    char verb[32]; /* of what is prepared */
};

/* --- requests --- */

static void tell(struct exchange *x, const char *method, const char *operation)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(method));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
}

/* "{statement 1f2e3d4c}": ids are digests of what was prepared, the same everywhere. */
static void tell_unknown(struct exchange *x, struct bytes id)
{
    static const char hex[] = "0123456789abcdef";
    char text[2 * DIGITS_OF_ID + 1], operation[32];
    size_t len = 0;
    for (; len < DIGITS_OF_ID && len < id.len; len++) {
        text[2 * len] = hex[id.at[len] >> 4];
        text[2 * len + 1] = hex[id.at[len] & 15];
    }
    text[2 * len] = '\0';
    snprintf(operation, sizeof operation, "{statement %s}", text);
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
    x->notes |= NOTE_UNKNOWN_FIELDS;
}

static void tell_prepared(struct conn *c, struct exchange *x, struct bytes id)
{
    struct cassandra *cs = conn_state(c);
    if (!statements_get(cs->statements, statements_id(id), x))
        tell_unknown(x, id);
}

/* A statement with its length in front; what is here of it. */
static void tell_text(struct exchange *x, struct cursor *c)
{
    uint32_t len = cursor_be32(c);
    size_t here = cursor_left(c);
    struct bytes text = cursor_take(c, len < here ? len : here);
    sql_note(x, text, SQL_CQL, text.len == len);
}

static void tell_preparing(struct exchange *x, struct cursor *c)
{
    struct asked *asked = exchange_state(x);
    char operation[sizeof x->operation];
    tell_text(x, c);
    bytes_to_text(asked->verb, sizeof asked->verb, bytes_of_text(x->method));
    snprintf(operation, sizeof operation, "PREPARE %.*s", (int)sizeof operation - 10, x->operation);
    tell(x, "PREPARE", operation);
}

/* Adds the tables of one statement of a batch, if it has not been named yet. False: no room. */
static bool add_names(struct exchange *x, const struct exchange *one, unsigned *names)
{
    const char *what = one->operation;
    size_t verb = strlen(one->method), len = strlen(x->operation);
    if (verb && strncmp(what, one->method, verb) == 0 && what[verb] == ' ')
        what += verb + 1;
    const char *known = strstr(x->operation, what);
    for (; known; known = strstr(known + 1, what)) {
        char before = known[-1], after = known[strlen(what)];
        if (known - x->operation >= (ptrdiff_t)sizeof "BATCH" - 1 && before == ' ' &&
            (!after || after == ','))
            return true;
    }
    if (*names == BATCH_NAMES || len + strlen(what) + 3 > sizeof x->operation)
        return false;
    const char *separator = *names ? ", " : " ";
    bytes_to_text(x->operation + len, sizeof x->operation - len, bytes_of_text(separator));
    len += strlen(separator);
    bytes_to_text(x->operation + len, sizeof x->operation - len, bytes_of_text(what));
    ++*names;
    return true;
}

static void skip_values(struct cursor *c)
{
    uint16_t values = cursor_be16(c);
    for (; values && !c->starved; values--)
        cql_long_text(c);
}

/* "BATCH orders, stock" */
static void tell_batch(struct conn *c, struct exchange *x, struct cursor *cursor)
{
    unsigned names = 0;
    tell(x, "BATCH", "BATCH");
    cursor_skip(cursor, 1);
    uint16_t count = cursor_be16(cursor);
    bool cut = count > BATCH_SEEN;
    x->request_messages = count;
    struct exchange one = {0};
    for (unsigned i = 0; i < count && i < BATCH_SEEN; i++) {
        one.notes = 0;
        uint8_t prepared = cursor_u8(cursor);
        struct bytes id = prepared ? cql_short_text(cursor) : (struct bytes){0};
        if (!cursor->starved && prepared)
            tell_prepared(c, &one, id);
        else if (!cursor->starved)
            tell_text(&one, cursor);
        if (cursor->starved)
            cut = true;
        if (cursor->starved)
            break;
        cut = !add_names(x, &one, &names) || cut;
        x->notes |= one.notes;
        skip_values(cursor);
    }
    if (cut)
        x->notes |= NOTE_TRUNCATED;
}

/* In version 5 all that follows a STARTUP that asks for it is compressed. */
static bool asks_for_compression(struct cursor *c)
{
    uint16_t options = cursor_be16(c);
    for (; options && !c->starved; options--) {
        bool found = bytes_equal_text(cql_short_text(c), "COMPRESSION");
        if (found)
            return true;
        cql_short_text(c);
    }
    return false;
}

static bool is_about_statements(uint8_t opcode)
{
    return opcode == CQL_QUERY || opcode == CQL_PREPARE || opcode == CQL_EXECUTE ||
           opcode == CQL_BATCH;
}

/* `body` is what there is to see of it. */
static void read_request(struct conn *c, struct exchange *x, const struct cql_head *h,
                         struct bytes body)
{
    struct cursor cursor = cql_body(body, h);
    if (h->opcode == CQL_STARTUP && h->version == 5 && asks_for_compression(&cursor))
        x->notes |= NOTE_COMPRESSED;
    if (!is_about_statements(h->opcode))
        return;
    if (cursor.starved || !body.len) {
        x->notes |= NOTE_UNKNOWN_FIELDS;
        return;
    }
    if (h->opcode == CQL_QUERY)
        tell_text(x, &cursor);
    else if (h->opcode == CQL_PREPARE)
        tell_preparing(x, &cursor);
    else if (h->opcode == CQL_BATCH)
        tell_batch(c, x, &cursor);
    else
        tell_prepared(c, x, cql_short_text(&cursor));
}

static void begin_request(struct conn *c, struct side *s)
{
    struct cassandra *cs = conn_state(c);
    uint16_t stream = s->head.stream;
    const char *name = cql_request_name(s->head.opcode);
    conn_abort(c, stream, OUTCOME_UNKNOWN); /* no answer could be told apart any more */
    struct exchange *x = conn_begin(c, TO_SERVER, stream);
    struct asked *asked = exchange_state(x);
    asked->opcode = s->head.opcode;
    x->stream_id = stream;
    /* which verb a statement has is yet to be seen */
    bool verb = asked->opcode == CQL_QUERY || asked->opcode == CQL_EXECUTE;
    tell(x, verb ? "" : name, name);
    if (s->head.flags & CQL_COMPRESSED)
        x->notes |= NOTE_COMPRESSED;
    if (is_about_statements(asked->opcode)) { /* until it is seen */
        const char *what = s->head.flags & CQL_COMPRESSED ? " {compressed}" : " {unknown}";
        size_t len = strlen(name);
        exchange_text(x, x->operation + len, sizeof x->operation - len, bytes_of_text(what));
    }
    cs->version = s->head.version;
    s->ours = true;
}

/* --- answers --- */

static void note_error(struct exchange *x, struct cursor *c)
{
    const struct asked *asked = exchange_state(x);
    char status[16] = "ERROR";
    enum outcome outcome = OUTCOME_UNKNOWN;
    uint32_t code = cursor_be32(c);
    const char *name = c->starved ? NULL : cql_error(code, &outcome);
    if (!c->starved && !name) {
        snprintf(status, sizeof status, "0x%04x", (unsigned)code);
        outcome = code >= 0x2000 ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
    }
    bool greets = asked->opcode == CQL_STARTUP || asked->opcode == CQL_OPTIONS;
    if (name && greets && strcmp(name, "PROTOCOL_ERROR") == 0)
        outcome = OUTCOME_OK; /* it will try an older version */
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(name ? name : status));
    x->outcome = outcome;
}

/* What was asked when it was prepared is what is asked when it is executed. */
static void remember(struct conn *c, const struct exchange *x, const char *verb, struct bytes id)
{
    static const char prefix[] = "PREPARE ";
    struct cassandra *cs = conn_state(c);
    struct exchange told = {.fingerprint = x->fingerprint};
    if (strncmp(x->operation, prefix, sizeof prefix - 1) != 0 || !id.len)
        return;
    memcpy(told.path, x->path, sizeof told.path);
    bytes_to_text(told.method, sizeof told.method, bytes_of_text(verb));
    bytes_to_text(told.operation, sizeof told.operation,
                  bytes_of_text(x->operation + sizeof prefix - 1));
    statements_put(&cs->statements, statements_id(id), &told);
}

static void read_result(struct conn *c, struct exchange *x, struct cursor *cursor)
{
    const struct asked *asked = exchange_state(x);
    uint32_t kind = cursor_be32(cursor);
    if (kind == CQL_ROWS)
        x->response_messages = cql_rows(*cursor);
    if (kind == CQL_PREPARED && asked->opcode == CQL_PREPARE && x->fingerprint)
        remember(c, x, asked->verb, cql_short_text(cursor));
}

static void read_answer(struct conn *c, struct exchange *x, const struct cql_head *h,
                        struct bytes body)
{
    struct cursor cursor = cql_body(body, h);
    if (h->opcode == CQL_ERROR) {
        note_error(x, &cursor);
        return;
    }
    if (h->opcode == CQL_RESULT)
        read_result(c, x, &cursor);
    exchange_text(x, x->status, sizeof x->status, bytes_of_text("OK"));
    x->outcome = OUTCOME_OK;
}

static void begin_answer(struct conn *c, struct side *s)
{
    struct cassandra *cs = conn_state(c);
    cs->version = s->head.version;
    if (s->head.stream >= 0x8000) { /* what the client has registered for happens */
        s->ours = false;
        return;
    }
    s->ours = conn_peek(c, s->head.stream);
    struct exchange *x = conn_begin(c, TO_CLIENT, s->head.stream); /* counts it, if not ours */
    if (s->head.flags & CQL_COMPRESSED)
        x->notes |= NOTE_COMPRESSED;
}

/* --- both --- */

/* How much of the body there has to be. */
static uint32_t seen_of(const struct side *s)
{
    const struct cql_head *h = &s->head;
    uint32_t most = 0;
    if (!s->ours || h->flags & CQL_COMPRESSED)
        return 0;
    if (!h->answer)
        most = REQUEST_SEEN;
    else if (h->opcode == CQL_RESULT)
        most = ANSWER_SEEN;
    else if (h->opcode == CQL_ERROR)
        most = h->flags ? ANSWER_SEEN : ERROR_CODE;
    if (s->framing != FRAMING_BARE && most > s->segment)
        most = s->segment;
    return most < s->left ? most : s->left;
}

static void read_body(struct conn *c, enum dir dir, struct bytes body)
{
    struct cassandra *cs = conn_state(c);
    struct side *s = &cs->side[dir];
    s->reading = false;
    struct exchange *x = s->ours ? conn_find(c, dir, s->head.stream) : NULL;
    if (!x)
        return;
    if (dir == TO_SERVER && !(s->head.flags & CQL_COMPRESSED))
        read_request(c, x, &s->head, body);
    else if (dir == TO_CLIENT)
        read_answer(c, x, &s->head, body);
}

/* Passes over what is left of the message, in the segment at hand; returns how many bytes. */
static uint32_t pass_body(struct conn *c, struct side *s)
{
    bool bare = s->framing == FRAMING_BARE;
    uint32_t len = bare || s->left < s->segment ? s->left : s->segment;
    enum dir dir = s->head.answer ? TO_CLIENT : TO_SERVER;
    s->left -= len;
    if (!s->left && s->ours)
        conn_end(c, dir, s->head.stream);
    if (bare)
        return len;
    s->segment -= len;
    return len + (s->segment ? 0 : CQL_SEGMENT_TAIL);
}

/* After a loss only what proves itself is believed to be a message. */
static int64_t begin_message(struct conn *c, enum dir dir, struct bytes in, bool proven)
{
    struct cassandra *cs = conn_state(c);
    struct side *s = &cs->side[dir];
    struct cql_head h;
    enum cql_proof proof = cql_head(in, dir == TO_CLIENT, &h);
    if (!proven && proof == CQL_FAIR) {
        proof = cql_check(in, dir == TO_CLIENT);
        if (proof == CQL_FAIR && !(dir == TO_CLIENT && conn_peek(c, h.stream)))
            return DECODE_LOST;
    }
    if (proof == CQL_SHORT)
        return DECODE_MORE;
    if (proof == CQL_NOT || (cs->version && h.version != cs->version && !proven))
        return DECODE_LOST;
    s->head = h;
    s->left = h.size;
    s->reading = true;
    conn_name(c, "cassandra");
    if (dir == TO_SERVER)
        begin_request(c, s);
    else
        begin_answer(c, s);
    return CQL_HEAD;
}

/* Whether segments have begun shows in the bytes. DECODE_MORE, or 1. */
static int64_t find_framing(const struct cassandra *cs, struct side *s, struct bytes in)
{
    struct cql_segment segment;
    if (s->framing != FRAMING_BARE || (cs->version && cs->version < 5))
        return 1;
    if (in.len < CQL_SEGMENT_HEAD_MAX)
        return DECODE_MORE;
    if (cql_segment(in, false, &segment) == CQL_SURE)
        s->framing = FRAMING_SEGMENTS;
    else if (cql_segment(in, true, &segment) == CQL_SURE)
        s->framing = FRAMING_LZ4;
    return 1;
}

/* Of connections that compress nothing is told: who asked what, and when, is inside. */
static int64_t feed_segment(struct conn *c, enum dir dir, struct bytes in)
{
    struct cassandra *cs = conn_state(c);
    struct side *s = &cs->side[dir];
    struct cql_segment segment;
    enum cql_proof proof = cql_segment(in, s->framing == FRAMING_LZ4, &segment);
    if (proof != CQL_SURE)
        return proof == CQL_SHORT ? DECODE_MORE : DECODE_LOST;
    bool adrift = !segment.whole && (s->adrift || conn_is_lost(c, dir));
    int64_t all = (int64_t)segment.head + segment.size + CQL_SEGMENT_TAIL, len = 0;
    if (adrift || s->framing == FRAMING_LZ4) {
        s->adrift = adrift;
        conn_name(c, "cassandra");
        return all;
    }
    if (segment.whole && s->left)
        return DECODE_LOST;
    if (!s->left) {
        if (segment.size < CQL_HEAD)
            return DECODE_LOST;
        len = begin_message(c, dir, bytes_after(in, segment.head), true);
        if (len <= 0)
            return len;
        if (segment.whole && s->left > segment.size - CQL_HEAD)
            s->left = segment.size - CQL_HEAD;
    }
    s->adrift = false;
    s->segment = segment.size - (uint32_t)len;
    return segment.head + len;
}

static int64_t cassandra_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct cassandra *cs = conn_state(c);
    struct side *s = &cs->side[dir];
    int64_t used = 0;
    if (!s->reading && !s->segment) {
        used = find_framing(cs, s, in);
        if (used > 0)
            used = s->framing == FRAMING_BARE ? begin_message(c, dir, in, !conn_is_lost(c, dir))
                                              : feed_segment(c, dir, in);
    } else if (!s->reading) {
        used = s->segment < CQL_HEAD ? DECODE_LOST : begin_message(c, dir, in, true);
        if (used > 0)
            s->segment -= CQL_HEAD;
        if (s->left > s->segment)
            s->left = s->segment;
    }
    bool in_message = s->reading || s->left;
    if (used < 0 || (!used && !s->reading) || !in_message)
        return used;
    uint32_t seen = seen_of(s);
    struct bytes body = bytes_after(in, (size_t)used);
    if (s->reading && body.len < seen)
        return used;
    if (s->reading)
        read_body(c, dir, bytes_first(body, seen));
    else if (s->ours) /* charged with what goes on */
        conn_find(c, dir, s->head.stream);
    return used + pass_body(c, s);
}

/* What is left of a message at hand, or of a segment, passes by. */
static int64_t cassandra_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct cassandra *cs = conn_state(c);
    struct side *s = &cs->side[dir];
    if (len && s->reading) {
        read_body(c, dir, (struct bytes){0});
        return pass_body(c, s);
    }
    int64_t rest = s->segment ? (int64_t)s->segment + CQL_SEGMENT_TAIL : 0;
    *s = (struct side){.adrift = true, .framing = s->framing};
    return len && rest ? rest : DECODE_LOST;
}

/* What the first bytes of one side may be; `ret_stream` is whose they are, if that shows. */
static enum cql_proof check_opening(const struct opening *o, bool answer, int *ret_stream)
{
    struct bytes in = answer ? o->to_client : o->to_server;
    struct cql_segment segment;
    struct cql_head h;
    enum cql_proof proof = cql_check(in, answer);
    *ret_stream = -1;
    if (cql_head(in, answer, &h) == CQL_FAIR)
        *ret_stream = h.stream;
    if (!o->midstream || in.len < CQL_SEGMENT_HEAD_MAX)
        return o->midstream && in.len < CQL_SEGMENT_HEAD_MAX ? CQL_SHORT : proof;
    if (cql_segment(in, false, &segment) == CQL_SURE) {
        enum cql_proof inside = cql_head(bytes_after(in, segment.head), answer, &h);
        return !segment.whole ? CQL_FAIR : inside == CQL_FAIR ? CQL_SURE : inside;
    }
    if (cql_segment(in, true, &segment) == CQL_SURE)
        return o->unsided ? CQL_FAIR : CQL_SURE;
    return proof;
}

static enum guess cassandra_probe(const struct opening *opening)
{
    int asking = -1, answering = -1;
    enum cql_proof asks = check_opening(opening, false, &asking);
    enum cql_proof answers = check_opening(opening, true, &answering);
    if (!opening->midstream && !opening->to_server.len)
        return opening->to_client.len ? GUESS_NO : GUESS_MORE;
    if (asks == CQL_NOT || answers == CQL_NOT)
        return GUESS_NO;
    if (asks == CQL_SURE || (opening->midstream && answers == CQL_SURE))
        return GUESS_YES;
    return asks == CQL_FAIR && answers >= CQL_FAIR && asking == answering ? GUESS_YES : GUESS_MORE;
}

static void cassandra_free(void *state)
{
    struct cassandra *cs = state;
    statements_free(&cs->statements);
}

const struct decoder cassandra_decoder = {
    .name = "cassandra",
    .ports = {9042, 9142},
    .state_size = sizeof(struct cassandra),
    .multiplexed = true,
    .doubtful = true,
    .probe = cassandra_probe,
    .feed = cassandra_feed,
    .gap = cassandra_gap,
    .free = cassandra_free,
};
