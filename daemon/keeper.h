/* keeper.h - the half that owns the database and the page, as a process. It never sees a packet. */
#pragma once

#include "daemon/options.h"

/* The database was removed or replaced: what would be written nobody would find. */
enum { KEEPER_DATABASE_GONE = 3 };

/* Runs until the supervisor closes the other end of `control_fd`. Returns the exit status of the
 * process: 0, 1 if it could not start, or KEEPER_DATABASE_GONE. */
int keeper_run(const struct daemon_options *options, int control_fd);
