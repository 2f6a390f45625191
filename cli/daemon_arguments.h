/* daemon_arguments.h - what capture and replay share of their command lines. */
#pragma once

#include "cli/arguments.h"
#include "daemon/options.h"

/* As in frame_tunnel_names; the list stands in a column of its own. */
#define TUNNELS_HELP                                                                               \
    "do not look into tunnels, or into these: mpls, pppoe, gre,\n"                                 \
    "                               erspan, vxlan, geneve, ipip, gtp, nsh"

/* The options as the command line gives them; fill `daemon` with daemon_options_set(). */
struct daemon_arguments {
    struct texts interfaces, files, networks, vxlan_ports, geneve_ports;
    struct words no_decap; /* of frame_tunnel_names */
    const char *filter, *db, *log, *listen, *user, *names, *kube, *hosts, *keylog;
    uint64_t window_ns;
    uint32_t snap_bytes, ring_bytes, workers, flows;
    bool not_promiscuous, loop, quiet, list, no_page, tenants, no_dedup, no_ndpi;
};

/* Checks them and fills in defaults. `options` borrows from `a`. */
bool daemon_options_set(struct daemon_options *options, const struct daemon_arguments *a,
                        const struct texts *sources, struct err *err);

/* The same without a database, for who only looks. */
bool daemon_options_set_reading(struct daemon_options *options, const struct daemon_arguments *a,
                                const struct texts *sources, struct err *err);
