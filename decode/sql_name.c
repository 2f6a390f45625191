/* sql_name.c - see sql_name.h. */
#include "decode/sql_name.h"

#include <ctype.h>

enum { HEX_MIN = 8, DIGITS_MIN = 4 };

bool sql_is_name(struct bytes raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        uint8_t c = raw.at[i];
        if (!isalnum(c) && c < 0x80 && !strchr("_$-. #/:", c))
            return false;
        if (!c)
            return false;
    }
    return raw.len && raw.len <= SQL_NAME_MAX;
}

static bool is_letter_or_digit(uint8_t c)
{
    return isalnum(c) || c >= 0x80;
}

/* Letters and digits in one run: are they a hexadecimal number? */
static bool is_hex(struct bytes run)
{
    bool digit = false;
    for (size_t i = 0; i < run.len; i++) {
        if (!isxdigit(run.at[i]))
            return false;
        digit = digit || isdigit(run.at[i]);
    }
    return digit && run.len >= HEX_MIN;
}

struct output {
    char *text;
    size_t len;
};

/* One * for 2024_01 as for 2024. */
static void put_mask(struct output *o)
{
    size_t at = o->len;
    while (at && strchr("_-:/ ", o->text[at - 1]))
        at--;
    if (at && at < o->len && o->text[at - 1] == '*')
        o->len = at;
    else if (!o->len || o->text[o->len - 1] != '*')
        o->text[o->len++] = '*';
}

static void put_run(struct output *o, struct bytes run, enum sql_mask mask)
{
    if (is_hex(run)) {
        put_mask(o);
        return;
    }
    for (size_t i = 0; i < run.len;) {
        size_t digits = 0;
        while (i + digits < run.len && isdigit(run.at[i + digits]))
            digits++;
        if (!digits) {
            o->text[o->len++] = (char)run.at[i++];
            continue;
        }
        bool of_its_own = digits == run.len;
        bool part = mask == SQL_MASK_PARTS && (of_its_own || digits > 1) && i + digits == run.len;
        if (mask == SQL_MASK_DIGITS || digits >= DIGITS_MIN || part) {
            put_mask(o);
        } else {
            memcpy(o->text + o->len, run.at + i, digits);
            o->len += digits;
        }
        i += digits;
    }
}

/* A single digit at the very end tells apart, too: sbtest1; that of oauth2_clients does not. */
static void mask_last_digit(struct output *o)
{
    if (o->len > 1 && isdigit((unsigned char)o->text[o->len - 1])) {
        o->len--;
        put_mask(o);
    }
}

size_t sql_name(char text[SQL_NAME_MAX + 1], struct bytes raw, enum sql_mask mask)
{
    struct output o = {.text = text};
    raw = bytes_first(raw, SQL_NAME_MAX);
    for (size_t i = 0; i < raw.len;) {
        size_t end = i;
        while (end < raw.len && is_letter_or_digit(raw.at[end]))
            end++;
        if (end == i)
            o.text[o.len++] = (char)raw.at[i++];
        else
            put_run(&o, bytes_of(raw.at + i, end - i), mask);
        i = end > i ? end : i;
    }
    if (mask == SQL_MASK_PARTS)
        mask_last_digit(&o);
    text[o.len] = '\0';
    return o.len;
}
