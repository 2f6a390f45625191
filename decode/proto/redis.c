/* redis.c - Redis, Valkey and their likes: RESP 2 and 3 (decode/resp.h).
 *
 * A command is an array of strings; the line of each string is fed together with the string, so
 * that values pass by unseen, however large. Of a command only its name is noted. Answers come in
 * the order of asking, but for what a client has subscribed to.
 *
 * Commands that wait for something to happen (BLPOP, XREAD BLOCK, ...) are told as streaming calls:
 * how long they take is no latency. */
#include <ctype.h>
#include <strings.h>

#include "decode/decoder.h"
#include "decode/redis_command.h"
#include "decode/resp.h"

enum {
    DEPTH_MAX = 16,        /* of aggregates in each other */
    WORD_MAX = 32,         /* a command's name and its part are no longer */
    OPTIONS_LOOKED_AT = 7, /* of a command: where BLOCK may be */
    ARGUMENTS_MAX = 1 << 20,
    END = 2, /* of a line */
};

/* What is left of the values that are being fed. */
struct side {
    uint32_t left[DEPTH_MAX]; /* values of each aggregate that has been begun */
    uint8_t depth;            /* 0: between two values */
    bool unasked;             /* this value is nobody's answer */
};

struct redis {
    struct side side[2];
    uint32_t argument; /* of the command being fed: how many of its words have passed */
    int traits;        /* likewise; -1: its name has not been read, or says nothing */
    bool subscribed;   /* messages may come unasked */
    bool monitors;     /* and so may lines */
    bool replicates;   /* from here on it is another protocol */
};

/* Beside an exchange. */
struct asked {
    int traits;
    uint32_t answers; /* still to come, of commands that have one for each channel */
};

/* A value, or the first line of an aggregate, has passed. True: with it ends what was begun at the
 * top. */
static bool advance(struct side *s)
{
    while (s->depth && !--s->left[s->depth - 1])
        s->depth--;
    return !s->depth;
}

/* Begins an aggregate inside of what is being fed, or at the top. False: it is too deep. */
static bool enter(struct side *s, int64_t len)
{
    if (s->depth == DEPTH_MAX)
        return false;
    s->left[s->depth++] = (uint32_t)len;
    return true;
}

static void set_upper(struct exchange *x, struct bytes name, struct bytes part)
{
    char text[2 * WORD_MAX + 2];
    size_t len = 0;
    for (size_t i = 0; i < name.len && i < WORD_MAX; i++)
        text[len++] = (char)toupper(name.at[i]);
    if (part.len)
        text[len++] = ' ';
    for (size_t i = 0; i < part.len && i < WORD_MAX; i++)
        text[len++] = (char)toupper(part.at[i]);
    exchange_text(x, x->method, sizeof x->method, bytes_of(text, len));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of(text, len));
}

/* A name that is known, or that of a module ("JSON.GET"); another may be anything, a secret too. */
static void tell_name(struct conn *c, struct exchange *x, struct bytes name)
{
    struct redis *r = conn_state(c);
    r->traits = redis_command(name);
    bool of_module = r->traits < 0 && redis_is_name(name) && memchr(name.at, '.', name.len);
    if (r->traits < 0 && !of_module) {
        exchange_text(x, x->method, sizeof x->method, bytes_of_text("unknown"));
        exchange_text(x, x->operation, sizeof x->operation, bytes_of_text("unknown"));
    } else {
        set_upper(x, name, (struct bytes){0});
    }
    struct asked *asked = exchange_state(x);
    asked->traits = r->traits < 0 ? 0 : r->traits;
    asked->answers = r->side[TO_SERVER].depth ? r->side[TO_SERVER].left[0] - 1 : 0;
    if (asked->traits & (REDIS_BLOCKS | REDIS_SUBSCRIBES | REDIS_MONITORS | REDIS_REPLICATES))
        x->call = CALL_SERVER_STREAMING;
    r->subscribed = r->subscribed || (asked->traits & REDIS_SUBSCRIBES);
    r->monitors = r->monitors || (asked->traits & REDIS_MONITORS);
    r->replicates = r->replicates || (asked->traits & REDIS_REPLICATES);
}

static bool is_word(struct bytes part)
{
    for (size_t i = 0; i < part.len; i++)
        if (!isalpha(part.at[i]) && part.at[i] != '-')
            return false;
    return part.len && part.len < WORD_MAX / 2;
}

/* A word behind the name. */
static void tell_argument(struct conn *c, struct exchange *x, struct bytes word)
{
    struct redis *r = conn_state(c);
    if (r->traits < 0)
        return;
    if (r->traits & REDIS_HAS_PARTS && r->argument == 1 && is_word(word))
        set_upper(x, bytes_of_text(x->method), word);
    if (r->traits & REDIS_MAY_BLOCK && word.len == 5 &&
        strncasecmp((const char *)word.at, "block", 5) == 0)
        x->call = CALL_SERVER_STREAMING;
}

/* Is the word to be seen whole, as far as it may be one that matters? */
static bool wants_word(const struct redis *r, int64_t len)
{
    if (len > WORD_MAX)
        return false;
    if (!r->argument)
        return true;
    if (r->traits < 0)
        return false;
    return (r->traits & REDIS_HAS_PARTS && r->argument == 1) ||
           (r->traits & REDIS_MAY_BLOCK && r->argument < OPTIONS_LOOKED_AT);
}

static int64_t feed_word(struct conn *c, struct bytes in, const struct resp *line)
{
    struct redis *r = conn_state(c);
    if (line->kind != RESP_STRING || line->len < 0)
        return DECODE_LOST;
    int64_t len = (int64_t)line->line + line->len + END;
    bool wanted = wants_word(r, line->len);
    if (wanted && (int64_t)in.len < len)
        return DECODE_MORE;
    struct exchange *x = conn_find(c, TO_SERVER, KEY_IN_ORDER);
    struct bytes word = bytes_first(bytes_after(in, line->line), (size_t)line->len);
    if (x && !r->argument)
        tell_name(c, x, wanted ? word : (struct bytes){0});
    else if (x && wanted)
        tell_argument(c, x, word);
    r->argument++;
    if (advance(&r->side[TO_SERVER]))
        conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return len;
}

/* "PING", as people and probes type it: words in a line. */
static int64_t feed_inline(struct conn *c, struct bytes in)
{
    struct redis *r = conn_state(c);
    struct bytes seen = bytes_first(in, RESP_LINE_MAX);
    const uint8_t *end = seen.len ? memchr(seen.at, '\n', seen.len) : NULL;
    size_t name = 0;
    while (name < seen.len && seen.at[name] > ' ')
        name++;
    if (name == seen.len || !end)
        return redis_is_name(bytes_first(seen, name)) && seen.len < RESP_LINE_MAX ? DECODE_MORE
                                                                                  : DECODE_LOST;
    if (redis_command(bytes_first(seen, name)) < 0)
        return DECODE_LOST;
    r->argument = 0;
    tell_name(c, conn_begin(c, TO_SERVER, KEY_IN_ORDER), bytes_first(seen, name));
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return end - seen.at + 1;
}

/* After a loss only a command that is known is believed to be one. */
static enum guess looks_like_command(struct bytes in, bool strictly)
{
    struct resp count, name;
    enum resp_status status = resp_read(in, &count);
    if (!in.len || in.at[0] != '*' || status == RESP_WRONG)
        return in.len ? GUESS_NO : GUESS_MORE;
    if (status == RESP_MORE)
        return GUESS_MORE;
    if (count.kind != RESP_ARRAY || count.len < 1 || count.len > ARGUMENTS_MAX)
        return GUESS_NO;
    struct bytes rest = bytes_after(in, count.line);
    if (rest.len && rest.at[0] != '$')
        return GUESS_NO;
    status = resp_read(rest, &name);
    if (status == RESP_MORE)
        return GUESS_MORE;
    if (status == RESP_WRONG || name.len < 1 || name.len > WORD_MAX)
        return GUESS_NO;
    struct bytes word = bytes_after(rest, name.line);
    if (word.len < (size_t)name.len + END)
        return GUESS_MORE;
    bool ends = word.at[name.len] == '\r' && word.at[name.len + 1] == '\n';
    word = bytes_first(word, (size_t)name.len);
    bool known = redis_command(word) >= 0 || (!strictly && redis_is_name(word));
    return ends && known ? GUESS_YES : GUESS_NO;
}

static int64_t feed_command(struct conn *c, struct bytes in)
{
    struct redis *r = conn_state(c);
    struct resp line;
    if (!r->side[TO_SERVER].depth && conn_is_lost(c, TO_SERVER)) {
        enum guess guess = looks_like_command(in, true);
        if (guess != GUESS_YES)
            return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    }
    if (!r->side[TO_SERVER].depth && in.at[0] != '*')
        return feed_inline(c, in);
    enum resp_status status = resp_read(in, &line);
    if (status != RESP_READ)
        return status == RESP_MORE ? DECODE_MORE : DECODE_LOST;
    if (r->side[TO_SERVER].depth)
        return feed_word(c, in, &line);
    if (line.kind != RESP_ARRAY || line.len > ARGUMENTS_MAX)
        return DECODE_LOST;
    if (line.len < 1)
        return (int64_t)line.line; /* nothing is asked */
    r->argument = 0;
    r->traits = -1;
    enter(&r->side[TO_SERVER], line.len);
    conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    return (int64_t)line.line;
}

/* "WRONGTYPE Operation against ..." -> WRONGTYPE; the rest may repeat what was asked. */
static void note_error(struct exchange *x, struct bytes text)
{
    static const char *const of_server[] = {
        "LOADING",    "BUSY",        "OOM",        "MISCONF",  "IOERR",    "UNKILLABLE",
        "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS", "TRYAGAIN", "READONLY", "NOMASTERLINK"};
    static const char *const redirects[] = {"MOVED", "ASK"};
    size_t len = 0;
    while (len < text.len && (isupper(text.at[len]) || text.at[len] == '_'))
        len++;
    bool is_code = len && (len == text.len || text.at[len] == ' ');
    struct bytes code = is_code ? bytes_first(text, len) : bytes_of_text("ERR");
    exchange_text(x, x->status, sizeof x->status, code);
    x->outcome = OUTCOME_CLIENT_ERROR;
    for (size_t i = 0; i < sizeof of_server / sizeof of_server[0]; i++)
        if (bytes_equal_text(code, of_server[i]))
            x->outcome = OUTCOME_SERVER_ERROR;
    for (size_t i = 0; i < sizeof redirects / sizeof redirects[0]; i++)
        if (bytes_equal_text(code, redirects[i]))
            x->outcome = OUTCOME_OK;
}

static void note_answer(struct exchange *x, struct bytes in, const struct resp *line)
{
    struct bytes text = line->text;
    if (line->kind == RESP_BLOB_ERROR)
        text = bytes_first(bytes_after(in, line->line), (size_t)line->len);
    if (line->kind == RESP_ERROR || line->kind == RESP_BLOB_ERROR) {
        note_error(x, text);
        return;
    }
    x->outcome = OUTCOME_OK;
    bool nil = line->len < 0 || (line->kind == RESP_SIMPLE && in.at[0] == '_');
    bool queued = in.at[0] == '+' && bytes_equal_text(text, "QUEUED");
    exchange_text(x, x->status, sizeof x->status,
                  bytes_of_text(nil      ? "nil"
                                : queued ? "QUEUED"
                                         : "OK"));
}

enum told { TOLD_ANSWER, TOLD_UNASKED, TOLD_CHANNEL, TOLD_MORE };

/* What an array, on a connection with subscriptions, tells by its first string: "message",
 * "psubscribe", ... */
static enum told told_by(struct bytes in, const struct resp *line)
{
    static const char *const unasked[] = {"message", "pmessage", "smessage", "invalidate"};
    static const char *const channel[] = {"subscribe",   "psubscribe",   "ssubscribe",
                                          "unsubscribe", "punsubscribe", "sunsubscribe"};
    struct resp first;
    struct bytes rest = bytes_after(in, line->line);
    enum resp_status status = resp_read(rest, &first);
    if (status == RESP_MORE)
        return TOLD_MORE;
    if (status == RESP_WRONG || first.kind != RESP_STRING || first.len > WORD_MAX)
        return TOLD_ANSWER;
    struct bytes word = bytes_after(rest, first.line);
    if ((int64_t)word.len < first.len)
        return TOLD_MORE;
    word = bytes_first(word, first.len > 0 ? (size_t)first.len : 0);
    for (size_t i = 0; i < sizeof unasked / sizeof unasked[0]; i++)
        if (bytes_equal_text(word, unasked[i]))
            return TOLD_UNASKED;
    for (size_t i = 0; i < sizeof channel / sizeof channel[0]; i++)
        if (bytes_equal_text(word, channel[i]))
            return TOLD_CHANNEL;
    return TOLD_ANSWER;
}

/* Is the value at the top of its side an answer? */
static enum told told_by_value(const struct redis *r, struct bytes in, const struct resp *line)
{
    bool of_channels = line->kind == RESP_PUSH || (line->kind == RESP_ARRAY && r->subscribed);
    enum told told = TOLD_ANSWER;
    if (of_channels && line->len > 0)
        told = told_by(in, line);
    if (line->kind == RESP_ATTRIBUTE || (line->kind == RESP_PUSH && told == TOLD_ANSWER))
        told = TOLD_UNASKED;
    return told;
}

static bool waits_for_channel(struct exchange *x)
{
    const struct asked *asked = exchange_state(x);
    return asked->traits & (REDIS_SUBSCRIBES | REDIS_UNSUBSCRIBES);
}

/* The answer that begins here is this exchange's; NULL: it is nobody's. */
static struct exchange *begin_answer(struct conn *c, enum told told)
{
    struct redis *r = conn_state(c);
    struct exchange *x = conn_next(c, NULL);
    if (told == TOLD_UNASKED || (told == TOLD_CHANNEL && !(x && waits_for_channel(x))) ||
        (!x && r->monitors))
        return NULL;
    return conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
}

/* The value that was begun at the top has passed. */
static void end_answer(struct conn *c)
{
    struct redis *r = conn_state(c);
    if (!r->side[TO_CLIENT].unasked) {
        struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
        struct asked *asked = x ? exchange_state(x) : NULL;
        bool more = asked && x->outcome == OUTCOME_OK && asked->answers > 1 &&
                    asked->traits & (REDIS_SUBSCRIBES | REDIS_UNSUBSCRIBES);
        if (more)
            asked->answers--;
        else
            conn_end(c, TO_CLIENT, KEY_IN_ORDER);
    }
    r->side[TO_CLIENT].unasked = false;
}

static int64_t length_of(const struct resp *line)
{
    bool has_bytes = (line->kind == RESP_STRING || line->kind == RESP_BLOB_ERROR) && line->len >= 0;
    return (int64_t)line->line + (has_bytes ? line->len + END : 0);
}

static bool is_aggregate(const struct resp *line)
{
    return line->len > 0 && (line->kind == RESP_ARRAY || line->kind == RESP_PUSH ||
                             line->kind == RESP_ATTRIBUTE || line->kind == RESP_MAP);
}

/* The first line of an answer. */
static int64_t begin_value(struct conn *c, struct bytes in, const struct resp *line)
{
    struct redis *r = conn_state(c);
    struct side *s = &r->side[TO_CLIENT];
    if (line->kind == RESP_BLOB_ERROR && line->len <= RESP_LINE_MAX &&
        (int64_t)in.len < length_of(line))
        return DECODE_MORE;
    enum told told = told_by_value(r, in, line);
    if (told == TOLD_MORE)
        return DECODE_MORE;
    struct exchange *x = begin_answer(c, told);
    s->unasked = !x;
    if (x && !x->outcome)
        note_answer(x, in, line);
    if (is_aggregate(line))
        enter(s, line->len);
    else
        end_answer(c);
    return length_of(line);
}

static int64_t feed_answer(struct conn *c, struct bytes in)
{
    struct redis *r = conn_state(c);
    struct side *s = &r->side[TO_CLIENT];
    struct resp line;
    enum resp_status status = resp_read(in, &line);
    if (status != RESP_READ)
        return status == RESP_MORE ? DECODE_MORE : DECODE_LOST;
    if (!s->depth)
        return begin_value(c, in, &line);
    if (!s->unasked)
        conn_find(c, TO_CLIENT, KEY_IN_ORDER); /* its bytes are the answer's */
    if (is_aggregate(&line)) {
        s->left[s->depth - 1] += line.kind == RESP_ATTRIBUTE; /* it is no value */
        if (!enter(s, line.len))
            return DECODE_LOST;
    } else if (advance(s)) {
        end_answer(c);
    }
    return length_of(&line);
}

/* From the answer to PSYNC on the server sends a snapshot, and then commands. */
static int64_t redis_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct redis *r = conn_state(c);
    bool begins = !r->side[dir].depth;
    if (r->replicates && begins && (dir == TO_SERVER || !conn_next(c, NULL)))
        return DECODE_REST;
    return dir == TO_SERVER ? feed_command(c, in) : feed_answer(c, in);
}

/* A server of it answers in kind, and never speaks first. */
static enum guess redis_probe(const struct opening *opening)
{
    struct resp line;
    bool answers_fit =
        opening->to_client.len == 0 || resp_read(opening->to_client, &line) != RESP_WRONG;
    if (!opening->to_server.len)
        return opening->midstream && answers_fit ? GUESS_MORE : GUESS_NO;
    if (!answers_fit && !opening->midstream)
        return GUESS_NO;
    if (bytes_equal_text(bytes_first(opening->to_server, 6), "PING\r\n")) {
        if (opening->midstream && !opening->to_client.len)
            return GUESS_MORE; /* others say that too, but are not answered so */
        return answers_fit ? GUESS_YES : GUESS_NO;
    }
    return looks_like_command(opening->to_server, opening->midstream);
}

const struct decoder redis_decoder = {
    .name = "redis",
    .ports = {6379, 6380, 26379},
    .state_size = sizeof(struct redis),
    .doubtful = true,
    .probe = redis_probe,
    .feed = redis_feed,
};
