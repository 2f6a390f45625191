/* keeper.h - the half that owns the database and the page, as a process. It never sees a packet. */
#pragma once

#include "daemon/options.h"

/* Runs until the supervisor closes the other end of `control_fd`. Returns the exit status of the
 * process. */
int keeper_run(const struct daemon_options *options, int control_fd);
