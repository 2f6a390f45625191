/* calls.h - filters of system calls, which libseccomp makes. */
#pragma once

#include <sys/types.h>

#include "base/err.h"

enum calls_role {
    CALLS_SENSOR,        /* reads what is open, and writes to what is open */
    CALLS_SENSOR_KEYLOG, /* and opens a file, to read it */
    CALLS_PAGE,          /* a database to be read, and a socket that listens */
    CALLS_KEEPER,        /* and a database to be written, with its lock and ballast */
    CALLS_ASKER,         /* a database to be read, and no socket */
    CALLS_TERMINAL,      /* and a terminal whose modes are set, and which stops it */
    CALLS_DRAWER, /* starts a program that draws: all calls, but no socket, and none that only
                     an intruder makes */
};

/* From now on all threads of this process may make the system calls of `role` alone. `child` (0:
 * none) is a process that they may send signals to and wait for. */
bool calls_confine(enum calls_role role, pid_t child, struct err *err);
