/* mongodb_talk.h - messages of MongoDB for tests, made of their fields.
 *
 * A format is a letter an element of a document, each with its name and a value: s text, i int32,
 * l int64, d double, b bool, x so many bytes; { and [ begin a document and an array, which } ends.
 * In OP_MSG K is a section of further documents: a name and how many bytes. */
#pragma once

#include <stdarg.h>

#include "decode/mongodb_message.h"
#include "script.h"

enum { MONGODB_ROOM = 64 * 1024, MONGODB_EACH = 2048 };

struct doc {
    char *at;
    size_t len;
    size_t begun[8];
    unsigned depth;
};

static inline void doc_number(struct doc *d, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        d->at[d->len++] = (char)(value >> i * 8);
}

static inline void doc_bytes(struct doc *d, const char *at, size_t len)
{
    memcpy(d->at + d->len, at, len);
    d->len += len;
}

static inline void doc_begin(struct doc *d)
{
    d->begun[d->depth++] = d->len;
    doc_number(d, 0, 4);
}

static inline void doc_end(struct doc *d)
{
    size_t begun = d->begun[--d->depth];
    doc_number(d, 0, 1);
    size_t len = d->len;
    d->len = begun;
    doc_number(d, len - begun, 4);
    d->len = len;
}

static inline void doc_head(struct doc *d, uint8_t type, const char *name)
{
    doc_number(d, type, 1);
    doc_bytes(d, name, strlen(name) + 1);
}

static inline void doc_element(struct doc *d, char letter, const char *name, va_list *args)
{
    if (letter == '{' || letter == '[') {
        doc_head(d, letter == '{' ? 3 : 4, name);
        doc_begin(d);
    } else if (letter == 's') {
        const char *text = va_arg(*args, const char *);
        doc_head(d, 2, name);
        doc_number(d, strlen(text) + 1, 4);
        doc_bytes(d, text, strlen(text) + 1);
    } else if (letter == 'i') {
        doc_head(d, 16, name);
        doc_number(d, (uint64_t)va_arg(*args, int), 4);
    } else if (letter == 'l') {
        doc_head(d, 18, name);
        doc_number(d, (uint64_t)va_arg(*args, int64_t), 8);
    } else if (letter == 'd') {
        double value = va_arg(*args, double);
        uint64_t word;
        memcpy(&word, &value, sizeof word);
        doc_head(d, 1, name);
        doc_number(d, word, 8);
    } else if (letter == 'b') {
        doc_head(d, 8, name);
        doc_number(d, (uint64_t)va_arg(*args, int), 1);
    } else if (letter == 'x') {
        size_t size = (size_t)va_arg(*args, int);
        doc_head(d, 5, name);
        doc_number(d, size, 4);
        memset(d->at + d->len, 'x', size + 1);
        d->len += size + 1;
    }
}

/* A document; what is in front of it is there already. */
static inline void doc_write(struct doc *d, const char *format, va_list *args)
{
    doc_begin(d);
    for (; *format && *format != 'K'; format++) {
        if (*format == '}')
            doc_end(d);
        else
            doc_element(d, *format, va_arg(*args, const char *), args);
    }
    doc_end(d);
    for (; *format; format++) {
        const char *name = va_arg(*args, const char *);
        size_t size = (size_t)va_arg(*args, int);
        doc_number(d, 1, 1);
        doc_number(d, 4 + strlen(name) + 1 + size, 4);
        doc_bytes(d, name, strlen(name) + 1);
        memset(d->at + d->len, 'd', size);
        d->len += size;
    }
}

/* Messages live until the test program ends. */
static inline struct doc doc_new(int id, int response_to, int opcode)
{
    static char room[MONGODB_ROOM];
    static size_t used;
    if (used + MONGODB_EACH > MONGODB_ROOM)
        used = 0;
    struct doc d = {.at = room + used};
    used += MONGODB_EACH;
    doc_number(&d, 0, 4);
    doc_number(&d, (uint64_t)id, 4);
    doc_number(&d, (uint64_t)response_to, 4);
    doc_number(&d, (uint64_t)opcode, 4);
    return d;
}

static inline struct step doc_step(struct doc *d, enum dir dir)
{
    size_t len = d->len;
    d->len = 0;
    doc_number(d, len, 4);
    return (struct step){STEP_BYTES, dir, d->at, len, 0, 0};
}

/* OP_MSG of the client, and of the server. */
static inline struct step asks(int id, int flags, const char *format, ...)
{
    struct doc d = doc_new(id, 0, OP_MSG);
    va_list args;
    doc_number(&d, (uint64_t)flags, 4);
    doc_number(&d, 0, 1);
    va_start(args, format);
    doc_write(&d, format, &args);
    va_end(args);
    if (flags & MSG_CHECKSUM)
        doc_number(&d, 0x12345678, 4);
    return doc_step(&d, TO_SERVER);
}

static inline struct step answers(int id, int response_to, int flags, const char *format, ...)
{
    struct doc d = doc_new(id, response_to, OP_MSG);
    va_list args;
    doc_number(&d, (uint64_t)flags, 4);
    doc_number(&d, 0, 1);
    va_start(args, format);
    doc_write(&d, format, &args);
    va_end(args);
    if (flags & MSG_CHECKSUM)
        doc_number(&d, 0x12345678, 4);
    return doc_step(&d, TO_CLIENT);
}

/* A message of the older kind: a number, a name, two numbers, a document. */
static inline struct step asks_older(int id, int opcode, int flags, const char *name,
                                     const char *format, ...)
{
    struct doc d = doc_new(id, 0, opcode);
    va_list args;
    doc_number(&d, (uint64_t)flags, 4);
    doc_bytes(&d, name, strlen(name) + 1);
    doc_number(&d, 0, 8);
    va_start(args, format);
    doc_write(&d, format, &args);
    va_end(args);
    return doc_step(&d, TO_SERVER);
}

static inline struct step replies(int response_to, int flags, int64_t cursor, int documents,
                                  const char *format, ...)
{
    struct doc d = doc_new(99, response_to, OP_REPLY);
    va_list args;
    doc_number(&d, (uint64_t)flags, 4);
    doc_number(&d, (uint64_t)cursor, 8);
    doc_number(&d, 0, 4);
    doc_number(&d, (uint64_t)documents, 4);
    va_start(args, format);
    doc_write(&d, format, &args);
    va_end(args);
    return doc_step(&d, TO_CLIENT);
}

static inline struct step compressed(int id, int response_to, enum dir dir)
{
    struct doc d = doc_new(id, response_to, OP_COMPRESSED);
    doc_number(&d, OP_MSG, 4);
    doc_number(&d, 500, 4);
    doc_number(&d, 2, 1);
    memset(d.at + d.len, 'z', 40);
    d.len += 40;
    return doc_step(&d, dir);
}

/* The first `len` bytes of what a step says, and those from there on. */
static inline struct step first_of(struct step s, size_t len)
{
    s.len = len;
    return s;
}

static inline struct step rest_of(struct step s, size_t from)
{
    s.bytes += from;
    s.len -= from;
    return s;
}
