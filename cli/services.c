/* services.c - what there is, and how it serves. */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/figures.h"

#define HEADS "ADDRESS|NAMED BY|SERVES|>CALLERS|>CALLS|" FIGURES_HEADS "|" MARKED_HEAD

static bool has_groups(const struct service_rows *rows)
{
    for (size_t i = 0; i < rows->len; i++)
        if (rows->row[i].group[0] || rows->row[i].tags[0])
            return true;
    return false;
}

static bool print(const struct service_rows *rows, struct err *err)
{
    struct marks all = {0};
    bool groups = has_groups(rows);
    struct listing *t = listing_new(groups ? "SERVICE|GROUP|TAGS|" HEADS : "SERVICE|" HEADS);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct service_row *row = &rows->row[i];
        char address[96], callers[16], callees[16];
        int more = row->addresses > 1 ? (int)row->addresses - 1 : 0;
        snprintf(address, sizeof address, "%s", row->address);
        if (more)
            snprintf(address, sizeof address, "%s +%d", row->address, more);
        snprintf(callers, sizeof callers, "%u", row->callers);
        snprintf(callees, sizeof callees, "%u", row->callees);
        listing_cell(t, row->name);
        if (groups) {
            listing_cell(t, row->group);
            listing_cell(t, row->tags);
        }
        listing_cell(t, address);
        listing_cell(t, name_source_name(row->source));
        listing_cell(t, row->protocols);
        listing_cell(t, callers);
        listing_cell(t, callees);
        figures_cells(t, &row->served);
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct service_rows rows;
    if (!query_services(q, r, &rows, err))
        return false;
    bool written = e ? e->services(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer}, argc, argv);
}

const struct command services_command = {
    .name = "services",
    .summary = "the services there are, and how they serve",
    .usage = "tapgraph services [OPTION...]",
    .example = "example:\n  tapgraph services --since 1h --csv > services.csv",
    .run = run,
};
