/* moments.h - a column of times to the millisecond: of one day they are its times of day, and the
 * day is the column's head; else each has its date. */
#pragma once

#include <stdbool.h>

#include "base/human.h"

/* Zero before the first is added. */
struct moments {
    struct human day; /* of the first, local */
    bool any, many;   /* one was added; of several days */
};

void moments_add(struct moments *m, uint64_t time_ns);

/* "2026-02-03", or "TIME" when each has its own. Good while `m` is. */
const char *moments_head(const struct moments *m);

/* "12:01:59.042", or "2026-02-03 12:01:59.042" when the head is not its day. */
struct human moments_text(const struct moments *m, uint64_t time_ns);
