/* ids.h - rows in order of the id that they begin with, an int64_t, and looked for in about that
 * order: as those of a window come. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ids {
    const void *row; /* borrowed */
    size_t len, size;
    size_t at; /* where the next is looked for first */
};

/* The index of the row; IDS_NONE: there is none. */
#define IDS_NONE SIZE_MAX
size_t ids_find(struct ids *ids, int64_t id);

/* For qsort() and bsearch() over such rows. */
int ids_compare(const void *left, const void *right);
