/* wildcard.c - see wildcard.h. */
#include "decode/wildcard.h"

#include <ctype.h>

#include "base/text.h"

enum {
    NAME_MAX_SHOWN = 256,
    UUID_TEXT = 36,
    NUMBER_MIN = 4, /* digits in a row that are no part of a name: orders-2024, but v1 and ipv6 */
    HEX_MIN = 8,    /* likewise of hex digits, some of them 0 to 9 */
};

static bool is_uuid(struct bytes in)
{
    if (in.len < UUID_TEXT)
        return false;
    for (size_t i = 0; i < UUID_TEXT; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? in.at[i] != '-' : !isxdigit(in.at[i]))
            return false;
    }
    return in.len == UUID_TEXT || !isalnum(in.at[UUID_TEXT]);
}

/* How much of the front is letters and digits, and whether that is an identifier. */
static size_t read_piece(struct bytes in, bool *ret_is_id)
{
    size_t len = 0, hex = 0, digits = 0, run = 0, longest = 0;
    for (; len < in.len && isalnum(in.at[len]); len++) {
        hex += isxdigit(in.at[len]) != 0;
        digits += isdigit(in.at[len]) != 0;
        run = isdigit(in.at[len]) ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    *ret_is_id = longest >= NUMBER_MIN || (hex == len && len >= HEX_MIN && digits);
    return len;
}

bool wildcard_name(char *text, size_t size, struct bytes name)
{
    uint8_t plain[NAME_MAX_SHOWN];
    size_t len = 0;
    bool whole = true;
    while (name.len && whole) {
        bool id = is_uuid(name);
        size_t piece = id ? UUID_TEXT : read_piece(name, &id);
        size_t take = piece ? piece : 1;
        struct bytes shown = id ? bytes_of_text("*") : bytes_first(name, take);
        whole = shown.len <= sizeof plain - len;
        shown = bytes_first(shown, sizeof plain - len);
        memcpy(plain + len, shown.at, shown.len);
        len += shown.len;
        name = bytes_after(name, take);
    }
    return text_clean(text, size, bytes_of(plain, len)) && whole;
}
