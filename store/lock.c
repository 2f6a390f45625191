/* lock.c - see lock.h.
 *
 * The file is removed when the lock is given back, so taking it looks whether the file that was
 * locked is still the one that has the name. It holds the process id of the owner, for people. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES_MAX = 16 }; /* against writers that come and go at the same moment */

static bool refuse(const struct lock *l, const char *path, struct err *err)
{
    char owner[32] = "";
    ssize_t len = pread(l->fd, owner, sizeof owner - 1, 0);
    owner[len > 0 ? len : 0] = '\0';
    owner[strspn(owner, "0123456789")] = '\0';
    return err_set(err,
                   "%s is being written by another tapgraph%s%s: stop that one, or choose another "
                   "--db",
                   path, owner[0] ? ", process " : "", owner);
}

static bool is_still_named(const struct lock *l)
{
    struct stat held, named;
    return fstat(l->fd, &held) == 0 && stat(l->path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

static void sign(const struct lock *l)
{
    char owner[32];
    int len = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());
    if (ftruncate(l->fd, 0) != 0 || pwrite(l->fd, owner, (size_t)len, 0) != len)
        return; /* a full disk: the lock holds all the same */
}

/* Beside the file itself, not beside a symbolic link to it: a database has one lock. NULL: memory
 * is short. */
static char *lock_path(const char *path)
{
    char *real = realpath(path, NULL), *ret = NULL;
    if (asprintf(&ret, "%s.lock", real ? real : path) < 0)
        ret = NULL;
    free(real);
    return ret;
}

bool lock_take(struct lock *l, const char *path, struct err *err)
{
    l->fd = -1;
    l->path = lock_path(path);
    if (!l->path)
        return err_set(err, "cannot open %s: out of memory", path);
    for (int i = 0; i < TRIES_MAX; i++) {
        l->fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (l->fd < 0)
            return err_set(err,
                           "cannot write %s: cannot create %s: %s (choose a --db in a directory "
                           "that exists and that this user may write to)",
                           path, l->path, strerror(errno));
        if (flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
            bool held = errno == EWOULDBLOCK;
            if (held)
                refuse(l, path, err);
            else
                err_set(err, "cannot lock %s: %s", l->path, strerror(errno));
            close(l->fd);
            l->fd = -1;
            return false;
        }
        if (is_still_named(l)) {
            sign(l);
            return true;
        }
        close(l->fd);
        l->fd = -1;
    }
    return err_set(err, "cannot lock %s: it is replaced again and again", l->path);
}

void lock_drop(struct lock *l)
{
    if (l->path && l->fd >= 0) {
        if (is_still_named(l)) /* another's, if ours was removed under us */
            unlink(l->path);
        flock(l->fd, LOCK_UN); /* a child process may still hold a copy of the descriptor */
        close(l->fd);
    }
    free(l->path);
    *l = (struct lock){.fd = -1};
}
