/* crew.c - see crew.h.
 *
 * All threads take turns at once: a turn holds `turn` for reading, so that crew_pause(), which
 * takes it for writing, waits for the turns that go on and holds up the next. What they share
 * besides are the mailboxes and a few atomics. */
#include "daemon/crew.h"

#include <stdlib.h>

#include "daemon/lane.h"

/* A writer that waits goes before readers that come: else the turns would never leave a gap. */
static void init_turn(pthread_rwlock_t *turn)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(turn, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

/* Who posts to whom. */
static bool connect_lanes(struct crew *c, uint64_t start_ns, struct err *err)
{
    struct mailbox *mailbox[WORKERS_MAX];
    for (unsigned i = 0; i < c->lane_len; i++)
        mailbox[i] = c->lane[i]->mailbox;
    c->joiner = joiner_new(c->options, mailbox, start_ns, &c->lane[0]->s.capture, err);
    if (!c->joiner)
        return false;
    for (unsigned i = 0; i < c->lane_len; i++) {
        c->lane[i]->fragments.to = joiner_mailbox(c->joiner);
        for (unsigned to = 0; to < c->lane_len; to++)
            c->lane[i]->post[to].to = mailbox[to];
    }
    return true;
}

struct crew *crew_new(const struct daemon_options *options, struct live *const *live,
                      uint16_t live_len, struct err *err)
{
    struct crew *c = calloc(1, sizeof *c);
    if (!c) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    uint64_t start_ns = clock_wall_ns() - LIVE_DELAY_NS;
    c->options = options;
    c->live_len = live_len;
    c->sorting = live_len > 1 || options->workers > 1;
    c->plain_ns = start_ns;
    c->level = options->follow_level;
    init_turn(&c->turn);
    for (; c->lane_len < options->workers; c->lane_len++) {
        struct lane *l = c->lane[c->lane_len] = lane_new(c, c->lane_len, err);
        if (!l) {
            crew_free(c);
            return NULL;
        }
        l->read_until_ns = start_ns;
        sensing_advance(&l->s, start_ns);
        for (uint16_t i = 0; i < live_len; i++)
            l->live[i] = live[i * options->workers + c->lane_len];
    }
    if (connect_lanes(c, start_ns, err))
        return c;
    crew_free(c);
    return NULL;
}

bool crew_start(struct crew *c, struct err *err)
{
    for (; c->started < c->lane_len; c->started++)
        if (pthread_create(&c->lane[c->started]->thread, NULL, lane_run, c->lane[c->started]) != 0)
            return err_set(err, "sensor: cannot start a thread");
    return true;
}

void crew_join(struct crew *c, struct sensing *whole)
{
    whole->worker_len = whole->part_len = c->lane_len;
    for (unsigned i = 0; i < c->lane_len; i++) {
        whole->worker[i] = c->lane[i]->s.worker[0];
        whole->part[i] = &c->lane[i]->s;
    }
}

void crew_pause(struct crew *c)
{
    pthread_rwlock_wrlock(&c->turn);
}

/* Sorting costs: it ends when nothing that it is for has been read for a while. Nobody reads now.
 */
static void reconsider_sorting(struct crew *c)
{
    uint64_t now_ns = crew_read_until(c);
    if (atomic_exchange(&c->handed_over, false) || c->live_len > 1 || now_ns < c->plain_ns)
        c->plain_ns = now_ns;
    if (now_ns - c->plain_ns > CREW_PLAIN_NS)
        atomic_store(&c->sorting, false);
}

void crew_resume(struct crew *c)
{
    reconsider_sorting(c);
    pthread_rwlock_unlock(&c->turn);
}

void crew_follow(struct crew *c, unsigned level)
{
    atomic_store_explicit(&c->level, level, memory_order_relaxed);
}

uint64_t crew_read_until(const struct crew *c)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < c->lane_len; i++) {
        uint64_t until = atomic_load_explicit(&c->lane[i]->read_until_ns, memory_order_acquire);
        least = until < least ? until : least;
    }
    return least;
}

bool crew_is_fine(const struct crew *c, struct err *err)
{
    return !atomic_load(&c->failed) || err_set(err, "%s", c->failure.text);
}

static void handle_rest(struct crew *c)
{
    for (unsigned i = 0; i < c->lane_len; i++)
        lane_handle_rest(c->lane[i]);
}

void crew_stop(struct crew *c)
{
    atomic_store(&c->stop_ns, clock_wall_ns());
    atomic_store(&c->stopping, true);
    while (c->started)
        pthread_join(c->lane[--c->started]->thread, NULL);
    joiner_take_rest(c->joiner);
    handle_rest(c);
    joiner_finish(c->joiner);
    handle_rest(c);
    uint64_t latest_ns = 0;
    for (unsigned i = 0; i < c->lane_len; i++)
        if (c->lane[i]->s.clock.now_ns > latest_ns)
            latest_ns = c->lane[i]->s.clock.now_ns;
    for (unsigned i = 0; i < c->lane_len; i++)
        lane_finish(c->lane[i], latest_ns); /* so that all end in the same window */
}

void crew_free(struct crew *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->lane_len; i++)
        lane_free(c->lane[i]);
    joiner_free(c->joiner);
    pthread_rwlock_destroy(&c->turn);
    free(c);
}
