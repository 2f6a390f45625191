/* sensing.c - see sensing.h. */
#include "daemon/sensing.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "daemon/link.h"
#include "daemon/pool.h"
#include "graph/wire.h"

volatile sig_atomic_t sensing_stop;

static void stop(int signal_number)
{
    (void)signal_number;
    sensing_stop = 1;
}

bool sensing_open(struct sensing *s, const struct daemon_options *options, unsigned workers,
                  int keeper_fd, struct err *err)
{
    *s = (struct sensing){
        .options = options,
        .keeper_fd = keeper_fd,
        .number = 1,
        .clock = {.window_ns = options->window_ns},
    };
    prctl(PR_SET_NAME, "tapgraph-sensor");
    signal(SIGTERM, stop);
    signal(SIGINT, SIG_IGN); /* of a terminal: the supervisor ends us in order */
    signal(SIGPIPE, SIG_IGN);
    struct intake_options intake = {
        .key = options->engine.key, .frame = options->frame, .no_dedup = options->no_dedup};
    s->intake = intake_new(&intake, &s->capture, err);
    if (!s->intake)
        return false;
    s->rebuilt = rebuilt_new();
    if (!s->rebuilt.bytes) {
        err_set(err, "sensor: out of memory");
        return false;
    }
    for (; s->worker_len < workers; s->worker_len++)
        if (!(s->worker[s->worker_len] = worker_new(options, err)))
            return false;
    return true;
}

void sensing_close(struct sensing *s)
{
    for (unsigned i = 0; i < s->worker_len; i++)
        worker_free(s->worker[i]);
    intake_free(s->intake);
    rebuilt_free(&s->rebuilt);
    for (size_t i = 0; i < s->closed_len; i++)
        free(s->closed[i].vantage);
    writer_free(&s->message);
    writer_free(&s->log);
}

void sensing_note_closed(struct sensing *s, const struct tick *tick)
{
    if (s->closed_len == CLOSED_MAX) /* as in worker.c: the next one carries its counts too */
        return;
    struct closed *closed = &s->closed[s->closed_len++];
    *closed =
        (struct closed){.start_ns = tick->start_ns, .end_ns = tick->end_ns, .capture = s->capture};
    struct vantage *vantage = calloc(VANTAGES_MAX, sizeof *vantage);
    if (!vantage) /* likewise */
        return;
    closed->vantage = vantage;
    closed->vantage_len =
        (uint32_t)vantages_take(intake_vantages(s->intake), vantage, &closed->vantages_dropped);
}

static void tick_one(struct sensing *s, const struct tick *tick)
{
    worker_tick(s->worker[0], tick->at_ns, s->number, tick->window_ends);
    if (!tick->window_ends)
        return;
    sensing_note_closed(s, tick);
    sensing_send(s);
}

void sensing_advance(struct sensing *s, uint64_t time_ns)
{
    struct tick tick;
    while (clock_advance(&s->clock, time_ns, &tick))
        tick_one(s, &tick);
}

void sensing_frame(struct sensing *s, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    sensing_advance(s, frame->time_ns);
    s->rebuilt.len = 0;
    size_t len = intake_frame(s->intake, frame, &s->number, &s->rebuilt, packet);
    for (size_t i = 0; i < len; i++)
        worker_packet(s->worker[0], &packet[i]);
}

/* Packets of which not all fragments have come by the end. */
static void finish_intake(struct sensing *s)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    do {
        s->rebuilt.len = 0;
        len = intake_finish(s->intake, &s->number, &s->rebuilt, packet);
        for (size_t i = 0; i < len; i++) {
            const struct hash_key *key = &s->options->engine.key;
            worker_packet(s->worker[pool_worker_of(key, &packet[i], s->worker_len)], &packet[i]);
        }
    } while (len);
}

void sensing_finish(struct sensing *s)
{
    if (!s->clock.end_ns)
        return;
    finish_intake(s);
    struct tick last = clock_stop(&s->clock);
    for (unsigned i = 0; i < s->worker_len; i++) {
        worker_finish(s->worker[i], last.at_ns, s->number);
        worker_tick(s->worker[i], last.at_ns, s->number, true);
    }
    sensing_note_closed(s, &last);
}

static void fail(struct sensing *s, const char *why)
{
    if (!s->failed)
        log_line(LOG_LEVEL_ERROR, "%s", why);
    s->failed = true;
}

static void send(struct sensing *s, enum message_type type, const struct writer *body)
{
    struct err err;
    if (s->failed)
        return;
    if (body->failed)
        fail(s, "sensor: out of memory");
    else if (!link_send(s->keeper_fd, type, writer_view(body), &err))
        fail(s, err.text);
}

static void send_window(struct sensing *s, struct delta *delta)
{
    struct closed *closed = &s->closed[0];
    delta->start_ns = closed->start_ns;
    delta->end_ns = closed->end_ns;
    delta->capture = closed->capture;
    delta->vantage = closed->vantage; /* delta_free() frees it */
    delta->vantage_len = closed->vantage_len;
    delta->vantages_dropped = closed->vantages_dropped;
    memmove(s->closed, s->closed + 1, --s->closed_len * sizeof *s->closed);
    writer_clear(&s->message);
    wire_put_delta(&s->message, delta);
    send(s, MESSAGE_WINDOW, &s->message);
}

void sensing_send(struct sensing *s)
{
    bool window;
    do {
        struct delta delta = {0};
        writer_clear(&s->log);
        window = workers_merge(s->worker, s->worker_len, &s->log, &delta);
        if (s->log.len || s->log.failed)
            send(s, MESSAGE_EXCHANGES, &s->log);
        if (window)
            send_window(s, &delta);
        delta_free(&delta);
    } while (window);
}

void sensing_send_progress(struct sensing *s, uint64_t read_bytes, uint64_t total_bytes)
{
    writer_clear(&s->message);
    writer_varint(&s->message, read_bytes);
    writer_varint(&s->message, total_bytes);
    writer_varint(&s->message, s->capture.frames);
    send(s, MESSAGE_PROGRESS, &s->message);
}

void sensing_send_end(struct sensing *s, const char *damage)
{
    writer_clear(&s->message);
    writer_bytes(&s->message, damage, strlen(damage));
    send(s, MESSAGE_END, &s->message);
}
