/* connections.c - connections that carry many calls at once, one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/figures.h"

static void cell_share(struct listing *t, uint32_t part, uint32_t of)
{
    listing_cell(t, of ? human_share((double)part / of).text : "-");
}

static void cell_ends(struct listing *t, const struct connection_row *row)
{
    char text[LISTING_CELL_MAX];
    snprintf(text, sizeof text, "%s:%u", row->client, row->client_port);
    listing_cell(t, text);
    listing_cell(t, row->server);
    snprintf(text, sizeof text, strchr(row->server_address, ':') ? "[%s]:%u" : "%s:%u",
             row->server_address, row->port);
    listing_cell(t, text);
}

static void cell_age(struct listing *t, const struct connection_row *row, struct range r)
{
    uint64_t end_ns = row->closed || row->last_ns > r.to_ns ? row->last_ns : r.to_ns;
    listing_cell(t, human_span(end_ns > row->began_ns ? end_ns - row->began_ns : 0).text);
    listing_cell(t, row->closed ? "closed" : "open");
}

static bool print(struct range r, const struct connection_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t =
        listing_new("CLIENT|SERVER|ADDRESS|PROTOCOL|>AGE|STATE|>CALLS|>SHARE|>OPEN "
                    "CALLS|>KNOWN|>OF LATE|>PING|>STALLS|>RESETS|>GOAWAYS|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct connection_row *row = &rows->row[i];
        const struct certainty *c = &row->certainty;
        cell_ends(t, row);
        listing_cell(t, row->protocol);
        cell_age(t, row, r);
        listing_cell(t, human_count((double)row->calls).text);
        listing_cell(t, row->calls ? human_share(row->share).text : "-");
        listing_count(t, row->open_calls);
        cell_share(t, c->known, c->fields);
        cell_share(t, c->late_known, c->late_fields);
        listing_cell(t, human_time(row->ping_rtt_ns).text);
        listing_count(t, row->stalls[0] + row->stalls[1]);
        listing_count(t, row->resets[0] + row->resets[1]);
        listing_count(t, row->goaways);
        marked_cell(t, &row->marks, &all);
    }
    return marked_finish(t, rows->len, &all,
                         "No connection that carries many calls at once (HTTP/2, gRPC) was seen in "
                         "this time; 'tapgraph edges' lists all that was.",
                         err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct connection_rows rows;
    if (!query_connections(q, r, 0, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->connections(stdout, r, &rows) : print(r, &rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &connection_fields}, argc, argv);
}

const struct command connections_command = {
    .name = "connections",
    .summary = "connections that carry many calls at once (HTTP/2, gRPC), one by one",
    .usage = "tapgraph connections [OPTION...]",
    .example =
        "SHARE is of the calls of all connections between the same services. KNOWN is the share of "
        "header\nfields whose text is known, since the connection began or was joined; OF LATE, of "
        "the latest 128 to 256.\n\n"
        "examples:\n"
        "  tapgraph connections --since 15m\n"
        "  tapgraph connections --json | jq 'select(.certainty.late_known < 1)'",
    .run = run,
};
