/* crew.c - see crew.h.
 *
 * All threads take turns at once: a turn holds `turn` for reading, so that crew_pause(), which
 * takes it for writing, waits for the turns that go on and holds up the next. What they share
 * besides are the mailboxes and a few atomics.
 *
 * A thread says up to which time it has read (`read_until_ns`) only after it has handed over what
 * it read for others, and asks the others before it looks into its mailbox; so what is earlier than
 * the least of these times is there. */
#include "daemon/crew.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "capture/spread.h"
#include "daemon/mailbox.h"

enum {
    BATCH = 1024, /* frames of an interface at a turn */
    WAIT_MS = 100,
    WAIT_SORTING_MS = 10,
    MAILBOX_BYTES = 64 * 1024 * 1024,
    MAILBOX_PRESSING = MAILBOX_BYTES / 4 * 3, /* from here on order has to stand back */
    WAITING_MAX = 64 * 1024 * 1024,           /* bytes of exchanges nobody takes over */
};

#define STOP_MAX_NS UINT64_C(2000000000)

/* Numbers of packets are their time, but for the last bits, which say whose they are. So they are
 * unique, ever rising in a thread, and in order of time over all of them. */
enum { LANE_BITS = 6 };
static_assert(WORKERS_MAX <= 1 << LANE_BITS, "a number has no room for the thread");

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
    _Atomic uint64_t read_until_ns;
};

struct crew {
    const struct daemon_options *options;
    uint16_t live_len;
    struct lane *lane[WORKERS_MAX]; /* owned */
    unsigned lane_len, started;
    pthread_rwlock_t turn;
    atomic_bool sorting; /* everything goes through the mailboxes; never unset */
    atomic_bool stopping;
    _Atomic uint64_t stop_ns; /* wall time; what came before is still read */
    atomic_bool failed;
    struct err failure; /* of the first that failed; guarded by `turn` */
};

/* --- decoding --- */

static uint64_t next_number(struct lane *l, uint64_t time_ns)
{
    const uint64_t step = 1 << LANE_BITS;
    uint64_t number = time_ns - time_ns % step;
    l->number = number > l->number ? number : l->number + step;
    return l->number + l->index;
}

/* Time has come to `time_ns`. */
static void advance(struct lane *l, uint64_t time_ns)
{
    struct tick tick;
    while (clock_advance(&l->s.clock, time_ns, &tick)) {
        worker_tick(l->s.worker[0], &tick, next_number(l, tick.at_ns));
        if (tick.window_ends)
            sensing_note_closed(&l->s, &tick);
    }
}

static void start_sorting(struct lane *l)
{
    if (!atomic_load_explicit(&l->crew->sorting, memory_order_relaxed))
        atomic_store(&l->crew->sorting, true);
}

/* To the worker of its flow; what teaches, to all of them. */
static void handle_packet(struct lane *l, const struct packet *p)
{
    const struct crew *c = l->crew;
    unsigned owner = spread_packet(&c->options->engine.key, p, c->lane_len);
    bool teaches = worker_learns(p);
    for (unsigned i = 0; teaches && i < c->lane_len; i++)
        if (i != owner && i != l->index)
            post_packet(&l->post[i], LETTER_LEARN, p);
    if (owner == l->index) {
        worker_packet(l->s.worker[0], p);
        return;
    }
    worker_learn(l->s.worker[0], p);
    post_packet(&l->post[owner], LETTER_PACKET, p);
    start_sorting(l);
}

static void handle_frame(struct lane *l, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    advance(l, frame->time_ns);
    size_t len = sensing_take(&l->s, frame, packet);
    for (size_t i = 0; i < len; i++) {
        packet[i].number = next_number(l, frame->time_ns);
        handle_packet(l, &packet[i]);
    }
}

static void handle_letter(struct lane *l, const struct letter *letter)
{
    if (letter->kind == LETTER_FRAME) {
        handle_frame(l, &letter->frame);
        return;
    }
    if (letter->kind == LETTER_LEARN) {
        worker_learn(l->s.worker[0], &letter->packet);
        return;
    }
    advance(l, letter->time_ns);
    worker_packet(l->s.worker[0], &letter->packet);
}

/* Is the first letter due? Without sorting there are only some that tell who listens. One from the
 * future is there because the clock of the machine was set back. */
static bool is_due(const struct lane *l, const struct letter *first, uint64_t until_ns)
{
    const uint64_t soon_ns = 1000000000;
    return first && (first->time_ns < until_ns || !atomic_load(&l->crew->sorting) ||
                     mailbox_bytes(l->mailbox) > MAILBOX_PRESSING ||
                     first->time_ns > clock_wall_ns() + soon_ns);
}

static void handle_letters(struct lane *l, uint64_t until_ns)
{
    mailbox_collect(l->mailbox);
    const struct letter *first;
    while (is_due(l, first = mailbox_first(l->mailbox), until_ns)) {
        handle_letter(l, first);
        mailbox_drop(l->mailbox);
    }
}

/* --- reading --- */

/* Whose frame is it? Ours, if it will bring no packet. */
static unsigned owner_of(const struct lane *l, const struct frame *frame)
{
    const struct crew *c = l->crew;
    const struct hash_key *key = &c->options->engine.key;
    struct packet p;
    if (c->lane_len == 1)
        return 0;
    enum frame_verdict verdict = frame_parse(frame, &l->reading, &p);
    if (verdict == FRAME_PACKET)
        return spread_packet(key, &p, c->lane_len);
    if (verdict == FRAME_FRAGMENT || verdict == FRAME_OTHER_IP)
        return spread_fragment(key, &p, c->lane_len);
    return l->index;
}

static void take_frame(void *ctx, const struct frame *frame)
{
    struct lane *l = ctx;
    unsigned owner = owner_of(l, frame);
    l->frame_ns = frame->time_ns;
    if (owner != l->index)
        start_sorting(l);
    if (atomic_load_explicit(&l->crew->sorting, memory_order_relaxed))
        post_frame(&l->post[owner], frame);
    else
        handle_frame(l, frame);
}

static void flush(struct lane *l)
{
    uint64_t lost = 0;
    for (unsigned i = 0; i < l->crew->lane_len; i++) {
        post_flush(&l->post[i]);
        lost += l->post[i].lost;
    }
    l->s.capture.kernel_drops = lost;
}

static void fail(struct crew *c, const struct err *why)
{
    if (!atomic_exchange(&c->failed, true))
        c->failure = *why;
}

/* Reads one interface. false: there was nothing. */
static bool read_interface(struct lane *l, uint16_t which)
{
    struct err err;
    uint64_t before_ns = clock_wall_ns(), until_ns = 0;
    l->frame_ns = 0;
    enum live_status status = live_read(l->live[which], BATCH, take_frame, l, &err);
    switch (status) {
    case LIVE_READ:
        until_ns = l->frame_ns;
        break;
    case LIVE_FAILED:
        if (live_state(l->live[which]) != LIVE_STATE_DOWN)
            fail(l->crew, &err);
        until_ns = before_ns - LIVE_DELAY_NS;
        break;
    case LIVE_GONE:
        l->live[which] = NULL;
        break;
    case LIVE_SILENT:
        until_ns = before_ns - LIVE_DELAY_NS;
        break;
    }
    if (until_ns > l->until_ns[which])
        l->until_ns[which] = until_ns;
    flush(l);
    return status == LIVE_READ;
}

static bool read_interfaces(struct lane *l)
{
    bool any = false;
    uint64_t until_ns = clock_wall_ns() - LIVE_DELAY_NS;
    for (uint16_t i = 0; i < l->crew->live_len; i++) {
        any = l->live[i] && read_interface(l, i) ? true : any;
        if (l->live[i] && l->until_ns[i] < until_ns)
            until_ns = l->until_ns[i];
    }
    atomic_store_explicit(&l->read_until_ns, until_ns, memory_order_release);
    return any;
}

/* Up to when what we decode has been read: with sorting, by everyone. */
static uint64_t settled_until(const struct lane *l)
{
    return atomic_load(&l->crew->sorting) ? crew_read_until(l->crew)
                                          : atomic_load(&l->read_until_ns);
}

/* Returns whether there was anything to read. */
static bool take_turn(struct lane *l)
{
    if (!atomic_load(&l->crew->sorting))
        handle_letters(l, 0); /* what others have learned is older than what comes now */
    bool any = read_interfaces(l);
    uint64_t until_ns = settled_until(l);
    handle_letters(l, until_ns);
    /* An empty window is a window too: it says that nothing was there to see. */
    advance(l, until_ns);
    flush(l);
    return any;
}

static void wait_for_frames(const struct lane *l)
{
    struct pollfd fds[SOURCES_MAX];
    nfds_t len = 0;
    for (uint16_t i = 0; i < l->crew->live_len; i++)
        if (l->live[i])
            fds[len++] = (struct pollfd){.fd = live_fd(l->live[i]), .events = POLLIN};
    poll(fds, len, atomic_load(&l->crew->sorting) ? WAIT_SORTING_MS : WAIT_MS);
}

/* Once it is time to stop: has all that came before been read? A failure is no time to wait. */
static bool is_done(const struct lane *l)
{
    const struct crew *c = l->crew;
    if (!atomic_load(&c->stopping))
        return false;
    uint64_t stop_ns = atomic_load(&c->stop_ns);
    return atomic_load(&l->read_until_ns) >= stop_ns || atomic_load(&c->failed) ||
           clock_wall_ns() > stop_ns + STOP_MAX_NS;
}

static void *run(void *ctx)
{
    struct lane *l = ctx;
    struct crew *c = l->crew;
    while (!is_done(l)) {
        pthread_rwlock_rdlock(&c->turn);
        bool any = take_turn(l);
        bool behind = worker_waiting_bytes(l->s.worker[0]) > WAITING_MAX;
        pthread_rwlock_unlock(&c->turn);
        if (behind) /* the keeper is: let the kernel drop, and count */
            poll(NULL, 0, WAIT_SORTING_MS);
        else if (!any)
            wait_for_frames(l);
    }
    return NULL;
}

/* --- all of them --- */

/* A writer that waits goes before readers that come: else the turns would never leave a gap. */
static void init_turn(pthread_rwlock_t *turn)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(turn, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

static struct lane *new_lane(struct crew *c, unsigned index, struct err *err)
{
    struct lane *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    l->crew = c;
    l->index = index;
    l->mailbox = mailbox_new(MAILBOX_BYTES, err);
    if (l->mailbox && sensing_open(&l->s, c->options, 1, -1, err)) {
        l->reading = c->options->frame;
        l->reading.mirror = &l->s.mirror;
        if (c->options->workers > 1) /* a mirror's numbers are in order where they are received */
            intake_set_mirror(l->s.intake, NULL);
        return l;
    }
    mailbox_free(l->mailbox);
    sensing_close(&l->s);
    free(l);
    return NULL;
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
    struct tick none;
    c->options = options;
    c->live_len = live_len;
    c->sorting = live_len > 1;
    init_turn(&c->turn);
    for (; c->lane_len < options->workers; c->lane_len++) {
        struct lane *l = c->lane[c->lane_len] = new_lane(c, c->lane_len, err);
        if (!l) {
            crew_free(c);
            return NULL;
        }
        l->read_until_ns = start_ns;
        clock_advance(&l->s.clock, start_ns, &none);
        for (uint16_t i = 0; i < live_len; i++)
            l->live[i] = live[i * options->workers + c->lane_len];
    }
    for (unsigned i = 0; i < c->lane_len; i++)
        for (unsigned to = 0; to < c->lane_len; to++)
            c->lane[i]->post[to].to = c->lane[to]->mailbox;
    return c;
}

bool crew_start(struct crew *c, struct err *err)
{
    for (; c->started < c->lane_len; c->started++)
        if (pthread_create(&c->lane[c->started]->thread, NULL, run, c->lane[c->started]) != 0)
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

void crew_resume(struct crew *c)
{
    pthread_rwlock_unlock(&c->turn);
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

/* Until nobody hands anything to anybody any more. */
static void handle_the_rest(struct crew *c)
{
    bool any = true;
    while (any) {
        any = false;
        for (unsigned i = 0; i < c->lane_len; i++) {
            any = any || mailbox_bytes(c->lane[i]->mailbox);
            handle_letters(c->lane[i], UINT64_MAX);
            flush(c->lane[i]);
        }
    }
}

/* Packets of which not all fragments have come. */
static void give_up_fragments(struct lane *l)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    while ((len = sensing_take_rest(&l->s, packet)))
        for (size_t i = 0; i < len; i++) {
            packet[i].number = next_number(l, packet[i].time_ns);
            handle_packet(l, &packet[i]);
        }
    flush(l);
}

void crew_stop(struct crew *c)
{
    atomic_store(&c->stop_ns, clock_wall_ns());
    atomic_store(&c->stopping, true);
    while (c->started)
        pthread_join(c->lane[--c->started]->thread, NULL);
    handle_the_rest(c);
    for (unsigned i = 0; i < c->lane_len; i++)
        give_up_fragments(c->lane[i]);
    handle_the_rest(c);
    uint64_t latest_ns = 0;
    for (unsigned i = 0; i < c->lane_len; i++)
        if (c->lane[i]->s.clock.now_ns > latest_ns)
            latest_ns = c->lane[i]->s.clock.now_ns;
    for (unsigned i = 0; i < c->lane_len; i++) {
        advance(c->lane[i], latest_ns); /* so that all end in the same window */
        c->lane[i]->s.number = next_number(c->lane[i], latest_ns);
        sensing_finish(&c->lane[i]->s);
    }
}

void crew_free(struct crew *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->lane_len; i++) {
        for (unsigned to = 0; to < c->lane_len; to++)
            post_free(&c->lane[i]->post[to]);
        mailbox_free(c->lane[i]->mailbox);
        sensing_close(&c->lane[i]->s);
        free(c->lane[i]);
    }
    pthread_rwlock_destroy(&c->turn);
    free(c);
}
