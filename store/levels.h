/* levels.h - the levels of windows: as they were closed, and their sums over a minute and an hour;
 * and shortcuts, which are sums of these in turn.
 *
 * A window of level 1 or 2 begins at a whole minute or hour of packet time and holds the sums of
 * those windows of the level below that begin in it and are marked as `rolled`. It ends where the
 * last of them ends. Once windows under it were deleted for their age it is `thinned`, and is read
 * as a whole.
 *
 * Shortcuts, of ten minutes and of six hours, are there for speed alone: a question reads fewer
 * windows. There may be none, as in what an older version wrote; where there is one it holds the
 * sums of those minutes, or hours, that begin in it and are `rolled`. It is deleted with the first
 * of them. */
#pragma once

#include <stdint.h>

/* As in capture_window.level. */
enum {
    LEVEL_WINDOW,
    LEVEL_MINUTE,
    LEVEL_HOUR,
    LEVELS,
    LEVEL_TEN_MINUTES = LEVELS,
    LEVEL_SIX_HOURS,
    LEVELS_AND_SHORTCUTS
};

#define LEVEL_SECOND_NS UINT64_C(1000000000)
#define LEVEL_DAY_NS (86400 * LEVEL_SECOND_NS)

struct level {
    const char *name;   /* as in --keep; of a shortcut: NULL */
    uint64_t length_ns; /* of level 0: of most; it is set by --window */
    uint64_t keep_ns;   /* how long, unless told otherwise; of a shortcut: 0 */
    int below;          /* what it is the sum of, itself if of none */
    int shortcut;       /* over it; itself if there is none */
};
extern const struct level levels[LEVELS_AND_SHORTCUTS];

/* Where the window of a level above 0 begins that holds a moment. */
uint64_t level_start(int level, uint64_t at_ns);
