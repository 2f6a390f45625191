/* sensing.h - what the ways to run a sensor share: workers, the clock, what goes to the keeper. */
#pragma once

#include <signal.h>

#include "capture/intake.h"
#include "capture/mirror.h"
#include "daemon/clock.h"
#include "daemon/worker.h"

enum { CLOSED_MAX = 64 };

/* A window that has ended and is not yet sent: what its delta does not know. */
struct closed {
    uint64_t start_ns, end_ns;
    struct capture_counters capture;
    struct vantages *seen; /* owned; NULL: they are of a later window */
};

struct sensing {
    const struct daemon_options *options;
    struct worker *worker[WORKERS_MAX];
    unsigned worker_len;
    struct clock clock;
    struct capture_counters capture;
    struct intake *intake;
    struct mirror mirror;
    struct rebuilt rebuilt; /* of sensing_take() */
    uint64_t number;        /* of the next frame */
    struct closed closed[CLOSED_MAX];
    size_t closed_len;
    struct capture_counters handed; /* as of the latest window that was handed over */
    /* Those who read for us, if we do not ourselves: what they captured is added to ours. */
    struct sensing *part[WORKERS_MAX];
    unsigned part_len;
    struct delta window; /* of sensing_collect(); and where its packets were seen: */
    struct vantages seen;
    bool has_window;
    struct writer message, log;
    int keeper_fd;
    bool failed; /* the keeper is gone, or memory is short: end */
};

/* Set by SIGTERM. */
extern volatile sig_atomic_t sensing_stop;

bool sensing_open(struct sensing *s, const struct daemon_options *options, unsigned workers,
                  int keeper_fd, struct err *err);
void sensing_close(struct sensing *s);

/* Notes that a window has ended, before or after its workers are told. */
void sensing_note_closed(struct sensing *s, const struct tick *tick);

/* Moves the clock to `time_ns`, ticking worker 0. For one worker. */
void sensing_advance(struct sensing *s, uint64_t time_ns);

/* One frame, at its place: clock, headers, worker 0. For one worker. */
void sensing_frame(struct sensing *s, const struct frame *frame);

/* What sensing_frame() does with the frame itself: returns how many packets it brings, numbered
 * from `number` on. They are good until the next call. */
size_t sensing_take(struct sensing *s, const struct frame *frame,
                    struct packet ret_packets[INTAKE_PACKETS_MAX]);

/* When no frame is to come: what was still waited for. Call it until it returns 0. */
size_t sensing_take_rest(struct sensing *s, struct packet ret_packets[INTAKE_PACKETS_MAX]);

/* Ends all flows and the open window, if anything was seen. No worker may be running. */
void sensing_finish(struct sensing *s);

/* Sends what the workers have ready. No worker may be running. What cannot be sent sets `failed`,
 * and nothing more is sent then. */
void sensing_send(struct sensing *s);

/* The same in two steps, of which only the first needs that no worker runs: takes over the
 * exchanges up to the end of a window, and the window; sends them. Call both until the first
 * returns false, which means that there was no window. */
bool sensing_collect(struct sensing *s);
void sensing_send_collected(struct sensing *s);

/* Something happened to the capture: for the list of events. */
void sensing_send_event(struct sensing *s, const char *kind, const char *text);
void sensing_send_progress(struct sensing *s, uint64_t read_bytes, uint64_t total_bytes);

/* The last message: `damage` is what was wrong with the capture, or "". */
void sensing_send_end(struct sensing *s, const char *damage);

/* Should the sensor go on? */
static inline bool sensing_goes_on(const struct sensing *s)
{
    return !sensing_stop && !s->failed;
}
