/* events.c - what happened to the collector, and in what it sees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/follow.h"
#include "cli/listing.h"

enum { SHOWN_FIRST = 20 /* when following */, LATEST_MAX = 1000 };

static bool follow;
static uint32_t limit;
static int64_t last; /* event that was printed, or passed over */

/* What follows is printed a few rows at a time, so that the kinds are as wide as the widest. */
static struct listing *make_listing(const struct event_rows *rows)
{
    struct listing *t = listing_new("TIME|KIND|WHAT");
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct event_row *row = &rows->row[i];
        char kind[sizeof row->kind];
        int width = follow ? (int)strlen("certificate-near-expiry") : 0;
        snprintf(kind, sizeof kind, "%-*s", width, row->kind);
        listing_cell(t, human_moment(row->time_ns).text);
        listing_cell(t, kind);
        listing_cell(t, row->text);
    }
    return t;
}

static bool print(const struct event_rows *rows, struct err *err)
{
    return listing_finish(make_listing(rows), rows->len, "Nothing happened in this time.", err);
}

static bool unwritten(struct err *err)
{
    return err_set(err, "the answer could not be written whole");
}

/* What has come since the last time, without a header. */
static bool print_more(struct query *q, const struct exporter *e, struct err *err)
{
    struct event_rows rows;
    if (!query_events_after(q, last, &rows, err))
        return false;
    if (rows.len)
        last = rows.row[rows.len - 1].id;
    ask_sift(rows.row, &rows.len, sizeof *rows.row);
    bool written = true;
    if (rows.len && e) {
        written = exporter_find("ndjson")->events(stdout, (struct range){0}, &rows);
    } else if (rows.len) {
        struct listing *t = make_listing(&rows);
        written = t && listing_print_bare(t, stdout);
        listing_free(t);
    }
    free(rows.row);
    return written || unwritten(err);
}

/* Of those that pass, the latest. */
static void keep_latest(struct event_rows *rows)
{
    size_t most = limit ? limit : follow ? SHOWN_FIRST : LATEST_MAX;
    if (rows->len <= most)
        return;
    memmove(rows->row, rows->row + rows->len - most, most * sizeof *rows->row);
    rows->len = most;
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct event_rows rows;
    if (!query_last_event(q, &last, err) || !query_events_range(q, &r, err) ||
        !query_events(q, r, &rows, err))
        return false;
    for (size_t i = 0; i < rows.len; i++) /* some may have come just now */
        last = rows.row[i].id > last ? rows.row[i].id : last;
    ask_sift(rows.row, &rows.len, sizeof *rows.row);
    keep_latest(&rows);
    ask_arrange(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->events(stdout, r, &rows) || unwritten(err) : print(&rows, err);
    free(rows.row);
    return written && (!follow || follow_database(q, e, print_more, err));
}

static bool fits(struct err *err)
{
    return limit <= LATEST_MAX || err_set(err, "--limit: at most %d", LATEST_MAX);
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct argument more[] = {
        {'n', "limit", "N", "only so many of the latest (1000; 20 when following)", ARGUMENT_COUNT,
         &limit},
        {0, "follow", NULL, "go on with what comes, until interrupted", ARGUMENT_FLAG, &follow},
        {0},
    };
    follow = false;
    limit = 0;
    struct ask ask = {.answer = answer, .more = more, .fits = fits, .fields = &event_fields};
    return ask_run(self, &ask, argc, argv);
}

const struct command events_command = {
    .name = "events",
    .summary =
        "what happened: new and vanished edges, certificates near their end, drops, restarts",
    .usage = "tapgraph events [OPTION...]",
    .example = "docs/events.md has the kinds and their rules. --follow needs a database that is "
               "there; events come\nwith the window in which they happen. With it, --csv writes "
               "what comes later as JSON.\n\n"
               "examples:\n"
               "  tapgraph events --since 1d\n"
               "  tapgraph events --find 'kind in (new-edge, vanished-edge)'\n"
               "  tapgraph events --find 'severity != note' --json\n"
               "  tapgraph events --follow --hide 'kind = new-operation'",
    .run = run,
};
