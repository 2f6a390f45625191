/* daemon_arguments.h - what capture and replay share of their command lines. */
#pragma once

#include "cli/arguments.h"
#include "daemon/options.h"
#include "web/protection.h"

/* As in frame_tunnel_names; the list stands in a column of its own. */
#define TUNNELS_HELP                                                                               \
    "do not look into tunnels, or into these: mpls, pppoe, gre,\n"                                 \
    "                               erspan, vxlan, geneve, ipip, gtp, nsh"

/* The rows of the table of arguments that both have: what names services and operations, and how
 * traffic is read. */
/* clang-format off */
#define NAMING_ARGUMENTS(a)                                                                        \
    {0, "names", "FILE", "names of addresses, networks and ports (docs/names.md)", ARGUMENT_TEXT,  \
     &(a).names},                                                                                  \
    {0, "kube", "FILE", "names from kubectl get pods,services,endpointslices,nodes -A -o json",    \
     ARGUMENT_TEXT, &(a).kube},                                                                    \
    {0, "hosts", "FILE", "names as in hosts(5), if none is better; watching: of /etc/hosts",       \
     ARGUMENT_TEXT, &(a).hosts},                                                                   \
    {0, "template", "PATTERN", "paths like /shop/{product} are one operation; may be repeated",    \
     ARGUMENT_TEXTS, &(a).templates},                                                              \
    {0, "templates", "FILE", "such patterns, one a line (docs/operations.md)", ARGUMENT_TEXT,      \
     &(a).templates_file},                                                                         \
    {0, "internal", "NET", "a network that is ours, besides the private ones; may be repeated",    \
     ARGUMENT_TEXTS, &(a).networks}

#define READING_ARGUMENTS(a)                                                                       \
    {0, "tls-keylog", "FILE", "open TLS with the secrets in this file (SSLKEYLOGFILE)",            \
     ARGUMENT_TEXT, &(a).keylog},                                                                  \
    {0, "no-decap", "[KIND,...]", TUNNELS_HELP, ARGUMENT_WORDS, &(a).no_decap},                    \
    {0, "vxlan-port", "N", "VXLAN is on this UDP port too; may be repeated", ARGUMENT_TEXTS,       \
     &(a).vxlan_ports},                                                                            \
    {0, "geneve-port", "N", "GENEVE is on this UDP port too; may be repeated", ARGUMENT_TEXTS,     \
     &(a).geneve_ports},                                                                           \
    {0, "no-sandbox", NULL, "do not confine system calls and files: to look for a fault",          \
     ARGUMENT_FLAG, &(a).no_sandbox},                                                              \
    {0, "tenants", NULL, "addresses may overlap: VLANs and virtual networks tell them apart",      \
     ARGUMENT_FLAG, &(a).tenants}

#define KEEPING_ARGUMENTS(a, ages, size)                                                           \
    {0, "keep", "LEVEL=TIME,...", "how long windows of 5s, 1min and 1h are kept\n"                 \
     "                               (" ages ")", ARGUMENT_TEXT, &(a).keep},                       \
    {0, "keep-size", "BYTES", "delete the oldest if the database becomes larger (" size ")",       \
     ARGUMENT_TEXT, &(a).keep_size},                                                               \
    {0, "keep-requests", "N", "keep this many requests to look at (200000); 0 for none",           \
     ARGUMENT_TEXT, &(a).keep_requests}
/* clang-format on */

/* Of the page. */
/* clang-format off */
#define PROTECTION_ARGUMENTS(files)                                                                \
    {0, "passwords", "FILE", "who may see the page: USER:PASSWORD or a token in a line",           \
     ARGUMENT_TEXT, &(files).secrets},                                                             \
    {0, "tls-cert", "FILE", "serve the page by HTTPS, with this certificate (PEM)",                \
     ARGUMENT_TEXT, &(files).certificate},                                                         \
    {0, "tls-key", "FILE", "its key (PEM)", ARGUMENT_TEXT, &(files).key}
/* clang-format on */

/* The options as the command line gives them; fill `daemon` with daemon_options_set(). */
struct daemon_arguments {
    struct texts interfaces, files, networks, vxlan_ports, geneve_ports, templates;
    struct words no_decap; /* of frame_tunnel_names */
    const char *filter, *db, *log, *listen, *user, *names, *kube, *hosts, *keylog, *templates_file;
    const char *keep, *keep_size, *keep_requests;
    struct keep kept; /* unless told otherwise */
    uint64_t window_ns;
    uint32_t snap_bytes, ring_bytes, workers, flows;
    const char *shed;
    struct protection_files protection_files; /* to be read into `protection` */
    struct protection protection;
    bool not_promiscuous, loop, quiet, list, no_page, tenants, no_dedup, no_ndpi, no_sandbox,
        no_shed, append;
};

/* Checks them and fills in defaults. `options` borrows from `a`. */
bool daemon_options_set(struct daemon_options *options, const struct daemon_arguments *a,
                        const struct texts *sources, struct err *err);

/* The same without a database, for who only looks. */
bool daemon_options_set_reading(struct daemon_options *options, const struct daemon_arguments *a,
                                const struct texts *sources, struct err *err);
