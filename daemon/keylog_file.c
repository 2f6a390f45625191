/* keylog_file.c - see keylog_file.h. */
#include "daemon/keylog_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/clock.h"

enum { SESSIONS_MAX = 262144, READ_BYTES = 64 * 1024 };
#define LOOK_AGAIN_NS UINT64_C(100000000) /* for a file that has taken its name: 0.1 s */

struct keylog_file {
    char *path; /* owned */
    const char *name;
    int folder, fd; /* fd -1: it is not there yet */
    off_t at;
    struct keylog *keylog;
    struct key_source source;
    pthread_mutex_t lock; /* of all below, and of the file */
    uint64_t looked_ns;
    bool warned; /* that it cannot be opened */
    char bytes[READ_BYTES];
};

/* The name within its folder, which is opened. */
static bool open_folder(struct keylog_file *f, struct err *err)
{
    char *slash = strrchr(f->path, '/');
    f->name = slash ? slash + 1 : f->path;
    if (slash)
        *slash = '\0';
    const char *folder = !slash ? "." : slash == f->path ? "/" : f->path;
    f->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (f->folder < 0)
        err_set(err, "--tls-keylog: cannot open the folder %s: %s", folder, strerror(errno));
    if (slash)
        *slash = '/';
    return f->folder >= 0;
}

static int open_file(const struct keylog_file *f)
{
    return openat(f->folder, f->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

bool keylog_file_open(const char *path, bool may_come, struct keylog_file **ret, struct err *err)
{
    *ret = NULL;
    if (!path)
        return true;
    struct keylog_file *f = calloc(1, sizeof *f);
    if (f)
        *f = (struct keylog_file){.path = strdup(path), .folder = -1, .fd = -1};
    if (!f || !f->path) {
        free(f);
        return err_set(err, "--tls-keylog: out of memory");
    }
    pthread_mutex_init(&f->lock, NULL);
    if (!open_folder(f, err)) {
        keylog_file_close(f);
        return false;
    }
    f->fd = open_file(f);
    if (f->fd < 0 && !(may_come && errno == ENOENT)) {
        err_set(err, "--tls-keylog: cannot open %s: %s", path, strerror(errno));
        keylog_file_close(f);
        return false;
    }
    *ret = f;
    return true;
}

void keylog_file_close(struct keylog_file *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    if (f->folder >= 0)
        close(f->folder);
    keylog_free(f->keylog);
    pthread_mutex_destroy(&f->lock);
    free(f->path);
    explicit_bzero(f->bytes, sizeof f->bytes);
    free(f);
}

static ssize_t read_some(struct keylog_file *f)
{
    ssize_t got = pread(f->fd, f->bytes, sizeof f->bytes, f->at);
    if (got < 0 && errno == ESPIPE)
        got = read(f->fd, f->bytes, sizeof f->bytes);
    return got;
}

/* From its beginning, if it is shorter than what was read of it. */
static void read_on(struct keylog_file *f)
{
    struct stat is;
    if (f->fd < 0)
        return;
    if (fstat(f->fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size < f->at) {
        keylog_end(f->keylog);
        f->at = 0;
    }
    for (ssize_t got; (got = read_some(f)) > 0; f->at += got)
        keylog_read(f->keylog, bytes_of(f->bytes, (size_t)got));
    explicit_bzero(f->bytes, sizeof f->bytes);
}

static bool is_another(const struct keylog_file *f)
{
    struct stat is, named;
    if (fstatat(f->folder, f->name, &named, 0) != 0)
        return false;
    return f->fd < 0 || fstat(f->fd, &is) != 0 || is.st_ino != named.st_ino ||
           is.st_dev != named.st_dev;
}

/* Has another file taken its name? */
static void look_again(struct keylog_file *f)
{
    uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - f->looked_ns < LOOK_AGAIN_NS)
        return;
    f->looked_ns = now_ns;
    if (!is_another(f))
        return;
    int fd = open_file(f);
    if (fd < 0 && !f->warned)
        log_line(LOG_LEVEL_WARNING,
                 "--tls-keylog: cannot open the new %s: %s; it has to be "
                 "readable to the user that the sensor runs as",
                 f->path, strerror(errno));
    f->warned = fd < 0;
    if (fd < 0)
        return;
    if (f->fd >= 0)
        close(f->fd);
    keylog_end(f->keylog);
    f->fd = fd;
    f->at = 0;
    read_on(f);
}

static bool find(void *ctx, const uint8_t random[TLS_RANDOM_BYTES], struct tls_secrets *ret)
{
    struct keylog_file *f = ctx;
    if (f->source.complete) /* it does not change */
        return keylog_find(f->keylog, random, ret);
    pthread_mutex_lock(&f->lock);
    read_on(f);
    bool found = keylog_find(f->keylog, random, ret);
    if (!found) {
        look_again(f);
        found = keylog_find(f->keylog, random, ret);
    }
    pthread_mutex_unlock(&f->lock);
    return found;
}

/* What is wrong with it, once it was read whole. */
static void judge(const struct keylog_file *f)
{
    const struct keylog_counters *c = keylog_counters(f->keylog);
    if (!c->secrets)
        log_line(LOG_LEVEL_WARNING, "--tls-keylog: there is no secret of TLS in %s", f->path);
    else if (c->nonsense)
        log_line(LOG_LEVEL_WARNING, "--tls-keylog: %llu lines of %s are not of a key log",
                 (unsigned long long)c->nonsense, f->path);
    if (c->evicted)
        log_line(LOG_LEVEL_WARNING,
                 "--tls-keylog: there are more than %d sessions in %s; the first were left out",
                 SESSIONS_MAX, f->path);
}

const struct key_source *keylog_file_load(struct keylog_file *f, const struct hash_key *key,
                                          bool complete)
{
    if (!f)
        return NULL;
    f->keylog = keylog_new(key, SESSIONS_MAX);
    if (!f->keylog) {
        log_line(LOG_LEVEL_ERROR, "--tls-keylog: out of memory; TLS is not opened");
        return NULL;
    }
    f->source = (struct key_source){.find = find, .ctx = f, .complete = complete};
    if (complete && f->fd >= 0)
        fcntl(f->fd, F_SETFL, fcntl(f->fd, F_GETFL) & ~O_NONBLOCK);
    read_on(f);
    if (complete) {
        keylog_end(f->keylog);
        judge(f);
    }
    return &f->source;
}
