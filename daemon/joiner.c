/* joiner.c - see joiner.h. */
#include "daemon/joiner.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "capture/spread.h"
#include "daemon/worker.h"

struct joiner {
    const struct daemon_options *options;
    struct mailbox *mailbox;
    struct intake *intake;
    struct rebuilt rebuilt;
    struct post post[WORKERS_MAX];
    _Atomic uint64_t until_ns;
};

static const struct brought given_up;

struct joiner *joiner_new(const struct daemon_options *options, struct mailbox *const *to,
                          uint64_t start_ns, struct capture_counters *counters, struct err *err)
{
    struct joiner *j = calloc(1, sizeof *j);
    if (!j) {
        err_set(err, "sensor: out of memory");
        return NULL;
    }
    struct intake_options intake = {
        .key = options->engine.key, .frame = options->frame, .no_dedup = options->no_dedup};
    j->options = options;
    j->until_ns = start_ns;
    for (unsigned i = 0; i < options->workers; i++)
        j->post[i].to = to[i];
    j->rebuilt = rebuilt_new();
    j->mailbox = mailbox_new(MAILBOX_BYTES, err);
    j->intake = j->mailbox ? intake_new(&intake, counters, err) : NULL;
    if (j->intake && j->rebuilt.bytes)
        return j;
    joiner_free(j);
    err_set(err, "sensor: out of memory");
    return NULL;
}

void joiner_free(struct joiner *j)
{
    if (!j)
        return;
    for (unsigned i = 0; i < j->options->workers; i++)
        post_free(&j->post[i]);
    mailbox_free(j->mailbox);
    intake_free(j->intake);
    rebuilt_free(&j->rebuilt);
    free(j);
}

struct mailbox *joiner_mailbox(const struct joiner *j)
{
    return j->mailbox;
}

/* To the worker of its flow; what teaches, to all of them. */
static void hand_on(struct joiner *j, uint64_t time_ns, const struct packet *p,
                    const struct brought *by)
{
    unsigned owner = spread_packet(&j->options->engine.key, p, j->options->workers);
    post_packet(&j->post[owner], time_ns, p, by);
    bool teaches = worker_learns(p);
    for (unsigned i = 0; teaches && i < j->options->workers; i++)
        if (i != owner)
            post_learn(&j->post[i], time_ns, p);
}

/* `by` is for the last. */
static void post_packets(struct joiner *j, uint64_t time_ns, const struct packet *packet,
                         size_t len, const struct brought *by)
{
    for (const struct packet *p = packet; p < packet + len; p++)
        hand_on(j, time_ns, p, p + 1 < packet + len ? &given_up : by);
}

static void give_up(struct joiner *j, uint64_t now_ns)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    do {
        j->rebuilt.len = 0;
        len = intake_give_up(j->intake, now_ns, &j->rebuilt, packet);
        post_packets(j, now_ns, packet, len, &given_up);
    } while (len);
}

static void take(struct joiner *j, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    struct brought by;
    j->rebuilt.len = 0;
    size_t len = intake_fragment(j->intake, frame, &j->rebuilt, packet, &by);
    post_packets(j, frame->time_ns, packet, len, &by);
}

static void take_all(struct joiner *j, uint64_t until_ns)
{
    for (; mailbox_is_due(j->mailbox, until_ns); mailbox_drop(j->mailbox))
        take(j, &mailbox_first(j->mailbox)->frame);
}

static void flush(struct joiner *j)
{
    for (unsigned i = 0; i < j->options->workers; i++)
        post_flush(&j->post[i]);
}

void joiner_join(struct joiner *j, uint64_t until_ns)
{
    mailbox_collect(j->mailbox);
    take_all(j, until_ns);
    give_up(j, until_ns);
    flush(j);
    atomic_store_explicit(&j->until_ns, until_ns, memory_order_release);
}

uint64_t joiner_until(const struct joiner *j)
{
    return atomic_load_explicit(&j->until_ns, memory_order_acquire);
}

void joiner_take_rest(struct joiner *j)
{
    mailbox_collect(j->mailbox);
    take_all(j, UINT64_MAX);
    flush(j);
}

void joiner_finish(struct joiner *j)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    uint64_t number = 1;
    size_t len;
    do {
        j->rebuilt.len = 0;
        len = intake_finish(j->intake, &number, &j->rebuilt, packet);
        post_packets(j, 0, packet, len, &given_up);
    } while (len);
    flush(j);
}

uint64_t joiner_lost(const struct joiner *j)
{
    uint64_t lost = 0;
    for (unsigned i = 0; i < j->options->workers; i++)
        lost += j->post[i].lost;
    return lost;
}

struct vantages *joiner_vantages(struct joiner *j)
{
    return intake_vantages(j->intake);
}
