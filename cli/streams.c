/* streams.c - the calls that are open now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/figures.h"

static void cell_since(struct listing *t, uint64_t time_ns, uint64_t now_ns)
{
    listing_cell(t, time_ns ? human_span(now_ns > time_ns ? now_ns - time_ns : 0).text : "-");
}

static void cell_both(struct listing *t, struct human to_server, struct human to_client)
{
    char text[80];
    snprintf(text, sizeof text, "%s / %s", to_server.text, to_client.text);
    listing_cell(t, text);
}

static bool print(const struct open_call_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("CLIENT|SERVER|ADDRESS|>STREAM|OPERATION|KIND|>AGE|>MESSAGES "
                                    "OUT / IN|>RATE OUT / IN|>LAST MESSAGE|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct open_call_row *row = &rows->row[i];
        char text[LISTING_CELL_MAX];
        snprintf(text, sizeof text, "%s:%u", row->client, row->client_port);
        listing_cell(t, text);
        listing_cell(t, row->server);
        snprintf(text, sizeof text, strchr(row->server_address, ':') ? "[%s]:%u" : "%s:%u",
                 row->server_address, row->port);
        listing_cell(t, text);
        listing_count(t, row->stream_id);
        listing_cell(t, row->operation[0] ? row->operation : "(not known)");
        listing_cell(t, row->call == CALL_NONE ? "-" : call_kind_name(row->call));
        if (row->began_ns)
            cell_since(t, row->began_ns, row->seen_ns);
        else
            listing_cell(t, "from before");
        cell_both(t, human_count((double)row->request_messages),
                  human_count((double)row->response_messages));
        cell_both(t, human_rate(row->request_messages_per_s),
                  human_rate(row->response_messages_per_s));
        cell_since(t, row->last_message_ns, row->seen_ns);
        marked_cell(t, &row->marks, &all);
    }
    return marked_finish(t, rows->len, &all,
                         "No call was open when the newest window ended; 'tapgraph operations "
                         "--json' counts the streams that have ended.",
                         err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct open_call_rows rows;
    if (!query_open_calls(q, r, 0, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->open_calls(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &open_call_fields}, argc, argv);
}

const struct command streams_command = {
    .name = "streams",
    .summary = "the calls that are open: how old, how many messages, how many a second",
    .usage = "tapgraph streams [OPTION...]",
    .example = "OUT is from the client to the server, IN the other way; rates are those of the "
               "newest window, whose end is now.\n\n"
               "examples:\n"
               "  tapgraph streams\n"
               "  tapgraph streams --json | jq 'select(.response_messages_per_s == 0)'",
    .run = run,
};
