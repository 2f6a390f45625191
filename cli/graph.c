/* graph.c - the service graph as a picture or a document. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/confined.h"
#include "cli/picture.h"
#include "cli/place.h"
#include "cli/sifted.h"
#include "cli/timed.h"
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

/* What was asked. */
struct picture {
    const char *db, *format, *group;
    struct timed timed;
    struct sifted sifted;
    struct when when;
    struct graph_sieve sieve;
    enum grouping grouping;
    const struct exporter *exporter;
};

static bool write_graph(const struct exporter *exporter, const struct graph *graph, struct err *err)
{
    if (exporter->graph_fits && !exporter->graph_fits(graph, err))
        return false;
    if (exporter->graph(stdout, graph) && fflush(stdout) == 0)
        return true;
    return err_set(err, "graph: %s could not be written whole", exporter->name);
}

static int draw(const struct command *self, struct picture *p)
{
    struct err err = {0};
    struct range range;
    struct graph graph;
    bool misused = false;
    bool svg = strcmp(p->exporter->name, "svg") == 0;
    confined_begin(p->db, NULL, svg ? ASKER_DRAWS : ASKER_PRINTS);
    struct query *q = query_open(p->db, &err);
    bool drawn = q && when_resolve(&p->when, q, &range, &misused, &err) &&
                 query_graph(q, range, p->grouping, &graph, &err);
    if (drawn) {
        graph_sieve_settle(&p->sieve, range.to_ns);
        drawn = graph_sieve(&p->sieve, &graph) ? write_graph(p->exporter, &graph, &err)
                                               : err_set(&err, "graph: out of memory");
        graph_free(&graph);
    }
    query_close(q);
    return drawn ? 0 : misused ? command_misused(self, &err) : command_failed(&err);
}

static void list(struct picture *p, struct argument *ret)
{
    struct argument *at = ret;
    *at++ = (struct argument){'d', "db", "FILE", place_of_db_help(), ARGUMENT_TEXT, &p->db};
    timed_arguments(&p->timed, at);
    at += TIMED_ARGUMENTS;
    sifted_arguments(&p->sifted, &edge_fields, at);
    at += SIFTED_ARGUMENTS;
    *at++ = (struct argument){0,
                              "format",
                              "NAME",
                              "dot, svg (nicer with Graphviz), png, json, mermaid, "
                              "grafana-nodes, grafana-edges (dot)",
                              ARGUMENT_TEXT,
                              &p->format};
    *at++ = (struct argument){
        0, "group", "BY", "service, group, host or subnet (service)", ARGUMENT_TEXT, &p->group};
    *at = (struct argument){0};
}

static bool check(struct picture *p, struct err *err)
{
    p->exporter = find_format(p->format, err);
    if (!p->exporter || !picture_prepare(p->exporter, err))
        return false;
    if (!find_grouping(p->group, &p->grouping))
        return err_set(err, "--group: there is no '%s'; there are service, group, host, subnet",
                       p->group);
    return timed_read(&p->timed, 0, &p->when, err);
}

static int run(const struct command *self, int argc, char **argv)
{
    struct picture p = {.db = place_of_db(), .format = "dot", .group = "service"};
    struct argument table[4 + TIMED_ARGUMENTS + SIFTED_ARGUMENTS];
    struct err err = {0};
    struct slip slip = {0};
    bool help = false;
    list(&p, table);
    if (!arguments_read(argc, argv, table, NULL, &help, &err) || (!help && !check(&p, &err)))
        return command_misused(self, &err);
    if (help) {
        command_help(self, table);
        sifted_help(&edge_fields);
        sifted_help(&service_fields);
        return 0;
    }
    if (!graph_sieve_read(&p.sieve, p.sifted.find, p.sifted.hide, &err, &slip))
        return sifted_misused(self, &p.sifted, &slip, &err);
    return place_check(p.db, &err) ? draw(self, &p) : command_failed(&err);
}

const struct command graph_command = {
    .name = "graph",
    .summary = "the service graph: dot, svg, png, json, mermaid",
    .usage = "tapgraph graph [OPTION...]",
    .example =
        "An expression that edges understand is about edges, else it is about services: what is "
        "found stays, with\nwhat it is tied to; what is hidden goes, with its edges.\n\n"
        "examples:\n"
        "  tapgraph graph --since 15m --format svg > graph.svg\n"
        "  tapgraph graph --find 'errors > 1%' --hide 'protocol = dns'\n"
        "  tapgraph graph --find 'group = shop' --at 10:30\n"
        "  tapgraph graph --group subnet --format png > graph.png",
    .run = run,
};
