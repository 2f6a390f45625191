/* ids.c - see ids.h. */
#include "store/ids.h"

#include <stdlib.h>

enum { STEPS = 4 }; /* that are tried before all are searched */

static int64_t id_of(const void *row)
{
    return *(const int64_t *)row;
}

int ids_compare(const void *left, const void *right)
{
    return (id_of(left) > id_of(right)) - (id_of(left) < id_of(right));
}

size_t ids_find(struct ids *ids, int64_t id)
{
    const char *rows = ids->row;
    size_t at = ids->at, last = at + STEPS < ids->len ? at + STEPS : ids->len;
    while (at < last && id_of(rows + at * ids->size) != id)
        at++;
    if (at >= last) {
        const char *found = ids->len ? bsearch(&id, rows, ids->len, ids->size, ids_compare) : NULL;
        if (!found)
            return IDS_NONE;
        at = (size_t)(found - rows) / ids->size;
    }
    ids->at = at + 1;
    return at;
}
