/* pool.c - see pool.h. */
#include "daemon/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t handed, done;
    const struct batch *batch;
    uint64_t round;   /* counts batches handed out */
    unsigned working; /* workers that have not finished this round */
    bool stopping;
    unsigned worker_len;
    struct hand {
        struct pool *pool;
        struct worker *worker;
        unsigned index;
        pthread_t thread;
    } hand[WORKERS_MAX];
};

struct batch *batch_new(unsigned workers)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->block = block_new();
    b->rebuilt = rebuilt_new();
    bool whole = b->block && b->rebuilt.bytes;
    for (unsigned i = 0; i < workers; i++) {
        b->todo[i] = malloc(TODO_MAX * sizeof *b->todo[i]);
        whole = whole && b->todo[i];
    }
    if (whole)
        return b;
    batch_free(b);
    return NULL;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    block_free(b->block);
    rebuilt_free(&b->rebuilt);
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        free(b->todo[i]);
    free(b);
}

void batch_clear(struct batch *b)
{
    b->packet_len = 0;
    b->rebuilt.len = 0;
    b->tick_len = 0;
    memset(b->todo_len, 0, sizeof b->todo_len);
}

static void work(const struct hand *hand, const struct batch *b)
{
    for (size_t i = 0; i < b->todo_len[hand->index]; i++) {
        uint16_t what = b->todo[hand->index][i];
        if (what < TODO_LEARN) {
            worker_packet(hand->worker, &b->packet[what]);
            continue;
        }
        if (what < TODO_TICK) {
            worker_learn(hand->worker, &b->packet[what - TODO_LEARN]);
            continue;
        }
        const struct timed *t = &b->tick[what - TODO_TICK];
        worker_tick(hand->worker, &t->tick, t->number);
    }
}

static void *run(void *ctx)
{
    const struct hand *hand = ctx;
    struct pool *p = hand->pool;
    pthread_mutex_lock(&p->lock);
    for (uint64_t round = 1;; round++) {
        while (p->round < round && !p->stopping)
            pthread_cond_wait(&p->handed, &p->lock);
        if (p->stopping)
            break;
        const struct batch *b = p->batch;
        pthread_mutex_unlock(&p->lock);
        work(hand, b);
        pthread_mutex_lock(&p->lock);
        if (--p->working == 0)
            pthread_cond_signal(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pool *pool_start(struct worker *const *worker, unsigned worker_len, struct err *err)
{
    struct pool *p = calloc(1, sizeof *p);
    if (!p) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->handed, NULL);
    pthread_cond_init(&p->done, NULL);
    for (; p->worker_len < worker_len; p->worker_len++) {
        struct hand *hand = &p->hand[p->worker_len];
        *hand = (struct hand){p, worker[p->worker_len], p->worker_len, 0};
        if (pthread_create(&hand->thread, NULL, run, hand) != 0) {
            err_set(err, "sensor: cannot start a thread");
            pool_stop(p);
            return NULL;
        }
    }
    return p;
}

void pool_stop(struct pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->handed);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->worker_len; i++)
        pthread_join(p->hand[i].thread, NULL);
    pthread_cond_destroy(&p->handed);
    pthread_cond_destroy(&p->done);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void pool_hand(struct pool *p, const struct batch *b)
{
    pthread_mutex_lock(&p->lock);
    p->batch = b;
    p->working = p->worker_len;
    p->round++;
    pthread_cond_broadcast(&p->handed);
    pthread_mutex_unlock(&p->lock);
}

void pool_wait(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->working)
        pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
