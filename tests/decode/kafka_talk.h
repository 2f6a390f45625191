/* kafka_talk.h - messages of Kafka for tests, made of their fields.
 *
 * A format is a letter a field: b h i l numbers of 1, 2, 4, 8 bytes; s a text (NULL is null); S the
 * same with a length of variable size; v a number of variable size; u an id of 16 bytes that are
 * all this; B a batch of records in front of which is its size: how many, attributes, bytes behind
 * its head; C likewise with a size of variable size; m a message in the format before that:
 * attributes, bytes behind its head. l, B and m take int64_t, int, int. */
#pragma once

#include <stdarg.h>
#include <stdlib.h>

#include "script.h"

enum { KAFKA_ROOM = 64 * 1024, TALK_BATCH_HEAD = 61, TALK_MESSAGE_HEAD = 26 };

struct talk {
    char *at;
    size_t len;
};

/* Messages live until the test program ends. */
static inline struct talk talk_new(void)
{
    static char room[4][KAFKA_ROOM];
    static size_t used = KAFKA_ROOM, which;
    if (used + 4096 > KAFKA_ROOM) {
        which = (which + 1) % 4;
        used = 0;
    }
    char *at = room[which] + used;
    used += 4096;
    return (struct talk){.at = at};
}

static inline void talk_number(struct talk *t, uint64_t value, unsigned size)
{
    for (unsigned i = size; i; i--)
        t->at[t->len++] = (char)(value >> (i - 1) * 8);
}

static inline void talk_varint(struct talk *t, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        t->at[t->len++] = (char)(value | 0x80);
    t->at[t->len++] = (char)value;
}

static inline void talk_fill(struct talk *t, int with, size_t len)
{
    memset(t->at + t->len, with, len);
    t->len += len;
}

static inline void talk_text(struct talk *t, const char *text, bool compact)
{
    size_t len = text ? strlen(text) : 0;
    if (compact)
        talk_varint(t, text ? len + 1 : 0);
    else
        talk_number(t, text ? len : UINT16_MAX, 2);
    if (len)
        memcpy(t->at + t->len, text, len);
    t->len += len;
}

static inline void talk_batch(struct talk *t, int count, int attributes, int payload)
{
    talk_number(t, 0, 8);
    talk_number(t, (uint64_t)(TALK_BATCH_HEAD - 12 + payload), 4);
    talk_number(t, 0, 4);
    talk_number(t, 2, 1);
    talk_number(t, 0, 4);
    talk_number(t, (uint64_t)attributes, 2);
    talk_fill(t, 0, 34);
    talk_number(t, (uint64_t)count, 4);
    talk_fill(t, 'r', (size_t)payload);
}

static inline void talk_message(struct talk *t, int attributes, int payload)
{
    talk_number(t, 0, 8);
    talk_number(t, (uint64_t)(TALK_MESSAGE_HEAD - 12 + payload), 4);
    talk_number(t, 0, 4);
    talk_number(t, 1, 1);
    talk_number(t, (uint64_t)attributes, 1);
    talk_fill(t, 0, 8);
    talk_fill(t, 'm', (size_t)payload);
}

static inline void talk_fields(struct talk *t, const char *format, va_list args)
{
    static const char letters[] = "bhil";
    for (; *format; format++) {
        const char *size = strchr(letters, *format);
        if (*format == 'l')
            talk_number(t, (uint64_t)va_arg(args, int64_t), 8);
        else if (size)
            talk_number(t, (uint64_t)va_arg(args, int), 1U << (size - letters));
        else if (*format == 's' || *format == 'S')
            talk_text(t, va_arg(args, const char *), *format == 'S');
        else if (*format == 'v')
            talk_varint(t, (uint64_t)va_arg(args, int));
        else if (*format == 'u')
            talk_fill(t, va_arg(args, int), 16);
        else if (*format == 'B' || *format == 'C') {
            int count = va_arg(args, int), attributes = va_arg(args, int);
            int payload = va_arg(args, int);
            if (*format == 'B')
                talk_number(t, (uint64_t)(TALK_BATCH_HEAD + payload), 4);
            else
                talk_varint(t, (uint64_t)(TALK_BATCH_HEAD + payload + 1));
            talk_batch(t, count, attributes, payload);
        } else if (*format == 'm') {
            int attributes = va_arg(args, int);
            talk_message(t, attributes, va_arg(args, int));
        }
    }
}

static inline struct step talk_step(struct talk *t, enum dir dir)
{
    uint64_t size = t->len - 4;
    t->len = 0;
    talk_number(t, size, 4);
    return (struct step){STEP_BYTES, dir, t->at, (size_t)size + 4, 0, 0};
}

/* A request of the client "app", with a head of version 1; of version 2 if the format begins with
 * the number of its tagged fields. */
static inline struct step asks(int key, int version, int correlation, const char *format, ...)
{
    struct talk t = talk_new();
    va_list args;
    talk_number(&t, 0, 4);
    talk_number(&t, (uint64_t)key, 2);
    talk_number(&t, (uint64_t)version, 2);
    talk_number(&t, (uint64_t)correlation, 4);
    talk_text(&t, "app", false);
    va_start(args, format);
    talk_fields(&t, format, args);
    va_end(args);
    return talk_step(&t, TO_SERVER);
}

static inline struct step answers(int correlation, const char *format, ...)
{
    struct talk t = talk_new();
    va_list args;
    talk_number(&t, 0, 4);
    talk_number(&t, (uint64_t)correlation, 4);
    va_start(args, format);
    talk_fields(&t, format, args);
    va_end(args);
    return talk_step(&t, TO_CLIENT);
}

/* The first, or last, `len` bytes of what a step says. */
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
