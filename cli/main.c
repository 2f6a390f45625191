/* main.c - the table of subcommands. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "store/database.h"

#define COMMANDS(X)                                                                                \
    X(capture)                                                                                     \
    X(doctor)                                                                                      \
    X(replay)                                                                                      \
    X(services)                                                                                    \
    X(edges)                                                                                       \
    X(operations)                                                                                  \
    X(backends)                                                                                    \
    X(connections)                                                                                 \
    X(streams)                                                                                     \
    X(requests)                                                                                    \
    X(traces)                                                                                      \
    X(trace)                                                                                       \
    X(relays)                                                                                      \
    X(names)                                                                                       \
    X(insights)                                                                                    \
    X(graph)                                                                                       \
    X(diff)                                                                                        \
    X(events)                                                                                      \
    X(health)                                                                                      \
    X(tui)                                                                                         \
    X(web)

#define DECLARE(name) extern const struct command name##_command;
#define ENTRY(name) &name##_command,

COMMANDS(DECLARE)

static const struct command *const commands[] = {COMMANDS(ENTRY) NULL};

int command_misused(const struct command *self, const struct err *err)
{
    fprintf(stderr, "tapgraph %s: %s\nSee 'tapgraph %s --help'.\n", self->name, err->text,
            self->name);
    return EXIT_USAGE;
}

int command_failed(const struct err *err)
{
    fprintf(stderr, "tapgraph: %s\n", err->text);
    return EXIT_WRONG;
}

int command_help(const struct command *self, const struct argument *arguments)
{
    printf("%s\n\nusage: %s\n\n", self->summary, self->usage);
    arguments_print(arguments);
    printf("\n%s\n", self->example);
    return 0;
}

static int help(FILE *out)
{
    fprintf(out, "tapgraph " TAPGRAPH_VERSION
                 " - who calls whom, how often, how fast, how often it fails: from a mirror port\n"
                 "\nusage: tapgraph COMMAND [OPTION...]\n\n");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-12s %s\n", (*c)->name, (*c)->summary);
    fprintf(out,
            "\nexamples:\n"
            "  tapgraph replay shop.pcap && tapgraph edges   what is in a capture file\n"
            "  sudo tapgraph capture -i eth1                 watch a mirror port, with a page\n"
            "\n'tapgraph COMMAND --help' tells more.\n");
    return out == stdout ? 0 : EXIT_USAGE;
}

static int unknown(const char *name)
{
    const char *near = NULL;
    unsigned least = 3;
    for (const struct command *const *c = commands; *c; c++)
        if (text_distance(name, (*c)->name) < least) {
            least = text_distance(name, (*c)->name);
            near = (*c)->name;
        }
    if (strcmp(name, "top") == 0) /* what others have */
        near = "tui";
    fprintf(stderr,
            "tapgraph: there is no command '%s'; %s%s%s'tapgraph --help' lists those there "
            "are\n",
            name, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
    return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(stdout);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("tapgraph " TAPGRAPH_VERSION);
        return 0;
    }
    bool ask = strcmp(argv[1], "help") == 0;
    if (ask && argc < 3)
        return help(stdout);
    const char *name = argv[ask ? 2 : 1];
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0) {
            char *asked[] = {argv[0], (char *)"--help", NULL};
            return ask ? (*c)->run(*c, 2, asked) : (*c)->run(*c, argc - 1, argv + 1);
        }
    return unknown(name);
}

int main(int argc, char **argv)
{
    database_begin();
    setlocale(LC_CTYPE, ""); /* names are UTF-8; numbers stay as C writes them */
    int status = run(argc, argv);
    if (fflush(stdout) == 0 || status != 0)
        return status;
    fprintf(stderr, "tapgraph: what was asked for could not be written: %s\n", strerror(errno));
    return 1;
}
