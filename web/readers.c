/* readers.c - a small pool of database handles behind one lock. */
#include "web/readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

struct readers {
    const char *path;
    pthread_mutex_t lock;       /* guards the fields below, held briefly */
    pthread_mutex_t graph_lock; /* held while the graph's handle is lent */
    uint64_t file;              /* what the idle handles have open */
    struct query *idle[READERS_IDLE_MAX];
    size_t idle_len;
    struct query *graph; /* NULL until first asked for */
    uint64_t graph_file;
};

struct readers *readers_new(const char *path)
{
    struct readers *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->path = path;
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->graph_lock, NULL);
    return r;
}

static void drop_idle(struct readers *r)
{
    while (r->idle_len)
        query_close(r->idle[--r->idle_len]);
}

void readers_free(struct readers *r)
{
    if (!r)
        return;
    drop_idle(r);
    query_close(r->graph);
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->graph_lock);
    free(r);
}

uint64_t readers_file(struct readers *r)
{
    struct stat s;
    if (stat(r->path, &s) != 0)
        return 0;
    uint64_t file = (uint64_t)s.st_ino * 0x9e3779b97f4a7c15U ^ (uint64_t)s.st_dev;
    return file ? file : 1;
}

static struct query *take_idle(struct readers *r, uint64_t file)
{
    pthread_mutex_lock(&r->lock);
    if (r->file != file) {
        drop_idle(r);
        r->file = file;
    }
    struct query *q = r->idle_len ? r->idle[--r->idle_len] : NULL;
    pthread_mutex_unlock(&r->lock);
    return q;
}

static struct query *borrow_graph(struct readers *r, uint64_t file, struct err *err)
{
    pthread_mutex_lock(&r->graph_lock);
    if (r->graph && r->graph_file != file) {
        query_close(r->graph);
        r->graph = NULL;
    }
    if (!r->graph)
        r->graph = query_open(r->path, err);
    r->graph_file = file;
    if (!r->graph)
        pthread_mutex_unlock(&r->graph_lock);
    return r->graph;
}

enum reader_state readers_borrow(struct readers *r, enum reader_kind kind, struct query **ret,
                                 struct err *err)
{
    uint64_t file = readers_file(r);
    if (!file)
        return READER_ABSENT;
    if (kind == READER_GRAPH) {
        *ret = borrow_graph(r, file, err);
    } else {
        *ret = take_idle(r, file);
        if (!*ret)
            *ret = query_open(r->path, err);
    }
    return *ret ? READER_LENT : READER_BROKEN;
}

void readers_return(struct readers *r, enum reader_kind kind, struct query *q)
{
    if (kind == READER_GRAPH) {
        pthread_mutex_unlock(&r->graph_lock);
        return;
    }
    uint64_t file = readers_file(r);
    pthread_mutex_lock(&r->lock);
    bool keep = r->file == file && r->idle_len < READERS_IDLE_MAX;
    if (keep)
        r->idle[r->idle_len++] = q;
    pthread_mutex_unlock(&r->lock);
    if (!keep)
        query_close(q);
}

const char *readers_path(const struct readers *r)
{
    return r->path;
}
