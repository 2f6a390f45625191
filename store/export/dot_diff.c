/* dot_diff.c - what changed, drawn: every edge of either range, coloured by what became of it. Each
 * colour (Okabe and Ito, 2008) comes with a word and a line of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "store/export/picture.h"

/* The worst comes first: an edge shows the first of these that it, or an operation of it, has. */
static const struct look {
    enum diff_change change;
    const char *color, *style, *sign;
} looks[] = {
    {DIFF_WENT, "#8C959F", "dashed", "\u2212"},      {DIFF_CAME, "#009E73", "bold", "+"},
    {DIFF_FAILS_MORE, "#C4391D", "solid", "\u2716"}, {DIFF_SLOWER, "#B87700", "solid", "\u25b2"},
    {DIFF_ENCRYPTION, "#CC79A7", "solid", "\u25c6"}, {DIFF_PROTOCOL, "#CC79A7", "solid", "\u25c6"},
    {DIFF_FAILS_LESS, "#0072B2", "solid", "\u25bc"}, {DIFF_FASTER, "#0072B2", "solid", "\u25bc"},
};
static const struct look same = {DIFF_CHANGES, "#C8CDD2", "solid", ""};

static const struct look *look_of(uint32_t changes)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (changes >> looks[i].change & 1)
            return &looks[i];
    return &same;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of all ends, each once, in order. */
struct names {
    const char **name;
    size_t len;
};

static bool list_names(const struct diff *d, struct names *ret)
{
    *ret = (struct names){calloc(2 * d->len + 1, sizeof *ret->name), 0};
    if (!ret->name)
        return false;
    size_t len = 0, left = 0;
    for (size_t i = 0; i < d->len; i++) {
        ret->name[len++] = d->row[i].client;
        ret->name[len++] = d->row[i].server;
    }
    qsort(ret->name, len, sizeof *ret->name, compare_names);
    for (size_t i = 0; i < len; i++)
        if (!i || strcmp(ret->name[i], ret->name[left - 1]) != 0)
            ret->name[left++] = ret->name[i];
    ret->len = left;
    return true;
}

static size_t number_of(const struct names *names, const char *name)
{
    const char **found =
        bsearch(&name, names->name, names->len, sizeof *names->name, compare_names);
    return found ? (size_t)(found - names->name) : 0;
}

/* A service all of whose edges came is new, one all of whose edges went is gone. */
static uint32_t node_changes(const struct diff *d, const char *name)
{
    uint32_t all = 1U << DIFF_CAME | 1U << DIFF_WENT;
    for (size_t i = 0; i < d->len; i++) {
        const struct diff_row *row = &d->row[i];
        if (!row->operation[0] &&
            (strcmp(row->client, name) == 0 || strcmp(row->server, name) == 0))
            all &= row->changes;
    }
    return all;
}

static void put_node(FILE *out, const struct diff *d, const char *name, size_t number)
{
    uint32_t changes = node_changes(d, name);
    bool both = (changes & (changes - 1)) != 0; /* it has no edge here */
    const struct look *look = both ? &same : look_of(changes);
    char label[NAME_TEXT_MAX + 8];
    snprintf(label, sizeof label, "%s%s%s", look->sign, look->sign[0] ? " " : "", name);
    fprintf(out, "  n%zu [label=", number);
    dot_quoted(out, label);
    fprintf(out, ", color=\"%s\", style=\"rounded,filled%s\"];\n",
            look == &same ? "#57606A" : look->color,
            strcmp(look->style, "dashed") ? "" : ",dashed");
}

/* " 1.2/s -> 3.4/s", if both are known. */
static size_t put_change(char *text, size_t size, const char *what, struct human before,
                         struct human after)
{
    int n = snprintf(text, size, "\n%s%s \u2192 %s", what, before.text, after.text);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void label_edge(const struct diff_row *row, size_t operations, char *text, size_t size)
{
    const struct figures *b = &row->before.figures, *a = &row->after.figures;
    char changes[DIFF_CHANGES_TEXT_MAX];
    const struct look *look = look_of(row->changes);
    diff_changes_text(row, ", ", changes);
    size_t used =
        (size_t)snprintf(text, size, "%s%s%s%s%s%s", look->sign, look->sign[0] ? " " : "", changes,
                         changes[0] ? "\n" : "", row->protocol, row->few ? " (few)" : "");
    if (row->changes >> DIFF_PROTOCOL & 1)
        used += (size_t)snprintf(text + used, size - used, "\nwas %s", row->before.protocol);
    if (row->before.there && row->after.there && row->changes) {
        used += put_change(text + used, size - used, "p95 ", human_time(b->duration.p95_ns),
                           human_time(a->duration.p95_ns));
        used += put_change(text + used, size - used, "errors ", human_share(b->error_rate),
                           human_share(a->error_rate));
    }
    if (operations)
        snprintf(text + used, size - used, "\n%zu operation%s changed", operations,
                 operations == 1 ? "" : "s");
}

static bool is_of(const struct diff_row *operation, const struct diff_row *edge)
{
    return operation->operation[0] && operation->port == edge->port &&
           strcmp(operation->client, edge->client) == 0 &&
           strcmp(operation->server, edge->server) == 0 &&
           strcmp(operation->protocol, edge->protocol) == 0;
}

static void put_edge(FILE *out, const struct diff *d, const struct names *names,
                     const struct diff_row *row)
{
    char label[512];
    uint32_t changes = row->changes;
    size_t operations = 0;
    for (size_t i = 0; i < d->len; i++) {
        if (!d->row[i].changes || !is_of(&d->row[i], row))
            continue;
        operations++;
        /* An operation that came or went leaves the edge where it is. */
        changes |= d->row[i].changes & ~(1U << DIFF_CAME | 1U << DIFF_WENT);
    }
    const struct look *look = look_of(changes);
    label_edge(row, operations, label, sizeof label);
    fprintf(out, "  n%zu -> n%zu [label=", number_of(names, row->client),
            number_of(names, row->server));
    dot_quoted(out, label);
    fprintf(out, ", color=\"%s\", fontcolor=\"%s\", style=%s, penwidth=%s];\n", look->color,
            look == &same ? "#57606A" : look->color, look->style, look == &same ? "1" : "2.5");
}

bool dot_diff(FILE *out, const struct diff *d)
{
    struct names names;
    if (!list_names(d, &names))
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
