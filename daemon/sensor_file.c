/* sensor_file.c - a capture file, as fast as it can be read. See sensor.h. */
#include <stdlib.h>

#include "base/log.h"
#include "capture/spread.h"
#include "daemon/pool.h"
#include "daemon/sensing.h"
#include "daemon/sensor.h"

/* Ten times a second, for whoever watches. */
static void report(struct sensing *s, const struct capture_file *file, uint64_t *last_ms)
{
    uint64_t now_ms = clock_monotonic_ns() / 1000000;
    if (now_ms - *last_ms < 100)
        return;
    *last_ms = now_ms;
    struct file_progress progress = file_progress(file);
    sensing_send_progress(s, progress.read_bytes, progress.total_bytes);
}

static enum file_status read_alone(struct sensing *s, struct capture_file *file, struct err *err)
{
    struct block *block = block_new();
    enum file_status status = FILE_MORE;
    uint64_t last_ms = 0;
    if (!block) {
        err_set(err, "sensor: out of memory");
        return FILE_DAMAGED;
    }
    while (status == FILE_MORE && sensing_goes_on(s)) {
        status = file_read(file, block, err);
        for (size_t i = 0; i < block->frame_len; i++)
            sensing_frame(s, &block->frame[i]);
        if (s->options->log)
            sensing_send(s);
        report(s, file, &last_ms);
    }
    block_free(block);
    return status;
}

static void plan_tick(struct batch *b, const struct sensing *s, struct tick tick)
{
    for (unsigned i = 0; i < s->worker_len; i++)
        batch_todo(b, i, TODO_TICK + b->tick_len);
    b->tick[b->tick_len++] = (struct timed){tick, s->number};
}

/* To the worker of its flow; what teaches, to all of them, once. */
static void plan_packet(struct batch *b, const struct sensing *s, const struct packet *packet)
{
    unsigned worker = spread_packet(&s->options->engine.key, packet, s->worker_len);
    bool teaches = worker_learns(packet);
    for (unsigned i = 0; teaches && i < s->worker_len; i++)
        if (i != worker)
            batch_todo(b, i, TODO_LEARN + b->packet_len);
    batch_todo(b, worker, b->packet_len++);
}

/* Sorts the frames of the batch's block, from the `from`-th on, to workers. Stops early, and
 * returns where, when more windows have ended than may wait to be sent, or the batch is full. */
static size_t plan(struct batch *b, struct sensing *s, size_t from)
{
    batch_clear(b);
    size_t i = from;
    for (; i < b->block->frame_len && s->closed_len < CLOSED_MAX / 2 && batch_has_room(b); i++) {
        const struct frame *frame = &b->block->frame[i];
        struct packet *packet = &b->packet[b->packet_len];
        struct tick tick;
        while (clock_advance(&s->clock, frame->time_ns, &tick)) {
            if (tick.window_ends)
                sensing_note_closed(s, &tick);
            plan_tick(b, s, tick);
        }
        size_t len = intake_frame(s->intake, frame, &s->number, &b->rebuilt, packet);
        for (size_t n = 0; n < len; n++)
            plan_packet(b, s, &packet[n]);
    }
    return i;
}

/* Has the workers handle the batch's block. When this returns they may still be at its last part.
 */
static void handle(struct sensing *s, struct pool *pool, struct batch *b)
{
    size_t planned = 0;
    do {
        planned = plan(b, s, planned);
        pool_wait(pool); /* for the batch before this one */
        sensing_send(s);
        pool_hand(pool, b);
        if (planned < b->block->frame_len) {
            pool_wait(pool);
            sensing_send(s);
        }
    } while (planned < b->block->frame_len);
}

static enum file_status read_with_pool(struct sensing *s, struct capture_file *file,
                                       struct err *err)
{
    struct pool *pool = pool_start(s->worker, s->worker_len, err);
    struct batch *batch[2] = {batch_new(s->worker_len), batch_new(s->worker_len)};
    enum file_status status = pool && batch[0] && batch[1] ? FILE_MORE : FILE_DAMAGED;
    uint64_t last_ms = 0;
    if (pool && status == FILE_DAMAGED)
        err_set(err, "sensor: out of memory");
    for (unsigned turn = 0; status == FILE_MORE && sensing_goes_on(s); turn ^= 1) {
        status = file_read(file, batch[turn]->block, err);
        handle(s, pool, batch[turn]);
        report(s, file, &last_ms);
    }
    if (pool)
        pool_wait(pool);
    pool_stop(pool);
    batch_free(batch[0]);
    batch_free(batch[1]);
    return status;
}

enum sensor_exit sensor_run_file(const struct daemon_options *options, struct capture_file *file,
                                 int keeper_fd)
{
    struct sensing s;
    struct err err = {0};
    if (!sensing_open(&s, options, options->workers, keeper_fd, &err)) {
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
        sensing_close(&s);
        return SENSOR_FAILED;
    }
    enum file_status status =
        options->workers > 1 ? read_with_pool(&s, file, &err) : read_alone(&s, file, &err);
    sensing_finish(&s);
    sensing_send(&s);
    struct file_progress progress = file_progress(file);
    sensing_send_progress(&s, progress.read_bytes, progress.total_bytes);
    sensing_send_end(&s, status == FILE_DAMAGED ? err.text : "");
    sensing_close(&s);
    return s.failed ? SENSOR_FAILED : SENSOR_DONE;
}
