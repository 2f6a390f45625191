/* label.h - flows that no decoder claims get a word from the inspector, for their edge to be called
 * by: "ssh", "ntp".
 *
 * A flow is worth LABEL_PACKETS_MAX packets with data, put together anew from what the reader has
 * in order: one header of IP, one of its transport, and at most LABEL_BYTES_MAX bytes. What is
 * known of a flow is freed as soon as it has its word, or used up its packets. LABELS_MAX flows can
 * be looked at at a time; after that the oldest make room, counted, and go without.
 */
#pragma once

#include "decode/counters.h"
#include "decode/engine.h"
#include "decode/flow.h"

enum { LABEL_PACKETS_MAX = 10, LABEL_BYTES_MAX = 8192, LABELS_MAX = 8192 };

struct labeller; /* one worker's */

/* NULL when memory is short. `counters` and what the watch names are kept. Given to the caller. */
struct labeller *labeller_new(const struct label_watch *watch, struct decode_counters *counters,
                              struct err *err);
void labeller_free(struct labeller *l);

/* May bytes of the flow, which nobody has claimed, be shown to label_bytes()? */
bool label_wants(const struct labeller *l, const struct flow *f);

/* The next bytes of the flow, which `side` sent in one packet. Once it returns something, or
 * label_wants() says no, the flow's look is over. Returns the word (static) when it is found. */
const char *label_bytes(struct labeller *l, struct flow *f, unsigned side, uint64_t arrived_ns,
                        struct bytes in);

/* No more of the flow is to be looked at. */
void label_end(struct labeller *l, struct flow *f);
