/* tui.c - the terminal dashboard. */
#include "ui-tui/tui.h"

#include <stddef.h>

#include "cli/command.h"
#include "cli/place.h"

static int run(const struct command *self, int argc, char **argv)
{
    struct tui_options options = {.db = place_of_db(), .since_ns = 900ULL * 1000000000};
    const struct argument table[] = {
        {'d', "db", "FILE", "the database", ARGUMENT_TEXT, &options.db},
        {0, "since", "TIME", "the last 15m, 2h, 1d, or all", ARGUMENT_DURATION, &options.since_ns},
        {'b', "batch", NULL, "print once, as plain text", ARGUMENT_FLAG, &options.batch},
        {'V', "view", "NAME", "the tab to begin with: services, edges, graph, ...", ARGUMENT_TEXT,
         &options.view},
        {'C', "no-color", NULL, "no colours (also when NO_COLOR is set)", ARGUMENT_FLAG,
         &options.no_color},
        {'U', "ascii", NULL, "no line drawing or block characters", ARGUMENT_FLAG, &options.ascii},
        {0},
    };
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    return tui_run(&options, &err) ? 0 : command_failed(&err);
}

const struct command tui_command = {
    .name = "tui",
    .summary = "the dashboard in the terminal",
    .usage = "tapgraph tui [OPTION...]",
    .example = "examples:\n"
               "  tapgraph tui                        while the daemon runs, or on what it left\n"
               "  tapgraph tui --db shop.db --since all",
    .run = run,
};
