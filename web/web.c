/* web.c - puts the parts together, and ticks once a second. */
#include "web/web.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/export/pixels.h"
#include "web/routes.h"
#include "web/server.h"

struct web {
    struct listening listening;
    struct routes routes;
    struct server *server;
    pthread_t ticker;
    bool ticking;         /* the thread runs */
    pthread_mutex_t lock; /* guards `stop` */
    pthread_cond_t wake;
    bool stop;
};

/* 0 while there is no database; one that cannot be read says so to whoever asks for data. */
static uint64_t data_version(struct readers *readers)
{
    struct query *q;
    struct err err;
    uint64_t version = 0;
    if (readers_borrow(readers, READER_ANY, &q, &err) != READER_LENT)
        return 0;
    query_version(q, &version, &err);
    readers_return(readers, READER_ANY, q);
    return version;
}

/* Waits a second, or until it is time to stop; says whether to go on. */
static bool wait_tick(struct web *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    pthread_mutex_lock(&w->lock);
    while (!w->stop && pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0)
        ;
    bool goes_on = !w->stop;
    pthread_mutex_unlock(&w->lock);
    return goes_on;
}

static void *tick(void *state)
{
    struct web *w = state;
    do {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        sse_tick(w->routes.sse, data_version(w->routes.readers), (uint64_t)now.tv_sec);
        server_sweep(w->server);
    } while (wait_tick(w));
    return NULL;
}

static void init_lock(struct web *w)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void web_prepare(void)
{
    pixels_load();
}

struct web *web_start(const struct web_options *options, struct err *err)
{
    struct web *w = calloc(1, sizeof *w);
    if (!w) {
        err_set(err, "web: memory is short");
        return NULL;
    }
    init_lock(w);
    const struct protection *p = options->protection;
    struct listen_options how = {.locked = p && p->len, .encrypted = p && p->certificate};
    if (!listen_open(&w->listening, options->listen, how, err))
        goto fail;
    w->routes.readers = readers_new(options->db);
    w->routes.sse = sse_new();
    w->routes.metrics = metrics_new(w->routes.readers);
    if (!w->routes.readers || !w->routes.sse || !w->routes.metrics) {
        err_set(err, "web: memory is short");
        goto fail;
    }
    w->server = server_start(&w->listening, p, routes_answer, &w->routes, err);
    if (!w->server)
        goto fail;
    w->ticking = pthread_create(&w->ticker, NULL, tick, w) == 0;
    if (!w->ticking) {
        err_set(err, "web: cannot start a thread");
        goto fail;
    }
    return w;

fail:
    web_stop(w);
    return NULL;
}

static void stop_ticking(struct web *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->ticker, NULL);
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    if (w->ticking)
        stop_ticking(w);
    if (w->routes.sse)
        sse_stop(w->routes.sse); /* before the server: a sleeping stream would abort it */
    server_stop(w->server);
    sse_free(w->routes.sse);
    metrics_free(w->routes.metrics);
    readers_free(w->routes.readers);
    if (w->listening.fd >= 0)
        close(w->listening.fd);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

const char *web_address(const struct web *w)
{
    return w->listening.address;
}
