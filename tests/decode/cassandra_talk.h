/* cassandra_talk.h - messages of Cassandra's protocol for tests, made of their fields.
 *
 * A format is a letter a field: b, h, i a number of 1, 2, 4 bytes; s a [string]; S a [long string];
 * x so many bytes of the letter x. */
#pragma once

#include <stdarg.h>

#include "decode/cassandra_message.h"
#include "script.h"

enum { CQL_ROOM = 1 << 20 };

struct cql_text {
    char *at;
    size_t len;
};

static inline void cql_number(struct cql_text *t, uint64_t value, unsigned size)
{
    for (unsigned i = size; i-- > 0;)
        t->at[t->len++] = (char)(value >> i * 8);
}

static inline void cql_string(struct cql_text *t, const char *text, unsigned size)
{
    size_t len = strlen(text);
    cql_number(t, len, size);
    memcpy(t->at + t->len, text, len);
    t->len += len;
}

/* Messages live until the test program ends. */
static inline char *cql_room(size_t len)
{
    static char room[CQL_ROOM];
    static size_t used;
    if (used + len > CQL_ROOM)
        used = 0;
    used += len;
    return room + used - len;
}

static inline void cql_field(struct cql_text *t, char letter, va_list *args)
{
    if (letter == 's' || letter == 'S') {
        cql_string(t, va_arg(*args, const char *), letter == 's' ? 2 : 4);
    } else if (letter == 'x') {
        size_t len = (size_t)va_arg(*args, int);
        memset(t->at + t->len, 'x', len);
        t->len += len;
    } else {
        unsigned value = va_arg(*args, unsigned);
        cql_number(t, value, letter == 'b' ? 1 : letter == 'h' ? 2 : 4);
    }
}

static inline struct step cql_message(enum dir dir, unsigned version, unsigned flags, int stream,
                                      uint8_t opcode, const char *format, va_list *args)
{
    struct cql_text t = {.at = cql_room(64 * 1024)};
    cql_number(&t, version | (dir == TO_CLIENT ? 0x80U : 0), 1);
    cql_number(&t, flags, 1);
    cql_number(&t, (uint64_t)stream, 2);
    cql_number(&t, opcode, 1);
    cql_number(&t, 0, 4);
    for (; *format; format++)
        cql_field(&t, *format, args);
    size_t len = t.len;
    t.len = 5;
    cql_number(&t, len - CQL_HEAD, 4);
    return (struct step){STEP_BYTES, dir, t.at, len, 0, 0};
}

/* What the client says, and the server, in version 4. */
static inline struct step asks(unsigned flags, int stream, uint8_t opcode, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct step step = cql_message(TO_SERVER, 4, flags, stream, opcode, format, &args);
    va_end(args);
    return step;
}

static inline struct step answers(unsigned flags, int stream, uint8_t opcode, const char *format,
                                  ...)
{
    va_list args;
    va_start(args, format);
    struct step step = cql_message(TO_CLIENT, 4, flags, stream, opcode, format, &args);
    va_end(args);
    return step;
}

/* Both in one packet. */
static inline struct step with(struct step a, struct step b)
{
    char *at = cql_room(a.len + b.len);
    memcpy(at, a.bytes, a.len);
    memcpy(at + a.len, b.bytes, b.len);
    return (struct step){STEP_BYTES, a.dir, at, a.len + b.len, 0, 0};
}

/* A message of version 5 instead. */
static inline struct step of_5(struct step s)
{
    char *at = cql_room(s.len);
    memcpy(at, s.bytes, s.len);
    at[0] = (char)((at[0] & 0x80) | 5);
    s.bytes = at;
    return s;
}

static inline uint32_t cql_crc24(const char *at, size_t len)
{
    uint32_t crc = 0x875060;
    for (size_t i = 0; i < len * 8; i++) {
        if (i % 8 == 0)
            crc ^= (uint32_t)(uint8_t)at[i / 8] << 16;
        crc = (crc << 1) ^ (crc & 0x800000 ? 0x1974f0b : 0);
    }
    return crc & 0xffffff;
}

/* `len` bytes from `from` on as a segment, which says that they are `size`: of so many
 * uncompressed bytes with a head of the kind for LZ4, if `lz4` is not -1. The sum behind is 0. */
static inline struct step segment(struct step s, size_t from, size_t len, bool whole, int64_t lz4)
{
    char *at = cql_room(len + 12);
    unsigned head = lz4 < 0 ? 3 : 5;
    uint64_t bits = (uint64_t)len |
                    (lz4 < 0 ? (uint64_t)whole << 17 : (uint64_t)lz4 << 17 | (uint64_t)whole << 34);
    for (unsigned i = 0; i < head; i++)
        at[i] = (char)(bits >> 8 * i);
    uint32_t sum = cql_crc24(at, head);
    for (unsigned i = 0; i < 3; i++)
        at[head + i] = (char)(sum >> 8 * i);
    memcpy(at + head + 3, s.bytes + from, len);
    memset(at + head + 3 + len, 0, CQL_SEGMENT_TAIL);
    return (struct step){STEP_BYTES, s.dir, at, head + 3 + len + CQL_SEGMENT_TAIL, 0, 0};
}

static inline struct step framed(struct step s)
{
    return segment(s, 0, s.len, true, -1);
}
