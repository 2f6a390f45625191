/* sensor_live.c - interfaces, as packets come. See sensor.h.
 *
 * Packet time is the clock; wall time only ends a window when the interfaces have been silent for
 * GRACE past its end, so that a packet still in a ring is counted where it belongs. */
#include <poll.h>

#include "base/log.h"
#include "daemon/sensing.h"
#include "daemon/sensor.h"

enum { WAIT_MS = 100, BATCH = 1024 };
static const uint64_t grace_ns = 1000000000;

static void take(void *ctx, const struct frame *frame)
{
    sensing_frame(ctx, frame);
}

static void count_drops(struct sensing *s, struct live *const *live, uint16_t live_len)
{
    s->capture.kernel_drops = 0;
    s->capture.interface_drops = 0;
    for (uint16_t i = 0; i < live_len; i++) {
        struct capture_counters one = {0};
        live_count_drops(live[i], &one);
        s->capture.kernel_drops += one.kernel_drops;
        s->capture.interface_drops += one.interface_drops;
    }
}

/* One round over the interfaces. Returns what the worst of them said. */
static enum live_status read_all(struct sensing *s, struct live *const *live, uint16_t live_len,
                                 struct err *err)
{
    enum live_status worst = LIVE_SILENT;
    for (uint16_t i = 0; i < live_len; i++) {
        enum live_status status = live_read(live[i], BATCH, take, s, err);
        if (status == LIVE_GONE || status == LIVE_FAILED)
            return status;
        if (status == LIVE_READ)
            worst = LIVE_READ;
    }
    return worst;
}

static enum live_status watch(struct sensing *s, struct live *const *live, uint16_t live_len,
                              struct err *err)
{
    struct pollfd fds[SOURCES_MAX];
    enum live_status status = LIVE_SILENT;
    uint64_t counted_ns = 0;
    for (uint16_t i = 0; i < live_len; i++)
        fds[i] = (struct pollfd){.fd = live_fd(live[i]), .events = POLLIN};
    while (sensing_goes_on(s)) {
        if (status == LIVE_SILENT)
            poll(fds, live_len, WAIT_MS);
        status = read_all(s, live, live_len, err);
        if (status == LIVE_GONE || status == LIVE_FAILED)
            return status;
        uint64_t now = clock_wall_ns();
        if (now - counted_ns > 1000000000) {
            count_drops(s, live, live_len);
            counted_ns = now;
        }
        /* An empty window is a window too: it says that nothing was there to see. */
        if (status == LIVE_SILENT)
            sensing_advance(s, now - grace_ns);
        if (s->options->log)
            sensing_send(s);
    }
    return LIVE_SILENT;
}

enum sensor_exit sensor_run_live(const struct daemon_options *options, struct live *const *live,
                                 uint16_t live_len, int keeper_fd)
{
    struct sensing s;
    struct err err = {0};
    if (!sensing_open(&s, options, 1, keeper_fd, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        return SENSOR_FAILED;
    }
    enum live_status status = watch(&s, live, live_len, &err);
    count_drops(&s, live, live_len);
    sensing_finish(&s);
    sensing_send(&s);
    if (status == LIVE_FAILED)
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
    if (status == LIVE_SILENT)
        sensing_send_end(&s, "");
    sensing_close(&s);
    if (status == LIVE_GONE)
        return SENSOR_SOURCE_GONE;
    return status == LIVE_FAILED || s.failed ? SENSOR_FAILED : SENSOR_DONE;
}
