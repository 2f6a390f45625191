/* fields_diff.c - what can be asked of what changed. */
#include "store/diff.h"
#include "store/fields_common.h"

#include <math.h>
#include <stdio.h>

static void changes(const void *row, char *ret)
{
    diff_changes_text(row, ",", ret);
}

static void what(const void *row, char *ret)
{
    const struct diff_row *r = row;
    snprintf(ret, FIELD_TEXT_MAX, "%s", r->operation[0] ? "operation" : "edge");
}

static void server(const void *row, char *ret)
{
    const struct diff_row *r = row;
    field_name_and_port(r->server, r->port, ret);
}

/* By how much, from 0 to 1. */
static double extent(const struct diff_row *r, enum diff_change c)
{
    const struct figures *b = &r->before.figures, *a = &r->after.figures;
    double slower = fmax(figure_p50(a) - figure_p50(b), figure_p95(a) - figure_p95(b));
    double of = fmax(figure_p50(a), figure_p95(a));
    if (c == DIFF_FAILS_MORE)
        return a->error_rate - b->error_rate;
    if (c == DIFF_SLOWER && of > 0)
        return fmin(slower / of, 1);
    double seen = (double)(r->before.seen + r->after.seen);
    return seen / (seen + 1000);
}

/* What fails more is worse than what got slower, that than what went, and so on; of the same kind
 * what changed more. */
static double weight(const void *row)
{
    static const enum diff_change worst[] = {DIFF_FAILS_MORE, DIFF_SLOWER,     DIFF_WENT,
                                             DIFF_CAME,       DIFF_ENCRYPTION, DIFF_PROTOCOL,
                                             DIFF_FAILS_LESS, DIFF_FASTER};
    const struct diff_row *r = row;
    for (size_t i = 0; i < DIFF_CHANGES; i++)
        if (r->changes >> worst[i] & 1)
            return (double)(DIFF_CHANGES - i) - r->few + 0.5 * extent(r, worst[i]);
    return 0;
}

#define SIDE(side) offsetof(struct diff_row, side.figures)
#define SIDE_FIELDS(side)                                                                          \
    {#side "_requests", "",   "how many exchanges", FIELD_COUNT,                                   \
     SIDE(side),        NULL, figure_requests,      NULL},                                         \
        {#side "_errors",                                                                          \
         "",                                                                                       \
         "how many of them failed; in %, of the requests",                                         \
         FIELD_COUNT,                                                                              \
         SIDE(side),                                                                               \
         NULL,                                                                                     \
         figure_errors,                                                                            \
         figure_error_share},                                                                      \
        {#side "_rate", "", "requests a second", FIELD_RATE, SIDE(side), NULL, figure_rate, NULL}, \
        {#side "_p50", "", "latency", FIELD_TIME, SIDE(side), NULL, figure_p50, NULL},             \
    {                                                                                              \
#side "_p95", "", "likewise", FIELD_TIME, SIDE(side), NULL, figure_p95, NULL               \
    }

static const struct field rows[] = {
    {"change", "changes",
     "came, went, slower, faster, fails-more, fails-less, protocol, encryption", FIELD_LIST, 0,
     changes, NULL, NULL},
    {"weight", "", "the greater, the worse: fails more, slower, went, came, ..., and how much",
     FIELD_COUNT, 0, NULL, weight, NULL},
    {"what", "", "edge, operation", FIELD_TEXT, 0, what, NULL, NULL},
    {"few", "", "so few that it may be chance", FIELD_FLAG, AT(diff_row, few), NULL,
     field_flag_there, NULL},
    TEXT_FIELD(diff_row, client, "client", "", "who calls"),
    {"server", "service", "who is called; also with its port, \"cart:8080\"", FIELD_LIST, 0, server,
     NULL, NULL},
    PORT_FIELD(diff_row, port),
    TEXT_FIELD(diff_row, protocol, "protocol", "", "as it is after"),
    TEXT_FIELD(diff_row, before.protocol, "before_protocol", "", "as it was"),
    TEXT_FIELD(diff_row, operation, "operation", "", "\"\" of an edge"),
    SIDE_FIELDS(before),
    SIDE_FIELDS(after),
    TEXT_FIELD(diff_row, before.tls, "before_tls", "", "version of TLS"),
    TEXT_FIELD(diff_row, after.tls, "after_tls", "", "version of TLS"),
};

const struct fields diff_fields = {"diff", rows, sizeof rows / sizeof *rows,
                                   "change in (slower, fails-more)"};
