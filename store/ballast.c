/* ballast.c - see ballast.h. */
#include "store/ballast.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* An eighth of what is free, within bounds. */
enum { BYTES_MIN = 256 * 1024, BYTES_MAX = 8 * 1024 * 1024, PART = 8, RETAKEN_MIN = 64 * 1024 };

bool ballast_open(struct ballast *b, const char *database)
{
    if (asprintf(&b->path, "%s.ballast", database) < 0) {
        b->path = NULL;
        return false;
    }
    unlink(b->path); /* of one that was killed */
    return true;
}

static bool take_room(const char *path, off_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool taken = posix_fallocate(fd, 0, bytes) == 0;
    close(fd);
    if (!taken)
        unlink(path);
    return taken;
}

static uint64_t free_bytes(int folder)
{
    struct statvfs about;
    return fstatvfs(folder, &about) == 0 ? (uint64_t)about.f_bavail * about.f_frsize : 0;
}

static uint64_t free_beside(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    uint64_t bytes = fd < 0 ? 0 : free_bytes(fd);
    if (fd >= 0)
        close(fd);
    free(folder);
    return bytes;
}

void ballast_make(struct ballast *b)
{
    if (b->there)
        return;
    uint64_t bytes = free_beside(b->path) / PART;
    bytes -= bytes % BYTES_MIN;
    if (bytes > BYTES_MAX)
        bytes = BYTES_MAX;
    b->there = bytes && take_room(b->path, (off_t)bytes);
    b->bytes = b->there ? bytes : b->bytes;
}

void ballast_retake(struct ballast *b)
{
    for (uint64_t bytes = b->bytes; !b->there && bytes >= RETAKEN_MIN; bytes /= 2)
        b->there = take_room(b->path, (off_t)bytes);
}

void ballast_drop(struct ballast *b)
{
    if (b->there)
        unlink(b->path);
    b->there = false;
}

void ballast_close(struct ballast *b)
{
    if (b->path)
        ballast_drop(b);
    free(b->path);
    *b = (struct ballast){0};
}
