/* engine.h - one worker's flow table, streams and connections: packets in, exchanges out.
 *
 * Single-threaded; workers share nothing. Its only clock is packet time. All memory is capped by
 * the options; at a cap the least recently used goes, counted. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "capture/packet.h"
#include "decode/counters.h"
#include "decode/keylog.h"
#include "decode/sink.h"

/* Told when a thread goes into nDPI and comes back from it, which may be never. Either may be NULL.
 */
struct label_watch {
    void (*enter)(void *ctx);
    void (*leave)(void *ctx);
    void *ctx;
};

/* 0 means the default in brackets. */
struct engine_options {
    struct hash_key key;           /* secret */
    const struct key_source *keys; /* of TLS, kept; NULL: there are none */
    uint32_t flows_max;            /* flows in the table [131072] */
    size_t held_bytes_max;         /* out-of-order bytes, all flows [64 MiB] */
    size_t unread_bytes_max;       /* bytes of unfinished messages, all flows [64 MiB] */
    uint32_t open_max;             /* open exchanges, all flows [65536] */
    uint32_t request_timeout_s;    /* an unanswered request is a timeout [60] */
    uint32_t idle_timeout_s;       /* an established TCP flow is forgotten [3600] */
    uint32_t handshake_timeout_s;  /* an unanswered SYN has failed [10] */
    uint32_t udp_timeout_s;        /* [60] */
    bool labels; /* ask nDPI for a word for what no decoder claims, if it is there [no] */
    struct label_watch watch;
    bool rest_at_once; /* for tests: put connections away as soon as they may be [no] */
};

struct engine;

/* Has libraries read the files that they read once in a process (the time zone), for an engine that
 * works where no file can be opened. */
void engine_prepare(void);

/* `sink` is copied. NULL when memory is short. Given to the caller. */
struct engine *engine_new(const struct engine_options *options, struct sink sink, struct err *err);
void engine_free(struct engine *e); /* emits nothing; NULL is fine */

/* The next packet. Borrowed: nothing of it is kept but what is copied. */
void engine_packet(struct engine *e, const struct packet *p);

/* Does the packet teach what holds for other packets too? So does one that accepts a connection
 * (who listens there), and a datagram of the DNS (what its client calls an address). */
bool engine_learns(const struct packet *p);

/* A packet that another worker's engine handles: what it teaches is learned here too. Told of all
 * such packets in the order of the capture, all engines know the same. */
void engine_learn(struct engine *e, const struct packet *p);

/* From now on packets of one connection in 2^level come (capture/follow.h): the others that are
 * known are forgotten, and what is open on them is not told. What was counted so far is reported
 * first. */
void engine_follow(struct engine *e, unsigned level);

/* Packet time has reached `now_ns`: time-outs happen, and every flow that changed since the last
 * tick is reported. `number` is that of the next packet. Called at each window's end, and at least
 * once a second of packet time while there are packets. */
void engine_tick(struct engine *e, uint64_t now_ns, uint64_t number, bool window_ends);

/* After a tick: what comes now has been stamped at `to_ns` or later, or is behind. All workers are
 * told the same, whichever of them has the packets, so that all agree on how old a flow is. */
void engine_goes_on(struct engine *e, uint64_t to_ns);

/* The capture is over: every flow ends here, though its connection, if open, may well go on. */
void engine_finish(struct engine *e, uint64_t now_ns, uint64_t number);

const struct decode_counters *engine_counters(const struct engine *e);
