/* levels.c - see levels.h. */
#include "store/levels.h"

#include <stddef.h>

#define MINUTE_NS (60 * LEVEL_SECOND_NS)
#define HOUR_NS (60 * MINUTE_NS)

const struct level levels[LEVELS_AND_SHORTCUTS] = {
    [LEVEL_WINDOW] = {"5s", 5 * LEVEL_SECOND_NS, LEVEL_DAY_NS, LEVEL_WINDOW, LEVEL_WINDOW},
    [LEVEL_MINUTE] = {"1min", MINUTE_NS, 14 * LEVEL_DAY_NS, LEVEL_WINDOW, LEVEL_TEN_MINUTES},
    [LEVEL_HOUR] = {"1h", HOUR_NS, 400 * LEVEL_DAY_NS, LEVEL_MINUTE, LEVEL_SIX_HOURS},
    [LEVEL_TEN_MINUTES] = {NULL, 10 * MINUTE_NS, 0, LEVEL_MINUTE, LEVEL_TEN_MINUTES},
    [LEVEL_SIX_HOURS] = {NULL, 6 * HOUR_NS, 0, LEVEL_HOUR, LEVEL_SIX_HOURS},
};

uint64_t level_start(int level, uint64_t at_ns)
{
    return at_ns - at_ns % levels[level].length_ns;
}
