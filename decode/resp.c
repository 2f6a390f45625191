/* resp.c - see resp.h. */
#include "decode/resp.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The digits, and nothing else, as a number from 0 to `most`; -1 if they are none. */
static int64_t number_of(struct bytes text, int64_t most)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]) || n > most / 10)
            return -1;
        n = n * 10 + (text.at[i] - '0');
    }
    return text.len && n <= most ? n : -1;
}

static bool is_nil(struct bytes text)
{
    return text.len == 2 && text.at[0] == '-' && text.at[1] == '1';
}

/* Sets len from a line that says one. */
static enum resp_status read_len(struct resp *r, int64_t most, int64_t times)
{
    r->len = number_of(r->text, most);
    if (r->len > 0)
        r->len *= times;
    bool may_be_nil = r->kind == RESP_STRING || r->kind == RESP_ARRAY;
    return r->len >= 0 || (may_be_nil && is_nil(r->text)) ? RESP_READ : RESP_WRONG;
}

static bool is_integer(struct bytes text)
{
    if (text.len > 1 && (text.at[0] == '-' || text.at[0] == '+'))
        text = bytes_after(text, 1);
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.at[i]))
            return false;
    return text.len >= 1 && text.len <= 19; /* of 64 bits */
}

/* The simple values whose text is not free. */
static bool is_in_order(uint8_t type, struct bytes text)
{
    switch (type) {
    case ':':
        return is_integer(text);
    case '#':
        return text.len == 1 && (text.at[0] == 't' || text.at[0] == 'f');
    case '_':
        return !text.len;
    default:
        return true;
    }
}

static enum resp_status read_type(uint8_t type, struct resp *r)
{
    static const struct {
        uint8_t type, times;
        enum resp_kind kind;
        int64_t most;
    } sized[] = {
        {'$', 1, RESP_STRING, RESP_BYTES_MAX},     {'=', 1, RESP_STRING, RESP_BYTES_MAX},
        {'!', 1, RESP_BLOB_ERROR, RESP_BYTES_MAX}, {'*', 1, RESP_ARRAY, RESP_VALUES_MAX},
        {'~', 1, RESP_ARRAY, RESP_VALUES_MAX},     {'>', 1, RESP_PUSH, RESP_VALUES_MAX},
        {'%', 2, RESP_MAP, RESP_VALUES_MAX},       {'|', 2, RESP_ATTRIBUTE, RESP_VALUES_MAX},
    };
    for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++)
        if (type == sized[i].type) {
            r->kind = sized[i].kind;
            return read_len(r, sized[i].most, sized[i].times);
        }
    if (type == '-') {
        r->kind = RESP_ERROR;
        return RESP_READ;
    }
    static const char simple[] = "+:#,(_";
    r->kind = RESP_SIMPLE;
    bool known = memchr(simple, type, sizeof simple - 1);
    return known && is_in_order(type, r->text) ? RESP_READ : RESP_WRONG;
}

/* Could a line go on like this? Those that say a length have nothing else in them. */
static bool may_begin(struct bytes seen)
{
    static const char free_text[] = "+-:#,(_", sized[] = "$=!*~>%|", length[] = "-0123456789\r";
    bool fits = !seen.len || memchr(free_text, seen.at[0], sizeof free_text - 1) ||
                memchr(sized, seen.at[0], sizeof sized - 1);
    bool has_length = seen.len && memchr(sized, seen.at[0], sizeof sized - 1);
    for (size_t i = 1; fits && has_length && i < seen.len; i++)
        fits = memchr(length, seen.at[i], sizeof length - 1);
    return fits && seen.len < RESP_LINE_MAX;
}

enum resp_status resp_read(struct bytes in, struct resp *ret)
{
    struct bytes seen = bytes_first(in, RESP_LINE_MAX);
    const uint8_t *end = seen.len ? memchr(seen.at, '\n', seen.len) : NULL;
    *ret = (struct resp){0};
    if (!end)
        return may_begin(seen) ? RESP_MORE : RESP_WRONG;
    ret->line = (size_t)(end - seen.at) + 1;
    if (ret->line < 3 || end[-1] != '\r')
        return RESP_WRONG;
    ret->text = bytes_of(seen.at + 1, ret->line - 3);
    return read_type(seen.at[0], ret);
}
