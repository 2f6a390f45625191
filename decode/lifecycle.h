/* lifecycle.h - how flows begin, end and are reported. */
#pragma once

#include "decode/flow.h"
#include "decode/reader.h"
#include "decode/sink.h"

/* Connections that stay as they are between two requests: what is put away takes a little time to
 * go on. */
enum { AWAKE_MAX = 512 };

/* One worker's flows and what they share. */
struct lifecycle {
    struct flow_table *flows;
    struct reader reader;
    struct decode_counters counters;
    struct sink sink;
    uint64_t clock_ns;         /* packet time since the latest tick, at least; it never goes back */
    uint32_t awake[AWAKE_MAX]; /* flows, in turn */
    uint32_t awake_next;
    bool rest_at_once;
    uint32_t wait_until_s; /* packet time at which what waits from now on is looked at */
};

/* A new flow that `p` is the first packet of; the table makes room if it must. NULL when memory is
 * short. */
struct flow *lifecycle_begin(struct lifecycle *l, const struct flow_key *key,
                             const struct packet *p, enum flow_state state);

/* A packet of the flow, sent by `side`: counted, and the flow is young again. */
void lifecycle_packet(struct lifecycle *l, struct flow *f, unsigned side, const struct packet *p);

/* A copy of a packet that was seen already: counted on its flow if that is known, and nothing else.
 */
void lifecycle_copy(struct lifecycle *l, const struct packet *p);

/* To be called after bytes of the flow were read. The first report is made as soon as the protocol
 * is known. */
void lifecycle_read(struct lifecycle *l, struct flow *f);

/* Requests that have waited for longer than the limit end. */
void lifecycle_time_out(struct flow *f, struct moment m, uint64_t limit_ns);

/* Open exchanges end that their client does not wait for any more. */
void lifecycle_end_overdue(struct lifecycle *l, struct flow *f, struct moment m);

/* The flow's connection may have open exchanges; they are looked at in due time. */
void lifecycle_wait(struct lifecycle *l, struct flow *f);

/* The flow is over: what is kept is handed out, its connection ends, a report is made. It stays in
 * the table, closed. A reset that waits is what has ended it, whatever `why` says. */
void lifecycle_end(struct lifecycle *l, struct flow *f, struct moment m, enum conn_close why);

/* Takes the flow out of the table, ending it first if it has not ended. */
void lifecycle_forget(struct lifecycle *l, struct flow *f, struct moment m);

/* Takes the flow out of the table as if it had never been: nothing of it is told. */
void lifecycle_abandon(struct lifecycle *l, struct flow *f);

/* Reports what changed, unless the protocol is not known yet. */
void lifecycle_report(struct lifecycle *l, struct flow *f);
