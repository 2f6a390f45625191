/* edges.c - who calls whom. */
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/edges_tls.h"
#include "cli/figures.h"

static bool print(const struct edge_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("CLIENT|SERVER|>PORT|PROTOCOL|" FIGURES_HEADS "|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct edge_row *row = &rows->row[i];
        char port[8];
        snprintf(port, sizeof port, "%u", row->port);
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_cell(t, port);
        listing_cell(t, row->protocol);
        figures_cells(t, &row->figures);
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

typedef struct human in_words(double number);

static void cell_each_way(struct listing *t, const uint64_t counts[2], in_words *say)
{
    char text[80];
    snprintf(text, sizeof text, "%s / %s", say((double)counts[0]).text,
             say((double)counts[1]).text);
    listing_cell(t, counts[0] || counts[1] ? text : "-");
}

static void cell_number(struct listing *t, uint64_t count)
{
    listing_cell(t, count ? human_count((double)count).text : "-");
}

/* How connections fare on the wire. */
static bool print_tcp(const struct edge_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t =
        listing_new("CLIENT|SERVER|>PORT|PROTOCOL|>OPENED|>OPEN|>REFUSED|>NO "
                    "ANSWER|>PACKETS|>BYTES|>CONNECT|>RTT CLIENT|"
                    ">RTT SERVER|>RETRANS|>REORDERED|>FULL FOR|>RESETS|" MARKED_HEAD);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct edge_row *row = &rows->row[i];
        const uint64_t resets[2] = {row->reset_by_client, row->reset_by_server};
        listing_cell(t, row->client);
        listing_cell(t, row->server);
        listing_count(t, row->port);
        listing_cell(t, row->protocol);
        cell_number(t, row->opened);
        cell_number(t, row->active);
        cell_number(t, row->refused);
        cell_number(t, edge_unanswered(row));
        cell_each_way(t, row->packets, human_count);
        cell_each_way(t, row->bytes, human_bytes);
        listing_cell(t, human_time(row->connect_ns).text);
        listing_cell(t, human_time(row->rtt_client_ns).text);
        listing_cell(t, human_time(row->rtt_server_ns).text);
        cell_each_way(t, row->retransmits, human_count);
        cell_each_way(t, row->out_of_order, human_count);
        listing_cell(t, human_time(row->zero_window_ns[0] + row->zero_window_ns[1]).text);
        cell_each_way(t, resets, human_count);
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

static bool show_tcp, show_tls; /* --tcp, --tls */

static struct ask ask;

static bool fits(struct err *err)
{
    ask.fields = show_tls ? &tls_fields : &edge_fields;
    return !(show_tcp && show_tls) || err_set(err, "--tcp and --tls exclude each other");
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct edge_rows rows;
    if (show_tls)
        return edges_tls_answer(q, r, e, err);
    if (!query_edges(q, r, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e          ? e->edges(stdout, r, &rows)
                   : show_tcp ? print_tcp(&rows, err)
                              : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct argument more[] = {
        {0, "tcp", NULL, "how connections fare: connects, round trips, retransmits, resets",
         ARGUMENT_FLAG, &show_tcp},
        {0, "tls", NULL, "what protects them: versions, ciphers, certificates", ARGUMENT_FLAG,
         &show_tls},
        {0},
    };
    show_tcp = show_tls = false;
    ask = (struct ask){.answer = answer, .more = more, .fits = fits, .fields = &edge_fields};
    return ask_run(self, &ask, argc, argv);
}

const struct command edges_command = {
    .name = "edges",
    .summary = "who calls whom: each pair of services, by port and protocol",
    .usage = "tapgraph edges [OPTION...]",
    .example =
        "With --tcp, two numbers are of what the client / the server sent: RETRANS is segments "
        "sent again, REORDERED\nthose that came late. OPENED and OPEN are connections, the "
        "latter at the end; FULL FOR is how long a\nreceiver had no room. --json and --csv "
        "have all of it, except for --tls, which has rows of its own.\n\n"
        "examples:\n"
        "  tapgraph edges --since 15m\n"
        "  tapgraph edges --tcp\n"
        "  tapgraph edges --find 'protocol = grpc and p95 > 200ms' --from 10:30 --to 11:00\n"
        "  tapgraph edges --json | jq 'select(.error_rate > 0.01)'\n"
        "  tapgraph edges --tls --json | jq 'select(.weak)'",
    .run = run,
};
