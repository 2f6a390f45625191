/* bytes.h - a borrowed view of bytes, and reads that cannot overrun it.
 *
 * A cursor is sticky: the read that would pass the end sets `starved`, and that read and every
 * later one yields zero. A parser therefore reads a whole header in straight lines and asks
 * once, at the end, whether all of it was there. A loop over a cursor must test `starved`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at; /* borrowed; lives as long as the call it was passed to */
    size_t len;
};

struct cursor {
    const uint8_t *at, *end;
    bool starved;
};

static inline struct bytes bytes_of(const void *at, size_t len)
{
    return (struct bytes){.at = at, .len = len};
}

static inline struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

/* The view without its first `len` bytes; empty if it has no more than that. */
static inline struct bytes bytes_after(struct bytes b, size_t len)
{
    if (len >= b.len)
        return (struct bytes){0};
    return bytes_of(b.at + len, b.len - len);
}

/* The first `len` bytes of the view, or all of it if it is shorter. */
static inline struct bytes bytes_first(struct bytes b, size_t len)
{
    return bytes_of(b.at, len < b.len ? len : b.len);
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool bytes_equal_text(struct bytes b, const char *text)
{
    return bytes_equal(b, bytes_of_text(text));
}

static inline struct cursor cursor_over(struct bytes b)
{
    if (!b.len)
        return (struct cursor){0};
    return (struct cursor){.at = b.at, .end = b.at + b.len};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return c->starved ? 0 : (size_t)(c->end - c->at);
}

/* The next `len` bytes, or an empty view once the cursor has starved. */
static inline struct bytes cursor_take(struct cursor *c, size_t len)
{
    if (c->starved || len > (size_t)(c->end - c->at)) {
        c->starved = true;
        return (struct bytes){0};
    }
    struct bytes taken = {.at = c->at, .len = len};
    if (len)
        c->at += len;
    return taken;
}

/* All that is left. */
static inline struct bytes cursor_rest(struct cursor *c)
{
    return cursor_take(c, cursor_left(c));
}

static inline void cursor_skip(struct cursor *c, size_t len)
{
    cursor_take(c, len);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    struct bytes b = cursor_take(c, 1);
    return b.len ? b.at[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
    struct bytes b = cursor_take(c, 2);
    if (!b.len)
        return 0;
    return (uint16_t)(b.at[0] * 256U + b.at[1]);
}

static inline uint32_t cursor_be24(struct cursor *c)
{
    struct bytes b = cursor_take(c, 3);
    return b.len ? (uint32_t)b.at[0] << 16 | (uint32_t)b.at[1] << 8 | b.at[2] : 0;
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    struct bytes b = cursor_take(c, 4);
    return b.len ? (uint32_t)b.at[0] << 24 | (uint32_t)b.at[1] << 16 | (uint32_t)b.at[2] << 8 |
                       b.at[3]
                 : 0;
}

static inline uint64_t cursor_be64(struct cursor *c)
{
    uint64_t high = cursor_be32(c);
    uint64_t low = cursor_be32(c);
    return high << 32 | low;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
    struct bytes b = cursor_take(c, 2);
    if (!b.len)
        return 0;
    return (uint16_t)(b.at[1] * 256U + b.at[0]);
}

static inline uint32_t cursor_le32(struct cursor *c)
{
    struct bytes b = cursor_take(c, 4);
    return b.len ? (uint32_t)b.at[3] << 24 | (uint32_t)b.at[2] << 16 | (uint32_t)b.at[1] << 8 |
                       b.at[0]
                 : 0;
}

static inline uint64_t cursor_le64(struct cursor *c)
{
    uint64_t low = cursor_le32(c);
    uint64_t high = cursor_le32(c);
    return high << 32 | low;
}

/* An unsigned LEB128 number of at most 64 bits, as writer_varint() writes it. */
static inline uint64_t cursor_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = cursor_u8(c);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    c->starved = true;
    return 0;
}

/* Copies a view into a fixed text field, truncating, always terminated. */
static inline void bytes_to_text(char *text, size_t size, struct bytes b)
{
    size_t len = b.len < size - 1 ? b.len : size - 1;
    if (len)
        memcpy(text, b.at, len);
    text[len] = '\0';
}
