/* operations.c - what is asked for. */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/figures.h"

static bool print(const struct operation_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t =
        listing_new("CLIENT|SERVER|PROTOCOL|OPERATION|" FIGURES_HEADS "|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct operation_row *row = &rows->row[i];
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_cell(t, row->protocol);
        listing_cell(t, row->name);
        figures_cells(t, &row->figures);
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct operation_rows rows;
    if (!query_operations(q, r, 0, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->operations(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &operation_fields}, argc, argv);
}

const struct command operations_command = {
    .name = "operations",
    .summary = "what is asked for: each edge's operations",
    .usage = "tapgraph operations [OPTION...]",
    .example = "example:\n  tapgraph operations --since 15m --json",
    .run = run,
};
