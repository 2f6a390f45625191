/* hex.c - see hex.h. */
#include "tests/capture/hex.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "tests/check.h"

enum { DEPTH_MAX = 64 };

/* Open braces: where each begins, and where its length is to be written, if anywhere. */
struct scopes {
    size_t start[DEPTH_MAX];
    uint8_t *length[DEPTH_MAX];
    int depth;
    uint8_t *next; /* for the length of the next braces */
};

static unsigned digit(char c)
{
    assert_true(isxdigit((unsigned char)c));
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10);
}

static void open_scope(struct scopes *s, size_t at)
{
    assert_true(++s->depth < DEPTH_MAX);
    s->start[s->depth] = at;
    s->length[s->depth] = s->next;
    s->next = NULL;
}

static void close_scope(struct scopes *s, size_t at)
{
    assert_true(s->depth > 0);
    size_t len = at - s->start[s->depth];
    uint8_t *length = s->length[s->depth--];
    if (!length)
        return;
    length[0] = (uint8_t)(len >> 8);
    length[1] = (uint8_t)len;
}

size_t hex_read(const char *hex, uint8_t *bytes, size_t size)
{
    struct scopes scopes = {0};
    size_t len = 0;
    while (*hex) {
        if (*hex == '{')
            open_scope(&scopes, len);
        else if (*hex == '}')
            close_scope(&scopes, len);
        if (strchr("{} ", *hex)) {
            hex++;
            continue;
        }
        bool is_length = strncmp(hex, "LLLL", 4) == 0 || strncmp(hex, "NNNN", 4) == 0;
        assert_true(len + (is_length ? 2 : 1) <= size);
        if (is_length) {
            *(*hex == 'L' ? &scopes.length[scopes.depth] : &scopes.next) = bytes + len;
            len += 2;
            hex += 4;
            continue;
        }
        bytes[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex += 2;
    }
    assert_int_equal(scopes.depth, 0);
    return len;
}
