/* backends.c - how the calls of each service are spread over its addresses. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/figures.h"

static bool print(const struct backend_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("SERVICE|ADDRESS|>PORT|PROTOCOL|>CALLS|>SHARE||>OPEN "
                                    "CALLS|>CONNECTIONS|>ERRORS|>P95|HEALTH|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct backend_row *row = &rows->row[i];
        listing_cell(t, row->service);
        listing_cell(t, row->address);
        listing_count(t, row->port);
        listing_cell(t, row->protocol);
        listing_cell(t, human_count((double)row->calls).text);
        listing_cell(t, row->calls ? human_share(row->share).text : "-");
        listing_bar(t, row->share);
        listing_count(t, row->open_calls);
        listing_count(t, row->connections);
        listing_cell(t, row->calls ? human_share(row->figures.error_rate).text : "-");
        listing_cell(t, human_time(row->figures.duration.p95_ns).text);
        listing_cell(t, health_name(row->figures.health));
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct backend_rows rows;
    if (!query_backends(q, r, 0, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->backends(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &backend_fields}, argc, argv);
}

const struct command backends_command = {
    .name = "backends",
    .summary = "how the calls of each service are spread over its addresses",
    .usage = "tapgraph backends [OPTION...]",
    .example = "examples:\n"
               "  tapgraph backends --since 15m\n"
               "  tapgraph backends --json | jq 'select(.share > 0.9)'",
    .run = run,
};
