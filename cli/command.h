/* command.h - one subcommand: a file cli/NAME.c exports `const struct command NAME_command`, and
 * X(NAME) in the list of main.c makes it known. */
#pragma once

#include "cli/arguments.h"

/* Exit statuses, besides 0. */
enum { EXIT_WRONG = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;    /* "edges" */
    const char *summary; /* one line, for the list of commands */
    const char *usage;   /* "tapgraph edges [OPTION...]" without the options */
    const char *example; /* one or more lines, each with what it does */
    int (*run)(const struct command *self, int argc, char **argv);
};

/* Says what is wrong with the command line and where help is; returns EXIT_USAGE. */
int command_misused(const struct command *self, const struct err *err);

/* Says what failed; returns EXIT_WRONG. */
int command_failed(const struct err *err);

/* The help of a command, on standard output; returns 0. */
int command_help(const struct command *self, const struct argument *arguments);
