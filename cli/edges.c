/* edges.c - who calls whom. */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/edges_tls.h"
#include "cli/figures.h"

static bool print(const struct edge_rows *rows, struct err *err)
{
    struct listing *t = listing_new("CLIENT|SERVER|>PORT|PROTOCOL|" FIGURES_HEADS);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct edge_row *row = &rows->row[i];
        char port[8];
        snprintf(port, sizeof port, "%u", row->port);
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_cell(t, port);
        listing_cell(t, row->protocol);
        figures_cells(t, &row->figures);
    }
    return figures_print(t, rows->len, err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct edge_rows rows;
    if (!query_edges(q, r, &rows, err))
        return false;
    bool written = e ? e->edges(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct ask ask = {
        .answer = answer,
        .flag = "tls",
        .flag_help = "what protects them: versions, ciphers, certificates",
        .answer_flag = edges_tls_answer,
    };
    return ask_run(self, &ask, argc, argv);
}

const struct command edges_command = {
    .name = "edges",
    .summary = "who calls whom: each pair of services, by port and protocol",
    .usage = "tapgraph edges [OPTION...]",
    .example = "examples:\n"
               "  tapgraph edges --since 15m\n"
               "  tapgraph edges --json | jq 'select(.error_rate > 0.01)'\n"
               "  tapgraph edges --tls --json | jq 'select(.weak)'",
    .run = run,
};
