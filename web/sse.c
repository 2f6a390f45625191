/* sse.c - the clients, and the text of events. */
#include "web/sse.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENT_TEXT_MAX = 128, GOODBYE_NS = 500000000 };

struct client {
    struct sse *sse;
    struct stream *stream; /* NULL: the slot is free */
    uint64_t told;         /* version */
    uint64_t told_s;       /* when anything was last written */
    bool greeted, said_bye;
    char text[EVENT_TEXT_MAX]; /* not yet sent: from `at` to `len` */
    size_t at, len;
};

struct sse {
    pthread_mutex_t lock;
    pthread_cond_t gone; /* a client is */
    uint64_t version, now_s;
    bool stopping;
    bool reserved[SSE_CLIENTS_MAX]; /* by an answer whose stream is open or about to be */
    struct client client[SSE_CLIENTS_MAX];
};

struct sse *sse_new(void)
{
    struct sse *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->gone, NULL);
    return s;
}

void sse_free(struct sse *s)
{
    if (!s)
        return;
    pthread_cond_destroy(&s->gone);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* The next event this client has to hear, as text; "" = none. */
static void next_event(struct client *c)
{
    struct sse *s = c->sse;
    c->at = 0;
    c->text[0] = '\0';
    if (s->stopping) {
        c->said_bye = true;
        snprintf(c->text, sizeof c->text, "event: bye\ndata: {}\n\n");
    } else if (!c->greeted || c->told != s->version) {
        snprintf(c->text, sizeof c->text,
                 "%sid: %" PRIu64 "\nevent: version\ndata: {\"version\":%" PRIu64 "}\n\n",
                 c->greeted ? "" : "retry: 2000\n", s->version, s->version);
        c->greeted = true;
        c->told = s->version;
    } else if (s->now_s >= c->told_s + SSE_PING_S) {
        snprintf(c->text, sizeof c->text, ": ping\n\n");
    }
    c->len = strlen(c->text);
    if (c->len)
        c->told_s = s->now_s;
}

static int client_read(void *state, char *at, size_t max)
{
    struct client *c = state;
    int ret = 0;
    pthread_mutex_lock(&c->sse->lock);
    if (c->at == c->len && c->said_bye) {
        ret = STREAM_END;
    } else {
        if (c->at == c->len)
            next_event(c);
        size_t len = c->len - c->at < max ? c->len - c->at : max;
        memcpy(at, c->text + c->at, len);
        c->at += len;
        ret = (int)len;
    }
    pthread_mutex_unlock(&c->sse->lock);
    return ret;
}

static void client_open(void *state, struct stream *stream)
{
    struct client *c = state;
    pthread_mutex_lock(&c->sse->lock);
    c->stream = stream;
    pthread_mutex_unlock(&c->sse->lock);
}

static void client_close(void *state)
{
    struct client *c = state;
    struct sse *s = c->sse;
    pthread_mutex_lock(&s->lock);
    c->stream = NULL;
    s->reserved[c - s->client] = false;
    pthread_cond_signal(&s->gone);
    pthread_mutex_unlock(&s->lock);
}

void sse_answer(struct sse *s, struct answer *a)
{
    struct client *c = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SSE_CLIENTS_MAX && !c; i++) {
        if (s->reserved[i])
            continue;
        s->reserved[i] = true;
        c = &s->client[i];
        *c = (struct client){.sse = s, .told_s = s->now_s};
    }
    pthread_mutex_unlock(&s->lock);
    if (!c) {
        answer_error(a, 503, "too many pages listen for events already");
        return;
    }
    a->type = "text/event-stream";
    a->has_stream = true;
    a->stream = (struct stream_source){c, client_open, client_read, client_close};
}

/* With the lock held. */
static void wake(struct sse *s, bool all)
{
    for (size_t i = 0; i < SSE_CLIENTS_MAX; i++) {
        struct client *c = &s->client[i];
        bool due = c->told != s->version || s->now_s >= c->told_s + SSE_PING_S;
        if (c->stream && (all || due))
            stream_wake(c->stream);
    }
}

void sse_tick(struct sse *s, uint64_t version, uint64_t now_s)
{
    pthread_mutex_lock(&s->lock);
    s->version = version;
    s->now_s = now_s;
    wake(s, false);
    pthread_mutex_unlock(&s->lock);
}

static bool has_clients(const struct sse *s)
{
    for (size_t i = 0; i < SSE_CLIENTS_MAX; i++) {
        if (s->reserved[i])
            return true;
    }
    return false;
}

void sse_stop(struct sse *s)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += GOODBYE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    wake(s, true);
    while (has_clients(s) && pthread_cond_timedwait(&s->gone, &s->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&s->lock);
}
