/* dot_diff.c - what changed, drawn: every edge of either range, coloured by what became of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/diff_look.h"
#include "store/export/picture.h"

static void put_node(FILE *out, const struct diff *d, const char *name, size_t number)
{
    const struct diff_look *look = diff_look_of_node(d, name);
    char label[NAME_TEXT_MAX + 8];
    snprintf(label, sizeof label, "%s%s%s", look->sign, look->sign[0] ? " " : "", name);
    fprintf(out, "  n%zu [label=", number);
    dot_quoted(out, label);
    fprintf(out, ", color=\"%s\", style=\"rounded,filled%s\"];\n",
            look == &diff_look_same ? "#57606A" : look->color,
            strcmp(look->style, "dashed") ? "" : ",dashed");
}

static void put_edge(FILE *out, const struct diff *d, const struct diff_names *names,
                     const struct diff_row *row)
{
    char label[512];
    const struct diff_look *look = diff_look_of_edge(d, row, label, sizeof label);
    bool same = look == &diff_look_same;
    fprintf(out, "  n%zu -> n%zu [label=", diff_names_find(names, row->client),
            diff_names_find(names, row->server));
    dot_quoted(out, label);
    fprintf(out, ", color=\"%s\", fontcolor=\"%s\", style=%s, penwidth=%s];\n", look->color,
            same ? "#57606A" : look->color, look->style, same ? "1" : "2.5");
}

bool dot_diff(FILE *out, const struct diff *d)
{
    struct diff_names names;
    if (!diff_names_list(d, &names))
        return false;
    fputs("digraph diff {\n"
          "  graph [rankdir=LR, fontname=\"sans-serif\", nodesep=0.35, ranksep=0.9];\n"
          "  node [fontname=\"sans-serif\", fontsize=12, shape=box, fillcolor=\"#F6F8FA\"];\n"
          "  edge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7];\n",
          out);
    for (size_t i = 0; i < names.len; i++)
        put_node(out, d, names.name[i], i);
    for (size_t i = 0; i < d->len; i++)
        if (!d->row[i].operation[0])
            put_edge(out, d, &names, &d->row[i]);
    fputs("}\n", out);
    free(names.name);
    return !ferror(out);
}
