/* sampling.h - how many connections to follow, by what was lost: when the kernel drops packets, one
 * in two, four, eight, ... is followed, as many as can be read whole, until there is room again.
 *
 * What is lost at random spoils every connection; what is left out whole spoils none, and counts
 * can be scaled. There is no way to know how much would come but to let it: so when nothing was
 * lost for a while, twice as many are tried, and if that was too many, the next try is later. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    SAMPLING_WAIT_S = 5, /* without loss before more are tried, */
    SAMPLING_WAIT_MAX_S = 320,
    SAMPLING_TRIAL_S = 10, /* loss so soon after that means that it was too many */
};

/* Zeroed is a beginning: all are followed. */
struct sampling {
    unsigned level;   /* one in 2^level is followed */
    uint32_t quiet_s; /* seconds without loss */
    uint32_t wait_s;  /* how many of them it takes; 0: SAMPLING_WAIT_S */
    uint32_t tried_s; /* seconds since more were tried; counted up to SAMPLING_TRIAL_S */
    bool tries;       /* and they have not passed */
};

/* A second has passed, in which `read` frames were read and `lost` were not. Returns whether the
 * level has changed. */
bool sampling_second(struct sampling *s, uint64_t read, uint64_t lost);
