/* facts.h - all that was measured while looking at a mirror: what findings are made of. Plain
 * values; whoever fills them in has the last word on nothing. */
#pragma once

#include "capture/counters.h"
#include "capture/interface.h"
#include "capture/offload.h"
#include "daemon/options.h"
#include "decode/counters.h"
#include "doctor/census.h"
#include "doctor/copies.h"
#include "graph/delta.h"

enum {
    PORT_NAME_MAX = 128,
    WHY_MAX = 512,
    TUNNELS_SEEN_MAX = 16,
    UNREAD_MAX = 16,
    PROTOCOLS_MAX = 16,
};

/* One interface, or one file. */
struct port {
    char name[PORT_NAME_MAX]; /* clean text */
    bool live;
    char refused[WHY_MAX]; /* why it could not be opened; "": it was */
    char ended[WHY_MAX];   /* why it could not be looked at to the end; "": it was */
    /* Of an interface: */
    struct interface state;
    struct offload offload;
    bool is_any;                    /* the pseudo-interface of all */
    bool not_promiscuous;           /* as asked for */
    struct interface_counts counts; /* while we looked */
    uint64_t kernel_drops, interface_drops;
    /* Of frames: */
    uint64_t frames, bytes;
    uint64_t to_many; /* broadcast and multicast */
    uint64_t own;     /* from or to this machine, and not a mirror's tunnel */
    uint64_t foreign; /* between others: what a mirror brings */
    uint32_t longest; /* bytes of the longest frame */
    uint64_t joined;  /* frames longer than the interface, or any wire, takes */
    uint64_t steps;   /* times the clock went back by more than CLOCK_STEP_NS */
    uint64_t step_ns; /* the largest of these */
};

/* Packets of which a part was not captured. */
struct cuts {
    uint64_t by_snapshot; /* the capture's own length did it */
    uint64_t on_the_way;  /* the frame came short: a switch sliced it, or a tunnel was too narrow */
    uint64_t in_tunnel;   /* of `on_the_way` */
    uint32_t length;      /* the length that most of them were cut to; 0: none were cut */
    uint64_t at_length;   /* how many were */
};

struct tunnel_seen {
    const char *kind; /* static */
    uint32_t id;      /* VNI, ERSPAN session, key; 0: none */
    uint64_t packets;
};

/* What looks like a tunnel on a port where none is expected. */
struct tunnel_suspected {
    const char *kind; /* "VXLAN" or "GENEVE"; NULL: none */
    uint16_t port;
    uint32_t id;
    uint64_t packets;
};

/* Frames of one kind that are not looked into. */
struct unread {
    enum unread_what { UNREAD_ETHERTYPE, UNREAD_IP } what; /* what `number` is one of */
    uint16_t number;
    uint64_t frames;
};

struct protocol_seen {
    char name[PROTOCOL_TEXT_MAX];
    uint64_t edges, requests, bytes;
};

/* What the graph would have been by address: names, which only a database gives, make one service
 * of several addresses, and of their edges one. */
struct traffic {
    uint64_t edges;   /* client address, server address and port, protocol */
    uint64_t servers; /* address and port */
    uint64_t requests;
    struct protocol_seen protocol[PROTOCOLS_MAX]; /* by bytes, the most first */
    size_t protocol_len;
};

struct facts {
    struct port port[SOURCES_MAX];
    uint16_t port_len;
    bool live;
    bool filtered;                   /* by an expression: not all that comes is seen */
    char damage[WHY_MAX];            /* of a file, where reading ended; "": none */
    uint64_t looked_ns;              /* by the machine's clock; of a file: by its own */
    uint64_t tap_steps, tap_step_ns; /* live: times the machine's own clock was set, the most */
    struct capture_counters capture;
    struct decode_counters decode;
    struct census_result census;
    struct copies_result copies;
    struct cuts cuts;
    uint64_t tunnel_fragments;                   /* pieces of a mirror's or overlay's own packets */
    struct tunnel_seen tunnel[TUNNELS_SEEN_MAX]; /* the most packets first */
    size_t tunnel_len;
    struct tunnel_suspected suspected;
    struct unread unread[UNREAD_MAX]; /* the most frames first; not what every network has */
    size_t unread_len;
    struct traffic traffic;
};
