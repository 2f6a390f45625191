/* worker.h - one worker of the sensor: an engine, its tally, and what it has to hand over.
 *
 * Single-threaded. What several workers hand over is merged by number of packet, so that it comes
 * out the same whatever their number. */
#pragma once

#include "base/writer.h"
#include "daemon/options.h"
#include "graph/delta.h"

struct worker;

/* `options` is kept. `log`: also hand over each exchange. Given to the caller. */
struct worker *worker_new(const struct daemon_options *options, struct err *err);
void worker_free(struct worker *w);

void worker_packet(struct worker *w, const struct packet *p);

/* A packet of another worker, if it teaches: see engine_learn(). */
bool worker_learns(const struct packet *p);
void worker_learn(struct worker *w, const struct packet *p);

/* Packet time has reached `now_ns`. With `window_ends`, what was counted since the last such call
 * is set aside as one delta, for worker_merge(). */
void worker_tick(struct worker *w, uint64_t now_ns, uint64_t number, bool window_ends);

/* The capture is over. A tick with `window_ends` should follow. */
void worker_finish(struct worker *w, uint64_t now_ns, uint64_t number);

/* Hands over what all `workers` have up to and including the oldest window that each of them has
 * ended: appends exchanges to `log` in the order in which they ended, and adds the window's counts
 * to `ret`. Returns false when no window was ended; `log` then has all exchanges so far. Call it
 * until it does, while no worker runs. When memory is short, `log` has failed, or counts are lost
 * and in `edges_dropped`. */
bool workers_merge(struct worker *const *workers, unsigned workers_len, struct writer *log,
                   struct delta *ret);
