/* lane.h - one thread of a crew: what it reads, and what it decodes. PRIVATE to crew.c and lane.c.
 *
 * Everything goes through the mailboxes while the crew is sorting. A thread says up to which time
 * it has read (`read_until_ns`) only after it has handed over what it read for others, and asks how
 * far the others are before it looks into its mailbox; so what is earlier than the least of these
 * times is there. In between are the fragments, which the joiner, run by the first thread, takes as
 * far as all have read; the others follow it. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "capture/live.h"
#include "daemon/joiner.h"
#include "daemon/sensing.h"

struct lane {
    struct crew *crew;
    unsigned index;
    pthread_t thread;
    struct sensing s;               /* with one worker, ours */
    struct frame_options reading;   /* of frames as they come; these tell of the mirror's numbers */
    struct live *live[SOURCES_MAX]; /* NULL: gone */
    uint64_t until_ns[SOURCES_MAX]; /* likewise each has been read */
    uint64_t frame_ns; /* time of the latest frame of the interface that is being read; or 0 */
    uint64_t number;   /* the latest, without whose it is */
    struct mailbox *mailbox;
    struct post post[WORKERS_MAX]; /* to each thread */
    struct post fragments;         /* to the joiner */
    _Atomic uint64_t read_until_ns;
    atomic_uint level; /* of capture/follow.h, as what it decodes is counted now */
};

struct crew {
    const struct daemon_options *options;
    uint16_t live_len;
    struct lane *lane[WORKERS_MAX]; /* owned */
    unsigned lane_len, started;
    struct joiner *joiner;
    pthread_rwlock_t turn;
    atomic_bool sorting;     /* everything goes through the mailboxes; unset while nobody works */
    atomic_bool handed_over; /* something was, since this was unset */
    uint64_t plain_ns;       /* time of packets: nothing was since then; guarded by `turn` */
    atomic_uint level;       /* as it is to be; each lane takes it over at its next tick */
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

/* For when the threads have ended: what is left in the mailbox. */
void lane_handle_rest(struct lane *l);
void lane_finish(struct lane *l, uint64_t now_ns);
