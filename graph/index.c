/* index.c - see index.h. Never more than three quarters full. */
#include "graph/index.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64 };

static void put(struct index_slot *slot, uint32_t mask, struct index_slot added)
{
    uint32_t at = added.hash & mask;
    while (slot[at].row_after)
        at = (at + 1) & mask;
    slot[at] = added;
}

bool index_reserve(struct index *ix)
{
    if (ix->used + 1 <= ix->slot_len / 4 * 3)
        return true;
    uint32_t slot_len = ix->slot_len ? 2 * ix->slot_len : SLOTS_MIN;
    struct index_slot *slot = calloc(slot_len, sizeof *slot);
    if (!slot)
        return false;
    for (uint32_t i = 0; i < ix->slot_len; i++)
        if (ix->slot[i].row_after)
            put(slot, slot_len - 1, ix->slot[i]);
    free(ix->slot);
    ix->slot = slot;
    ix->slot_len = slot_len;
    return true;
}

void index_put(struct index *ix, uint32_t hash, uint32_t row)
{
    put(ix->slot, ix->slot_len - 1, (struct index_slot){.hash = hash, .row_after = row + 1});
    ix->used++;
}

void index_remove(struct index *ix, uint32_t hash, uint32_t row)
{
    uint32_t mask = ix->slot_len - 1, hole = hash & mask;
    while (ix->slot[hole].row_after != row + 1)
        hole = (hole + 1) & mask;
    /* Those behind the hole that were pushed past their place move up, so that no search ends
     * early. */
    for (uint32_t at = (hole + 1) & mask; ix->slot[at].row_after; at = (at + 1) & mask) {
        uint32_t home = ix->slot[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        ix->slot[hole] = ix->slot[at];
        hole = at;
    }
    ix->slot[hole] = (struct index_slot){0};
    ix->used--;
}

void index_clear(struct index *ix)
{
    if (ix->used)
        memset(ix->slot, 0, ix->slot_len * sizeof *ix->slot);
    ix->used = 0;
}

void index_free(struct index *ix)
{
    free(ix->slot);
    *ix = (struct index){0};
}
