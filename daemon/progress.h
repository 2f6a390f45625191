/* progress.h - how far a replay is: a bar on a terminal, a line at the end. */
#pragma once

#include "daemon/keeping.h"

struct progress_bar {
    bool quiet, shown;
    uint64_t start_ns, drawn_ns; /* monotonic */
};

void progress_start(struct progress_bar *bar, bool quiet);

/* Draws at most ten times a second, on standard error, and only if that is a terminal. */
void progress_show(struct progress_bar *bar, struct progress p);

/* Removes the bar and says what was read, how fast, and where it went; unless it is to be quiet, or
 * standard output tells it all. */
void progress_end(struct progress_bar *bar, struct progress p,
                  const struct daemon_options *options);
