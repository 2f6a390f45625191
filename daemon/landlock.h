/* landlock.h - Landlock (landlock(7)), for which the C library has no functions. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* What may be done to the files that are beneath a folder. */
enum landlock_use {
    LANDLOCK_READ,
    LANDLOCK_RUN,   /* read, listed, and run */
    LANDLOCK_SHARE, /* written and made too: the memory that SQLite's readers and writers share */
    LANDLOCK_WRITE, /* and removed */
};

struct landlock_folder {
    const char *path;
    enum landlock_use use;
};

/* Has this kernel got it? */
bool landlock_is_there(void);

/* From now on this thread, and those that it starts, can open files beneath these folders alone,
 * none of them to run it, and connect no TCP socket, as far as the kernel knows how to forbid that.
 * What is open stays open. A folder that is not there is left out, and
 * so are new privileges (PR_SET_NO_NEW_PRIVS). */
bool landlock_confine(const struct landlock_folder *folder, size_t folder_len, struct err *err);
