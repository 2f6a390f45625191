/* options.h - what the command line decides about capture and replay. Kept by whoever is handed it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/frame.h"
#include "decode/engine.h"
#include "graph/networks.h"
#include "graph/pattern.h"
#include "store/keep.h"

struct protection;

enum { SOURCES_MAX = 64, WORKERS_MAX = 64 };

struct daemon_options {
    const char *source[SOURCES_MAX]; /* interfaces, or files */
    uint16_t source_len;
    const char *filter;  /* pcap-filter(7), or NULL */
    uint32_t snap_bytes; /* 0: the default of capture/live.h */
    uint32_t ring_bytes; /* likewise; of an interface */
    bool not_promiscuous;
    const char *db;     /* path */
    const char *log;    /* path, "-" for standard output, or NULL */
    bool refuse_same;   /* a capture that the database holds already */
    bool log_at_once;   /* do not wait for the names that the rest of the window teaches */
    const char *listen; /* address of the page, or NULL for none */
    struct protection *protection; /* of the page, or NULL (web/protection.h) */
    const char *user;              /* whom to become, or NULL */
    const char *keylog;            /* file of secrets of TLS (decode/keylog.h), or NULL */
    const char *names;             /* file of names that the user gives, or NULL */
    const char *kube;              /* dump of a Kubernetes cluster, or NULL */
    const char *hosts;             /* file in the form of hosts(5), or NULL */
    struct keep keep;              /* of the history */
    uint64_t window_ns;
    uint32_t requests_kept; /* in the database; 0: none, and no sample is made */
    unsigned workers;       /* 1 or more; each also reads its share of an interface */
    bool loop;              /* play the files again and again */
    bool quiet;             /* no progress bar */
    bool no_sandbox;        /* system calls and files are not confined (daemon/sandbox.h) */
    struct frame_options frame;
    bool no_dedup; /* copies count as packets */
    /* Live, of connections (capture/follow.h): */
    unsigned follow_level; /* one in 2^follow_level is followed to begin with, */
    bool follow_always;    /* and ever after, whatever is lost */
    struct engine_options engine;
    struct networks networks;
    struct patterns patterns;
};
