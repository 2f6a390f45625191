/* nats_line.c - see nats_line.h. */
#include "decode/nats_line.h"

#include <ctype.h>
#include <strings.h>

enum { WORDS_MAX = 5, BY_CLIENT = 1, BY_SERVER = 2 };

/* Words behind the verb, the optional one of them, and how many at the end are sizes. */
static const struct {
    char verb[8];
    uint8_t sender, words, sizes;
    int8_t optional; /* which word is left out where there is one less; -1: all are there */
    bool text;       /* anything may follow */
} ops[NATS_OPS] = {
    [NATS_INFO] = {"INFO", BY_SERVER, 0, 0, -1, true},
    [NATS_CONNECT] = {"CONNECT", BY_CLIENT, 0, 0, -1, true},
    [NATS_PUB] = {"PUB", BY_CLIENT, 3, 1, 1, false},
    [NATS_HPUB] = {"HPUB", BY_CLIENT, 4, 2, 1, false},
    [NATS_SUB] = {"SUB", BY_CLIENT, 3, 0, 1, false},
    [NATS_UNSUB] = {"UNSUB", BY_CLIENT, 2, 0, 1, false},
    [NATS_MSG] = {"MSG", BY_SERVER, 4, 1, 2, false},
    [NATS_HMSG] = {"HMSG", BY_SERVER, 5, 2, 2, false},
    [NATS_PING] = {"PING", BY_CLIENT | BY_SERVER, 0, 0, -1, false},
    [NATS_PONG] = {"PONG", BY_CLIENT | BY_SERVER, 0, 0, -1, false},
    [NATS_OK] = {"+OK", BY_SERVER, 0, 0, -1, false},
    [NATS_ERR] = {"-ERR", BY_SERVER, 0, 0, -1, true},
};

bool nats_may_say(enum nats_op op, bool is_client)
{
    return ops[op].sender & (is_client ? BY_CLIENT : BY_SERVER);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* The verb at the front, in any case of letters; NATS_OPS: `in` may begin one, or (`ret_none`)
 * cannot. */
static enum nats_op verb_of(struct bytes in, bool *ret_none)
{
    size_t len = 0;
    while (len < in.len && len < sizeof ops[0].verb && in.at[len] > ' ')
        len++;
    bool begun = false;
    for (int op = 0; op < NATS_OPS; op++) {
        size_t whole = strlen(ops[op].verb);
        if (len <= whole && strncasecmp((const char *)in.at, ops[op].verb, len) == 0) {
            begun = begun || len == in.len;
            if (len == whole && len < in.len)
                return (enum nats_op)op;
        }
    }
    *ret_none = !begun;
    return NATS_OPS;
}

static bool read_size(struct bytes word, uint64_t *ret)
{
    uint64_t size = 0;
    for (size_t i = 0; i < word.len && size <= NATS_SIZE_MAX; i++) {
        if (!isdigit(word.at[i]))
            return false;
        size = 10 * size + (uint64_t)(word.at[i] - '0');
    }
    *ret = size;
    return word.len && size <= NATS_SIZE_MAX;
}

/* Splits at spaces; WORDS_MAX + 1: there are more. */
static unsigned split(struct bytes text, struct bytes word[WORDS_MAX])
{
    unsigned words = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && !is_space(text.at[at]))
            at++;
        if (at > start && words == WORDS_MAX)
            return WORDS_MAX + 1;
        if (at > start)
            word[words++] = bytes_of(text.at + start, at - start);
        at++;
    }
    return words;
}

static bool is_subject(struct bytes word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] <= ' ' || word.at[i] == 0x7f)
            return false;
    return word.len <= NATS_SUBJECT_MAX;
}

/* The words behind the verb, where they belong. */
static bool read_words(struct bytes text, struct nats_line *l)
{
    struct bytes word[WORDS_MAX] = {{0}};
    unsigned words = split(text, word), full = ops[l->op].words;
    bool shorter = ops[l->op].optional >= 0 && words + 1 == full;
    if (words != full && !shorter)
        return false;
    if (l->op == NATS_UNSUB || !full)
        return true;
    l->subject = word[0];
    if (!shorter)
        l->reply = word[ops[l->op].optional];
    uint64_t size = 0;
    if (ops[l->op].sizes == 2 && !read_size(word[words - 2], &l->headers))
        return false;
    if (ops[l->op].sizes && !read_size(word[words - 1], &size))
        return false;
    if (ops[l->op].sizes)
        l->len += size + 2;
    return l->headers <= size && is_subject(l->subject) && is_subject(l->reply);
}

enum nats_status nats_read(struct bytes in, struct nats_line *ret)
{
    bool none = false;
    if (!in.len)
        return NATS_MORE;
    struct nats_line l = {.op = verb_of(in, &none)};
    if (l.op == NATS_OPS)
        return none ? NATS_WRONG : NATS_MORE;
    struct bytes seen = bytes_first(in, NATS_LINE_MAX);
    const uint8_t *end = memchr(seen.at, '\n', seen.len);
    if (!end)
        return in.len < NATS_LINE_MAX ? NATS_MORE : NATS_WRONG;
    l.line = l.len = (size_t)(end - in.at) + 1;
    size_t verb = strlen(ops[l.op].verb);
    if (end == in.at || end[-1] != '\r' || l.line < verb + 2)
        return NATS_WRONG;
    struct bytes text = bytes_after(bytes_first(in, l.line - 2), verb);
    while (text.len && is_space(text.at[0]))
        text = bytes_after(text, 1);
    l.text = ops[l.op].text ? text : (struct bytes){0};
    if (!ops[l.op].text && !read_words(text, &l))
        return NATS_WRONG;
    *ret = l;
    return NATS_READ;
}

bool nats_json_says(struct bytes json, const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at + len + 2 < json.len; at++) {
        if (json.at[at] != '"' || memcmp(json.at + at + 1, name, len) != 0 ||
            json.at[at + 1 + len] != '"')
            continue;
        struct bytes rest = bytes_after(json, at + len + 2);
        while (rest.len && (is_space(rest.at[0]) || rest.at[0] == ':'))
            rest = bytes_after(rest, 1);
        return bytes_equal_text(bytes_first(rest, 4), "true");
    }
    return false;
}

struct bytes nats_header(struct bytes headers, const char *name)
{
    size_t len = strlen(name);
    while (headers.len) {
        const uint8_t *end = memchr(headers.at, '\n', headers.len);
        struct bytes line = bytes_first(headers, end ? (size_t)(end - headers.at) : headers.len);
        headers = end ? bytes_after(headers, line.len + 1) : (struct bytes){0};
        if (line.len <= len || line.at[len] != ':' ||
            strncasecmp((const char *)line.at, name, len) != 0)
            continue;
        line = bytes_after(line, len + 1);
        while (line.len && is_space(line.at[0]))
            line = bytes_after(line, 1);
        while (line.len && (is_space(line.at[line.len - 1]) || line.at[line.len - 1] == '\r'))
            line.len--;
        return line;
    }
    return (struct bytes){0};
}

struct bytes nats_header_status(struct bytes headers)
{
    static const char version[] = "NATS/1.0 ";
    struct bytes prefix = bytes_first(headers, sizeof version - 1);
    struct bytes rest = bytes_after(headers, sizeof version - 1);
    size_t len = 0;
    while (len < rest.len && isdigit(rest.at[len]))
        len++;
    bool fits = bytes_equal_text(prefix, version) && len == 3;
    return fits ? bytes_first(rest, len) : (struct bytes){0};
}

static struct bytes first_token(struct bytes subject)
{
    const uint8_t *dot = subject.len ? memchr(subject.at, '.', subject.len) : NULL;
    return bytes_first(subject, dot ? (size_t)(dot - subject.at) : subject.len);
}

bool nats_matches(struct bytes pattern, struct bytes subject)
{
    while (pattern.len && subject.len) {
        struct bytes want = first_token(pattern), have = first_token(subject);
        if (bytes_equal_text(want, ">"))
            return true;
        if (!bytes_equal_text(want, "*") && !bytes_equal(want, have))
            return false;
        if ((want.len == pattern.len) != (have.len == subject.len))
            return false;
        pattern = bytes_after(pattern, want.len + 1);
        subject = bytes_after(subject, have.len + 1);
    }
    return !pattern.len && !subject.len;
}
