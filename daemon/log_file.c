/* log_file.c - see log_file.h. */
#include "daemon/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/export/exporter.h"

enum { ROOM = 256 * 1024 };

struct log_file {
    int fd;
    bool failed; /* lines are missing */
    bool torn;   /* what is in the file so far ends amid a line, */
    size_t len;  /* whose rest `text` begins with */
    char text[ROOM];
};

struct log_file *log_file_open(const char *path, bool goes_on, struct err *err)
{
    struct log_file *f = malloc(sizeof *f);
    if (!f) {
        err_set(err, "--log: out of memory");
        return NULL;
    }
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (goes_on ? O_APPEND : O_TRUNC);
    f->fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, flags, 0666);
    f->failed = f->torn = false;
    f->len = 0;
    if (f->fd >= 0)
        return f;
    err_set(err, "--log: cannot write %s: %s", path, strerror(errno));
    free(f);
    return NULL;
}

char *log_file_line(struct log_file *f)
{
    if (sizeof f->text - f->len < LOG_LINE_MAX)
        log_file_flush(f);
    return f->text + f->len;
}

void log_file_wrote(struct log_file *f, size_t len)
{
    f->len += len;
}

/* What is left is dropped, but for the end of a line that has begun: lines stay whole. */
static void drop(struct log_file *f, size_t done)
{
    size_t left = f->len - done;
    const char *end = f->torn ? memchr(f->text + done, '\n', left) : NULL;
    f->failed = true;
    f->len = end ? (size_t)(end + 1 - (f->text + done)) : 0;
    memmove(f->text, f->text + done, f->len);
}

void log_file_flush(struct log_file *f)
{
    size_t done = 0;
    while (done < f->len) {
        ssize_t n = write(f->fd, f->text + done, f->len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
        f->torn = done ? f->text[done - 1] != '\n' : f->torn;
    }
    if (done < f->len)
        drop(f, done);
    else
        f->len = 0;
}

bool log_file_close(struct log_file *f)
{
    log_file_flush(f);
    bool failed = f->failed;
    if (f->fd != STDOUT_FILENO)
        failed = close(f->fd) != 0 || failed;
    free(f);
    return !failed;
}
