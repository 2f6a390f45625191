/* settle.c - see settle.h. */
#include "graph/settle.h"

#include <stdlib.h>

#include "graph/merge.h"
#include "graph/sample.h"
#include "graph/variety.h"

enum { TEMPLATED_MIN = 50 }; /* of them there is always room for so many, whatever else there is */

/* May anything have become one, or be about to? Most edges have too few operations. */
static bool has_variety(const struct operation_delta *row, uint32_t len, uint32_t *ret_templated)
{
    bool any = false;
    *ret_templated = 0;
    for (uint32_t i = 0; i < len; i++)
        if (row[i].templated) {
            ++*ret_templated;
            any = any || strstr(row[i].name, "/" VARIETY_ANY);
        }
    return any || *ret_templated > VARIETY_WORDS_MAX;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(struct operation_delta *const *)a)->name,
                  (*(struct operation_delta *const *)b)->name);
}

/* Puts the rows in order of their names, which have changed, and makes one of those that have the
 * same. Returns how many are left. Both arrays have room for `len`. */
static uint32_t unite(struct operation_delta *row, uint32_t len, struct operation_delta *copy,
                      struct operation_delta **sorted)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < len; i++) {
        copy[i] = row[i];
        sorted[i] = &copy[i];
    }
    qsort(sorted, len, sizeof *sorted, compare_names);
    for (uint32_t i = 0; i < len; i++)
        if (to && strcmp(row[to - 1].name, sorted[i]->name) == 0)
            operation_move(&row[to - 1], sorted[i]);
        else
            row[to++] = *sorted[i];
    return to;
}

static void rename_text(const struct variety *v, char name[OPERATION_TEXT_MAX])
{
    char text[OPERATION_TEXT_MAX];
    variety_name(v, name, text, sizeof text);
    memcpy(name, text, sizeof text);
}

static void rename_rows(struct delta *d, uint32_t first, uint32_t end, const struct variety *v)
{
    for (uint32_t i = first; i < end; i++)
        if (d->operation[i].templated)
            rename_text(v, d->operation[i].name);
    for (uint32_t i = 0; i < d->open_call_len; i++)
        if (d->open_call[i].edge == d->operation[first].edge && d->open_call[i].templated)
            rename_text(v, d->open_call[i].operation);
    samples_rename(d, d->operation[first].edge, v);
}

/* The operations of one edge, d->operation[first, end). Returns where they end by now. */
static uint32_t collapse(struct delta *d, uint32_t first, uint32_t end, uint32_t most)
{
    uint32_t len = end - first, templated;
    if (!has_variety(&d->operation[first], len, &templated))
        return end;
    uint32_t others = len - templated, room = most > others ? most - others : 0;
    struct operation_delta *copy = malloc(len * sizeof *copy);
    struct operation_delta **sorted = malloc(len * sizeof *sorted);
    struct variety *v = variety_new();
    bool fine = copy && sorted && v;
    for (uint32_t i = first; fine && i < end; i++)
        fine = !d->operation[i].templated || variety_add(v, d->operation[i].name);
    if (fine) {
        variety_settle(v, room > TEMPLATED_MIN ? room : TEMPLATED_MIN);
        rename_rows(d, first, end, v);
        end = first + unite(&d->operation[first], len, copy, sorted);
    }
    variety_free(v);
    free(sorted);
    free(copy);
    return end;
}

/* Moves row `at` down to its place among the rows from `first`, which are in order. */
static void sink_into_place(struct operation_delta *row, uint32_t first, uint32_t at)
{
    struct operation_delta moved = row[at];
    uint32_t to = at;
    while (to > first && strcmp(row[to - 1].name, moved.name) > 0)
        to--;
    memmove(&row[to + 1], &row[to], (at - to) * sizeof *row);
    row[to] = moved;
}

/* One edge's operations, d->operation[first, end), are written anew from `to` on: the first
 * `named_max` by name, then all others as one. Returns where they end; `to` <= `first`. */
static uint32_t fold_operations(struct delta *d, uint32_t first, uint32_t end, uint32_t to,
                                uint32_t named_max)
{
    struct operation_delta *row = d->operation;
    struct operation_delta other = {.edge = row[first].edge, .name = OPERATION_OTHER};
    uint32_t start = to;
    bool folded = false;
    for (uint32_t i = first; i < end; i++) {
        if (strcmp(row[i].name, OPERATION_OTHER) != 0 && to - start < named_max) {
            if (to != i)
                row[to] = row[i];
            to++;
        } else {
            tallied_move(&other.exchanges, &row[i].exchanges);
            folded = true;
        }
    }
    if (folded) {
        row[to] = other;
        sink_into_place(row, start, to++);
    }
    return to;
}

void settle_operations(struct delta *d, uint32_t most)
{
    uint32_t to = 0, named_left = OPERATIONS_NAMED_MAX;
    for (uint32_t first = 0, end; first < d->operation_len; first = end) {
        for (end = first + 1; end < d->operation_len; end++)
            if (d->operation[end].edge != d->operation[first].edge)
                break;
        uint32_t room = most < named_left ? most : named_left;
        uint32_t start = to;
        to = fold_operations(d, first, collapse(d, first, end, most), to, room);
        named_left -= to - start < room ? to - start : room;
    }
    d->operation_len = to;
}
