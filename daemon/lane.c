/* lane.c - see lane.h. */
#include "daemon/lane.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "capture/spread.h"
#include "daemon/crew.h"

enum {
    BATCH = 1024, /* frames of an interface at a turn */
    WAIT_MS = 100,
    WAIT_SORTING_MS = 10,
    MAILBOX_BYTES = 64 * 1024 * 1024,
    MAILBOX_PRESSING = MAILBOX_BYTES / 4 * 3, /* from here on order has to stand back */
    WAITING_MAX = 64 * 1024 * 1024,           /* bytes of exchanges nobody takes over */
};

#define STOP_MAX_NS UINT64_C(2000000000)
#define SOON_NS UINT64_C(1000000000)

/* Numbers of packets are their time, but for the last bits, which say whose they are. So they are
 * unique, ever rising in a thread, and in order of time over all of them. */
enum { LANE_BITS = 6 };
static_assert(WORKERS_MAX <= 1 << LANE_BITS, "a number has no room for the thread");

static bool is_sorting(const struct lane *l)
{
    return atomic_load_explicit(&l->crew->sorting, memory_order_relaxed);
}

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

/* Time has come to `time_ns`. */
static void advance(struct lane *l, uint64_t time_ns)
{
    struct tick tick;
    while (clock_advance(&l->s.clock, time_ns, &tick)) {
        worker_tick(l->s.worker[0], &tick, next_number(l, tick.at_ns));
        if (!tick.window_ends)
            continue;
        vantages_move(intake_vantages(l->s.intake), intake_vantages(l->pieces.intake));
        sensing_note_closed(&l->s, &tick);
    }
}

static void handle_packet(struct lane *l, struct packet *p)
{
    advance(l, p->time_ns);
    p->number = next_number(l, p->time_ns);
    worker_packet(l->s.worker[0], p);
}

static void handle_frame(struct lane *l, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    advance(l, frame->time_ns);
    size_t len = sensing_take(&l->s, frame, packet);
    for (size_t i = 0; i < len; i++)
        handle_packet(l, &packet[i]);
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
    intake_packet(l->s.intake, &packet);
    handle_packet(l, &packet);
}

/* Is the first letter due? Without sorting all are. One from the future is there because the clock
 * of the machine was set back. */
static bool is_due(const struct lane *l, const struct mailbox *m, uint64_t until_ns)
{
    const struct letter *first = mailbox_first(m);
    return first &&
           (first->time_ns < until_ns || !is_sorting(l) || mailbox_bytes(m) > MAILBOX_PRESSING ||
            first->time_ns > clock_wall_ns() + SOON_NS);
}

static void handle_letters(struct lane *l, uint64_t until_ns)
{
    mailbox_collect(l->mailbox);
    for (; is_due(l, l->mailbox, until_ns); mailbox_drop(l->mailbox))
        handle_letter(l, mailbox_first(l->mailbox));
}

/* --- the first stage --- */

/* Packets that were put together, to those they belong to. */
static void post_packets(struct lane *l, const struct packet *packet, size_t len)
{
    const struct crew *c = l->crew;
    for (size_t i = 0; i < len; i++) {
        unsigned owner = spread_packet(&c->options->engine.key, &packet[i], c->lane_len);
        post_packet(&l->post[owner], LETTER_PACKET, &packet[i]);
    }
}

static void handle_piece(struct lane *l, const struct letter *letter)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    uint64_t number = 1;
    if (letter->kind == LETTER_HEAD) {
        frame_parse(&letter->frame, &l->pieces.noting, packet);
        return;
    }
    l->s.rebuilt.len = 0;
    intake_set_mirror(l->pieces.intake, letter->numbered ? NULL : &l->s.mirror);
    post_packets(l, packet,
                 intake_frame(l->pieces.intake, &letter->frame, &number, &l->s.rebuilt, packet));
}

static void handle_pieces(struct lane *l, uint64_t until_ns)
{
    struct mailbox *m = l->pieces.mailbox;
    mailbox_collect(m);
    for (; is_due(l, m, until_ns); mailbox_drop(m))
        handle_piece(l, mailbox_first(m));
}

void lane_give_up_fragments(struct lane *l)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    uint64_t number = 1;
    size_t len;
    do {
        l->s.rebuilt.len = 0;
        len = intake_finish(l->pieces.intake, &number, &l->s.rebuilt, packet);
        post_packets(l, packet, len);
    } while (len);
}

/* --- reading --- */

static void flush(struct lane *l)
{
    uint64_t lost = 0;
    for (unsigned i = 0; i < l->crew->lane_len; i++) {
        post_flush(&l->post[i]);
        post_flush(&l->pieces.post[i]);
        lost += l->post[i].lost + l->pieces.post[i].lost;
    }
    l->s.capture.kernel_drops = lost;
}

/* Who accepts a connection is told to all workers but the one that decodes it. */
static void tell_who_listens(struct lane *l, unsigned owner, const struct packet *p)
{
    if ((p->tcp_flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
        return;
    for (unsigned i = 0; i < l->crew->lane_len; i++)
        if (i != owner)
            post_packet(&l->post[i], LETTER_LEARN, p);
}

/* Sends a frame, of which `p` is the packet, where it belongs. What brings no packet stays. */
static void hand_on(struct lane *l, const struct frame *frame, enum frame_verdict verdict,
                    const struct packet *p)
{
    const struct crew *c = l->crew;
    const struct hash_key *key = &c->options->engine.key;
    bool numbered = l->reading.noticed.seen != 0;
    l->reading.noticed.seen = 0;
    unsigned owner = l->index;
    if (verdict == FRAME_PACKET)
        owner = spread_packet(key, p, c->lane_len);
    if (verdict == FRAME_FRAGMENT || verdict == FRAME_OTHER_IP)
        owner = spread_fragment(key, p, c->lane_len);
    if (verdict == FRAME_PACKET)
        tell_who_listens(l, owner, p);
    if (owner != l->index || verdict == FRAME_FRAGMENT || numbered)
        note_handing_over(l);
    if (numbered)
        post_head(&l->pieces.post[l->index], frame);
    if (verdict == FRAME_FRAGMENT)
        post_frame(&l->pieces.post[owner], frame, numbered);
    else if (is_sorting(l))
        post_frame(&l->post[owner], frame, numbered);
    else
        handle_frame(l, frame);
}

static void take_frame(void *ctx, const struct frame *frame)
{
    struct lane *l = ctx;
    struct packet p;
    l->reading.frame_ns = frame->time_ns;
    if (l->crew->lane_len > 1)
        hand_on(l, frame, frame_parse(frame, &l->reading.options, &p), &p);
    else if (is_sorting(l))
        post_frame(&l->post[0], frame, false);
    else
        handle_frame(l, frame);
}

static void fail(struct crew *c, const struct err *why)
{
    if (!atomic_exchange(&c->failed, true))
        c->failure = *why;
}

/* Reads one interface. false: there was nothing. */
static bool read_interface(struct lane *l, uint16_t which)
{
    struct reading *r = &l->reading;
    struct err err;
    uint64_t silent_until_ns = clock_wall_ns() - LIVE_DELAY_NS, until_ns = silent_until_ns;
    r->frame_ns = 0;
    enum live_status status = live_read(r->live[which], BATCH, take_frame, l, &err);
    switch (status) {
    case LIVE_READ:
        until_ns = r->frame_ns;
        break;
    case LIVE_FAILED:
        if (live_state(r->live[which]) != LIVE_STATE_DOWN)
            fail(l->crew, &err);
        break;
    case LIVE_GONE:
        r->live[which] = NULL;
        break;
    case LIVE_SILENT:
        break;
    }
    if (until_ns > r->until_ns[which])
        r->until_ns[which] = until_ns;
    flush(l);
    return status == LIVE_READ;
}

static bool read_interfaces(struct lane *l)
{
    const struct reading *r = &l->reading;
    bool any = false;
    uint64_t until_ns = clock_wall_ns() - LIVE_DELAY_NS;
    for (uint16_t i = 0; i < l->crew->live_len; i++) {
        any = r->live[i] && read_interface(l, i) ? true : any;
        if (r->live[i] && r->until_ns[i] < until_ns)
            until_ns = r->until_ns[i];
    }
    atomic_store_explicit(&l->read_until_ns, until_ns, memory_order_release);
    return any;
}

/* --- the thread --- */

static uint64_t pieced_until(const struct crew *c)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < c->lane_len; i++) {
        uint64_t until = atomic_load_explicit(&c->lane[i]->pieced_until_ns, memory_order_acquire);
        least = until < least ? until : least;
    }
    return least;
}

/* Does the first stage. Returns up to when the second can be done: without sorting, as far as we
 * have read ourselves. */
static uint64_t settle(struct lane *l)
{
    uint64_t until_ns = is_sorting(l) ? crew_read_until(l->crew) : atomic_load(&l->read_until_ns);
    handle_pieces(l, until_ns);
    flush(l);
    atomic_store_explicit(&l->pieced_until_ns, until_ns, memory_order_release);
    return is_sorting(l) ? pieced_until(l->crew) : until_ns;
}

/* Returns whether there was anything to read. */
static bool take_turn(struct lane *l)
{
    if (!is_sorting(l)) /* what is left from when it was */
        handle_letters(l, 0);
    bool any = read_interfaces(l);
    uint64_t until_ns = settle(l);
    handle_letters(l, until_ns);
    /* An empty window is a window too: it says that nothing was there to see. */
    advance(l, until_ns);
    return any;
}

static void wait_for_frames(const struct lane *l)
{
    struct pollfd fds[SOURCES_MAX];
    nfds_t len = 0;
    for (uint16_t i = 0; i < l->crew->live_len; i++)
        if (l->reading.live[i])
            fds[len++] = (struct pollfd){.fd = live_fd(l->reading.live[i]), .events = POLLIN};
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

bool lane_handle_rest(struct lane *l)
{
    bool any = mailbox_bytes(l->mailbox) || mailbox_bytes(l->pieces.mailbox);
    handle_pieces(l, UINT64_MAX);
    flush(l);
    handle_letters(l, UINT64_MAX);
    return any;
}

void lane_finish(struct lane *l, uint64_t now_ns)
{
    advance(l, now_ns);
    l->s.number = next_number(l, now_ns);
    vantages_move(intake_vantages(l->s.intake), intake_vantages(l->pieces.intake));
    sensing_finish(&l->s);
}

/* --- */

static bool open_pieces(struct lane *l, struct err *err)
{
    const struct daemon_options *o = l->crew->options;
    struct intake_options intake = {
        .key = o->engine.key, .frame = o->frame, .no_dedup = o->no_dedup};
    l->pieces.mailbox = mailbox_new(MAILBOX_BYTES, err);
    l->pieces.intake = l->pieces.mailbox ? intake_new(&intake, &l->s.capture, err) : NULL;
    l->pieces.noting = o->frame;
    l->pieces.noting.mirror = &l->s.mirror;
    return l->pieces.intake != NULL;
}

struct lane *lane_new(struct crew *c, unsigned index, struct err *err)
{
    struct lane *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    l->crew = c;
    l->index = index;
    l->reading.options = c->options->frame;
    l->reading.options.mirror = &l->reading.noticed;
    l->mailbox = mailbox_new(MAILBOX_BYTES, err);
    if (l->mailbox && sensing_open(&l->s, c->options, 1, -1, err) && open_pieces(l, err)) {
        if (c->options->workers > 1) /* the first stage does it */
            intake_set_mirror(l->s.intake, NULL);
        return l;
    }
    lane_free(l);
    return NULL;
}

void lane_free(struct lane *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        post_free(&l->post[i]);
        post_free(&l->pieces.post[i]);
    }
    mailbox_free(l->mailbox);
    mailbox_free(l->pieces.mailbox);
    intake_free(l->pieces.intake);
    sensing_close(&l->s);
    free(l);
}
