/* lock.h - one writer at a time: flock(2) on FILE.lock. */
#pragma once

#include "base/err.h"

struct lock {
    int fd;
    char *path; /* owned */
};

/* Takes the lock of the database at `path`. On failure `err` names who holds it. */
bool lock_take(struct lock *l, const char *path, struct err *err);

/* Gives it back and removes the file. A zeroed lock, or one that was not taken, is fine. */
void lock_drop(struct lock *l);
