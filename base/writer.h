/* writer.h - a growing buffer of bytes, the counterpart of the cursor in bytes.h.
 *
 * A writer is sticky too: once memory is short or `max` is passed, `failed` is set and what is
 * appended later is dropped; the caller asks once, at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct writer {
    uint8_t *at; /* owned; freed by writer_free() */
    size_t len, room;
    size_t max; /* largest `len` allowed; 0 means no limit */
    bool failed;
};

void writer_bytes(struct writer *w, const void *at, size_t len);
void writer_u8(struct writer *w, uint8_t value);
void writer_le32(struct writer *w, uint32_t value);
void writer_le64(struct writer *w, uint64_t value);

/* Unsigned LEB128: 7 bits a byte, least significant first. */
void writer_varint(struct writer *w, uint64_t value);

/* Two of them. */
void writer_varint_pair(struct writer *w, uint64_t first, uint64_t second);

/* A varint length, then the bytes. */
void writer_text(struct writer *w, const char *text);

/* For who writes much in one go: makes room for `len` bytes, and says where they go, or NULL with
 * `failed`. What was written there counts once writer_wrote() is told where it ends. */
uint8_t *writer_reserve(struct writer *w, size_t len);

static inline void writer_wrote(struct writer *w, const uint8_t *end)
{
    w->len = (size_t)(end - w->at);
}

/* Forgets the content, keeps the memory. */
void writer_clear(struct writer *w);
void writer_free(struct writer *w);

static inline struct bytes writer_view(const struct writer *w)
{
    return bytes_of(w->at, w->len);
}
