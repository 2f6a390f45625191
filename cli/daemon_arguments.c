/* daemon_arguments.c - see daemon_arguments.h. */
#include "cli/daemon_arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "capture/follow.h"
#include "cli/place.h"
#include "daemon/names_file.h"
#include "daemon/templates_file.h"
#include "store/store.h"

static const uint64_t second = 1000000000;

static bool set_ports(struct tunnel_ports *ports, const struct texts *given, const char *option,
                      struct err *err)
{
    for (uint16_t i = 0; i < given->len; i++) {
        char *end;
        unsigned long port = strtoul(given->text[i], &end, 10);
        if (*end || port == 0 || port > UINT16_MAX || given->text[i][0] == '-')
            return err_set(err, "--%s takes a UDP port, not '%s'", option, given->text[i]);
        if (ports->len == TUNNEL_PORTS_MAX)
            return err_set(err, "--%s: at most %d ports", option, TUNNEL_PORTS_MAX);
        ports->port[ports->len++] = (uint16_t)port;
    }
    return true;
}

static bool set_tunnels(struct frame_options *frame, const struct daemon_arguments *a,
                        struct err *err)
{
    frame->left_on = a->no_decap.chosen;
    frame->tenants = a->tenants;
    return set_ports(&frame->vxlan, &a->vxlan_ports, "vxlan-port", err) &&
           set_ports(&frame->geneve, &a->geneve_ports, "geneve-port", err);
}

/* What is on the command line comes before what is in the file. */
static bool set_patterns(struct patterns *patterns, const struct daemon_arguments *a,
                         struct err *err)
{
    struct err why;
    for (uint16_t i = 0; i < a->templates.len; i++)
        if (!patterns_add(patterns, a->templates.text[i], &why))
            return err_set(err, "--template: %s", why.text);
    return !a->templates_file || templates_file_read(a->templates_file, patterns, err);
}

/* "4" or "1/4". */
static bool set_shed(struct daemon_options *options, const struct daemon_arguments *a,
                     struct err *err)
{
    options->follow_always = a->no_shed || a->shed;
    if (!a->shed)
        return true;
    const char *number = strncmp(a->shed, "1/", 2) == 0 ? a->shed + 2 : a->shed;
    char *end;
    unsigned long n = strtoul(number, &end, 10);
    unsigned level = 0;
    while (level < FOLLOW_LEVEL_MAX && 1UL << level < n)
        level++;
    if (a->no_shed || end == number || *end || 1UL << level != n)
        return err_set(err, "--shed takes 1, 2, 4, ... or %d, without --no-shed: not '%s'",
                       1 << FOLLOW_LEVEL_MAX, a->shed);
    options->follow_level = level;
    return true;
}

bool daemon_options_set_reading(struct daemon_options *options, const struct daemon_arguments *a,
                                const struct texts *sources, struct err *err)
{
    *options = (struct daemon_options){
        .filter = a->filter,
        .snap_bytes = a->snap_bytes,
        .ring_bytes = a->ring_bytes,
        .not_promiscuous = a->not_promiscuous,
        .log = a->log,
        .listen = a->listen,
        .user = a->user,
        .names = a->names,
        .keylog = a->keylog,
        .kube = a->kube,
        .hosts = a->hosts,
        .window_ns = a->window_ns ? a->window_ns : 5 * second,
        .workers = a->workers ? a->workers : 1,
        .loop = a->loop,
        .quiet = a->quiet,
        .no_sandbox = a->no_sandbox,
        .no_dedup = a->no_dedup,
        .engine.flows_max = a->flows,
    };
    if (options->window_ns % second)
        return err_set(err, "--window takes whole seconds");
    if (!set_shed(options, a, err))
        return false;
    if (options->workers > WORKERS_MAX)
        return err_set(err, "--workers: at most %d", WORKERS_MAX);
    if (!set_tunnels(&options->frame, a, err) || !set_patterns(&options->patterns, a, err))
        return false;
    networks_init(&options->networks);
    for (uint16_t i = 0; i < a->networks.len; i++)
        if (!networks_add(&options->networks, a->networks.text[i], err))
            return false;
    if (a->names && !names_file_open_networks(a->names, &options->networks, err))
        return false;
    for (uint16_t i = 0; i < sources->len; i++)
        options->source[options->source_len++] = sources->text[i];
    if (getrandom(&options->engine.key, sizeof options->engine.key, 0) !=
        (ssize_t)sizeof options->engine.key)
        return err_set(err, "no random numbers: %s", strerror(errno));
    return true;
}

static bool set_requests_kept(struct daemon_options *options, const char *given, struct err *err)
{
    char *end;
    if (!given) {
        options->requests_kept = REQUESTS_KEPT_DEFAULT;
        return true;
    }
    unsigned long count = strtoul(given, &end, 10);
    if (given[0] < '0' || given[0] > '9' || *end || count > REQUESTS_KEPT_MAX)
        return err_set(err, "--keep-requests takes a number from 0 to %d, not '%s'",
                       REQUESTS_KEPT_MAX, given);
    options->requests_kept = (uint32_t)count;
    return true;
}

bool daemon_options_set(struct daemon_options *options, const struct daemon_arguments *a,
                        const struct texts *sources, struct err *err)
{
    if (!daemon_options_set_reading(options, a, sources, err))
        return false;
    options->keep = a->kept;
    if (!set_requests_kept(options, a->keep_requests, err) ||
        (a->keep && !keep_set_ages(&options->keep, a->keep, err)) ||
        (a->keep_size && !keep_set_size(&options->keep, a->keep_size, err)))
        return false;
    options->engine.labels = !a->no_ndpi;
    options->db = place_for_db(a->db, err);
    return options->db != NULL;
}
