/* postgresql_message.c - see postgresql_message.h. */
#include "decode/postgresql_message.h"

#include <ctype.h>

#include "decode/sql_words.h"

enum {
    START_MAX = 10000, /* no server takes a longer one */
    CANCEL_LEAST = 16,
    CANCEL_MOST = 12 + 256,
    COLUMNS_MAX = 1664,
    NAME_MAX_BYTES = 1024, /* a name that is longer proves nothing */
    WORD_MAX = 24,
};

int64_t postgresql_length(struct bytes in)
{
    struct cursor c = cursor_over(in);
    cursor_skip(&c, 1);
    uint32_t len = cursor_be32(&c);
    if (c.starved)
        return 0;
    return len < 4 || len > POSTGRESQL_LENGTH_MAX ? DECODE_LOST : 1 + (int64_t)len;
}

struct bytes postgresql_text(struct cursor *c)
{
    const uint8_t *end =
        c->starved || c->at == c->end ? NULL : memchr(c->at, '\0', (size_t)(c->end - c->at));
    if (!end) {
        c->starved = true;
        return (struct bytes){0};
    }
    struct bytes text = cursor_take(c, (size_t)(end - c->at));
    cursor_skip(c, 1);
    return text;
}

struct bytes postgresql_error_field(struct bytes body, uint8_t letter)
{
    struct cursor c = cursor_over(body);
    for (;;) {
        uint8_t field = cursor_u8(&c);
        struct bytes text = field ? postgresql_text(&c) : (struct bytes){0};
        if (c.starved || !field)
            return (struct bytes){0};
        if (field == letter)
            return text;
    }
}

/* A body is looked at as far as it is here. What is said of it: */
enum { NO_MESSAGE = -1, WEAK = 0, LIKELY = 2, SURE = 3 };

/* Of what has been read from `c`: is the body as long as it says, as far as can be seen? */
static int judge(const struct cursor *c, bool whole, int worth)
{
    if (whole)
        return c->starved || cursor_left(c) ? NO_MESSAGE : worth;
    return c->starved ? WEAK : NO_MESSAGE;
}

static bool is_text(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < ' ' && !isspace(text.at[i]))
            return false;
    return true;
}

static bool is_name(struct bytes text)
{
    return text.len <= NAME_MAX_BYTES && is_text(text);
}

/* The first word is one that statements begin with, whatever comments stand before it. */
static bool begins_statement(struct bytes text)
{
    size_t at = 0, len = 0;
    while (at < text.len && (isspace(text.at[at]) || text.at[at] == '('))
        at++;
    while (at + len < text.len && len < WORD_MAX &&
           (isalpha(text.at[at + len]) || text.at[at + len] == '_'))
        len++;
    return sql_keyword(bytes_first(bytes_after(text, at), len))->traits & SQL_VERB;
}

/* Of a long statement only the beginning. */
static int judge_statement(struct cursor *c, bool whole, int worth)
{
    struct bytes seen = bytes_of(c->at, cursor_left(c)), text = postgresql_text(c);
    if (!whole && c->starved)
        return !is_text(seen) ? NO_MESSAGE : begins_statement(seen) ? worth : WEAK;
    if (!is_text(text))
        return NO_MESSAGE;
    return begins_statement(text) ? POSTGRESQL_PROOF : worth;
}

static int judge_parse(struct cursor *c, bool whole)
{
    bool named = is_name(postgresql_text(c));
    if (!named || c->starved)
        return whole || !named ? NO_MESSAGE : WEAK;
    int worth = judge_statement(c, whole, LIKELY);
    if (worth < 0 || (!whole && c->starved))
        return worth;
    uint16_t types = cursor_be16(c);
    cursor_skip(c, 4 * (size_t)types);
    return judge(c, whole, worth > SURE ? worth : SURE);
}

static int judge_bind(struct cursor *c, bool whole)
{
    bool named = is_name(postgresql_text(c)) && is_name(postgresql_text(c));
    uint16_t formats = cursor_be16(c);
    for (uint16_t i = 0; i < formats && !c->starved; i++)
        named = named && cursor_be16(c) <= 1;
    uint16_t values = cursor_be16(c);
    for (uint16_t i = 0; i < values && !c->starved; i++) {
        uint32_t len = cursor_be32(c);
        named = named && (len <= POSTGRESQL_LENGTH_MAX || len == UINT32_MAX);
        cursor_skip(c, len == UINT32_MAX ? 0 : len);
    }
    uint16_t results = cursor_be16(c);
    for (uint16_t i = 0; i < results && !c->starved; i++)
        named = named && cursor_be16(c) <= 1;
    return named || c->starved ? judge(c, whole, SURE) : NO_MESSAGE;
}

static int judge_named(struct cursor *c, bool whole)
{
    uint8_t kind = cursor_u8(c);
    bool named = (kind == 'S' || kind == 'P') && is_name(postgresql_text(c));
    return named || c->starved ? judge(c, whole, LIKELY) : NO_MESSAGE;
}

static int judge_execute(struct cursor *c, bool whole)
{
    bool named = is_name(postgresql_text(c));
    cursor_be32(c);
    return named ? judge(c, whole, LIKELY) : NO_MESSAGE;
}

static int judge_password(struct cursor *c)
{
    return cursor_left(c) <= START_MAX ? WEAK : NO_MESSAGE;
}

static int judge_request(uint8_t type, struct cursor *c, bool whole, int64_t len)
{
    switch (type) {
    case 'Q': {
        int worth = judge_statement(c, whole, LIKELY);
        return worth > WEAK && whole ? judge(c, whole, worth) : worth;
    }
    case 'P':
        return judge_parse(c, whole);
    case 'B':
        return judge_bind(c, whole);
    case 'D':
    case 'C':
        return judge_named(c, whole);
    case 'E':
        return judge_execute(c, whole);
    case 'S':
    case 'H':
    case 'X':
        return len == POSTGRESQL_HEADER ? LIKELY : NO_MESSAGE;
    case 'c':
        return len == POSTGRESQL_HEADER ? 1 : NO_MESSAGE;
    case 'd':
    case 'F':
        return WEAK;
    case 'f':
        return is_text(postgresql_text(c)) ? judge(c, whole, 1) : NO_MESSAGE;
    case 'p':
        return judge_password(c);
    default:
        return NO_MESSAGE;
    }
}

/* "INSERT 0 5", "SELECT 1", "CREATE TABLE": capitals, and perhaps numbers. */
static int judge_complete(struct cursor *c, bool whole)
{
    struct bytes tag = postgresql_text(c);
    for (size_t i = 0; i < tag.len; i++)
        if (!isupper(tag.at[i]) && !isdigit(tag.at[i]) && tag.at[i] != ' ' && tag.at[i] != '_')
            return NO_MESSAGE;
    if (!c->starved && !begins_statement(tag))
        return NO_MESSAGE;
    return judge(c, whole, LIKELY);
}

static int judge_error(struct cursor *c, bool whole)
{
    struct bytes body = bytes_of(c->at, cursor_left(c));
    for (uint8_t field; (field = cursor_u8(c)) != 0;)
        if (!isalpha(field) || !is_text(postgresql_text(c)))
            return NO_MESSAGE;
    struct bytes code = postgresql_error_field(body, 'C');
    for (size_t i = 0; i < code.len; i++)
        if (!isupper(code.at[i]) && !isdigit(code.at[i]))
            return NO_MESSAGE;
    if (!whole && code.len == 5)
        return LIKELY;
    return code.len == 5 || c->starved ? judge(c, whole, SURE) : NO_MESSAGE;
}

static int judge_row(struct cursor *c, bool whole)
{
    uint16_t fields = cursor_be16(c);
    if (fields > COLUMNS_MAX)
        return NO_MESSAGE;
    for (uint16_t i = 0; i < fields && !c->starved; i++) {
        uint32_t len = cursor_be32(c);
        if (len > POSTGRESQL_LENGTH_MAX && len != UINT32_MAX)
            return NO_MESSAGE;
        cursor_skip(c, len == UINT32_MAX ? 0 : len);
    }
    return judge(c, whole, LIKELY);
}

static int judge_description(struct cursor *c, bool whole)
{
    uint16_t fields = cursor_be16(c);
    if (fields > COLUMNS_MAX)
        return NO_MESSAGE;
    for (uint16_t i = 0; i < fields && !c->starved; i++) {
        struct bytes name = postgresql_text(c);
        cursor_skip(c, 4 + 2 + 4 + 2 + 4);
        uint16_t format = cursor_be16(c);
        if (!c->starved && (!is_name(name) || format > 1))
            return NO_MESSAGE;
    }
    return judge(c, whole, SURE);
}

static int judge_copy(struct cursor *c, bool whole)
{
    uint8_t format = cursor_u8(c);
    uint16_t columns = cursor_be16(c);
    cursor_skip(c, 2 * (size_t)columns);
    return format > 1 || columns > COLUMNS_MAX ? NO_MESSAGE : judge(c, whole, SURE);
}

static int judge_texts(struct cursor *c, bool whole, unsigned texts)
{
    for (unsigned i = 0; i < texts; i++)
        if (!is_text(postgresql_text(c)))
            return NO_MESSAGE;
    return judge(c, whole, LIKELY);
}

static int judge_authentication(struct cursor *c)
{
    uint32_t kind = cursor_be32(c);
    return c->starved ? WEAK : kind <= 12 && cursor_left(c) < START_MAX ? LIKELY : NO_MESSAGE;
}

static int judge_answer(uint8_t type, struct cursor *c, bool whole, int64_t len)
{
    bool is_empty = len == POSTGRESQL_HEADER;
    switch (type) {
    case 'Z': {
        uint8_t status = cursor_u8(c);
        if (len != POSTGRESQL_HEADER + 1)
            return NO_MESSAGE;
        return !whole ? WEAK : status && strchr("ITE", status) ? LIKELY : NO_MESSAGE;
    }
    case 'C':
        return judge_complete(c, whole);
    case 'E':
    case 'N':
        return judge_error(c, whole);
    case 'D':
        return judge_row(c, whole);
    case 'T':
        return judge_description(c, whole);
    case 'G':
    case 'H':
    case 'W':
        return judge_copy(c, whole);
    case 'S':
        return judge_texts(c, whole, 2);
    case 'A':
        cursor_be32(c);
        return judge_texts(c, whole, 2);
    case 'R':
        return judge_authentication(c);
    case '1':
    case '2':
    case '3':
    case 'n':
    case 'I':
    case 's':
        return is_empty ? LIKELY : NO_MESSAGE;
    case 't': {
        uint16_t types = cursor_be16(c);
        cursor_skip(c, 4 * (size_t)types);
        return judge(c, whole, LIKELY);
    }
    case 'K':
        return len >= POSTGRESQL_HEADER + 8 && len <= POSTGRESQL_HEADER + 4 + 256 ? 1 : NO_MESSAGE;
    case 'c':
        return is_empty ? 1 : NO_MESSAGE;
    case 'd':
    case 'V':
    case 'v':
        return WEAK;
    default:
        return NO_MESSAGE;
    }
}

int postgresql_evidence(enum dir dir, struct bytes in, int enough)
{
    int sum = 0;
    while (in.len && sum < enough) {
        int64_t len = postgresql_length(in);
        if (len < 0)
            return NO_MESSAGE;
        if (!len)
            break;
        bool whole = (int64_t)in.len >= len;
        struct bytes body = bytes_after(bytes_first(in, (size_t)len), POSTGRESQL_HEADER);
        struct cursor c = cursor_over(body);
        int worth = dir == TO_SERVER ? judge_request(in.at[0], &c, whole, len)
                                     : judge_answer(in.at[0], &c, whole, len);
        if (worth < 0)
            return NO_MESSAGE;
        sum += worth;
        in = bytes_after(in, (size_t)len);
    }
    return sum;
}

int64_t postgresql_read(struct bytes in, size_t seen, struct bytes *ret_body, int64_t *ret_len)
{
    int64_t len = postgresql_length(in);
    if (len <= 0)
        return len ? DECODE_LOST : DECODE_MORE;
    size_t wanted = (size_t)len - POSTGRESQL_HEADER;
    wanted = wanted < seen ? wanted : seen;
    if (in.len < POSTGRESQL_HEADER + wanted)
        return DECODE_MORE;
    *ret_body = bytes_first(bytes_after(in, POSTGRESQL_HEADER), wanted);
    *ret_len = len;
    return 1;
}

int64_t postgresql_find(enum dir dir, struct bytes in)
{
    int evidence = postgresql_evidence(dir, in, POSTGRESQL_PLACE);
    if (evidence < 0)
        return DECODE_LOST;
    return evidence < POSTGRESQL_PLACE ? DECODE_MORE : 1;
}

uint32_t postgresql_start_code(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint32_t len = cursor_be32(&c), code = cursor_be32(&c);
    if (c.starved)
        return 0;
    switch (code) {
    case POSTGRESQL_SSL_CODE:
    case POSTGRESQL_GSS_CODE:
        return len == 8 ? code : 0;
    case POSTGRESQL_CANCEL_CODE:
        return len >= CANCEL_LEAST && len <= CANCEL_MOST ? code : 0;
    default:
        return code >> 16 == 3 && (code & 0xffff) < 100 && len >= 9 && len <= START_MAX ? code : 0;
    }
}

/* The names and values behind the version; "user" is never missing. */
static bool has_parameters(struct bytes in)
{
    struct cursor c = cursor_over(in);
    bool user = false;
    for (;;) {
        struct bytes name = postgresql_text(&c);
        if (c.starved)
            return false;
        if (!name.len)
            return user && !cursor_left(&c);
        struct bytes value = postgresql_text(&c);
        user = user || bytes_equal_text(name, "user");
        if (c.starved || !is_text(name) || !is_text(value))
            return false;
    }
}

enum guess postgresql_guess_start(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint32_t len = cursor_be32(&c);
    if (in.len < 8)
        return (in.len && in.at[0]) || (in.len >= 4 && (len < 8 || len > START_MAX)) ? GUESS_NO
                                                                                     : GUESS_MORE;
    uint32_t code = postgresql_start_code(in);
    if (!code)
        return GUESS_NO;
    bool is_version = code >> 16 == 3;
    for (size_t i = 8; i < in.len && i < len && is_version; i++)
        if (in.at[i] && in.at[i] < ' ')
            return GUESS_NO;
    if (in.len < len)
        return GUESS_MORE;
    if (is_version && !has_parameters(bytes_after(bytes_first(in, len), 8)))
        return GUESS_NO;
    return GUESS_YES;
}
