/* hex.c - see hex.h. */
#include "tests/capture/hex.h"

#include <ctype.h>

#include "tests/check.h"

static unsigned digit(char c)
{
    assert_true(isxdigit((unsigned char)c));
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10);
}

size_t hex_read(const char *hex, uint8_t *bytes, size_t size)
{
    size_t len = 0;
    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        assert_true(len < size);
        bytes[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex += 2;
    }
    return len;
}
