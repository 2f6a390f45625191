/* text.c - see text.h. */
#include "base/text.h"

#include <string.h>

/* The length of the UTF-8 sequence at the front of `b` (RFC 3629: no overlong forms, no
 * surrogates, nothing past U+10FFFF), and its code point; 0 if there is none. */
static size_t utf8_read(struct bytes b, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = b.at[0];
    size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (len == 1)
        *ret_point = first;
    if (len < 2)
        return len;
    if (first > 0xf4 || len > b.len)
        return 0;
    uint32_t point = first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((b.at[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (b.at[i] & 0x3f);
    }
    if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return len;
}

static bool deceives(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           point == 0x2060 || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

/* The number of bytes at the front of `b` that may stand as they are; 0: the first may not. */
static size_t clean_len(struct bytes b)
{
    if (b.at[0] >= 0x20 && b.at[0] < 0x7f)
        return 1;
    uint32_t point = 0;
    size_t len = utf8_read(b, &point);
    return len && !deceives(point) ? len : 0;
}

bool text_clean(char *text, size_t size, struct bytes raw)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;
    while (raw.len) {
        size_t len = clean_len(raw), need = len ? len : 4;
        if (used + need >= size)
            break;
        if (len) {
            memcpy(text + used, raw.at, len);
        } else {
            const char escape[] = {'\\', 'x', digits[raw.at[0] >> 4], digits[raw.at[0] & 15]};
            memcpy(text + used, escape, 4);
        }
        used += need;
        raw = bytes_after(raw, len ? len : 1);
    }
    text[used] = '\0';
    return raw.len == 0;
}

/* Eight bytes at a time: is there one outside 0x20 to 0x7e? */
bool text_is_plain(struct bytes text)
{
    static const uint64_t ones = 0x0101010101010101;
    for (; text.len >= 8; text = bytes_after(text, 8)) {
        uint64_t word;
        memcpy(&word, text.at, 8);
        if ((word | (word - 0x20 * ones) | (word + ones)) & 0x80 * ones)
            return false;
    }
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] > 0x7e)
            return false;
    return true;
}

bool text_is_clean(struct bytes text)
{
    if (text_is_plain(text))
        return true;
    while (text.len) {
        size_t len = clean_len(text);
        if (!len)
            return false;
        text = bytes_after(text, len);
    }
    return true;
}

unsigned text_distance(const char *a, const char *b)
{
    unsigned row[64];
    size_t len = strlen(b);
    if (len >= 64)
        return 64;
    for (size_t j = 0; j <= len; j++)
        row[j] = (unsigned)j;
    for (; *a; a++) {
        unsigned diagonal = row[0]++;
        for (size_t j = 1; j <= len; j++) {
            unsigned change = diagonal + (*a != b[j - 1]);
            unsigned shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[len];
}
