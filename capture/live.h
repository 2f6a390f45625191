/* live.h - a network interface, through libpcap and its TPACKET_V3 ring.
 *
 * Opening needs CAP_NET_RAW; reading needs nothing. An interface that is silent does not block:
 * wait for live_fd() with poll(2) and a time-out of your own, then call live_read(), which always
 * returns at once (libpcap's own time-out does not fire on a silent interface). */
#pragma once

#include "base/err.h"
#include "capture/frame.h"

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

int live_fd(const struct live *l);
const char *live_interface(const struct live *l);

typedef void live_handler(void *ctx, const struct frame *frame); /* `frame` is borrowed */

enum live_status {
    LIVE_READ,   /* at least one frame was handed over */
    LIVE_SILENT, /* nothing to read now */
    LIVE_GONE,   /* the interface was deleted: close and open again */
    LIVE_FAILED, /* `err` says why */
};

/* Hands at most `max` frames to the handler. */
enum live_status live_read(struct live *l, int max, live_handler *handler, void *ctx,
                           struct err *err);

/* Sets `kernel_drops` and `interface_drops` to the totals since opening (libpcap's 32-bit counters
 * wrap; these do not, if called at least once a minute). Other fields are left alone. */
void live_count_drops(struct live *l, struct capture_counters *counters);

/* Prints the interfaces that can be captured, one a line with its description. */
bool live_list(struct err *err);
