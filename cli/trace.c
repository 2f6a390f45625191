/* trace.c - one trace, as a waterfall. */
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/requests.h"

enum { BAR_COLUMNS = 32, INDENT_MAX = 24 };

static struct texts operands;

/* Where in the trace the hop lies, in half columns. */
static void bar_to_text(const struct trace *t, const struct trace_hop *hop,
                        char text[3 * BAR_COLUMNS + 1])
{
    double whole = t->end_ns > t->begin_ns ? (double)(t->end_ns - t->begin_ns) : 1;
    int from = (int)((double)(hop->begin_ns - t->begin_ns) / whole * 2 * BAR_COLUMNS);
    int to = (int)((double)(hop->end_ns - t->begin_ns) / whole * 2 * BAR_COLUMNS + 0.5);
    if (from > 2 * BAR_COLUMNS - 1)
        from = 2 * BAR_COLUMNS - 1;
    if (to <= from)
        to = from + 1;
    text[0] = '\0';
    for (int at = 0; at < 2 * BAR_COLUMNS; at += 2) {
        bool left = at >= from && at < to, right = at + 1 >= from && at + 1 < to;
        strcat(text, left && right ? "█" : left ? "▌" : right ? "▐" : " ");
    }
}

static void hop_to_text(const struct trace_hop *hop, char text[LISTING_CELL_MAX])
{
    char asked[ASKED_TEXT_MAX];
    int indent = hop->depth * 2 < INDENT_MAX ? (int)hop->depth * 2 : INDENT_MAX;
    asked_to_text(&hop->request, asked);
    snprintf(text, LISTING_CELL_MAX, "%*s%.48s → %.48s  %s", indent, "", hop->request.client,
             hop->request.server, asked);
}

static void print_hop(struct listing *list, const struct trace *t, const struct trace_hop *hop)
{
    char text[LISTING_CELL_MAX], bar[3 * BAR_COLUMNS + 1], end[REQUEST_ENDED_MAX];
    hop_to_text(hop, text);
    listing_cell(list, text);
    uint64_t after_ns = hop->begin_ns - t->begin_ns;
    listing_cell(list, after_ns ? human_time(after_ns).text : "0");
    bar_to_text(t, hop, bar);
    listing_cell(list, bar);
    listing_cell(list, hop->request.is_timed ? human_time(hop->end_ns - hop->begin_ns).text : "-");
    listing_cell(list, hop->own_ns ? human_time(hop->own_ns).text : "0");
    request_ended(&hop->request, end);
    listing_cell(list, end);
    listing_cell(list, hop->is_slowest ? "◀ slowest" : "");
}

static void print_head(const struct trace *t)
{
    const struct request_row *first = &t->hop[0].request;
    printf("%s  %s  %s, %zu hop%s, %u service%s, %u error%s\n\n", t->trace_id,
           human_moment_ms(first->time_ns).text, human_time(t->end_ns - t->begin_ns).text, t->len,
           t->len == 1 ? "" : "s", t->services, t->services == 1 ? "" : "s", t->errors,
           t->errors == 1 ? "" : "s");
}

static void print_foot(const struct trace *t)
{
    for (size_t i = 0; i < t->len; i++)
        if (t->hop[i].is_slowest)
            printf("\nMost of the time was taken by %s itself: %s of %s.\n",
                   t->hop[i].request.server, human_time(t->hop[i].own_ns).text,
                   human_time(t->end_ns - t->begin_ns).text);
    if (t->loose)
        printf("%u hop%s no caller here, which was not kept, not seen, or carries no such id.\n",
               t->loose, t->loose == 1 ? " has" : "s have");
    if (t->times > 1)
        printf("Its id was used at %u times, more than %d s apart; this is one of them. "
               "'tapgraph traces' lists them, --at TIME shows another.\n",
               t->times, TRACE_APART_S);
    if (t->is_cut)
        printf("There are more hops than the %d that are shown.\n", TRACE_HOPS_MAX);
}

static bool print(const struct trace *t, struct err *err)
{
    print_head(t);
    struct listing *list = listing_new("HOP|>AT|WHEN|>TOOK|>OWN|END|?");
    for (size_t i = 0; list && i < t->len; i++)
        print_hop(list, t, &t->hop[i]);
    if (!listing_finish(list, t->len, "", err))
        return false;
    print_foot(t);
    return true;
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct trace t;
    const char *id = operands.text[0];
    if (!query_trace(q, id, r, &t, err))
        return false;
    bool good = t.len || err_set(err,
                                 "no request of trace %s was kept; 'tapgraph traces' lists those "
                                 "that were",
                                 id);
    if (good)
        good = e ? e->trace(stdout, &t) : print(&t, err);
    trace_free(&t);
    return good;
}

static bool fits(struct err *err)
{
    return operands.len == 1 ||
           err_set(err, "name one trace by its id; 'tapgraph traces' lists them");
}

static int run(const struct command *self, int argc, char **argv)
{
    operands = (struct texts){0};
    struct ask ask = {.answer = answer, .fits = fits, .is_tree = true, .operands = &operands};
    return ask_run(self, &ask, argc, argv);
}

const struct command trace_command = {
    .name = "trace",
    .summary = "one trace as a waterfall: which hop took the time",
    .usage = "tapgraph trace ID [OPTION...]",
    .example =
        "A hop stands below the one that it was made for: the latest one under way to its client. "
        "AT is when it began,\nOWN the time in which no hop below it was under way. All times are "
        "as the tap saw them.\n\n"
        "examples:\n"
        "  tapgraph trace 4bf92f3577b34da6a3ce929d0e0e4736\n"
        "  tapgraph trace 4bf92f3577b34da6a3ce929d0e0e4736 --json",
    .run = run,
};
