/* capture.c - the daemon. */
#include <stdio.h>
#include <unistd.h>

#include "capture/live.h"
#include "cli/command.h"
#include "cli/daemon_arguments.h"
#include "cli/place.h"
#include "daemon/supervisor.h"

enum { DEFAULT_WORKERS_MAX = 8 };
static const char hosts_file[] = "/etc/hosts";

static uint32_t default_workers(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > DEFAULT_WORKERS_MAX ? DEFAULT_WORKERS_MAX : cores > 1 ? (uint32_t)cores : 1;
}

static int start(const struct command *self, struct daemon_arguments *a)
{
    struct daemon_options options;
    struct err err = {0};
    if (a->list)
        return live_list(&err) ? 0 : command_failed(&err);
    if (!a->interfaces.len == !a->files.len) {
        err_set(&err, "say what to watch: -i IFACE (-D lists them), or -r FILE");
        return command_misused(self, &err);
    }
    if (a->no_page)
        a->listen = NULL;
    else if (!protection_read(&a->protection, &a->protection_files, &err))
        return command_failed(&err);
    if (!a->hosts && access(hosts_file, R_OK) == 0)
        a->hosts = hosts_file;
    if (!a->workers)
        a->workers = a->files.len ? 1 : default_workers();
    const struct texts *sources = a->files.len ? &a->files : &a->interfaces;
    if (!daemon_options_set(&options, a, sources, &err))
        return command_misused(self, &err);
    options.log_at_once = true;
    options.protection = &a->protection;
    return supervisor_run(&options, a->files.len != 0);
}

static int run(const struct command *self, int argc, char **argv)
{
    struct daemon_arguments a = {
        .listen = "127.0.0.1:7117", .no_decap.known = frame_tunnel_names, .kept = keep_default()};
    const struct argument table[] = {
        {'i', "interface", "IFACE", "watch this interface, or 'any'; may be given again",
         ARGUMENT_TEXTS, &a.interfaces},
        {'r', "read", "FILE", "play this capture file at its own speed, as if it happened now",
         ARGUMENT_TEXTS, &a.files},
        {0, "loop", NULL, "with -r: again and again", ARGUMENT_FLAG, &a.loop},
        {'f', "filter", "EXPR", "only packets that match, as in pcap-filter(7)", ARGUMENT_TEXT,
         &a.filter},
        {'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &a.db},
        {0, "listen", "ADDR:PORT", "where the page is served (127.0.0.1:7117)", ARGUMENT_TEXT,
         &a.listen},
        {0, "no-page", NULL, "serve no page", ARGUMENT_FLAG, &a.no_page},
        PROTECTION_ARGUMENTS(a.protection_files),
        {0, "log", "FILE", "append each exchange there as a line of JSON; '-' for standard output",
         ARGUMENT_TEXT, &a.log},
        NAMING_ARGUMENTS(a),
        READING_ARGUMENTS(a),
        KEEPING_ARGUMENTS(a, "5s=24h,1min=14d,1h=400d", "4G"),
        {0, "window", "TIME", "how long a window is (5s)", ARGUMENT_DURATION, &a.window_ns},
        {0, "workers", "N", "read and decode with this many threads (one a core, at most 8)",
         ARGUMENT_COUNT, &a.workers},
        {'s', "snap", "BYTES", "capture this much of a packet (262144)", ARGUMENT_SIZE,
         &a.snap_bytes},
        {'B', "ring", "BYTES", "size of the kernel's ring for each interface (64M)", ARGUMENT_SIZE,
         &a.ring_bytes},
        {'p', "no-promiscuous", NULL, "do not put the interface into promiscuous mode",
         ARGUMENT_FLAG, &a.not_promiscuous},
        {0, "no-dedup", NULL, "count copies, which mirror ports make, as packets", ARGUMENT_FLAG,
         &a.no_dedup},
        {0, "shed", "N", "follow one connection in N from the beginning, and scale counts",
         ARGUMENT_TEXT, &a.shed},
        {0, "no-shed", NULL, "follow all, though packets are lost when there are too many",
         ARGUMENT_FLAG, &a.no_shed},
        {0, "no-ndpi", NULL, "do not ask nDPI what is not decoded", ARGUMENT_FLAG, &a.no_ndpi},
        {0, "flows", "N", "keep at most this many connections in memory (131072)", ARGUMENT_COUNT,
         &a.flows},
        {'Z', "user", "NAME", "become this user once the capture is open", ARGUMENT_TEXT, &a.user},
        {'D', "list", NULL, "list the interfaces there are", ARGUMENT_FLAG, &a.list},
        {0},
    };
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    return start(self, &a);
}

const struct command capture_command = {
    .name = "capture",
    .summary = "watch a mirror port: the daemon, with its page",
    .usage = "tapgraph capture -i IFACE... | -r FILE... [OPTION...]",
    .example =
        "examples:\n"
        "  sudo tapgraph capture -i eth1                      then open "
        "http://127.0.0.1:7117/\n"
        "  sudo tapgraph capture -i eth1 -f 'net 10.0.0.0/8'  only part of the traffic\n"
        "  tapgraph capture -r shop.pcap --loop               a recorded minute, over and over",
    .run = run,
};
