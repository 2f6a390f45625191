/* fields_diff.c - what can be asked of what changed. */
#include "store/diff.h"
#include "store/fields_common.h"

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
