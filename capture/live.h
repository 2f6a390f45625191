/* live.h - a network interface, through libpcap and its TPACKET_V3 ring.
 *
 * Several readers can share an interface, each with a ring of its own: what one receives the others
 * do not (capture/fanout.h). Each of them is for one thread, but for live_state() and
 * live_count_drops(), which are for any one thread.
 *
 * Opening needs CAP_NET_RAW; reading needs nothing. An interface that is silent does not block:
 * wait for live_fd() with poll(2) and a time-out of your own, then call live_read(), which always
 * returns at once (libpcap's own time-out does not fire on a silent interface). */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "capture/frame.h"

enum { READERS_MAX = 64 }; /* of one interface */

struct live_options {
    const char *interface;
    const char *filter;  /* pcap-filter(7) syntax, or NULL */
    uint16_t number;     /* what frames carry as `interface` */
    uint32_t snap_bytes; /* 0: 262144 */
    uint32_t ring_bytes; /* 0: 64 MiB */
    bool not_promiscuous;
};

struct live;

/* On failure returns NULL; `err` names the interface, the reason and the remedy (for EPERM the
 * setcap command; for an unknown interface the names of those that exist). Given to the caller. */
struct live *live_open(const struct live_options *options, struct err *err);
void live_close(struct live *l);

/* Opens an interface for `readers` of them, which share it by spread_packet() with `key`, and the
 * ring_bytes as well. All or none. */
bool live_open_shared(const struct live_options *options, const struct hash_key *key,
                      unsigned readers, struct live **ret, struct err *err);

int live_fd(const struct live *l);
const char *live_interface(const struct live *l);

typedef void live_handler(void *ctx, const struct frame *frame); /* `frame` is borrowed */

enum live_status {
    LIVE_READ,   /* at least one frame was handed over */
    LIVE_SILENT, /* nothing to read now */
    LIVE_GONE,   /* the interface was deleted: close and open again */
    LIVE_FAILED, /* `err` says why */
};

/* Hands at most about `max` frames to the handler. */
enum live_status live_read(struct live *l, int max, live_handler *handler, void *ctx,
                           struct err *err);

/* How long a frame may lie in the ring before it can be read, whatever comes after it. */
#define LIVE_DELAY_NS UINT64_C(250000000)

enum live_state {
    LIVE_STATE_UP,
    LIVE_STATE_DOWN,    /* by order, or without carrier */
    LIVE_STATE_DELETED, /* there may be another of its name */
};

/* How the interface is. "any" is always up. */
enum live_state live_state(const struct live *l);

/* Sets `kernel_drops` and `interface_drops` to the totals since opening (libpcap's 32-bit counters
 * wrap; these do not, if called at least once a minute). Other fields are left alone. Of readers
 * that share an interface only the first tells of interface_drops. */
void live_count_drops(struct live *l, struct capture_counters *counters);

/* Prints the interfaces that can be captured, one a line with its description. */
bool live_list(struct err *err);
