/* dot.c - the graph in the language of Graphviz.
 *
 * Nodes are named by number, so no name from the wire is ever an identifier; labels are quoted,
 * with quote and backslash escaped, and the ampersand too: Graphviz reads entities in them. Rows
 * are in order, so that two outputs can be compared. */
#include "store/export/exporter.h"
#include "store/export/picture.h"

/* Above so many nodes, dot's exact ranking takes minutes. */
enum { LARGE = 300 };

void dot_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
            continue;
        }
        if (*text == '&') {
            fputs("&amp;", out);
            continue;
        }
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_node(FILE *out, const struct service_row *s)
{
    static const char *const shapes[] = {
        [PICTURE_SERVICE] = "box, style=\"rounded,filled\"",
        [PICTURE_DATABASE] = "cylinder, style=filled",
        [PICTURE_QUEUE] = "cds, style=filled",
        [PICTURE_EXTERNAL] = "ellipse, style=\"filled,dashed\"",
    };
    enum health h = s->served.requests ? s->served.health : HEALTH_IDLE;
    fprintf(out, "  n%lld [label=", (long long)s->id);
    dot_quoted(out, s->name);
    fprintf(out, ", shape=%s, color=\"%s\", fillcolor=\"#F6F8FA\", penwidth=%s, tooltip=",
            shapes[picture_kind(s)], picture_color(h), h == HEALTH_BAD ? "2.5" : "1.5");
    dot_quoted(out, s->address[0] ? s->address : s->name);
    fputs("];\n", out);
}

static void put_edge(FILE *out, const struct edge_row *e)
{
    static const char *const styles[HEALTHS] = {[HEALTH_IDLE] = "dotted",
                                                [HEALTH_GOOD] = "solid",
                                                [HEALTH_WARN] = "solid",
                                                [HEALTH_BAD] = "dashed"};
    char label[128], tip[256];
    const char *color = picture_color(e->figures.health);
    picture_edge_label(e, "\n", label, sizeof label);
    snprintf(tip, sizeof tip, "port %u, %s", e->port, e->protocol);
    fprintf(out, "  n%lld -> n%lld [label=", (long long)e->client_id, (long long)e->server_id);
    dot_quoted(out, label);
    fprintf(out, ", color=\"%s\", fontcolor=\"%s\", style=%s, penwidth=%.1f, tooltip=", color,
            color, styles[e->figures.health], picture_width(e));
    dot_quoted(out, tip);
    fputs("];\n", out);
}

static bool graph(FILE *out, const struct graph *g)
{
    fputs("digraph services {\n"
          "  graph [rankdir=LR, fontname=\"sans-serif\", nodesep=0.35, ranksep=0.9];\n"
          "  node [fontname=\"sans-serif\", fontsize=12];\n"
          "  edge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7];\n",
          out);
    if (g->nodes.len > LARGE)
        fputs("  graph [nslimit=0.5, nslimit1=0.5, mclimit=0.3, splines=line];\n", out);
    for (size_t i = 0; i < g->nodes.len; i++)
        put_node(out, &g->nodes.row[i]);
    for (size_t i = 0; i < g->edges.len; i++)
        put_edge(out, &g->edges.row[i]);
    fputs("}\n", out);
    return !ferror(out);
}

const struct exporter dot_exporter = {
    .name = "dot",
    .type = "text/vnd.graphviz; charset=utf-8",
    .graph = graph,
    .diff = dot_diff,
};
