/* pool.h - worker threads that take a batch of packets each at a time.
 *
 * The thread that reads fills one batch while the workers handle the other; nothing else is shared.
 * Both directions of a flow go to one worker (capture/spread.h). */
#pragma once

#include "capture/file.h"
#include "capture/intake.h"
#include "daemon/clock.h"
#include "daemon/worker.h"

enum { PACKETS_MAX = BLOCK_FRAMES_MAX + INTAKE_PACKETS_MAX };

struct batch {
    struct block *block;    /* owned: the packets lie in it */
    struct rebuilt rebuilt; /* owned: or here */
    struct packet packet[PACKETS_MAX];
    size_t packet_len;
    struct timed {
        struct tick tick;
        uint64_t number; /* of the next packet */
    } tick[BLOCK_FRAMES_MAX];
    size_t tick_len;
    /* What each worker does, in order: an index of a packet of its own, TODO_LEARN + the index of
     * another's packet, or TODO_TICK + an index of tick. */
    uint16_t *todo[WORKERS_MAX]; /* owned; room for TODO_MAX */
    size_t todo_len[WORKERS_MAX];
};

enum { TODO_LEARN = 0x4000, TODO_TICK = 0x8000, TODO_MAX = BLOCK_FRAMES_MAX + PACKETS_MAX };

/* For `workers` workers. NULL when memory is short. */
struct batch *batch_new(unsigned workers);
void batch_free(struct batch *b);
void batch_clear(struct batch *b);

/* Is there room for what one more frame can bring? */
static inline bool batch_has_room(const struct batch *b)
{
    return b->packet_len + INTAKE_PACKETS_MAX <= PACKETS_MAX && rebuilt_has_room(&b->rebuilt);
}

/* Adds to what one worker has to do. */
static inline void batch_todo(struct batch *b, unsigned worker, size_t what)
{
    b->todo[worker][b->todo_len[worker]++] = (uint16_t)what;
}

struct pool;

/* Starts a thread for each worker; `worker` is kept. NULL on failure. */
struct pool *pool_start(struct worker *const *worker, unsigned worker_len, struct err *err);
void pool_stop(struct pool *p); /* after pool_wait(); NULL is fine */

/* Hands the batch to all workers; it is theirs until pool_wait() has returned. */
void pool_hand(struct pool *p, const struct batch *b);
void pool_wait(struct pool *p);
