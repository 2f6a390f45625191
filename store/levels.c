/* levels.c - see levels.h. */
#include "store/levels.h"

const struct level levels[LEVELS] = {
    [LEVEL_WINDOW] = {"5s", 5 * LEVEL_SECOND_NS, LEVEL_DAY_NS},
    [LEVEL_MINUTE] = {"1min", 60 * LEVEL_SECOND_NS, 14 * LEVEL_DAY_NS},
    [LEVEL_HOUR] = {"1h", 3600 * LEVEL_SECOND_NS, 400 * LEVEL_DAY_NS},
};

uint64_t level_start(int level, uint64_t at_ns)
{
    return at_ns - at_ns % levels[level].length_ns;
}
