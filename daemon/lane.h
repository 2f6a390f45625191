/* lane.h - one thread of a crew (crew.h): what it reads, what it decodes, and what it shares.
 *
 * While everything goes through the mailboxes there are two stages. First fragments are put together,
 * by whoever their addresses say; then the packets are decoded, those that were put together among
 * the others. Each stage takes what is earlier than the time that all threads have come to in the one
 * before it. A thread says how far it is only after it has handed over what is for others, and asks
 * the others before it looks into its mailbox; so what is earlier than the least of these times is
 * there.
 *
 * The numbers that a mirror gives its frames are noted in the first stage by who received them. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "capture/live.h"
#include "daemon/mailbox.h"
#include "daemon/sensing.h"

/* How a lane reads. */
struct reading {
    struct live *live[SOURCES_MAX];  /* NULL: gone */
    uint64_t until_ns[SOURCES_MAX];  /* likewise each has been read */
    uint64_t frame_ns;               /* time of the latest frame of the one being read; or 0 */
    struct frame_options options;    /* these tell `noticed` the numbers of a mirror */
    struct mirror noticed;           /* only whether there is one is of interest */
};

/* The first stage. */
struct pieces {
    struct mailbox *mailbox;
    struct post post[WORKERS_MAX]; /* to that of each thread */
    struct intake *intake;
    struct frame_options noting; /* these tell the lane's mirror the numbers */
};

struct lane {
    struct crew *crew;
    unsigned index;
    pthread_t thread;
    struct reading reading;
    struct pieces pieces;
    struct sensing s; /* with one worker, ours */
    struct mailbox *mailbox;
    struct post post[WORKERS_MAX]; /* to that of each thread */
    uint64_t number;               /* the latest, without whose it is */
    _Atomic uint64_t read_until_ns;
    _Atomic uint64_t pieced_until_ns; /* the first stage is done up to here */
};

struct crew {
    const struct daemon_options *options;
    uint16_t live_len;
    struct lane *lane[WORKERS_MAX]; /* owned */
    unsigned lane_len, started;
    pthread_rwlock_t turn;
    atomic_bool sorting;     /* everything goes through the mailboxes */
    atomic_bool handed_over; /* something was, since this was unset */
    uint64_t plain_ns;       /* monotonic: since when nothing was; for who holds up all */
    atomic_bool stopping;
    _Atomic uint64_t stop_ns; /* wall time; what came before is still read */
    atomic_bool failed;
    struct err failure; /* of the first that failed; guarded by `turn` */
};

/* NULL on failure. It has no interfaces yet, and no posts. */
struct lane *lane_new(struct crew *c, unsigned index, struct err *err);
void lane_free(struct lane *l);

/* Reads and decodes until the crew is stopping; a thread's function, for a struct lane. */
void *lane_run(void *lane);

/* For when the threads have ended. What is left in the mailboxes; false: nothing was. */
bool lane_handle_rest(struct lane *l);
void lane_give_up_fragments(struct lane *l); /* what has not come of them will not */
void lane_finish(struct lane *l, uint64_t now_ns);
