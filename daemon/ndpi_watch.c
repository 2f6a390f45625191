/* ndpi_watch.c - see ndpi_watch.h. */
#include "daemon/ndpi_watch.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct ndpi_watch {
    atomic_uint inside; /* threads */
};

static void enter(void *ctx)
{
    struct ndpi_watch *w = ctx;
    atomic_fetch_add(&w->inside, 1);
}

static void leave(void *ctx)
{
    struct ndpi_watch *w = ctx;
    atomic_fetch_sub(&w->inside, 1);
}

struct ndpi_watch *ndpi_watch_open(struct daemon_options *options)
{
    if (!options->engine.labels)
        return NULL;
    struct ndpi_watch *w =
        mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w == MAP_FAILED)
        return NULL;
    options->engine.watch = (struct label_watch){.enter = enter, .leave = leave, .ctx = w};
    return w;
}

void ndpi_watch_close(struct ndpi_watch *w)
{
    if (w)
        munmap(w, sizeof *w);
}

bool ndpi_watch_crashed(struct ndpi_watch *w, int status)
{
    bool inside = w && atomic_exchange(&w->inside, 0) != 0;
    bool ended = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM
                                     : WEXITSTATUS(status) == 0;
    return inside && !ended;
}
