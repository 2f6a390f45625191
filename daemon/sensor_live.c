/* sensor_live.c - interfaces, as packets come. See sensor.h.
 *
 * Packets are the crew's business. Here their windows and exchanges are sent, and the interfaces
 * are looked after: one that is down, or deleted, is an event, and the others are captured on. */
#include <poll.h>
#include <stdio.h>

#include "base/log.h"
#include "daemon/crew.h"
#include "daemon/sampling.h"
#include "daemon/sensor.h"

enum { ROUND_MS = 100 };
static const uint64_t second = 1000000000;

struct watch {
    struct sensing s; /* what the crew's parts make up */
    struct crew *crew;
    struct live *const *live; /* as crew_new() takes them */
    uint16_t live_len;
    unsigned readers; /* of each */
    enum live_state state[SOURCES_MAX];
    uint64_t round_ns;   /* when the latest round was; monotonic */
    uint64_t counted_ns; /* likewise, when drops were counted */
    struct sampling sampling;
    uint64_t read, lost; /* frames, when it was last told */
};

static void count_drops(struct watch *w)
{
    w->s.capture.kernel_drops = 0;
    w->s.capture.interface_drops = 0;
    for (unsigned i = 0; i < w->live_len * w->readers; i++) {
        struct capture_counters one = {0};
        live_count_drops(w->live[i], &one);
        w->s.capture.kernel_drops += one.kernel_drops;
        w->s.capture.interface_drops += one.interface_drops;
    }
}

/* What the crew has read and lost so far. Nobody works. */
static void count_frames(const struct watch *w, uint64_t *ret_read, uint64_t *ret_lost)
{
    *ret_read = 0;
    *ret_lost = w->s.capture.kernel_drops;
    for (unsigned i = 0; i < w->s.part_len; i++) {
        *ret_read += w->s.part[i]->capture.frames;
        *ret_lost += w->s.part[i]->capture.kernel_drops;
    }
}

static void tell_level(struct watch *w)
{
    char text[128];
    if (w->sampling.level)
        snprintf(text, sizeof text,
                 "too much to read: one connection in %u is followed, counts are scaled",
                 1U << w->sampling.level);
    else
        snprintf(text, sizeof text, "all connections are followed again");
    log_line(LOG_LEVEL_WARNING, "%s", text);
    sensing_send_event(&w->s, "sampling", text);
}

/* `passed_ns` since the last time, which is about a second. */
static void look_at_load(struct watch *w, uint64_t passed_ns)
{
    uint64_t read, lost;
    if (w->sampling.level) {
        w->s.capture.sampled_ns += passed_ns;
        w->s.capture.left_out_ns += passed_ns - (passed_ns >> w->sampling.level);
    }
    crew_pause(w->crew);
    count_frames(w, &read, &lost);
    crew_resume(w->crew);
    bool changed = !w->s.options->follow_always &&
                   sampling_second(&w->sampling, read - w->read, lost - w->lost);
    w->read = read;
    w->lost = lost;
    if (!changed)
        return;
    crew_follow(w->crew, w->sampling.level);
    tell_level(w);
}

static void tell(struct watch *w, const struct live *l, enum live_state state)
{
    static const char *const kind[] = {
        [LIVE_STATE_UP] = "source-back",
        [LIVE_STATE_DOWN] = "source-down",
        [LIVE_STATE_DELETED] = "source-gone",
    };
    static const char *const words[] = {
        [LIVE_STATE_UP] = "is back",
        [LIVE_STATE_DOWN] = "is down",
        [LIVE_STATE_DELETED] = "was deleted",
    };
    char text[128];
    snprintf(text, sizeof text, "interface %s %s", live_interface(l), words[state]);
    log_line(LOG_LEVEL_WARNING, "%s", text);
    sensing_send_event(&w->s, kind[state], text);
}

/* How many interfaces are not deleted. */
static unsigned look_at_interfaces(struct watch *w)
{
    unsigned left = 0;
    for (uint16_t i = 0; i < w->live_len; i++) {
        const struct live *l = w->live[i * w->readers];
        enum live_state before = w->state[i];
        if (before != LIVE_STATE_DELETED)
            w->state[i] = live_state(l);
        if (w->state[i] != before) {
            tell(w, l, w->state[i]);
            w->s.capture.source_gone += before == LIVE_STATE_UP;
        }
        left += w->state[i] != LIVE_STATE_DELETED;
    }
    return left;
}

/* Counts the time since the latest round if the crew is more than a second behind the wire. Who was
 * not let run for a second was, even if the crew has caught up before we look. */
static void measure_lag(struct watch *w, uint64_t now_ns)
{
    uint64_t wire_ns = clock_wall_ns(), read_ns = crew_read_until(w->crew) + LIVE_DELAY_NS;
    bool was_held_up = now_ns - w->round_ns > second;
    if (was_held_up || (wire_ns > read_ns && wire_ns - read_ns > second))
        w->s.capture.behind_ns += now_ns - w->round_ns;
    w->round_ns = now_ns;
}

/* Sends what is ready. false: the crew cannot go on, and `err` says why. */
static bool hand_over(struct watch *w, struct err *err)
{
    bool window = true, fine = true;
    while (window) {
        crew_pause(w->crew);
        window = sensing_collect(&w->s);
        fine = crew_is_fine(w->crew, err);
        crew_resume(w->crew);
        sensing_send_collected(&w->s);
    }
    return fine;
}

static enum sensor_exit watch(struct watch *w, struct err *err)
{
    while (sensing_goes_on(&w->s)) {
        poll(NULL, 0, ROUND_MS);
        uint64_t now_ns = clock_monotonic_ns();
        measure_lag(w, now_ns);
        if (now_ns - w->counted_ns > second) {
            count_drops(w);
            look_at_load(w, now_ns - w->counted_ns);
            w->counted_ns = now_ns;
        }
        if (!look_at_interfaces(w))
            return SENSOR_SOURCE_GONE;
        if (!hand_over(w, err))
            return SENSOR_FAILED;
    }
    return w->s.failed ? SENSOR_FAILED : SENSOR_DONE;
}

/* Opens what is needed, but for the interfaces. */
static bool open_watch(struct watch *w, const struct daemon_options *options, int keeper_fd,
                       struct err *err)
{
    if (!sensing_open(&w->s, options, 0, keeper_fd, err))
        return false;
    w->crew = crew_new(options, w->live, w->live_len, err);
    if (!w->crew)
        return false;
    crew_join(w->crew, &w->s);
    w->round_ns = w->counted_ns = clock_monotonic_ns();
    w->sampling.level = options->follow_level;
    return true;
}

static void close_watch(struct watch *w)
{
    w->s.worker_len = 0; /* they are the crew's */
    sensing_close(&w->s);
    crew_free(w->crew);
}

enum sensor_exit sensor_run_live(const struct daemon_options *options, struct live *const *live,
                                 uint16_t live_len, int keeper_fd)
{
    struct watch w = {.live = live, .live_len = live_len, .readers = options->workers};
    struct err err = {0};
    enum sensor_exit status = SENSOR_FAILED;
    if (open_watch(&w, options, keeper_fd, &err)) {
        if (crew_start(w.crew, &err))
            status = watch(&w, &err);
        crew_stop(w.crew);
        count_drops(&w);
        sensing_send(&w.s);
        if (status == SENSOR_DONE)
            sensing_send_end(&w.s, "");
    }
    if (err.text[0])
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
    status = w.s.failed ? SENSOR_FAILED : status;
    close_watch(&w);
    return status;
}
