/* levels.h - the levels of windows: as they were closed, and their sums over a minute and an hour.
 *
 * A window of level 1 or 2 begins at a whole minute or hour of packet time and holds the sums of
 * those windows of the level below that begin in it and are marked as `rolled`. It ends where the
 * last of them ends. Once windows under it were deleted for their age it is `thinned`, and is read
 * as a whole. */
#pragma once

#include <stdint.h>

enum { LEVEL_WINDOW, LEVEL_MINUTE, LEVEL_HOUR, LEVELS };

#define LEVEL_SECOND_NS UINT64_C(1000000000)
#define LEVEL_DAY_NS (86400 * LEVEL_SECOND_NS)

struct level {
    const char *name;   /* as in --keep */
    uint64_t length_ns; /* of level 0: of most; it is set by --window */
    uint64_t keep_ns;   /* how long, unless told otherwise */
};
extern const struct level levels[LEVELS];

/* Where the window of a level, 1 or 2, begins that holds a moment. */
uint64_t level_start(int level, uint64_t at_ns);
