/* memcached.c - Memcached, by its text protocol with the meta commands (decode/memcached_text.h)
 * and its binary one (decode/memcached_binary.h).
 *
 * Answers come in the order of asking. Commands that may stay without one ("noreply" always does,
 * quiet ones if there is nothing to say) have keys of their own: that a later one is answered shows
 * that they are done with. Values pass by unseen, keys are never told. */
#include "decode/decoder.h"
#include "decode/memcached_binary.h"
#include "decode/memcached_text.h"

struct memcached {
    uint64_t keys;   /* given out to exchanges that may stay without an answer */
    bool keys_go_on; /* a list of keys has not ended */
    bool in_list;    /* neither has an answer that is one */
    bool watching;   /* from here on lines come until the connection ends */
};

/* Beside an exchange. */
struct asked {
    uint64_t key;
    const char *name; /* static */
    unsigned traits;  /* enum memcached_trait */
    bool quiet;
    bool has_opaque;
    uint32_t opaque;
};

static const uint64_t nobody = KEY_IN_ORDER - 1;

static struct asked *asked_of(struct exchange *x)
{
    return exchange_state(x);
}

static struct exchange *begin(struct conn *c, const char *name, bool in_order)
{
    struct memcached *m = conn_state(c);
    uint64_t key = in_order ? KEY_IN_ORDER : m->keys++;
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(name));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(name));
    *asked_of(x) = (struct asked){.key = key, .name = name};
    return x;
}

/* The request is whole, and no answer to it will come. */
static void end_unanswered(struct conn *c, struct exchange *x)
{
    x->outcome = OUTCOME_OK;
    conn_end(c, TO_SERVER, asked_of(x)->key);
    conn_expect_no_answer(c, asked_of(x)->key);
}

static int64_t feed_keys(struct conn *c, struct bytes in)
{
    struct memcached *m = conn_state(c);
    const uint8_t *end = memchr(in.at, '\n', in.len);
    conn_find(c, TO_SERVER, KEY_IN_ORDER);
    if (!end)
        return (int64_t)in.len;
    m->keys_go_on = false;
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return end - in.at + 1;
}

static int64_t feed_command(struct conn *c, struct bytes in)
{
    struct memcached *m = conn_state(c);
    struct memcached_command command;
    enum memcached_status status = memcached_read_command(in, &command);
    if (status == MEMCACHED_MORE)
        return DECODE_MORE;
    if (status == MEMCACHED_WRONG || (command.malformed && conn_is_lost(c, TO_SERVER)))
        return DECODE_LOST;
    bool silent = command.traits & MEMCACHED_NOREPLY;
    struct exchange *x = begin(c, command.name, !silent && !command.quiet);
    struct asked *asked = asked_of(x);
    asked->traits = command.traits;
    asked->quiet = command.quiet;
    asked->has_opaque = command.has_opaque;
    asked->opaque = command.opaque;
    if (command.traits & MEMCACHED_WATCHES) {
        x->call = CALL_SERVER_STREAMING;
        m->watching = true;
    }
    if (!command.line) {
        m->keys_go_on = true;
        return MEMCACHED_LINE_MAX;
    }
    if (silent)
        end_unanswered(c, x);
    else
        conn_end(c, TO_SERVER, asked->key);
    return (int64_t)(command.line + command.value);
}

/* What is quiet has said nothing: a get has missed, others have done what they were asked. */
static void end_silently(struct conn *c, struct exchange *x, enum outcome outcome)
{
    bool gets = strcmp(x->method, "mg") == 0 || strncmp(x->method, "get", 3) == 0 ||
                strncmp(x->method, "gat", 3) == 0;
    bool meta = asked_of(x)->traits & MEMCACHED_META;
    const char *status = meta ? (gets ? "EN" : "HD") : (gets ? "KEY_ENOENT" : "OK");
    if (outcome == OUTCOME_OK)
        exchange_text(x, x->status, sizeof x->status, bytes_of_text(status));
    conn_abort(c, asked_of(x)->key, outcome);
}

/* All quiet ones that were asked before `x`; NULL: all there are. */
static void end_quiet_before(struct conn *c, const struct exchange *x, enum outcome outcome)
{
    for (struct exchange *each = conn_next(c, NULL), *next; each && each != x; each = next) {
        next = conn_next(c, each);
        if (asked_of(each)->quiet)
            end_silently(c, each, outcome);
    }
}

static bool is_in_order(struct exchange *x)
{
    return asked_of(x)->key == KEY_IN_ORDER;
}

static bool is_quiet(struct exchange *x)
{
    return asked_of(x)->quiet;
}

/* Of all that are open; NULL: there is none. */
static struct exchange *first(struct conn *c, bool (*is)(struct exchange *x))
{
    struct exchange *x = conn_next(c, NULL);
    while (x && !is(x))
        x = conn_next(c, x);
    return x;
}

/* The quiet one that this answers, which names it or not; NULL: the answer is to another. */
static struct exchange *quiet_answered(struct conn *c, const struct memcached_answer *answer)
{
    struct exchange *quiet = first(c, is_quiet), *other = first(c, is_in_order);
    if (!quiet || bytes_equal_text(answer->word, "MN"))
        return NULL;
    for (struct exchange *x = quiet; x && answer->has_opaque; x = conn_next(c, x))
        if (asked_of(x)->has_opaque && asked_of(x)->opaque == answer->opaque)
            return asked_of(x)->quiet ? x : NULL;
    bool only_ends = !other || strcmp(other->method, "mn") == 0;
    return only_ends && !answer->has_opaque ? quiet : NULL;
}

static void note_word(struct exchange *x, struct bytes word)
{
    exchange_text(x, x->status, sizeof x->status,
                  bytes_equal_text(word, "number") ? bytes_of_text("OK") : word);
    x->outcome = OUTCOME_OK;
    if (bytes_equal_text(word, "ERROR") || bytes_equal_text(word, "CLIENT_ERROR"))
        x->outcome = OUTCOME_CLIENT_ERROR;
    else if (bytes_equal_text(word, "SERVER_ERROR") || bytes_equal_text(word, "BUSY"))
        x->outcome = OUTCOME_SERVER_ERROR;
}

/* A line that ends no answer: of a list that has begun, or begins with it. */
static void note_item(struct conn *c, const struct memcached_answer *answer)
{
    struct memcached *m = conn_state(c);
    struct exchange *x =
        m->in_list ? conn_find(c, TO_CLIENT, KEY_IN_ORDER) : conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
    m->in_list = true;
    if (!x)
        return;
    x->response_messages++;
    if (!x->status[0])
        note_word(x, answer->kind == MEMCACHED_VALUE ? answer->word : bytes_of_text("OK"));
}

static void note_last(struct conn *c, const struct memcached_answer *answer)
{
    struct memcached *m = conn_state(c);
    struct exchange *quiet = m->in_list ? NULL : quiet_answered(c, answer);
    struct exchange *of = quiet ? quiet : first(c, is_in_order);
    if (of)
        end_quiet_before(c, of, OUTCOME_OK);
    uint64_t key = quiet ? asked_of(quiet)->key : KEY_IN_ORDER;
    struct exchange *x = m->in_list ? conn_find(c, TO_CLIENT, key) : conn_begin(c, TO_CLIENT, key);
    m->in_list = false;
    if (x && !(x->status[0] && bytes_equal_text(answer->word, "END")))
        note_word(x, answer->word);
    if (x)
        x->response_messages += answer->value != 0;
    conn_end(c, TO_CLIENT, key);
}

static int64_t feed_answer(struct conn *c, struct bytes in)
{
    struct memcached *m = conn_state(c);
    struct memcached_answer answer;
    struct exchange *x = first(c, is_in_order);
    if (m->watching && !x)
        return DECODE_REST;
    enum memcached_status status = memcached_read_answer(in, &answer);
    if (status == MEMCACHED_MORE)
        return DECODE_MORE;
    bool listed = x && asked_of(x)->traits & MEMCACHED_LISTS;
    if (status == MEMCACHED_WRONG || (answer.kind == MEMCACHED_ITEM && !listed) ||
        (conn_is_lost(c, TO_CLIENT) && !answer.certain))
        return DECODE_LOST;
    if (answer.kind == MEMCACHED_DONE)
        note_last(c, &answer);
    else
        note_item(c, &answer);
    return (int64_t)(answer.line + answer.value);
}

static int64_t feed_request_header(struct conn *c, const struct memcached_header *h)
{
    const char *name = memcached_opcode_name(h->opcode);
    bool quiet = memcached_opcode_is_quiet(h->opcode);
    struct exchange *x = begin(c, name, !quiet);
    struct asked *asked = asked_of(x);
    asked->quiet = quiet;
    asked->has_opaque = true;
    asked->opaque = h->opaque;
    if (h->opcode == MEMCACHED_QUITQ)
        end_unanswered(c, x);
    else
        conn_end(c, TO_SERVER, asked->key);
    return MEMCACHED_HEADER + (int64_t)h->body_len;
}

static void note_status(struct exchange *x, uint16_t status)
{
    enum { NOT_MY_VBUCKET = 7, AUTH_CONTINUE_OLD = 9, AUTH_CONTINUE = 0x21, ENOMEM = 0x82 };
    const char *name = memcached_status_name(status);
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(name));
    bool fine = status <= 2 || status == 5 || status == NOT_MY_VBUCKET ||
                status == AUTH_CONTINUE_OLD || status == AUTH_CONTINUE;
    bool of_server = status == ENOMEM || status > 0x83;
    x->outcome = fine ? OUTCOME_OK : of_server ? OUTCOME_SERVER_ERROR : OUTCOME_CLIENT_ERROR;
}

/* The request that an answer's header names; NULL: nobody's. */
static struct exchange *answered_by(struct conn *c, const struct memcached_header *h)
{
    const char *name = memcached_opcode_name(h->opcode);
    if (!memcached_opcode_is_quiet(h->opcode))
        return first(c, is_in_order);
    struct exchange *x = conn_next(c, NULL);
    while (x && (asked_of(x)->name != name || asked_of(x)->opaque != h->opaque))
        x = conn_next(c, x);
    return x;
}

static int64_t feed_answer_header(struct conn *c, const struct memcached_header *h)
{
    struct memcached *m = conn_state(c);
    struct exchange *x = answered_by(c, h);
    if (x)
        end_quiet_before(c, x, OUTCOME_OK);
    uint64_t key = x ? asked_of(x)->key : nobody;
    struct exchange *of = m->in_list ? conn_find(c, TO_CLIENT, key) : conn_begin(c, TO_CLIENT, key);
    m->in_list = h->opcode == MEMCACHED_STAT && h->key_len && !h->status;
    if (of && !of->status[0])
        note_status(of, h->status);
    if (of)
        of->response_messages += m->in_list || (!h->status && h->extras_len);
    if (!m->in_list)
        conn_end(c, TO_CLIENT, key);
    return MEMCACHED_HEADER + (int64_t)h->body_len;
}

static int64_t feed_binary(struct conn *c, enum dir dir, struct bytes in)
{
    struct memcached_header h;
    if (!memcached_read_header(in, &h) || h.is_answer != (dir == TO_CLIENT))
        return DECODE_LOST;
    if (in.len < MEMCACHED_HEADER)
        return DECODE_MORE;
    return dir == TO_SERVER ? feed_request_header(c, &h) : feed_answer_header(c, &h);
}

static int64_t memcached_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct memcached *m = conn_state(c);
    if (dir == TO_SERVER && m->keys_go_on)
        return feed_keys(c, in);
    if (in.at[0] == (dir == TO_SERVER ? MEMCACHED_ASKS : MEMCACHED_ANSWERS))
        return feed_binary(c, dir, in);
    return dir == TO_SERVER ? feed_command(c, in) : feed_answer(c, in);
}

/* Nobody knows which of the quiet ones the lost bytes answered, or whose answers come later. */
static int64_t memcached_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct memcached *m = conn_state(c);
    (void)len;
    end_quiet_before(c, NULL, OUTCOME_UNKNOWN);
    m->keys_go_on = m->keys_go_on && dir == TO_CLIENT;
    m->in_list = m->in_list && dir == TO_SERVER;
    return DECODE_LOST;
}

static bool is_error(struct bytes word)
{
    return bytes_equal_text(word, "ERROR") || bytes_equal_text(word, "CLIENT_ERROR") ||
           bytes_equal_text(word, "SERVER_ERROR");
}

static bool fits(const struct memcached_command *command, const struct memcached_answer *answer)
{
    if (is_error(answer->word) || command->malformed)
        return is_error(answer->word);
    if (command->traits & MEMCACHED_GETS)
        return answer->kind == MEMCACHED_VALUE || bytes_equal_text(answer->word, "END");
    if (command->traits & MEMCACHED_META)
        return answer->certain && answer->word.len == 2 && answer->kind == MEMCACHED_DONE;
    if (command->traits & MEMCACHED_LISTS)
        return bytes_equal_text(answer->word, "STAT") || bytes_equal_text(answer->word, "END") ||
               bytes_equal_text(answer->word, "RESET");
    return answer->kind == MEMCACHED_DONE &&
           (answer->certain || bytes_equal_text(answer->word, "number"));
}

static enum guess guess_text(const struct opening *opening)
{
    struct memcached_command command;
    struct memcached_answer answer;
    enum memcached_status asked = memcached_read_command(opening->to_server, &command);
    if (asked != MEMCACHED_READ)
        return asked == MEMCACHED_MORE ? GUESS_MORE : GUESS_NO;
    if (command.malformed && opening->midstream)
        return GUESS_NO;
    bool shaped = command.traits & MEMCACHED_SHAPED;
    if (!opening->to_client.len)
        return shaped && !opening->unsided ? GUESS_YES : GUESS_MORE;
    enum memcached_status answered = memcached_read_answer(opening->to_client, &answer);
    if (answered == MEMCACHED_MORE)
        return GUESS_MORE;
    if (answered == MEMCACHED_READ && fits(&command, &answer))
        return GUESS_YES;
    return opening->midstream && shaped ? GUESS_YES : GUESS_NO;
}

static enum guess guess_binary(const struct opening *opening)
{
    struct memcached_header request, answer;
    if (!memcached_read_header(opening->to_server, &request) || request.is_answer)
        return GUESS_NO;
    bool answers = memcached_read_header(opening->to_client, &answer) &&
                   (!opening->to_client.len || answer.is_answer);
    if (!answers && !opening->midstream)
        return GUESS_NO;
    return opening->to_server.len < MEMCACHED_HEADER ? GUESS_MORE : GUESS_YES;
}

/* A server never speaks first. */
static enum guess memcached_probe(const struct opening *opening)
{
    struct memcached_answer answer;
    if (!opening->to_server.len) {
        if (!opening->midstream)
            return GUESS_NO;
        enum memcached_status status = memcached_read_answer(opening->to_client, &answer);
        return status == MEMCACHED_READ && answer.certain ? GUESS_MORE : GUESS_NO;
    }
    return opening->to_server.at[0] == MEMCACHED_ASKS ? guess_binary(opening) : guess_text(opening);
}

const struct decoder memcached_decoder = {
    .name = "memcached",
    .ports = {11211},
    .state_size = sizeof(struct memcached),
    .doubtful = true,
    .probe = memcached_probe,
    .feed = memcached_feed,
    .gap = memcached_gap,
};
