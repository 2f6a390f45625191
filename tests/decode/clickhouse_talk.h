/* clickhouse_talk.h - packets of ClickHouse's native protocol for tests, made of their fields.
 *
 * A format is a letter a field: v a number as they are written, b, w, q one of 1, 4, 8 bytes, s a
 * text with its length, x so many bytes of the letter x. */
#pragma once

#include <stdarg.h>

#include "script.h"

enum { CLICKHOUSE_ROOM = 1 << 20, CLICKHOUSE_PACKET_MAX = 4096 };

static inline void clickhouse_number(struct step *t, char *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[t->len++] = (char)(value >> i * 8);
}

static inline void clickhouse_varint(struct step *t, char *at, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        at[t->len++] = (char)(value | 0x80);
    at[t->len++] = (char)value;
}

static inline void clickhouse_field(struct step *t, char *at, char letter, va_list *args)
{
    if (letter == 's') {
        const char *text = va_arg(*args, const char *);
        size_t len = strlen(text);
        clickhouse_varint(t, at, len);
        memcpy(at + t->len, text, len);
        t->len += len;
    } else if (letter == 'x') {
        size_t len = (size_t)va_arg(*args, int);
        memset(at + t->len, 'x', len);
        t->len += len;
    } else if (letter == 'q') {
        clickhouse_number(t, at, va_arg(*args, uint64_t), 8);
    } else if (letter == 'v') {
        clickhouse_varint(t, at, va_arg(*args, unsigned));
    } else {
        clickhouse_number(t, at, va_arg(*args, unsigned), letter == 'b' ? 1 : 4);
    }
}

/* Packets live until the test program ends. */
static inline struct step clickhouse_step(enum dir dir, const char *format, va_list *args)
{
    static char room[CLICKHOUSE_ROOM];
    static size_t used;
    used = used + CLICKHOUSE_PACKET_MAX > CLICKHOUSE_ROOM ? 0 : used;
    char *at = room + used;
    struct step t = {.kind = STEP_BYTES, .dir = dir, .bytes = at};
    for (; *format; format++)
        clickhouse_field(&t, at, *format, args);
    used += t.len;
    return t;
}

static inline struct step asks(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct step t = clickhouse_step(TO_SERVER, format, &args);
    va_end(args);
    return t;
}

static inline struct step answers(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct step t = clickhouse_step(TO_CLIENT, format, &args);
    va_end(args);
    return t;
}

static inline struct step clickhouse_part(struct step t, size_t from, size_t to)
{
    t.bytes += from;
    t.len = (to < t.len ? to : t.len) - from;
    return t;
}
