/* replay.c - capture files into a database. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/daemon_arguments.h"
#include "cli/place.h"
#include "daemon/replay.h"

static int run(const struct command *self, int argc, char **argv)
{
    struct daemon_arguments a = {.no_decap.known = frame_tunnel_names, .kept = keep_all()};
    const struct argument table[] = {
        {'f', "filter", "EXPR", "only packets that match, as in pcap-filter(7)", ARGUMENT_TEXT,
         &a.filter},
        {'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &a.db},
        {0, "append", NULL, "read a capture once more that the database holds already",
         ARGUMENT_FLAG, &a.append},
        {0, "log", "FILE", "write each exchange there as a line of JSON; '-' for standard output",
         ARGUMENT_TEXT, &a.log},
        {0, "workers", "N", "decode with this many threads (1)", ARGUMENT_COUNT, &a.workers},
        NAMING_ARGUMENTS(a),
        READING_ARGUMENTS(a),
        KEEPING_ARGUMENTS(a, "all", "all"),
        {0, "window", "TIME", "how long a window is (5s)", ARGUMENT_DURATION, &a.window_ns},
        {0, "no-dedup", NULL, "count copies, which mirror ports make, as packets", ARGUMENT_FLAG,
         &a.no_dedup},
        {0, "no-ndpi", NULL, "do not ask nDPI what is not decoded", ARGUMENT_FLAG, &a.no_ndpi},
        {0, "flows", "N", "keep at most this many connections in memory (131072)", ARGUMENT_COUNT,
         &a.flows},
        {'q', "quiet", NULL, "no progress bar", ARGUMENT_FLAG, &a.quiet},
        {'Z', "user", "NAME", "decode as this user, if started as root (nobody)", ARGUMENT_TEXT,
         &a.user},
        {0},
    };
    struct daemon_options options;
    struct texts files = {0};
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, &files, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    if (!files.len) {
        err_set(&err, "name one capture file or more, or '-' for standard input");
        return command_misused(self, &err);
    }
    if (!daemon_options_set(&options, &a, &files, &err))
        return command_misused(self, &err);
    options.refuse_same = !a.append;
    return replay_run(&options);
}

const struct command replay_command = {
    .name = "replay",
    .summary = "read capture files into a database",
    .usage = "tapgraph replay FILE... [OPTION...]",
    .example = "What the database has of the same time is added to: another part of the traffic. "
               "The same capture again is\nrefused, since all of it would count twice. Captures of "
               "one time from several taps belong into one command,\nwhich finds what both saw.\n\n"
               "examples:\n"
               "  tapgraph replay shop.pcap && tapgraph edges        what is in a capture\n"
               "  tapgraph replay a.pcap b.pcapng --db both.db       merged by time\n"
               "  tcpdump -w - -i eth1 | tapgraph replay - --log -   each request as a line of "
               "JSON",
    .run = run,
};
