/* sensor_paced.c - a capture file played at its own speed, as if it happened now. See sensor.h. */
#include <poll.h>

#include "base/log.h"
#include "daemon/sensing.h"
#include "daemon/sensor.h"

enum { STEP_MS = 50 };

/* Waits until `time_ns`, closing windows on the way. */
static void wait_until(struct sensing *s, uint64_t time_ns)
{
    for (uint64_t now = clock_wall_ns(); now < time_ns && sensing_goes_on(s);
         now = clock_wall_ns()) {
        uint64_t ms = (time_ns - now) / 1000000 + 1;
        if (s->clock.end_ns)
            sensing_advance(s, now);
        if (s->options->log)
            sensing_send(s);
        poll(NULL, 0, (int)(ms < STEP_MS ? ms : STEP_MS));
    }
}

/* Plays the file once; its first frame comes now. */
static enum file_status play(struct sensing *s, struct capture_file *file, struct block *block,
                             struct err *err)
{
    enum file_status status = FILE_MORE;
    uint64_t first_ns = 0, start_ns = clock_wall_ns();
    while (status == FILE_MORE && sensing_goes_on(s)) {
        status = file_read(file, block, err);
        for (size_t i = 0; i < block->frame_len && sensing_goes_on(s); i++) {
            struct frame frame = block->frame[i];
            if (!first_ns)
                first_ns = frame.time_ns;
            uint64_t after = frame.time_ns > first_ns ? frame.time_ns - first_ns : 0;
            frame.time_ns = start_ns + after;
            if (frame.time_ns > clock_wall_ns())
                wait_until(s, frame.time_ns);
            sensing_frame(s, &frame);
        }
    }
    return status;
}

enum sensor_exit sensor_run_paced(const struct daemon_options *options, struct capture_file *file,
                                  int keeper_fd)
{
    struct sensing s;
    struct err err = {0};
    struct block *block = block_new();
    bool again = block && sensing_open(&s, options, 1, keeper_fd, &err);
    if (!again) {
        log_line(LOG_LEVEL_ERROR, "%s", block ? err.text : "sensor: out of memory");
        block_free(block);
        return SENSOR_FAILED;
    }
    enum file_status status = FILE_END;
    while (again) {
        status = play(&s, file, block, &err);
        sensing_finish(&s); /* the next round's connections are others, whatever their ports */
        sensing_send(&s);
        again =
            options->loop && status == FILE_END && sensing_goes_on(&s) && file_rewind(file, &err);
    }
    sensing_send_end(&s, status == FILE_DAMAGED ? err.text : "");
    sensing_close(&s);
    block_free(block);
    return s.failed ? SENSOR_FAILED : SENSOR_DONE;
}
