/* replay.h - capture files into a database, once, as fast as it goes. */
#pragma once

#include "daemon/options.h"

/* Returns the exit status of the command: 0, or 1 after a sentence on standard error. A damaged
 * file yields all before the damage, then status 1. Shows a progress bar if standard error is a
 * terminal. */
int replay_run(const struct daemon_options *options);
