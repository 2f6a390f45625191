/* writer.c - see writer.h. */
#include "base/writer.h"

#include <stdlib.h>

/* Out of line: it is needed rarely, and what asks for it a dozen times for each exchange. */
static __attribute__((noinline)) bool grow(struct writer *w, size_t len)
{
    if (w->failed || len > SIZE_MAX / 2 - w->len || (w->max && w->len + len > w->max)) {
        w->failed = true;
        return false;
    }
    size_t room = w->room ? w->room : 256;
    while (room < w->len + len)
        room *= 2;
    uint8_t *at = realloc(w->at, room);
    if (!at) {
        w->failed = true;
        return false;
    }
    w->at = at;
    w->room = room;
    return true;
}

static inline bool make_room(struct writer *w, size_t len)
{
    if (!w->failed && len <= w->room - w->len && (!w->max || w->len + len <= w->max))
        return true;
    return grow(w, len);
}

void writer_bytes(struct writer *w, const void *at, size_t len)
{
    if (!len || !make_room(w, len))
        return;
    memcpy(w->at + w->len, at, len);
    w->len += len;
}

void writer_u8(struct writer *w, uint8_t value)
{
    if (make_room(w, 1))
        w->at[w->len++] = value;
}

void writer_le32(struct writer *w, uint32_t value)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    writer_bytes(w, bytes, sizeof bytes);
}

void writer_le64(struct writer *w, uint64_t value)
{
    writer_le32(w, (uint32_t)value);
    writer_le32(w, (uint32_t)(value >> 32));
}

void writer_varint(struct writer *w, uint64_t value)
{
    size_t len = 1;
    for (uint64_t left = value >> 7; left; left >>= 7)
        len++;
    if (!make_room(w, len))
        return;
    uint8_t *at = w->at + w->len;
    w->len += len;
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at = (uint8_t)value;
}

void writer_varint_pair(struct writer *w, uint64_t first, uint64_t second)
{
    if ((first | second) < 0x80 && make_room(w, 2)) { /* mostly */
        w->at[w->len] = (uint8_t)first;
        w->at[w->len + 1] = (uint8_t)second;
        w->len += 2;
        return;
    }
    writer_varint(w, first);
    writer_varint(w, second);
}

void writer_text(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    writer_varint(w, len);
    writer_bytes(w, text, len);
}

uint8_t *writer_reserve(struct writer *w, size_t len)
{
    return make_room(w, len) ? w->at + w->len : NULL;
}

void writer_clear(struct writer *w)
{
    w->len = 0;
    w->failed = false;
}

void writer_free(struct writer *w)
{
    free(w->at);
    *w = (struct writer){0};
}
