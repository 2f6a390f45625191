/* requests.c - exchanges that were kept, one by one. */
#include "cli/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/follow.h"
#include "cli/moments.h"

enum { SHOWN_FIRST = 20 /* when following */ };

void asked_to_text(const struct request_row *row, char text[ASKED_TEXT_MAX])
{
    char whole[REQUEST_ASKED_MAX];
    request_asked(row, whole);
    if (text_clean(text, ASKED_TEXT_MAX, bytes_of_text(whole)))
        return;
    text_clean(text, ASKED_TEXT_MAX - 3, bytes_of_text(whole));
    strcat(text, "…");
}

static struct request_criteria criteria;
static bool follow, failed, slow;
static const char *outcome;

static void cell_span(struct listing *t, uint64_t ns, bool known)
{
    listing_cell(t, !known ? "-" : ns ? human_time(ns).text : "0");
}

static struct moments moments; /* of the rows below the head */

static struct listing *make_listing(const struct request_rows *rows)
{
    char heads[128];
    snprintf(heads, sizeof heads,
             "%s|CLIENT|SERVER|PROTOCOL|REQUEST|END|>TOOK|>FIRST BYTE|KEPT|?TRACE",
             moments_head(&moments));
    struct listing *t = listing_new(heads);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct request_row *row = &rows->row[i];
        char text[ASKED_TEXT_MAX], end[REQUEST_ENDED_MAX], kept[32] = "";
        listing_cell(t, moments_text(&moments, row->time_ns).text);
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_cell(t, row->protocol);
        asked_to_text(row, text);
        listing_cell(t, text);
        request_ended(row, end);
        listing_cell(t, end);
        cell_span(t, row->duration_ns, row->is_timed);
        cell_span(t, row->ttfb_ns, row->has_ttfb);
        for (int reason = 0; reason < KEPTS; reason++)
            if (row->kept >> reason & 1) {
                strcat(kept, kept[0] ? "," : "");
                strcat(kept, kept_name((enum kept_for)reason));
            }
        listing_cell(t, kept);
        listing_cell(t, row->exchange.trace_id);
    }
    return t;
}

static bool print(const struct request_rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows->len; i++)
        moments_add(&moments, rows->row[i].time_ns);
    return listing_finish(make_listing(rows), rows->len,
                          "No such request was kept in this time; 'tapgraph edges' lists all that "
                          "was counted, and docs/requests.md says what is kept.",
                          err);
}

static bool write_rows(struct range r, const struct request_rows *rows, const struct exporter *e,
                       struct err *err)
{
    return e ? e->requests(stdout, r, rows) || err_set(err, "the answer could not be written whole")
             : print(rows, err);
}

/* The newest come last: as time goes. */
static void turn_round(struct request_rows *rows)
{
    for (size_t i = 0; i < rows->len / 2; i++) {
        struct request_row moved = rows->row[i];
        rows->row[i] = rows->row[rows->len - 1 - i];
        rows->row[rows->len - 1 - i] = moved;
    }
}

/* What has come since the last time, without a header. */
static bool print_more(struct query *q, const struct exporter *e, struct err *err)
{
    struct request_rows rows;
    criteria.order = REQUESTS_OLDEST;
    criteria.limit = REQUESTS_LIMIT_MAX;
    if (!query_requests(q, (struct range){0, INT64_MAX}, &criteria, &rows, err))
        return false;
    bool written = true;
    if (rows.len && e) {
        written = exporter_find("ndjson")->requests(stdout, (struct range){0}, &rows);
    } else if (rows.len) {
        struct listing *t = make_listing(&rows);
        written = t && listing_print_bare(t, stdout);
        listing_free(t);
    }
    if (rows.len)
        criteria.after_id = rows.row[rows.len - 1].id;
    free(rows.row);
    return written || err_set(err, "the answer could not be written whole");
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct request_rows rows;
    int64_t last = 0;
    if (follow && !query_last_request(q, &last, err))
        return false;
    if (follow && !criteria.limit)
        criteria.limit = SHOWN_FIRST;
    uint32_t shown = criteria.limit ? criteria.limit : REQUESTS_LIMIT_DEFAULT;
    if (ask_sorts())
        criteria.limit = REQUESTS_LIMIT_MAX;
    if (!query_requests(q, r, &criteria, &rows, err))
        return false;
    ask_arrange(rows.row, &rows.len, sizeof *rows.row);
    rows.len = rows.len < shown ? rows.len : shown;
    if (follow)
        turn_round(&rows);
    bool written = write_rows(r, &rows, e, err);
    free(rows.row);
    criteria.after_id = last;
    return written && (!follow || follow_database(q, e, print_more, err));
}

static bool fits(struct err *err)
{
    bool known = !outcome;
    for (int i = 0; outcome && i < OUTCOMES; i++)
        if (strcmp(outcome, outcome_name((enum outcome)i)) == 0) {
            criteria.outcomes = 1U << i;
            known = true;
        }
    if (!known)
        return err_set(err,
                       "--outcome takes ok, client_error, server_error, timeout, reset, cancelled, "
                       "unanswered or unknown, not '%s'",
                       outcome);
    if (failed && outcome)
        return err_set(err, "--errors and --outcome exclude each other");
    if (failed)
        criteria.outcomes = 1U << OUTCOME_CLIENT_ERROR | 1U << OUTCOME_SERVER_ERROR |
                            1U << OUTCOME_TIMEOUT | 1U << OUTCOME_RESET;
    if (follow && ask_sorts())
        return err_set(err, "--sort and --follow exclude each other: requests come as they end");
    if (slow && follow)
        return err_set(err, "--slow and --follow exclude each other: --min says how slow is slow");
    criteria.passes = ask_passes;
    criteria.order = slow ? REQUESTS_SLOWEST : REQUESTS_NEWEST;
    if (criteria.limit > REQUESTS_LIMIT_MAX)
        return err_set(err, "--limit: at most %d", REQUESTS_LIMIT_MAX);
    return true;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct argument more[] = {
        {0, "client", "NAME", "only of this client", ARGUMENT_TEXT, &criteria.client},
        {0, "server", "NAME", "only to this server", ARGUMENT_TEXT, &criteria.server},
        {0, "service", "NAME", "only with this service, on either side", ARGUMENT_TEXT,
         &criteria.service},
        {0, "protocol", "NAME", "only of this protocol", ARGUMENT_TEXT, &criteria.protocol},
        {0, "operation", "TEXT", "only of operations that contain this", ARGUMENT_TEXT,
         &criteria.operation},
        {0, "errors", NULL, "only those that failed", ARGUMENT_FLAG, &failed},
        {0, "outcome", "WORD", "only those that ended so", ARGUMENT_TEXT, &outcome},
        {0, "min", "TIME", "only those that took as long: 250ms, 5s", ARGUMENT_DURATION,
         &criteria.least_ns},
        {0, "trace", "ID", "only of this trace", ARGUMENT_TEXT, &criteria.trace_id},
        {0, "slow", NULL, "the slowest first; else the newest are", ARGUMENT_FLAG, &slow},
        {'n', "limit", "N",
         "at most so many (100): the newest, those that --slow or --sort put first", ARGUMENT_COUNT,
         &criteria.limit},
        {0, "follow", NULL, "go on with what comes, until interrupted", ARGUMENT_FLAG, &follow},
        {0},
    };
    criteria = (struct request_criteria){0};
    moments = (struct moments){0};
    follow = failed = slow = false;
    outcome = NULL;
    struct ask ask = {.answer = answer, .more = more, .fits = fits, .fields = &request_fields};
    return ask_run(self, &ask, argc, argv);
}

const struct command requests_command = {
    .name = "requests",
    .summary = "requests one by one: errors, the slowest, and a fair sample",
    .usage = "tapgraph requests [OPTION...]",
    .example =
        "Of each edge and window a bounded sample is kept, and why: it failed, it was among the "
        "slowest, or chance.\ndocs/requests.md says how many, and for how long. --follow needs a "
        "database that is there; requests come\nwith the window in which they end. With it, --csv "
        "writes what comes later as JSON.\n\n"
        "examples:\n"
        "  tapgraph requests --errors --since 15m\n"
        "  tapgraph requests --server cart --slow -n 20\n"
        "  tapgraph requests --follow --min 1s\n"
        "  tapgraph requests --find 'status = 503 and path ~ /cart'\n"
        "  tapgraph requests --json | jq 'select(.status == \"503\")'",
    .run = run,
};
