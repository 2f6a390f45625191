/* look.c - see look.h.
 *
 * The way of a frame is that of a sensor with one worker: clock, headers, engine, tally; only that
 * all windows are added up to one, and what is thrown away elsewhere is measured here. */
#include "doctor/look.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/human.h"
#include "base/text.h"
#include "capture/file.h"
#include "capture/intake.h"
#include "capture/live.h"
#include "capture/mirror.h"
#include "daemon/clock.h"
#include "daemon/worker.h"
#include "doctor/survey.h"
#include "doctor/traffic.h"

enum { WAIT_MS = 50, BATCH = 1024, SHOW_NS = 200000000 };

struct look {
    const struct look_options *options;
    struct facts *facts;
    struct capture_file *file;
    struct live *live[SOURCES_MAX];
    struct interface_meter *meter[SOURCES_MAX];
    struct intake *intake;
    struct mirror mirror;
    struct rebuilt rebuilt;
    struct survey *survey;
    struct worker *worker;
    struct clock clock;
    uint64_t number;            /* of the next frame */
    uint64_t first_ns, last_ns; /* time stamps of frames */
    uint64_t shown_ns;          /* when the line on the terminal was written */
    struct writer log;          /* stays empty */
    struct delta delta;         /* all windows that ended */
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void name_port(struct port *port, const char *name)
{
    text_clean(port->name, sizeof port->name, bytes_of_text(name));
}

static void open_interface(struct look *l, uint16_t i)
{
    const struct daemon_options *o = l->options->daemon;
    struct port *port = &l->facts->port[i];
    struct live_options live = {
        .interface = o->source[i],
        .filter = o->filter,
        .number = i,
        .snap_bytes = o->snap_bytes,
        .ring_bytes = o->ring_bytes,
        .not_promiscuous = o->not_promiscuous,
    };
    struct err err;
    port->live = true;
    port->not_promiscuous = o->not_promiscuous;
    port->is_any = strcmp(o->source[i], "any") == 0;
    l->live[i] = live_open(&live, &err);
    if (!l->live[i])
        text_clean(port->refused, sizeof port->refused, bytes_of_text(err.text));
    port->state = interface_read(o->source[i]);
    port->offload = offload_read(o->source[i]);
    l->meter[i] = interface_meter_open(o->source[i]);
}

static bool open_sources(struct look *l, struct err *err)
{
    const struct daemon_options *o = l->options->daemon;
    struct facts *facts = l->facts;
    facts->live = !l->options->files;
    facts->filtered = o->filter != NULL;
    for (uint16_t i = 0; i < o->source_len; i++) {
        name_port(&facts->port[facts->port_len++], o->source[i]);
        if (facts->live)
            open_interface(l, i);
    }
    if (facts->live)
        return true;
    l->file = file_open(o->source, o->source_len, o->filter, err);
    return l->file != NULL;
}

static bool open_intake(struct look *l, struct err *err)
{
    const struct daemon_options *o = l->options->daemon;
    struct intake_options options = {
        .key = o->engine.key, .frame = o->frame, .no_dedup = o->no_dedup};
    l->intake = intake_new(&options, &l->facts->capture, err);
    if (l->intake)
        intake_set_mirror(l->intake, &l->mirror);
    l->rebuilt = rebuilt_new();
    return l->intake && (l->rebuilt.bytes || err_set(err, "doctor: out of memory"));
}

struct look *look_open(const struct look_options *options, struct facts *facts, struct err *err)
{
    struct look *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, "doctor: out of memory");
        return NULL;
    }
    *facts = (struct facts){0};
    l->options = options;
    l->facts = facts;
    l->number = 1;
    l->clock.window_ns = options->daemon->window_ns;
    if (open_sources(l, err) && open_intake(l, err) &&
        (l->worker = worker_new(options->daemon, err)) &&
        (l->survey = survey_new(facts, options->daemon, err)))
        return l;
    look_close(l);
    return NULL;
}

void look_close(struct look *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < SOURCES_MAX; i++) {
        live_close(l->live[i]);
        interface_meter_close(l->meter[i]);
    }
    file_close(l->file);
    intake_free(l->intake);
    rebuilt_free(&l->rebuilt);
    survey_free(l->survey);
    worker_free(l->worker);
    delta_free(&l->delta);
    writer_free(&l->log);
    free(l);
}

static void tick(struct look *l, const struct tick *t)
{
    worker_tick(l->worker, t, l->number);
    if (!t->window_ends)
        return;
    do /* these counters are totals, not to be added up */
        l->delta.decode = (struct decode_counters){0};
    while (workers_merge(&l->worker, 1, &l->log, &l->delta));
}

static void decode(struct look *l, const struct packet *packet, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        survey_packet(l->survey, &packet[i]);
        worker_packet(l->worker, &packet[i]);
    }
}

static void take(void *ctx, const struct frame *frame)
{
    struct look *l = ctx;
    struct packet packet[INTAKE_PACKETS_MAX];
    struct tick due;
    while (clock_advance(&l->clock, frame->time_ns, &due))
        tick(l, &due);
    l->first_ns = l->first_ns ? l->first_ns : frame->time_ns;
    l->last_ns = frame->time_ns > l->last_ns ? frame->time_ns : l->last_ns;
    l->rebuilt.len = 0;
    survey_frame(l->survey, frame);
    decode(l, packet, intake_frame(l->intake, frame, &l->number, &l->rebuilt, packet));
}

/* What is still waited for is given up. */
static void finish_intake(struct look *l)
{
    struct packet packet[INTAKE_PACKETS_MAX];
    size_t len;
    do {
        l->rebuilt.len = 0;
        len = intake_finish(l->intake, &l->number, &l->rebuilt, packet);
        decode(l, packet, len);
    } while (len);
}

/* One line on a terminal. `share` is how much of the looking is done. */
static void show(struct look *l, uint64_t now_ns, double share)
{
    const struct capture_counters *c = &l->facts->capture;
    if (l->options->quiet || !isatty(STDERR_FILENO) || now_ns - l->shown_ns < SHOW_NS)
        return;
    l->shown_ns = now_ns;
    fprintf(stderr, "\rlooking at %.40s: %.0f %%, %llu frames, %s\033[K", l->facts->port[0].name,
            share * 100, (unsigned long long)c->frames, human_bytes((double)c->bytes).text);
}

static void show_no_more(const struct look *l)
{
    if (l->shown_ns)
        fputs("\r\033[K", stderr);
}

static void count_drops(struct look *l)
{
    struct capture_counters *sum = &l->facts->capture;
    sum->kernel_drops = sum->interface_drops = 0;
    for (uint16_t i = 0; i < l->facts->port_len; i++) {
        struct port *port = &l->facts->port[i];
        struct capture_counters one = {0};
        if (l->live[i]) {
            live_count_drops(l->live[i], &one);
            port->kernel_drops = one.kernel_drops;
            port->interface_drops = one.interface_drops;
        }
        if (l->meter[i])
            port->counts = interface_meter_read(l->meter[i]);
        sum->kernel_drops += port->kernel_drops;
        sum->interface_drops += port->interface_drops;
    }
}

static void note_end(struct look *l, uint16_t i, const char *why)
{
    struct port *port = &l->facts->port[i];
    text_clean(port->ended, sizeof port->ended, bytes_of_text(why));
    count_drops(l);
    live_close(l->live[i]);
    l->live[i] = NULL;
}

/* An interface that goes down may come back, but this look is over for it. */
static bool went_down(const struct look *l, uint16_t i)
{
    const struct interface *before = &l->facts->port[i].state;
    return before->up && before->carrier && live_state(l->live[i]) != LIVE_STATE_UP;
}

/* Reads what there is. Returns false when no interface is left that can be read. */
static bool read_all(struct look *l, bool *ret_silent)
{
    bool any = false;
    *ret_silent = true;
    for (uint16_t i = 0; i < l->facts->port_len; i++) {
        struct err err;
        if (!l->live[i])
            continue;
        enum live_status status = live_read(l->live[i], BATCH, take, l, &err);
        *ret_silent = *ret_silent && status != LIVE_READ;
        if (status == LIVE_GONE || status == LIVE_FAILED)
            note_end(l, i, err.text);
        else if (went_down(l, i))
            note_end(l, i, "it went down");
        any = any || l->live[i];
    }
    return any;
}

/* The machine's time of day should go with its clock; what it is set by is a step. */
static void watch_clock(struct facts *facts, int64_t *offset_ns)
{
    int64_t now = (int64_t)(clock_wall_ns() - clock_monotonic_ns());
    int64_t moved = *offset_ns ? now - *offset_ns : 0;
    uint64_t step = (uint64_t)(moved < 0 ? -moved : moved);
    if (step > CLOCK_STEP_NS) {
        facts->tap_steps++;
        facts->tap_step_ns = step > facts->tap_step_ns ? step : facts->tap_step_ns;
    }
    *offset_ns = now;
}

/* What is in a ring when the time is over was seen in time. */
static void look_at_interfaces(struct look *l)
{
    uint64_t start = clock_monotonic_ns(), now = start;
    uint64_t end = start + l->options->for_ns;
    int64_t offset_ns = 0;
    bool silent = true;
    while (!stopped && now < end + LIVE_DELAY_NS && read_all(l, &silent)) {
        struct pollfd fds[SOURCES_MAX];
        now = clock_monotonic_ns();
        if (now >= end && silent)
            break;
        for (uint16_t i = 0; i < l->facts->port_len; i++)
            fds[i] = (struct pollfd){.fd = l->live[i] ? live_fd(l->live[i]) : -1, .events = POLLIN};
        if (silent)
            poll(fds, l->facts->port_len, WAIT_MS);
        watch_clock(l->facts, &offset_ns);
        show(l, now, (double)(now - start) / (double)l->options->for_ns);
    }
    count_drops(l);
    l->facts->looked_ns = now > start ? now - start : 0;
}

static bool is_past(const struct look *l)
{
    return l->options->for_ns && l->last_ns - l->first_ns > l->options->for_ns;
}

static bool look_at_files(struct look *l, struct err *err)
{
    struct block *block = block_new();
    enum file_status status = FILE_MORE;
    if (!block)
        return err_set(err, "doctor: out of memory");
    while (status == FILE_MORE && !stopped && !is_past(l)) {
        struct err damage;
        status = file_read(l->file, block, &damage);
        for (size_t i = 0; i < block->frame_len && !is_past(l); i++)
            take(l, &block->frame[i]);
        if (status == FILE_DAMAGED)
            text_clean(l->facts->damage, sizeof l->facts->damage, bytes_of_text(damage.text));
        struct file_progress p = file_progress(l->file);
        show(l, clock_monotonic_ns(),
             p.total_bytes ? (double)p.read_bytes / (double)p.total_bytes : 0);
    }
    l->facts->looked_ns = l->last_ns - l->first_ns;
    block_free(block);
    return true;
}

static void finish(struct look *l)
{
    finish_intake(l);
    mirror_settle(&l->mirror);
    l->facts->capture.mirror_seen = l->mirror.seen;
    l->facts->capture.mirror_lost = l->mirror.lost;
    if (l->clock.end_ns) {
        struct tick last = clock_stop(&l->clock);
        worker_finish(l->worker, last.at_ns, l->number);
        tick(l, &last);
    }
    l->facts->decode = l->delta.decode;
    survey_finish(l->survey);
    traffic_measure(&l->delta, &l->facts->traffic);
}

bool look_run(struct look *l, struct err *err)
{
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    bool good = true;
    if (l->file)
        good = look_at_files(l, err);
    else
        look_at_interfaces(l);
    show_no_more(l);
    finish(l);
    return good;
}
