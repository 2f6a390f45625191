/* events.c - what happened to the collector, and in what it sees. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/listing.h"

static bool print(const struct event_rows *rows, struct err *err)
{
    struct listing *t = listing_new("TIME|KIND|WHAT");
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct event_row *row = &rows->row[i];
        listing_cell(t, human_moment(row->time_ns).text);
        listing_cell(t, row->kind);
        listing_cell(t, row->text);
    }
    return listing_finish(t, rows->len, "Nothing happened in this time.", err);
}

/* What happens to the collector has the time of the wall, which of a capture that is replayed lies
 * behind all of its windows: a range that goes to their end goes on. */
static bool to_the_end(struct query *q, struct range *r, struct err *err)
{
    struct range all;
    if (!query_history(q, &all, err))
        return false;
    if (r->to_ns >= all.to_ns)
        r->to_ns = INT64_MAX;
    return true;
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct event_rows rows;
    if (!to_the_end(q, &r, err) || !query_events(q, r, &rows, err))
        return false;
    ask_sift(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->events(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &event_fields}, argc, argv);
}

const struct command events_command = {
    .name = "events",
    .summary =
        "what happened: new and vanished edges, certificates near their end, drops, restarts",
    .usage = "tapgraph events [OPTION...]",
    .example = "docs/events.md has the kinds and their rules.\n\n"
               "examples:\n"
               "  tapgraph events --since 1d\n"
               "  tapgraph events --find 'kind in (new-edge, vanished-edge)'\n"
               "  tapgraph events --find 'severity != note' --json",
    .run = run,
};
