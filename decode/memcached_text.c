/* memcached_text.c - see memcached_text.h. */
#include "decode/memcached_text.h"

#include "base/hash.h"

enum {
    WORDS_MAX = 12,   /* of a line that are looked at */
    KEY_MAX = 250,    /* bytes */
    VALUE_DIGITS = 9, /* of the length of a value */
    END = 2,          /* of a line */
};

struct words {
    struct bytes word[WORDS_MAX];
    unsigned len; /* at most WORDS_MAX */
};

/* A number in this word, or a key. */
struct shape {
    const char *name;
    uint8_t words, most; /* of the line, `noreply` not counted; 0: no limit */
    uint8_t numbers;     /* bit n: word n is one */
    uint8_t value;       /* the word that says how long the value is; 0: there is none */
    unsigned traits;
};

#define BIT(n) (1U << (n))

enum {
    SILENCEABLE = 1 << 15, /* among the traits: knows "noreply" */
    STORES_A_VALUE = MEMCACHED_STORES | MEMCACHED_SHAPED | SILENCEABLE,
};

static const struct shape shapes[] = {
    {"get", 2, 0, 0, 0, MEMCACHED_GETS},
    {"gets", 2, 0, 0, 0, MEMCACHED_GETS},
    {"gat", 3, 0, BIT(1), 0, MEMCACHED_GETS},
    {"gats", 3, 0, BIT(1), 0, MEMCACHED_GETS},
    {"set", 5, 5, BIT(2) | BIT(3) | BIT(4), 4, STORES_A_VALUE},
    {"add", 5, 5, BIT(2) | BIT(3) | BIT(4), 4, STORES_A_VALUE},
    {"replace", 5, 5, BIT(2) | BIT(3) | BIT(4), 4, STORES_A_VALUE},
    {"append", 5, 5, BIT(2) | BIT(3) | BIT(4), 4, STORES_A_VALUE},
    {"prepend", 5, 5, BIT(2) | BIT(3) | BIT(4), 4, STORES_A_VALUE},
    {"cas", 6, 6, BIT(2) | BIT(3) | BIT(4) | BIT(5), 4, STORES_A_VALUE},
    {"delete", 2, 3, 0, 0, SILENCEABLE},
    {"incr", 3, 3, BIT(2), 0, SILENCEABLE},
    {"decr", 3, 3, BIT(2), 0, SILENCEABLE},
    {"touch", 3, 3, BIT(2), 0, SILENCEABLE},
    {"mg", 2, 0, 0, 0, MEMCACHED_META},
    {"ms", 3, 0, BIT(2), 2, MEMCACHED_META | MEMCACHED_STORES},
    {"md", 2, 0, 0, 0, MEMCACHED_META},
    {"ma", 2, 0, 0, 0, MEMCACHED_META},
    {"me", 2, 0, 0, 0, MEMCACHED_META},
    {"mn", 1, 1, 0, 0, MEMCACHED_META},
    {"stats", 1, 4, 0, 0, MEMCACHED_LISTS},
    {"version", 1, 0, 0, 0, 0},
    {"verbosity", 2, 2, BIT(1), 0, SILENCEABLE},
    {"flush_all", 1, 2, 0, 0, SILENCEABLE},
    {"cache_memlimit", 2, 2, BIT(1), 0, 0},
    {"slabs", 2, 5, 0, 0, 0},
    {"lru", 2, 6, 0, 0, 0},
    {"lru_crawler", 2, 4, 0, 0, MEMCACHED_LISTS},
    {"watch", 1, 0, 0, 0, MEMCACHED_WATCHES},
    {"quit", 1, 1, 0, 0, MEMCACHED_NOREPLY},
};

static bool is_number(struct bytes word)
{
    if (word.len > 1 && word.at[0] == '-')
        word = bytes_after(word, 1);
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
    return word.len >= 1 && word.len <= 20;
}

/* False: it is none, or too large to be one. */
static bool length_of(struct bytes word, size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        len = len * 10 + (size_t)(word.at[i] - '0');
    }
    *ret_len = len + END;
    return word.len >= 1 && word.len <= VALUE_DIGITS;
}

/* Splits at spaces. False: there are bytes that no line has. (Keys are any bytes.) */
static bool split(struct bytes line, struct words *ret)
{
    ret->len = 0;
    for (size_t i = 0; i < line.len;) {
        size_t from = i;
        while (i < line.len && line.at[i] != ' ') {
            if (line.at[i] == '\0' || line.at[i] == '\r')
                return false;
            i++;
        }
        if (i > from && ret->len < WORDS_MAX)
            ret->word[ret->len++] = bytes_of(line.at + from, i - from);
        i += i < line.len;
    }
    return ret->len > 0;
}

/* The line without its end. READ: *ret_len is how long it is with it. */
static enum memcached_status take_line(struct bytes in, struct bytes *ret_line, size_t *ret_len)
{
    struct bytes seen = bytes_first(in, MEMCACHED_LINE_MAX);
    const uint8_t *end = seen.len ? memchr(seen.at, '\n', seen.len) : NULL;
    *ret_len = end ? (size_t)(end - seen.at) + 1 : 0;
    *ret_line = seen;
    if (!end)
        return seen.len < MEMCACHED_LINE_MAX ? MEMCACHED_MORE : MEMCACHED_WRONG;
    bool two = *ret_len > 1 && end[-1] == '\r';
    *ret_line = bytes_first(seen, *ret_len - 1 - two);
    return MEMCACHED_READ;
}

/* Could `in`, which has no end yet, be the beginning of one of the names, or of a line that begins
 * with one? */
static const struct shape *named(struct bytes in, bool *ret_may_be)
{
    size_t len = 0;
    while (len < in.len && in.at[len] != ' ' && in.at[len] != '\r' && in.at[len] != '\n')
        len++;
    struct bytes name = bytes_first(in, len);
    *ret_may_be = false;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (bytes_equal_text(name, shapes[i].name))
            return &shapes[i];
        struct bytes whole = bytes_of_text(shapes[i].name);
        *ret_may_be = *ret_may_be || (len == in.len && bytes_equal(name, bytes_first(whole, len)));
    }
    return NULL;
}

static uint32_t digest(struct bytes word)
{
    static const struct hash_key key; /* it makes no table */
    return (uint32_t)hash_bytes(&key, word.at, word.len);
}

/* The flags of a meta command or its answer, from word `from` on. */
static bool find_opaque(const struct words *w, unsigned from, uint32_t *ret_opaque)
{
    for (unsigned i = from; i < w->len; i++) {
        if (w->word[i].at[0] != 'O' || w->word[i].len < 2)
            continue;
        *ret_opaque = digest(bytes_after(w->word[i], 1));
        return true;
    }
    return false;
}

static void read_flags(const struct words *w, const struct shape *shape,
                       struct memcached_command *ret)
{
    for (unsigned i = shape->words; i < w->len; i++)
        ret->quiet = ret->quiet || bytes_equal_text(w->word[i], "q");
    ret->has_opaque = find_opaque(w, shape->words, &ret->opaque);
}

static bool fits(const struct words *w, const struct shape *shape, unsigned len)
{
    if (len < shape->words || (shape->most && len > shape->most))
        return false;
    for (unsigned i = 1; i < shape->words && i < len; i++)
        if (shape->numbers & BIT(i) && !is_number(w->word[i]))
            return false;
    bool keyed = shape->traits & (MEMCACHED_STORES | MEMCACHED_META | MEMCACHED_GETS);
    return !keyed || len < 2 || w->word[1].len <= KEY_MAX;
}

/* A line of this command. What the server will refuse may be too long for it, or too short. */
static void read_words(const struct words *w, const struct shape *shape,
                       struct memcached_command *ret)
{
    unsigned len = w->len;
    ret->name = shape->name;
    ret->traits = shape->traits & ~(unsigned)SILENCEABLE;
    if (shape->traits & SILENCEABLE && len > 1 && bytes_equal_text(w->word[len - 1], "noreply")) {
        ret->traits |= MEMCACHED_NOREPLY;
        len--;
    }
    if (shape->traits & MEMCACHED_META)
        read_flags(w, shape, ret);
    ret->malformed =
        !fits(w, shape, len) || (shape->value && !length_of(w->word[shape->value], &ret->value));
    if (ret->malformed) {
        ret->traits &= ~(unsigned)MEMCACHED_SHAPED;
        ret->value = 0;
    }
}

enum memcached_status memcached_read_command(struct bytes in, struct memcached_command *ret)
{
    *ret = (struct memcached_command){0};
    bool may_be;
    const struct shape *shape = named(in, &may_be);
    if (!shape)
        return may_be ? MEMCACHED_MORE : MEMCACHED_WRONG;
    struct bytes line;
    struct words w;
    enum memcached_status status = take_line(in, &line, &ret->line);
    if (status == MEMCACHED_MORE && line.at[line.len - 1] == '\r')
        line.len--;
    if (!split(line, &w))
        return MEMCACHED_WRONG;
    if (status == MEMCACHED_WRONG && shape->traits & MEMCACHED_GETS)
        status = MEMCACHED_READ; /* which goes on */
    if (status != MEMCACHED_READ)
        return status;
    read_words(&w, shape, ret);
    return MEMCACHED_READ;
}

static const char *const last_lines[] = {
    "STORED", "NOT_STORED", "EXISTS",       "NOT_FOUND",    "DELETED", "TOUCHED", "OK",
    "RESET",  "ERROR",      "CLIENT_ERROR", "SERVER_ERROR", "VERSION", "BUSY",    "END",
    "HD",     "NS",         "BADCLASS",     "NOSPARE",      "NOTFULL", "UNSAFE",  "SAME",
    "EX",     "NF",         "EN",           "MN",           "ME",
};

static bool is_last(struct bytes word)
{
    for (size_t i = 0; i < sizeof last_lines / sizeof last_lines[0]; i++)
        if (bytes_equal_text(word, last_lines[i]))
            return true;
    return false;
}

/* VALUE key flags length [cas], VA length flags*. */
static enum memcached_status read_value(const struct words *w, struct memcached_answer *ret)
{
    bool meta = bytes_equal_text(w->word[0], "VA");
    unsigned at = meta ? 1 : 3;
    ret->kind = meta ? MEMCACHED_DONE : MEMCACHED_VALUE;
    ret->certain = true;
    if (w->len <= at || (!meta && (!is_number(w->word[2]) || w->len > 5)))
        return MEMCACHED_WRONG;
    return length_of(w->word[at], &ret->value) ? MEMCACHED_READ : MEMCACHED_WRONG;
}

enum memcached_status memcached_read_answer(struct bytes in, struct memcached_answer *ret)
{
    *ret = (struct memcached_answer){0};
    struct bytes line;
    struct words w;
    enum memcached_status status = take_line(in, &line, &ret->line);
    if (status != MEMCACHED_READ)
        return status;
    if (!split(line, &w))
        return MEMCACHED_WRONG;
    ret->word = w.word[0];
    if (bytes_equal_text(ret->word, "VALUE") || bytes_equal_text(ret->word, "VA"))
        status = read_value(&w, ret);
    else if (is_last(ret->word))
        ret->certain = true;
    else if (is_number(ret->word) && w.len == 1)
        ret->word = bytes_of_text("number");
    else
        ret->kind = MEMCACHED_ITEM;
    if (ret->certain && ret->kind == MEMCACHED_DONE)
        ret->has_opaque = find_opaque(&w, 1, &ret->opaque);
    return status;
}
