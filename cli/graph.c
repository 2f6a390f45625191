/* graph.c - the service graph as a picture or a document. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/place.h"
#include "store/export/exporter.h"

static bool find_grouping(const char *name, enum grouping *ret)
{
    for (int g = 0; g < GROUPINGS; g++)
        if (strcmp(grouping_name((enum grouping)g), name) == 0) {
            *ret = (enum grouping)g;
            return true;
        }
    return false;
}

static const struct exporter *find_format(const char *name, struct err *err)
{
    const struct exporter *found = exporter_find(name);
    if (found && found->graph)
        return found;
    char known[128] = "";
    for (const struct exporter *const *e = exporters; *e; e++)
        if ((*e)->graph && strlen(known) + strlen((*e)->name) + 3 < sizeof known) {
            strcat(known, known[0] ? ", " : "");
            strcat(known, (*e)->name);
        }
    err_set(err, "--format: there is no '%s'; there are %s", name, known);
    return NULL;
}

static int draw(const char *db, uint64_t since_ns, enum grouping grouping,
                const struct exporter *format)
{
    struct err err = {0};
    struct range range;
    struct graph graph;
    struct query *q = query_open(db, &err);
    bool drawn = q && query_since(q, since_ns, &range, &err) &&
                 query_graph(q, range, grouping, &graph, &err);
    if (drawn) {
        drawn = format->graph(stdout, &graph) && fflush(stdout) == 0;
        if (!drawn)
            err_set(&err, "graph: %s could not be written whole%s", format->name,
                    strcmp(format->name, "svg") == 0
                        ? " (it needs Graphviz: sudo apt install graphviz)"
                        : "");
        graph_free(&graph);
    }
    query_close(q);
    return drawn ? 0 : command_failed(&err);
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *db = place_of_db(), *format = "dot", *group = "service";
    uint64_t since_ns = 0;
    enum grouping grouping = GROUP_SERVICE;
    const struct argument table[] = {
        {'d', "db", "FILE", "the database", ARGUMENT_TEXT, &db},
        {0, "since", "TIME", "only the last 15m, 2h, 1d of it (all)", ARGUMENT_DURATION, &since_ns},
        {0, "format", "NAME", "dot, svg (through Graphviz), json, mermaid (dot)", ARGUMENT_TEXT,
         &format},
        {0, "group", "BY", "service, group, host or subnet (service)", ARGUMENT_TEXT, &group},
        {0},
    };
    struct err err = {0};
    bool help = false;
    if (!arguments_read(argc, argv, table, NULL, &help, &err))
        return command_misused(self, &err);
    if (help)
        return command_help(self, table);
    const struct exporter *exporter = find_format(format, &err);
    if (!exporter)
        return command_misused(self, &err);
    if (!find_grouping(group, &grouping)) {
        err_set(&err, "--group: there is no '%s'; there are service, group, host, subnet", group);
        return command_misused(self, &err);
    }
    return draw(db, since_ns, grouping, exporter);
}

const struct command graph_command = {
    .name = "graph",
    .summary = "the service graph: dot, svg, json, mermaid",
    .usage = "tapgraph graph [OPTION...]",
    .example = "examples:\n"
               "  tapgraph graph --since 15m --format svg > graph.svg\n"
               "  tapgraph graph --group subnet | dot -Tpng -o graph.png",
    .run = run,
};
