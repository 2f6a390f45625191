/* worker.h - one worker of the sensor: an engine, its tally, and what it has to hand over.
 *
 * Single-threaded. What several workers hand over is merged by number of packet, so that it comes
 * out the same whatever their number. */
#pragma once

#include "base/writer.h"
#include "daemon/clock.h"
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

/* From now on packets of one connection in 2^level come, and each counts for so many. */
void worker_follow(struct worker *w, unsigned level);

/* Packet time has reached `tick`. When a window ends, what was counted since the last such call is
 * set aside as one delta, for workers_merge(). */
void worker_tick(struct worker *w, const struct tick *tick, uint64_t number);

/* The capture is over. A tick with `window_ends` should follow. */
void worker_finish(struct worker *w, uint64_t now_ns, uint64_t number);

/* Exchanges, encoded, that wait to be handed over. */
size_t worker_waiting_bytes(const struct worker *w);

/* Hands over what all `workers` have up to and including the oldest window that any of them has
 * ended and all have passed: appends exchanges to `log` in the order in which they ended, and adds
 * the window's counts to `ret`, with its start and end. Which windows there are may differ: after a
 * silence a worker skips some, and to one that had too many waiting they became one. Returns false
 * when no window was ended; `log` then has all exchanges so far. Call it until it does, while no
 * worker runs. When memory is short, `log` has failed, or counts are lost and in `edges_dropped`.
 */
bool workers_merge(struct worker *const *workers, unsigned workers_len, struct writer *log,
                   struct delta *ret);
