/* index.h - finds the row of an array by the hash of its key: open addressing, linear probing.
 *
 * It holds row numbers and hashes, never keys: the caller compares the rows it is offered.
 *
 *     for (uint32_t at = index_start(ix, hash), row; (row = index_next(ix, hash, &at)) != NO_ROW;)
 *         if (rows[row] is the one) ... */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NO_ROW UINT32_MAX

/* Zeroed is empty. */
struct index {
    struct index_slot {
        uint32_t hash, row_after; /* row + 1; 0: free */
    } * slot;                     /* owned */
    uint32_t slot_len, used;      /* slot_len: 0 or a power of two */
};

static inline uint32_t index_start(const struct index *ix, uint32_t hash)
{
    return ix->slot_len ? hash & (ix->slot_len - 1) : 0;
}

/* The next row that was put in with this hash, or NO_ROW. */
static inline uint32_t index_next(const struct index *ix, uint32_t hash, uint32_t *at)
{
    while (ix->slot_len && ix->slot[*at].row_after) {
        const struct index_slot *slot = &ix->slot[*at];
        *at = (*at + 1) & (ix->slot_len - 1);
        if (slot->hash == hash)
            return slot->row_after - 1;
    }
    return NO_ROW;
}

/* Makes room for one more row. Returns false when memory is short. */
bool index_reserve(struct index *ix);

/* Room must have been made. The same row is put in once. */
void index_put(struct index *ix, uint32_t hash, uint32_t row);

/* The row must be there with this hash. */
void index_remove(struct index *ix, uint32_t hash, uint32_t row);

/* Forgets the rows, keeps the memory. */
void index_clear(struct index *ix);
void index_free(struct index *ix);
