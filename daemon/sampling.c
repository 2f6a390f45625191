/* sampling.c - see sampling.h. */
#include "daemon/sampling.h"

#include "capture/follow.h"

enum { TOLERABLE = 1000 }; /* one frame lost of so many is no overload */

/* If more was lost than read, half is not enough. More than a step further is not believed: who was
 * not let run for a moment loses all of it, whatever the load. */
static unsigned level_that_fits(unsigned level, uint64_t read, uint64_t lost)
{
    level += lost > read ? 2 : 1;
    return level < FOLLOW_LEVEL_MAX ? level : FOLLOW_LEVEL_MAX;
}

static void follow_fewer(struct sampling *s, uint64_t read, uint64_t lost)
{
    uint32_t wait_s = s->wait_s ? s->wait_s : SAMPLING_WAIT_S;
    s->quiet_s = 0;
    s->wait_s = !s->tries                          ? wait_s
                : 2 * wait_s < SAMPLING_WAIT_MAX_S ? 2 * wait_s
                                                   : SAMPLING_WAIT_MAX_S;
    s->tries = false;
    s->level = level_that_fits(s->level, read, lost);
}

static void follow_more(struct sampling *s)
{
    s->level--;
    s->quiet_s = s->tried_s = 0;
    s->tries = true;
}

bool sampling_second(struct sampling *s, uint64_t read, uint64_t lost)
{
    unsigned before = s->level;
    if (lost > read / TOLERABLE) {
        follow_fewer(s, read, lost);
        return s->level != before;
    }
    s->quiet_s++;
    if (s->tries && ++s->tried_s >= SAMPLING_TRIAL_S) {
        s->tries = false;
        s->wait_s = SAMPLING_WAIT_S;
    }
    if (s->level && s->quiet_s >= (s->wait_s ? s->wait_s : SAMPLING_WAIT_S))
        follow_more(s);
    return s->level != before;
}
