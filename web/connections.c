/* connections.c - a fixed table of sockets with deadlines. */
#include "web/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

static const uint64_t NEVER = UINT64_MAX;

struct connection {
    int fd; /* -1: free */
    uint64_t deadline_s;
};

struct connections {
    pthread_mutex_t lock;
    struct connection slot[CONNECTIONS_MAX];
};

struct connections *connections_new(void)
{
    struct connections *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        c->slot[i].fd = -1;
    return c;
}

void connections_free(struct connections *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

struct connection *connections_opened(struct connections *c, int fd, uint64_t now_s)
{
    struct connection *found = NULL;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < CONNECTIONS_MAX && !found; i++) {
        if (c->slot[i].fd < 0)
            found = &c->slot[i];
    }
    if (found)
        *found = (struct connection){fd, now_s + REQUEST_MAX_S};
    pthread_mutex_unlock(&c->lock);
    return found;
}

static void set_deadline(struct connections *c, struct connection *one, uint64_t deadline_s)
{
    if (!one)
        return;
    pthread_mutex_lock(&c->lock);
    one->deadline_s = deadline_s;
    pthread_mutex_unlock(&c->lock);
}

void connections_asks(struct connections *c, struct connection *one, uint64_t now_s)
{
    set_deadline(c, one, now_s + ANSWER_MAX_S);
}

void connections_answered(struct connections *c, struct connection *one, uint64_t now_s)
{
    set_deadline(c, one, now_s + REQUEST_MAX_S);
}

void connections_streams(struct connections *c, struct connection *one)
{
    set_deadline(c, one, NEVER);
}

void connections_closed(struct connections *c, struct connection *one)
{
    if (!one)
        return;
    pthread_mutex_lock(&c->lock);
    one->fd = -1;
    pthread_mutex_unlock(&c->lock);
}

unsigned connections_sweep(struct connections *c, uint64_t now_s)
{
    unsigned swept = 0;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &c->slot[i];
        if (one->fd < 0 || one->deadline_s > now_s)
            continue;
        shutdown(one->fd, SHUT_RDWR);
        one->deadline_s = NEVER;
        swept++;
    }
    pthread_mutex_unlock(&c->lock);
    return swept;
}
