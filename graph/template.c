/* template.c - see template.h.
 *
 * A segment is read as pieces: runs of letters and digits between other characters. Words are kept;
 * one piece that looks like an identifier makes the whole segment {id}. A percent-escape is judged
 * as the character it stands for, so that the digits of %20 are not taken for part of a number. */
#include "graph/template.h"

#include <stdint.h>
#include <string.h>

enum {
    SEGMENTS_MAX = 10,
    SEGMENT_MAX = 96, /* a longer one is no word */
    HEX_MIN = 8,      /* hex digits, one of them 0 to 9, that make an identifier */
    DIGITS_MIN = 5,   /* in one run beside letters: item12345, but sha256 and x509 stay */
    NUMBER_MIN = 4,   /* digits of a piece that is a number: report-2024; at the end one less */
    RANDOM_MIN = 8,   /* letters and digits that may be a random token */
    LONG_TOKEN_MIN = 16,
};

enum kind { OTHER = 0, LOWER = 1, UPPER = 2, DIGIT = 4, HEX = 8 };

static unsigned kind_of(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return DIGIT | HEX;
    if (c >= 'a' && c <= 'z')
        return c <= 'f' ? LOWER | HEX : LOWER;
    if (c >= 'A' && c <= 'Z')
        return c <= 'F' ? UPPER | HEX : UPPER;
    return OTHER;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What there is to know of one piece. */
struct piece {
    char before; /* the character in front; '\0' at the start of the segment */
    size_t len, digits, lower, hex;
    size_t digit_run; /* the longest */
    size_t turns;     /* places where the kind changes; a capital before small letters is no turn */
    bool capital_first;
    bool version; /* v1, v2beta1, v10alpha */
};

/* v, digits, then perhaps one word and digits. */
static bool is_version(const char *text, size_t len)
{
    size_t at = 1;
    if (len < 2 || (text[0] != 'v' && text[0] != 'V') || !is_digit(text[1]))
        return false;
    while (at < len && is_digit(text[at]))
        at++;
    size_t number_len = at - 1, word = at;
    while (at < len && kind_of((unsigned char)text[at]) & LOWER)
        at++;
    size_t word_len = at - word;
    while (word_len && at < len && is_digit(text[at]))
        at++;
    return at == len && number_len <= 3 && word_len <= 5 && len <= 10;
}

static struct piece read_piece(const char *text, size_t len, char before)
{
    struct piece p = {.before = before, .len = len, .version = is_version(text, len)};
    unsigned last = OTHER;
    size_t run = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned kind = kind_of((unsigned char)text[i]), sort = kind & (LOWER | UPPER | DIGIT);
        p.hex += (kind & HEX) != 0;
        p.lower += (kind & LOWER) != 0;
        p.digits += (kind & DIGIT) != 0;
        run = kind & DIGIT ? run + 1 : 0;
        if (run > p.digit_run)
            p.digit_run = run;
        p.turns += i && sort != last && !(last == UPPER && sort == LOWER);
        last = sort;
    }
    p.capital_first = len && kind_of((unsigned char)text[0]) & UPPER;
    return p;
}

/* The kind changes far more often than in words, camelCase included. */
static bool looks_random(const struct piece *p)
{
    if (!p->digits || p->len < 6)
        return false;
    if (p->len < RANDOM_MIN)
        return p->turns >= 4;
    if (p->len < LONG_TOKEN_MIN)
        return 5 * p->turns >= 2 * p->len;
    return 10 * p->turns >= 3 * p->len;
}

static bool is_id_piece(const struct piece *p, bool last_piece, bool after_capitals)
{
    if (p->version || !p->digits)
        return false;
    if (p->digits == p->len) {
        bool named = p->before == '=' || p->before == '(' || p->before == ':' || p->before == '\'';
        return named || p->len >= NUMBER_MIN ||
               (last_piece && (after_capitals || p->len >= NUMBER_MIN - 1));
    }
    bool hex = p->hex == p->len && p->len >= HEX_MIN;
    return hex || p->digit_run >= DIGITS_MIN || looks_random(p);
}

/* Ids made of pieces: ORD-12345, 7d9f8b6c5-x2k4q, ip-10-0-0-17, Users(42). */
static bool has_id_piece(const char *text, size_t len)
{
    size_t numbers = 0, number_digits = 0;
    bool capitals = false; /* the piece before was all of capitals */
    for (size_t at = 0; at < len;) {
        size_t start = at;
        while (at < len && kind_of((unsigned char)text[at]) != OTHER)
            at++;
        if (at == start) {
            at++;
            continue;
        }
        char before = '\0';
        if (start)
            before = text[start - 1];
        struct piece p = read_piece(text + start, at - start, before);
        if (is_id_piece(&p, at == len, capitals && before == '-'))
            return true;
        capitals = p.capital_first && !p.lower && !p.digits && p.len >= 2;
        if (p.digits == p.len) {
            numbers++;
            number_digits += p.len;
        }
    }
    return numbers >= 3 && number_digits >= 5;
}

/* Digits, and what stands between the digits of numbers, dates and times: 42, -7, 1.5, 12:30,
 * 2024-01-15T10:00:00Z, 10.0.0.1, +49 151 1234. */
static bool is_number(const char *text, size_t len)
{
    size_t digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (is_digit(text[i]))
            digits++;
        else if (!strchr("+-.,:_/ ", text[i]) && !(digits >= 8 && strchr("TZtz", text[i])))
            return false;
    }
    return digits > 0;
}

/* 8-4-4-4-12 hex digits. */
static bool is_uuid(const char *text, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !(kind_of((unsigned char)text[i]) & HEX))
            return false;
    }
    return true;
}

/* 26 characters of Crockford's base 32, the first of 3 bits. */
static bool is_ulid(const char *text, size_t len)
{
    if (len != 26 || text[0] < '0' || text[0] > '7')
        return false;
    for (size_t i = 0; i < len; i++)
        if (kind_of((unsigned char)text[i]) == OTHER || strchr("ilouILOU", text[i]))
            return false;
    return true;
}

/* MAC addresses, and addresses of IPv6: groups of hex digits. */
static bool is_hex_groups(const char *text, size_t len)
{
    size_t colons = 0, dashes = 0, digits = 0;
    for (size_t i = 0; i < len; i++) {
        colons += text[i] == ':';
        dashes += text[i] == '-';
        digits += is_digit(text[i]);
        if (text[i] != ':' && text[i] != '-' && !(kind_of((unsigned char)text[i]) & HEX))
            return false;
    }
    return digits && ((colons >= 2 && !dashes) || (dashes == 5 && !colons && len == 17));
}

/* 1.2.3, v1.2.3-rc.1, 2.0.0+build (semver.org): of a package; v1.1 is that of an interface. */
static bool is_release(const char *text, size_t len)
{
    size_t at = len && (text[0] == 'v' || text[0] == 'V'), numbers = 0;
    for (; numbers < 3; numbers++) {
        size_t first = at;
        while (at < len && is_digit(text[at]))
            at++;
        if (at == first || (numbers < 2 && (at == len || text[at++] != '.')))
            return false;
    }
    return at == len || strchr("-+.", text[at]);
}

/* 0x1f3a, and base 64 with the padding at its end (RFC 4648, 4). */
static bool is_encoded(const char *text, size_t len)
{
    size_t at = 0, end = len;
    bool hex = len > 2 && text[0] == '0' && text[1] == 'x';
    while (end && text[end - 1] == '=' && len - end < 2)
        end--;
    if (!hex && (len % 4 || end == len))
        return false;
    for (at = hex ? 2 : 0; at < end; at++) {
        unsigned kind = kind_of((unsigned char)text[at]);
        if (hex ? !(kind & HEX) : kind == OTHER && !strchr("+/-_", text[at]))
            return false;
    }
    return true;
}

static bool is_email(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len);
    return at && at != text && at + 1 < text + len &&
           !memchr(at + 1, '@', len - 1 - (size_t)(at - text));
}

/* The length without a file's extension: letters, perhaps one digit, after the last dot. */
static size_t stem_len(const char *text, size_t len)
{
    size_t dot = len;
    while (dot && text[dot - 1] != '.')
        dot--;
    struct piece p = read_piece(text + dot, len - dot, '.');
    bool extension = dot > 1 && p.len && p.len <= 5 && p.digits <= 1 && p.lower + p.digits == p.len;
    return extension && !(kind_of((unsigned char)text[dot]) & DIGIT) ? dot - 1 : len;
}

static bool is_identifier(const char *text, size_t len)
{
    if (len >= SEGMENT_MAX || is_uuid(text, len) || is_ulid(text, len) || is_email(text, len))
        return true;
    size_t stem = stem_len(text, len);
    return is_number(text, stem) || has_id_piece(text, stem) || is_release(text, len) ||
           is_hex_groups(text, len) || is_encoded(text, len);
}

static int hex_value(char c)
{
    unsigned kind = kind_of((unsigned char)c);
    if (!(kind & HEX))
        return -1;
    return kind & DIGIT ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Undoes percent-escapes (RFC 3986, 2.1). `text` has room for SEGMENT_MAX; what is longer is cut.
 */
static size_t unescape(const char *raw, size_t raw_len, char *text)
{
    size_t len = 0;
    for (size_t i = 0; i < raw_len && len < SEGMENT_MAX; len++) {
        int high = i + 2 < raw_len && raw[i] == '%' ? hex_value(raw[i + 1]) : -1;
        int low = high >= 0 ? hex_value(raw[i + 2]) : -1;
        text[len] = low >= 0 ? (char)(16 * (unsigned)high + (unsigned)low) : raw[i];
        i += low >= 0 ? 3 : 1;
    }
    return len;
}

/* What a character makes of the segment that it is in. */
enum sign { END = 1, PARAMETERS = 2, ESCAPE = 4, NO_WORD = 8 };

/* One segment, up to the next slash. Most are plain words, and seen to be in the same pass. */
struct segment {
    size_t len;
    size_t name_len; /* without its parameters (";jsessionid=..."; RFC 3986, 3.3) */
    uint8_t signs;   /* of its characters; none: a plain word */
};

static struct segment read_segment(const char *path)
{
    static const uint8_t signs[256] = {
        ['\0'] = END,    ['/'] = END,     [';'] = PARAMETERS, ['%'] = ESCAPE,
        ['@'] = NO_WORD, ['='] = NO_WORD, ['0'] = NO_WORD,    ['1'] = NO_WORD,
        ['2'] = NO_WORD, ['3'] = NO_WORD, ['4'] = NO_WORD,    ['5'] = NO_WORD,
        ['6'] = NO_WORD, ['7'] = NO_WORD, ['8'] = NO_WORD,    ['9'] = NO_WORD,
    };
    struct segment s = {0};
    for (;; s.len++) {
        uint8_t sign = signs[(unsigned char)path[s.len]];
        if (!sign)
            continue;
        if (!(s.signs & PARAMETERS) && sign & (PARAMETERS | END))
            s.name_len = s.len;
        if (sign & END)
            break;
        s.signs |= sign;
    }
    if (s.name_len >= SEGMENT_MAX)
        s.signs |= NO_WORD;
    return s;
}

struct output {
    char *text;
    size_t len, size;
};

/* Appends, cutting at a character's border. Returns false once it is full. */
static bool put(struct output *out, const char *text, size_t len)
{
    size_t room = out->size - 1 - out->len, take = len < room ? len : room;
    while (take < len && take && ((unsigned char)text[take] & 0xc0) == 0x80)
        take--;
    memcpy(out->text + out->len, text, take);
    out->len += take;
    out->text[out->len] = '\0';
    return take == len;
}

static bool put_segment(struct output *out, const char *raw, struct segment s)
{
    char unescaped[SEGMENT_MAX];
    const char *judged = raw;
    size_t judged_len = s.name_len;
    if (s.signs & ESCAPE) {
        judged_len = unescape(raw, s.name_len, unescaped);
        judged = unescaped;
    }
    if (s.signs & (ESCAPE | NO_WORD) && is_identifier(judged, judged_len))
        return put(out, "{id}", 4);
    return put(out, raw, s.name_len);
}

void template_path(const char *path, char *text, size_t size)
{
    struct output out = {.text = text, .size = size};
    if (!size)
        return;
    text[0] = '\0';
    size_t start = path[0] == '/';
    if (start && !put(&out, "/", 1))
        return;
    path += start;
    for (int segments = 0; *path; segments++) {
        if (segments == SEGMENTS_MAX) {
            put(&out, "...", 3);
            return;
        }
        struct segment segment = read_segment(path);
        if (!put_segment(&out, path, segment))
            return;
        path += segment.len;
        if (*path == '/' && !put(&out, path++, 1))
            return;
    }
}
