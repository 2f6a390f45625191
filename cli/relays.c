/* relays.c - who reaches whom by way of whom. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/figures.h"

static bool print(const struct relay_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("CLIENT|VIA|SERVER|>PORT|PROTOCOL|>REQUESTS|>PASSED ON");
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct relay_row *row = &rows->row[i];
        listing_cell(t, row->client);
        listing_cell(t, row->via);
        listing_cell(t, row->server);
        listing_count(t, row->port);
        listing_cell(t, row->protocol);
        listing_cell(t, human_count((double)row->requests).text);
        listing_cell(t, human_share((double)row->passed_on / (double)row->requests).text);
    }
    return marked_finish(t, rows->len, &all,
                         "No request was found on both sides of a service in this time. They are "
                         "found by x-request-id, traceparent and B3; --since all asks for "
                         "everything.",
                         err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct relay_rows rows;
    if (!query_relays(q, r, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->relays(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &relay_fields}, argc, argv);
}

const struct command relays_command = {
    .name = "relays",
    .summary = "who reaches whom by way of whom: requests on both sides of a service",
    .usage = "tapgraph relays [OPTION...]",
    .example = "examples:\n"
               "  tapgraph relays --since 15m\n"
               "  tapgraph relays --json | jq 'select(.passed_on == .requests)'",
    .run = run,
};
