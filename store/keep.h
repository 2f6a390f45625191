/* keep.h - BOUNDARY: how much of the history is kept: by age of each level, and in all. */
#pragma once

#include "base/err.h"
#include "store/levels.h"

struct keep {
    uint64_t age_ns[LEVELS]; /* of windows of that level; UINT64_MAX: for ever */
    uint64_t size_bytes;     /* of what is used of the file, and its log; UINT64_MAX: no limit */
};

/* Everything; and what a daemon keeps unless told otherwise. */
struct keep keep_all(void);
struct keep keep_default(void);

/* Changes what `text` names, as in "5s=24h,1min=14d,1h=400d"; "all" is for ever. What is the sum of
 * others is kept at least as long as they are. */
bool keep_set_ages(struct keep *k, const char *text, struct err *err);

/* Likewise of a size, as in "500M", "4G" or "all"; a mebibyte or more. */
bool keep_set_size(struct keep *k, const char *text, struct err *err);
