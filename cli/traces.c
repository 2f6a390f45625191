/* traces.c - traces of which something was kept. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/listing.h"
#include "cli/moments.h"

static struct trace_criteria criteria;

static bool print(const struct trace_rows *rows, struct err *err)
{
    struct moments moments = {0};
    char heads[128];
    for (size_t i = 0; i < rows->len; i++)
        moments_add(&moments, rows->row[i].begin_ns);
    snprintf(heads, sizeof heads,
             "TRACE|%s|CLIENT|SERVER|OPERATION|>TOOK|>HOPS|>SERVICES|>ERRORS|SLOWEST|>OF THAT",
             moments_head(&moments));
    struct listing *t = listing_new(heads);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct trace_row *row = &rows->row[i];
        listing_cell(t, row->trace_id);
        listing_cell(t, moments_text(&moments, row->begin_ns).text);
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_cell(t, row->operation);
        listing_cell(t, human_time(row->end_ns - row->begin_ns).text);
        listing_count(t, row->hops);
        listing_count(t, row->services);
        listing_count(t, row->errors);
        listing_cell(t, row->slowest);
        listing_cell(t, human_time(row->slowest_ns).text);
    }
    return listing_finish(t, rows->len,
                          "No request with a trace id (W3C traceparent, B3) was kept in this time; "
                          "'tapgraph requests' lists those that were.",
                          err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct trace_rows rows;
    uint32_t shown = criteria.limit ? criteria.limit : TRACES_LIMIT_DEFAULT;
    if (ask_sorts())
        criteria.limit = TRACES_LIMIT_MAX;
    if (!query_traces(q, r, &criteria, &rows, err))
        return false;
    ask_arrange(rows.row, &rows.len, sizeof *rows.row);
    rows.len = rows.len < shown ? rows.len : shown;
    bool written = e ? e->traces(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static bool fits(struct err *err)
{
    criteria.passes = ask_passes_trace;
    return criteria.limit <= TRACES_LIMIT_MAX ||
           err_set(err, "--limit: at most %d", TRACES_LIMIT_MAX);
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct argument more[] = {
        {0, "service", "NAME", "only those through this service", ARGUMENT_TEXT, &criteria.service},
        {0, "errors", NULL, "only those with an error", ARGUMENT_FLAG, &criteria.failed},
        {0, "min", "TIME", "only those of which a hop took as long: 250ms, 5s", ARGUMENT_DURATION,
         &criteria.least_ns},
        {'n', "limit", "N", "at most so many (50): the newest, those that --sort puts first",
         ARGUMENT_COUNT, &criteria.limit},
        {0},
    };
    criteria = (struct trace_criteria){0};
    return ask_run(
        self, &(struct ask){.answer = answer, .more = more, .fits = fits, .fields = &trace_fields},
        argc, argv);
}

const struct command traces_command = {
    .name = "traces",
    .summary = "requests that belong together by their trace id, the newest first",
    .usage = "tapgraph traces [OPTION...]",
    .example =
        "A trace is what carries the same W3C traceparent or B3 id. CLIENT, SERVER and OPERATION "
        "are of its first hop;\nSLOWEST is the server that took most of the time itself. "
        "'tapgraph trace ID' shows one.\n\n"
        "examples:\n"
        "  tapgraph traces --since 15m\n"
        "  tapgraph traces --service cart --errors\n"
        "  tapgraph traces --find 'took > 500ms and slowest = payment'\n"
        "  tapgraph traces --min 500ms --json | jq -r .trace_id",
    .run = run,
};
