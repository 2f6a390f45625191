/* metrics_joined.c - see metrics_joined.h. */
#include "store/export/metrics_joined.h"

#include <stdlib.h>
#include <string.h>

#include "store/tallied.h"

static int compare(const void *left, const void *right)
{
    const struct joined *a = left, *b = right;
    int order = strcmp(a->of->client, b->of->client);
    if (!order)
        order = strcmp(a->of->server, b->of->server);
    return order ? order : strcmp(a->kind, b->kind);
}

static void add(struct edge_delta *into, const struct edge_delta *from)
{
    struct edge_delta more = *from;
    tallied_add(&into->exchanges, &from->exchanges);
    for (size_t n = 0; n < EDGE_NUMBERS; n++)
        edge_numbers(into)[n] += edge_numbers(&more)[n];
}

bool joined_make(const struct totals *t, const char *(*kind)(const struct total *edge),
                 struct joined_rows *ret)
{
    struct joined *row = calloc(t->edge_len + 1, sizeof *row);
    size_t len = 0, joined = 0;
    bool whole = row != NULL;
    *ret = (struct joined_rows){row, 0};
    for (size_t i = 0; row && i < t->edge_len; i++) {
        const char *is = kind(&t->edge[i]);
        if (is)
            row[len++] = (struct joined){.of = &t->edge[i], .kind = is};
    }
    if (len)
        qsort(row, len, sizeof *row, compare);
    for (size_t i = 0; i < len; i++) {
        const struct edge_delta *count = &row[i].of->count;
        if (!joined || compare(&row[joined - 1], &row[i]) != 0)
            row[joined++] = (struct joined){.of = row[i].of, .kind = row[i].kind};
        add(&row[joined - 1].count, count);
        whole = whole && tallied_is_whole(&row[joined - 1].count.exchanges);
    }
    ret->len = joined;
    return whole;
}

void joined_free(struct joined_rows *rows)
{
    for (size_t i = 0; i < rows->len; i++)
        tallied_free(&rows->row[i].count.exchanges);
    free(rows->row);
    *rows = (struct joined_rows){0};
}
