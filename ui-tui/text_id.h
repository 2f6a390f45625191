/* text_id.h - an id for rows that have none in the database: of the texts that tell them apart. */
#pragma once

#include <string.h>

#include "base/hash.h"

/* `id`, and a text besides. */
static inline uint64_t text_id(uint64_t id, const char *text)
{
    static const struct hash_key key = {{0, 0}}; /* only to tell rows apart, so no secret */
    return hash_rotate(id, 7) ^ hash_bytes(&key, text, strlen(text));
}
