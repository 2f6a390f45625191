/* clock.h - time: of the wall, of the machine, and of packets, which says when to tick and when a
 * window ends.
 *
 * It follows the latest time stamp seen and never goes back; a packet stamped earlier counts in the
 * window that is open. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct clock {
    uint64_t window_ns;        /* length of a window; set it, zero the rest */
    uint64_t now_ns;           /* the latest time */
    uint64_t next_ns;          /* when to tick next */
    uint64_t start_ns, end_ns; /* of the window that is open */
};

struct tick {
    uint64_t at_ns;
    uint64_t to_ns; /* the second in which time goes on: later than at_ns after a silence */
    bool window_ends;
    uint64_t start_ns, end_ns; /* of the window that ends */
};

/* Moves to `time_ns` and fills in the next tick that is due on the way, if one is: call it until it
 * returns false, and only then handle the packet. The first tells when time begins; ticks fall on
 * whole seconds and on the ends of windows; a long silence is one tick, not many. */
bool clock_advance(struct clock *c, uint64_t time_ns, struct tick *ret);

/* Ends the open window early, at its regular end, because the capture is over. */
struct tick clock_stop(struct clock *c);

/* Since 1970 UTC. */
uint64_t clock_wall_ns(void);

/* Since some moment of the machine's; never goes back. */
uint64_t clock_monotonic_ns(void);
