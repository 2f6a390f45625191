/* subject.c - see subject.h. */
#include "decode/subject.h"

#include <ctype.h>
#include <stdio.h>

#include "base/text.h"

enum {
    UUID_LEN = 36,
    WORD_MAX = 48,        /* longer ones are no words */
    HEX_MIN = 8,          /* of hex digits with a number among them, */
    HEX_LETTERS_MIN = 16, /* or without */
    RANDOM_MIN = 6,       /* of a token whose characters change their kind */
    TOKEN_MIN = 12,       /* likewise: of one that may change it less often, */
    LONG_TOKEN_MIN = 20,  /* and still less, or have some digits */
    RUN_MIN = 2,          /* of digits inside a word */
    VERSION_MAX = 4,      /* "v123" */
    STARS_MAX = 3,        /* in a row become one */
};

/* What there is to know of one word. */
struct word {
    size_t len, digits, hex;
    size_t
        turns; /* from one kind of character to another; a capital before small letters is none */
    bool odd;  /* it has what no name is made of */
};

struct output {
    char text[SUBJECT_MAX];
    size_t len;
    bool cut;
    unsigned stars;    /* that end what has been written, one word each */
    size_t after_star; /* where the first of them ends */
};

static bool is_separator(uint8_t c)
{
    return c == '.' || c == '/' || c == ':' || c == '-';
}

static int kind_of(uint8_t c)
{
    return isdigit(c) ? 1 : isupper(c) ? 2 : islower(c) ? 3 : 4;
}

static struct word read_word(struct bytes raw)
{
    struct word w = {.len = raw.len};
    int last = 0;
    for (size_t i = 0; i < raw.len; i++) {
        int kind = kind_of(raw.at[i]);
        w.digits += kind == 1;
        w.hex += isxdigit(raw.at[i]) != 0;
        w.odd = w.odd || raw.at[i] < ' ' || raw.at[i] == 0x7f || raw.at[i] == '@';
        w.turns += i && kind != last && !(last == 2 && kind == 3);
        last = kind;
    }
    return w;
}

static bool is_version(struct bytes raw)
{
    size_t at = 1;
    if (raw.len < 2 || raw.len > VERSION_MAX || (raw.at[0] != 'v' && raw.at[0] != 'V'))
        return false;
    while (at < raw.len && isdigit(raw.at[at]))
        at++;
    return at == raw.len;
}

/* The kind changes far more often than in words, camelCase included. */
static bool looks_random(const struct word *w)
{
    if (!w->digits || w->len < RANDOM_MIN)
        return false;
    if (w->len < TOKEN_MIN)
        return w->turns >= 4;
    if (w->len < LONG_TOKEN_MIN)
        return 5 * w->turns >= 2 * w->len;
    return 10 * w->turns >= 3 * w->len || w->digits >= 3;
}

static bool is_one_of_many(struct bytes raw)
{
    struct word w = read_word(raw);
    if (w.odd || w.len > WORD_MAX || (w.len && w.digits == w.len))
        return true;
    if (w.hex == w.len && w.len >= (w.digits ? HEX_MIN : HEX_LETTERS_MIN))
        return true;
    bool prefixed = w.len > 2 && raw.at[0] == '0' && (raw.at[1] | 0x20) == 'x';
    return (prefixed && w.hex == w.len - 1) || looks_random(&w);
}

/* 8-4-4-4-12 hex digits, and then no more of a word. */
static bool is_uuid(struct bytes name)
{
    if (name.len < UUID_LEN || (name.len > UUID_LEN && !is_separator(name.at[UUID_LEN])))
        return false;
    for (size_t i = 0; i < UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? name.at[i] != '-' : !isxdigit(name.at[i]))
            return false;
    }
    return true;
}

static void put(struct output *out, const void *text, size_t len)
{
    size_t room = sizeof out->text - out->len;
    out->cut = out->cut || len > room;
    len = len > room ? room : len;
    if (len)
        memcpy(out->text + out->len, text, len);
    out->len += len;
}

static void put_star(struct output *out)
{
    put(out, "*", 1);
    if (!out->stars++)
        out->after_star = out->len;
    if (out->stars >= STARS_MAX)
        out->len = out->after_star;
}

/* A word that stays, but for its numbers. */
static void put_word(struct output *out, struct bytes raw)
{
    bool version = is_version(raw);
    out->stars = 0;
    for (size_t at = 0; at < raw.len;) {
        size_t run = 0;
        while (at + run < raw.len && isdigit(raw.at[at + run]))
            run++;
        if (run >= RUN_MIN && !version)
            put(out, "*", 1);
        else
            put(out, raw.at + at, run ? run : 1);
        at += run ? run : 1;
    }
}

/* The length of a prefix behind which a made-up name comes; 0: it has none. */
static size_t made_up_prefix(struct bytes name)
{
    static const char *const prefixes[] = {"_INBOX.",  "_R_.",      "_GR_.",
                                           "amq.gen-", "amq.ctag-", "amq.rabbitmq.reply-to."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct bytes prefix = bytes_of_text(prefixes[i]);
        if (name.len > prefix.len && bytes_equal(bytes_first(name, prefix.len), prefix))
            return prefix.len;
    }
    return 0;
}

static void put_words(struct output *out, struct bytes name)
{
    unsigned words = 0;
    while (name.len && !out->cut) {
        size_t len = 0;
        while (len < name.len && !is_separator(name.at[len]))
            len++;
        if (is_uuid(name))
            len = UUID_LEN;
        struct bytes word = bytes_first(name, len);
        if (len && words++ == SUBJECT_WORDS_MAX) {
            put(out, "...", 3);
            return;
        }
        if (len == UUID_LEN || is_one_of_many(word))
            put_star(out);
        else if (len)
            put_word(out, word);
        if (len < name.len)
            put(out, name.at + len, 1);
        name = bytes_after(name, len + 1);
    }
}

bool subject_text(char *text, size_t size, struct bytes name)
{
    struct output out = {.len = 0};
    size_t prefix = made_up_prefix(name);
    if (prefix) {
        put(&out, name.at, prefix);
        put(&out, "*", 1);
    } else {
        put_words(&out, name);
    }
    return text_clean(text, size, bytes_of(out.text, out.len)) && !out.cut;
}

bool subject_template(char text[SUBJECT_MAX], struct bytes name)
{
    return subject_text(text, SUBJECT_MAX, name);
}

void subject_note(struct exchange *x, const char *verb, struct bytes name)
{
    char subject[SUBJECT_MAX];
    if (!subject_template(subject, name))
        x->notes |= NOTE_TRUNCATED;
    snprintf(x->method, sizeof x->method, "%s", verb);
    snprintf(x->operation, sizeof x->operation, "%s%s%s", verb, *subject ? " " : "", subject);
}
