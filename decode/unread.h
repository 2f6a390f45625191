/* unread.h - bytes of one direction that a decoder cannot use yet, and when each of them came. */
#pragma once

#include "base/bytes.h"

enum {
    UNREAD_MAX = 64 * 1024, /* no part of a message that must be seen whole is longer */
    UNREAD_ARRIVALS = 32,   /* times told apart; past them bytes share the time of the latest */
};

struct unread_arrival {
    uint64_t ns;
    uint32_t end; /* of the bytes that came then */
};

struct unread {
    uint32_t len, room;
    uint32_t arrivals;
    struct unread_arrival arrival[UNREAD_ARRIVALS];
    uint8_t bytes[];
};

/* NULL stands for no bytes, in all of these. */

static inline uint32_t unread_len(const struct unread *u)
{
    return u ? u->len : 0;
}

static inline struct bytes unread_bytes(const struct unread *u)
{
    return u ? bytes_of(u->bytes, u->len) : (struct bytes){0};
}

/* Memory held, as it counts against a cap. */
size_t unread_memory(const struct unread *u);

/* What it would hold with `len` more bytes, at most UNREAD_MAX in all. */
size_t unread_memory_with(const struct unread *u, size_t len);

/* Adds a copy. False, with nothing changed, when memory is short. */
bool unread_add(struct unread **u, struct bytes in, uint64_t arrived_ns);

/* When the byte at this place came; the place is one of them. */
uint64_t unread_time(const struct unread *u, size_t at);

/* When the latest of those from `at` to before `end` came; at least one. */
uint64_t unread_latest(const struct unread *u, size_t at, size_t end);

/* How many bytes from this place on came at the same time as it, which is written to `ret_ns`. */
size_t unread_run(const struct unread *u, size_t at, uint64_t *ret_ns);

/* The first `len` bytes are used; freed when none is left. */
void unread_take(struct unread **u, size_t len);

void unread_drop(struct unread **u);
