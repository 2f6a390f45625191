/* mermaid.c - the graph as a Mermaid flowchart, for README files and wikis.
 *
 * Nodes are named by number; in labels every character but letters, digits and a few signs is
 * written as an entity (#NN;), which is the only escape that Mermaid knows. */
#include <ctype.h>
#include <string.h>

#include "store/export/exporter.h"
#include "store/export/picture.h"

static void put_label(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x80 || isalnum(c) || strchr(" .,:/_-%", c))
            fputc(c, out);
        else
            fprintf(out, "#%u;", c);
    }
    fputc('"', out);
}

static void put_node(FILE *out, const struct service_row *s)
{
    static const char *const open[] = {"[", "[(", "[/", "(["};
    static const char *const close[] = {"]", ")]", "/]", "])"};
    enum picture_kind kind = picture_kind(s);
    fprintf(out, "  n%lld%s", (long long)s->id, open[kind]);
    put_label(out, s->name);
    fprintf(out, "%s\n", close[kind]);
}

static void put_edge(FILE *out, const struct edge_row *e)
{
    char label[128];
    picture_edge_label(e, ", ", label, sizeof label);
    fprintf(out, "  n%lld -->|", (long long)e->client_id);
    put_label(out, label);
    fprintf(out, "| n%lld\n", (long long)e->server_id);
}

static bool graph(FILE *out, const struct graph *g)
{
    fputs("flowchart LR\n", out);
    for (size_t i = 0; i < g->nodes.len; i++)
        put_node(out, &g->nodes.row[i]);
    for (size_t i = 0; i < g->edges.len; i++)
        put_edge(out, &g->edges.row[i]);
    for (size_t i = 0; i < g->edges.len; i++)
        fprintf(out, "  linkStyle %zu stroke:%s\n", i,
                picture_color(g->edges.row[i].figures.health));
    return !ferror(out);
}

const struct exporter mermaid_exporter = {
    .name = "mermaid",
    .type = "text/vnd.mermaid; charset=utf-8",
    .graph = graph,
};
