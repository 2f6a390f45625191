/* supervisor.h - the daemon: opens the capture, starts sensor and keeper, restarts what dies, and
 * reads no packet itself. */
#pragma once

#include "daemon/options.h"

/* Runs until SIGTERM or SIGINT, or until a file that is not looped ends. `files`: the sources are
 * capture files, to be played at their own speed; else interfaces. Returns the exit status of the
 * command: 0, or 1 after a sentence on standard error. */
int supervisor_run(const struct daemon_options *options, bool files);
