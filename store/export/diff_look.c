/* diff_look.c - see diff_look.h. */
#include "store/export/diff_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"

/* The worst comes first: an edge shows the first of these that it, or an operation of it, has. */
static const struct diff_look looks[] = {
    {DIFF_WENT, "#8C959F", "dashed", "\u2212"},      {DIFF_CAME, "#009E73", "bold", "+"},
    {DIFF_FAILS_MORE, "#C4391D", "solid", "\u2716"}, {DIFF_SLOWER, "#B87700", "solid", "\u25b2"},
    {DIFF_ENCRYPTION, "#CC79A7", "solid", "\u25c6"}, {DIFF_PROTOCOL, "#CC79A7", "solid", "\u25c6"},
    {DIFF_FAILS_LESS, "#0072B2", "solid", "\u25bc"}, {DIFF_FASTER, "#0072B2", "solid", "\u25bc"},
};
const struct diff_look diff_look_same = {DIFF_CHANGES, "#C8CDD2", "solid", ""};

const struct diff_look *diff_look(uint32_t changes)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (changes >> looks[i].change & 1)
            return &looks[i];
    return &diff_look_same;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool diff_names_list(const struct diff *d, struct diff_names *ret)
{
    *ret = (struct diff_names){calloc(2 * d->len + 1, sizeof *ret->name), 0};
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

size_t diff_names_find(const struct diff_names *names, const char *name)
{
    const char **found =
        bsearch(&name, names->name, names->len, sizeof *names->name, compare_names);
    return found ? (size_t)(found - names->name) : 0;
}

const struct diff_look *diff_look_of_node(const struct diff *d, const char *name)
{
    uint32_t all = 1U << DIFF_CAME | 1U << DIFF_WENT;
    for (size_t i = 0; i < d->len; i++) {
        const struct diff_row *row = &d->row[i];
        if (!row->operation[0] &&
            (strcmp(row->client, name) == 0 || strcmp(row->server, name) == 0))
            all &= row->changes;
    }
    bool none = (all & (all - 1)) != 0; /* it has no edge here */
    return none ? &diff_look_same : diff_look(all);
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
    const struct diff_look *look = diff_look(row->changes);
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

const struct diff_look *diff_look_of_edge(const struct diff *d, const struct diff_row *edge,
                                          char *text, size_t size)
{
    uint32_t changes = edge->changes;
    size_t operations = 0;
    for (size_t i = 0; i < d->len; i++) {
        if (!d->row[i].changes || !is_of(&d->row[i], edge))
            continue;
        operations++;
        /* An operation that came or went leaves the edge where it is. */
        changes |= d->row[i].changes & ~(1U << DIFF_CAME | 1U << DIFF_WENT);
    }
    label_edge(edge, operations, text, size);
    return diff_look(changes);
}
