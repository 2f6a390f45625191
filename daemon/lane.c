/* lane.c - see lane.h. */
#include "daemon/lane.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "capture/follow.h"
#include "capture/spread.h"
#include "daemon/crew.h"

enum {
    BATCH = 1024, /* frames of an interface at a turn */
    WAIT_MS = 100,
    WAIT_SORTING_MS = 10,
    WAITING_MAX = 64 * 1024 * 1024, /* bytes of exchanges nobody takes over */
};

#define STOP_MAX_NS UINT64_C(2000000000)

/* Numbers of packets are their time, but for the last bits, which say whose they are. So they are
 * unique, ever rising in a thread, and in order of time over all of them. */
enum { LANE_BITS = 6 };
static_assert(WORKERS_MAX <= 1 << LANE_BITS, "a number has no room for the thread");

static bool is_sorting(const struct lane *l)
{
    return atomic_load_explicit(&l->crew->sorting, memory_order_relaxed);
}

/* What is handed over is posted after this: so who finds it in a mailbox finds the crew sorting. */
static void note_handing_over(struct lane *l)
{
    struct crew *c = l->crew;
    if (!atomic_load_explicit(&c->handed_over, memory_order_relaxed))
        atomic_store(&c->handed_over, true);
    if (!is_sorting(l))
        atomic_store(&c->sorting, true);
}

/* --- decoding --- */

static uint64_t next_number(struct lane *l, uint64_t time_ns)
{
    const uint64_t step = 1 << LANE_BITS;
    uint64_t number = time_ns - time_ns % step;
    l->number = number > l->number ? number : l->number + step;
    return l->number + l->index;
}

/* Whoever runs the joiner tells what it saw. */
static bool runs_joiner(const struct lane *l)
{
    return l->index == 0;
}

static void take_vantages_of_joiner(struct lane *l)
{
    if (runs_joiner(l))
        vantages_move(intake_vantages(l->s.intake), joiner_vantages(l->crew->joiner));
}

/* Who decodes changes over where its time is, so that all is counted for what it stood for. */
static void take_over_level(struct lane *l)
{
    unsigned level = atomic_load_explicit(&l->crew->level, memory_order_relaxed);
    if (level == atomic_load_explicit(&l->level, memory_order_relaxed))
        return;
    worker_follow(l->s.worker[0], level);
    intake_follow(l->s.intake, level);
    atomic_store_explicit(&l->level, level, memory_order_relaxed);
}

/* Time has come to `time_ns`. */
static void advance(struct lane *l, uint64_t time_ns)
{
    struct tick tick;
    while (clock_advance(&l->s.clock, time_ns, &tick)) {
        worker_tick(l->s.worker[0], &tick, next_number(l, tick.at_ns));
        take_over_level(l);
        if (!tick.window_ends)
            continue;
        take_vantages_of_joiner(l);
        sensing_note_closed(&l->s, &tick);
    }
}

static void handle_packet(struct lane *l, struct packet *p, uint64_t time_ns)
{
    p->number = next_number(l, time_ns);
    if (!p->unfollowed)
        worker_packet(l->s.worker[0], p);
    else if (worker_learns(p))
        worker_learn(l->s.worker[0], p);
}

static void handle_frame(struct lane *l, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    advance(l, frame->time_ns);
    size_t len = sensing_take(&l->s, frame, packet);
    for (size_t i = 0; i < len; i++)
        handle_packet(l, &packet[i], frame->time_ns);
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
    struct packet packet = letter->packet;
    advance(l, letter->time_ns);
    intake_packet(l->s.intake, &packet, &letter->by);
    handle_packet(l, &packet, letter->time_ns);
}

/* Those from before `until_ns` that have been taken in. */
static void handle_letters(struct lane *l, uint64_t until_ns)
{
    for (; mailbox_is_due(l->mailbox, until_ns); mailbox_drop(l->mailbox))
        handle_letter(l, mailbox_first(l->mailbox));
}

/* --- reading --- */

/* What teaches is told to all workers but the one that decodes it: here, where it has its place in
 * time. That a copy teaches the same again does no harm. */
static void tell_what_teaches(struct lane *l, unsigned owner, const struct packet *p)
{
    if (!worker_learns(p))
        return;
    for (unsigned i = 0; i < l->crew->lane_len; i++)
        if (i != owner)
            post_learn(&l->post[i], p->time_ns, p);
}

/* Whose frame is it, of which `p` is the packet? Ours, if it will bring none. */
static unsigned owner_of(const struct lane *l, enum frame_verdict verdict, const struct packet *p)
{
    const struct crew *c = l->crew;
    if (verdict == FRAME_PACKET)
        return spread_packet(&c->options->engine.key, p, c->lane_len);
    if (verdict == FRAME_OTHER_IP)
        return spread_fragment(&c->options->engine.key, p, c->lane_len);
    return l->index;
}

/* Is the packet of a connection that its owner does not follow? Then the way to it is saved. */
static bool is_left_out(const struct lane *l, unsigned owner, enum frame_verdict verdict,
                        const struct packet *p)
{
    const struct crew *c = l->crew;
    if (verdict != FRAME_PACKET && verdict != FRAME_OTHER_IP)
        return false;
    unsigned level = atomic_load_explicit(&c->lane[owner]->level, memory_order_relaxed);
    return level && !follow_packet(&c->options->engine.key, level, p);
}

/* Sends a frame where it belongs. */
static void hand_on(struct lane *l, const struct frame *frame)
{
    struct packet p;
    enum frame_verdict verdict = frame_parse(frame, &l->reading, &p);
    if (verdict == FRAME_FRAGMENT) {
        note_handing_over(l);
        post_frame(&l->fragments, frame);
        return;
    }
    unsigned owner = owner_of(l, verdict, &p);
    if (is_left_out(l, owner, verdict, &p)) {
        count_unfollowed(&l->s.capture, frame->length);
        tell_what_teaches(l, l->crew->lane_len, &p);
        return;
    }
    if (owner != l->index)
        note_handing_over(l);
    if (verdict == FRAME_PACKET)
        tell_what_teaches(l, owner, &p);
    if (is_sorting(l))
        post_frame(&l->post[owner], frame);
    else
        handle_frame(l, frame);
}

static void take_frame(void *ctx, const struct frame *frame)
{
    struct lane *l = ctx;
    l->frame_ns = frame->time_ns;
    if (l->crew->lane_len > 1)
        hand_on(l, frame);
    else if (is_sorting(l))
        post_frame(&l->post[0], frame);
    else
        handle_frame(l, frame);
}

static void flush(struct lane *l)
{
    uint64_t lost = l->fragments.lost;
    post_flush(&l->fragments);
    for (unsigned i = 0; i < l->crew->lane_len; i++) {
        post_flush(&l->post[i]);
        lost += l->post[i].lost;
    }
    l->s.capture.kernel_drops = lost + (runs_joiner(l) ? joiner_lost(l->crew->joiner) : 0);
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

/* --- the thread --- */

/* Returns whether there was anything to read. */
static bool take_turn(struct lane *l)
{
    const struct crew *c = l->crew;
    uint64_t until_ns = joiner_until(c->joiner);
    mailbox_collect(l->mailbox);
    /* Without sorting there is only what teaches, and what is left from when there was.
     */
    handle_letters(l, is_sorting(l) ? until_ns : UINT64_MAX);
    bool any = read_interfaces(l);
    if (runs_joiner(l))
        joiner_join(c->joiner, crew_read_until(c));
    /* An empty window is a window too: it says that nothing was there to see. */
    advance(l, is_sorting(l) ? until_ns : atomic_load(&l->read_until_ns));
    return any;
}

static void wait_for_frames(const struct lane *l)
{
    struct pollfd fds[SOURCES_MAX];
    nfds_t len = 0;
    for (uint16_t i = 0; i < l->crew->live_len; i++)
        if (l->live[i])
            fds[len++] = (struct pollfd){.fd = live_fd(l->live[i]), .events = POLLIN};
    poll(fds, len, is_sorting(l) ? WAIT_SORTING_MS : WAIT_MS);
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

void *lane_run(void *lane)
{
    struct lane *l = lane;
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

void lane_handle_rest(struct lane *l)
{
    mailbox_collect(l->mailbox);
    handle_letters(l, UINT64_MAX);
}

void lane_finish(struct lane *l, uint64_t now_ns)
{
    advance(l, now_ns);
    flush(l);
    take_vantages_of_joiner(l);
    l->s.number = next_number(l, now_ns);
    sensing_finish(&l->s);
}

/* --- */

struct lane *lane_new(struct crew *c, unsigned index, struct err *err)
{
    struct lane *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    l->crew = c;
    l->index = index;
    l->mailbox = mailbox_new(MAILBOX_BYTES, err);
    if (!l->mailbox || !sensing_open(&l->s, c->options, 1, -1, err)) {
        lane_free(l);
        return NULL;
    }
    l->reading = c->options->frame;
    l->reading.mirror = &l->s.mirror;
    take_over_level(l);
    if (c->options->workers > 1) /* a mirror's numbers are in order where they are received */
        intake_set_mirror(l->s.intake, NULL);
    return l;
}

void lane_free(struct lane *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        post_free(&l->post[i]);
    post_free(&l->fragments);
    mailbox_free(l->mailbox);
    sensing_close(&l->s);
    free(l);
}
