/* imbalance.h - inside the read side: do calls go to one of several, which could share them? Pure.
 *
 * Only those count as peers that were there at the same time: a backend that took the place of
 * another one is no imbalance. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMBALANCE_CALLS_MIN = 100 };

/* One of those among which calls are spread. */
struct portion {
    uint32_t index;          /* the caller's; unique */
    uint64_t from_ns, to_ns; /* when it was seen at work, or ready for it */
    uint64_t calls, open_calls, connections;
};

struct imbalance {
    size_t len;     /* portions that are peers, the greatest first; 0: no imbalance */
    uint64_t calls; /* of all of them */
    double share;   /* of the greatest */
    double weight;  /* how far beyond even, and of how many calls */
};

/* Sorts the portions so that the peers come first, in order of calls. There is an imbalance if at
 * least two peers took IMBALANCE_CALLS_MIN calls, and the greatest share is no nearer to even than
 * to all. */
struct imbalance imbalance_of(struct portion *portions, size_t len);
