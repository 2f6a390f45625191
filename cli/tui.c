/* tui.c - the terminal dashboard. */
#include "ui-tui/tui.h"

#include <stddef.h>

#include "cli/command.h"
#include "cli/confined.h"
#include "cli/place.h"
#include "cli/timed.h"

enum { SINCE_DEFAULT_S = 900 };

/* What was asked of the one that this process runs. */
static struct when when;
static bool misused;

/* Looks up a range that is fixed. */
static bool fix_range(struct tui_options *o, struct err *err)
{
    if (!when.has_from && !when.has_to && !when.has_at)
        return true;
    struct query *q = query_open(o->db, err);
    bool found = q && when_resolve(&when, q, &o->range, &misused, err);
    query_close(q);
    return found;
}

static bool begin(struct tui_options *o, struct err *err)
{
    confined_begin(o->db, NULL, ASKER_TERMINAL);
    return fix_range(o, err);
}

static int run(const struct command *self, int argc, char **argv)
{
    struct tui_options options = {.begin = begin, .db = place_of_db()};
    struct timed timed;
    struct argument table[6 + TIMED_ARGUMENTS] = {
        {'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &options.db},
        {'b', "batch", NULL, "print once, as plain text", ARGUMENT_FLAG, &options.batch},
        {'V', "view", "NAME", "what to begin with: services, edges, graph, relays, ...",
         ARGUMENT_TEXT, &options.view},
        {'C', "no-color", NULL, "no colours (also when NO_COLOR is set)", ARGUMENT_FLAG,
         &options.no_color},
        {'U', "ascii", NULL, "no line drawing or block characters", ARGUMENT_FLAG, &options.ascii},
    };
    struct err err = {0};
    bool help = false;
    timed_arguments(&timed, table + 5);
    if (!arguments_read(argc, argv, table, NULL, &help, &err) ||
        !timed_read(&timed, SINCE_DEFAULT_S * 1000000000ULL, &when, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    options.since_ns = when.since_ns;
    if (place_check(options.db, &err) && tui_run(&options, &err))
        return 0;
    return misused ? command_misused(self, &err) : command_failed(&err);
}

const struct command tui_command = {
    .name = "tui",
    .summary = "the dashboard in the terminal",
    .usage = "tapgraph tui [OPTION...]",
    .example = "examples:\n"
               "  tapgraph tui                        while the daemon runs, or on what it left\n"
               "  tapgraph tui --db shop.db --since all\n"
               "  tapgraph tui --at 10:30 --since 15m  at what led to 10:30",
    .run = run,
};
