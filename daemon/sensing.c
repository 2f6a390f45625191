/* sensing.c - see sensing.h. */
#include "daemon/sensing.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "capture/spread.h"
#include "daemon/link.h"
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
    vantages_init(&s->seen, &options->engine.key);
    prctl(PR_SET_NAME, "tapgraph-sensor");
    signal(SIGTERM, stop);
    signal(SIGINT, SIG_IGN); /* of a terminal: the supervisor ends us in order */
    signal(SIGPIPE, SIG_IGN);
    struct intake_options intake = {
        .key = options->engine.key, .frame = options->frame, .no_dedup = options->no_dedup};
    s->intake = intake_new(&intake, &s->capture, err);
    if (!s->intake)
        return false;
    intake_set_mirror(s->intake, &s->mirror);
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
        free(s->closed[i].seen);
    delta_free(&s->window);
    writer_free(&s->message);
    writer_free(&s->log);
}

void sensing_note_closed(struct sensing *s, const struct tick *tick)
{
    s->capture.mirror_seen = s->mirror.seen;
    s->capture.mirror_lost = s->mirror.lost;
    if (s->closed_len == CLOSED_MAX) /* as in worker.c: the next one carries its counts too */
        return;
    struct vantages *seen = malloc(sizeof *seen);
    if (seen) { /* else likewise */
        vantages_init(seen, &s->options->engine.key);
        vantages_move(seen, intake_vantages(s->intake));
    }
    s->closed[s->closed_len++] = (struct closed){tick->start_ns, tick->end_ns, s->capture, seen};
}

static void tick_one(struct sensing *s, const struct tick *tick)
{
    worker_tick(s->worker[0], tick, s->number);
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

size_t sensing_take(struct sensing *s, const struct frame *frame,
                    struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    s->rebuilt.len = 0;
    return intake_frame(s->intake, frame, &s->number, &s->rebuilt, ret_packets);
}

void sensing_frame(struct sensing *s, const struct frame *frame)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    sensing_advance(s, frame->time_ns);
    size_t len = sensing_take(s, frame, packet);
    for (size_t i = 0; i < len; i++)
        worker_packet(s->worker[0], &packet[i]);
}

size_t sensing_take_rest(struct sensing *s, struct packet ret_packets[INTAKE_PACKETS_MAX])
{
    s->rebuilt.len = 0;
    return intake_finish(s->intake, &s->number, &s->rebuilt, ret_packets);
}

static void finish_intake(struct sensing *s)
{
    const struct hash_key *key = &s->options->engine.key;
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    while ((len = sensing_take_rest(s, packet)))
        for (size_t i = 0; i < len; i++)
            worker_packet(s->worker[spread_packet(key, &packet[i], s->worker_len)], &packet[i]);
}

void sensing_finish(struct sensing *s)
{
    if (!s->clock.end_ns)
        return;
    finish_intake(s);
    struct tick last = clock_stop(&s->clock);
    mirror_settle(&s->mirror);
    for (unsigned i = 0; i < s->worker_len; i++) {
        worker_finish(s->worker[i], last.at_ns, s->number);
        worker_tick(s->worker[i], &last, s->number);
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

static void add_counters(struct capture_counters *into, const struct capture_counters *from)
{
    uint64_t *sum = (uint64_t *)into;
    const uint64_t *more = (const uint64_t *)from;
    for (size_t i = 0; i < sizeof *into / sizeof *sum; i++)
        sum[i] += more[i];
}

/* Adds what `part` captured up to the end of the window. */
static void add_capture(struct sensing *s, struct sensing *part)
{
    size_t len = 0;
    for (; len < part->closed_len && part->closed[len].start_ns <= s->window.start_ns; len++) {
        struct closed *closed = &part->closed[len];
        part->handed = closed->capture;
        if (closed->seen)
            vantages_move(&s->seen, closed->seen);
        free(closed->seen);
    }
    part->closed_len -= len;
    memmove(part->closed, part->closed + len, part->closed_len * sizeof *part->closed);
    add_counters(&s->window.capture, &part->handed);
}

/* Without room for them they are of the next window. */
static void take_vantages(struct sensing *s)
{
    struct vantage *rows = calloc(VANTAGES_MAX, sizeof *rows);
    if (!rows)
        return;
    s->window.vantage = rows; /* delta_free() frees it */
    s->window.vantage_len = (uint32_t)vantages_take(&s->seen, rows, &s->window.vantages_dropped);
}

bool sensing_collect(struct sensing *s)
{
    writer_clear(&s->log);
    s->has_window = workers_merge(s->worker, s->worker_len, &s->log, &s->window);
    if (!s->has_window)
        return false;
    for (unsigned i = 0; i < s->part_len; i++)
        add_capture(s, s->part[i]);
    if (s->part_len)
        add_counters(&s->window.capture, &s->capture);
    else
        add_capture(s, s);
    take_vantages(s);
    return true;
}

void sensing_send_collected(struct sensing *s)
{
    if (s->log.len || s->log.failed)
        send(s, MESSAGE_EXCHANGES, &s->log);
    if (!s->has_window)
        return;
    writer_clear(&s->message);
    wire_put_delta(&s->message, &s->window);
    send(s, MESSAGE_WINDOW, &s->message);
    delta_free(&s->window);
}

void sensing_send(struct sensing *s)
{
    bool window;
    do {
        window = sensing_collect(s);
        sensing_send_collected(s);
    } while (window);
}

void sensing_send_event(struct sensing *s, const char *kind, const char *text)
{
    writer_clear(&s->message);
    writer_text(&s->message, kind);
    writer_text(&s->message, text);
    send(s, MESSAGE_EVENT, &s->message);
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
