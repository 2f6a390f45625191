/* services.c - what there is, and how it serves. */
#include <stdlib.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/figures.h"

#define HEADS "ADDRESS|NAMED BY|SERVES|>CALLERS|>CALLS|" FIGURES_HEADS "|" MARKED_HEAD

static bool has_groups(const struct service_rows *rows)
{
    for (size_t i = 0; i < rows->len; i++)
        if (rows->row[i].group[0] || rows->row[i].tags[0])
            return true;
    return false;
}

static bool print(const struct service_rows *rows, struct err *err)
{
    struct marks all = {0};
    bool groups = has_groups(rows);
    struct listing *t = listing_new(groups ? "SERVICE|GROUP|TAGS|" HEADS : "SERVICE|" HEADS);
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct service_row *row = &rows->row[i];
        char address[96], callers[16], callees[16];
        int more = row->addresses > 1 ? (int)row->addresses - 1 : 0;
        snprintf(address, sizeof address, "%s", row->address);
        if (more)
            snprintf(address, sizeof address, "%s +%d", row->address, more);
        snprintf(callers, sizeof callers, "%u", row->callers);
        snprintf(callees, sizeof callees, "%u", row->callees);
        listing_cell(t, row->name);
        if (groups) {
            listing_cell(t, row->group);
            listing_cell(t, row->tags);
        }
        listing_cell(t, address);
        listing_cell(t, name_source_name(row->source));
        listing_cell(t, row->protocols);
        listing_cell(t, callers);
        listing_cell(t, callees);
        figures_cells(t, &row->served);
        marked_cell(t, &row->marks, &all);
    }
    return figures_print(t, rows->len, &all, err);
}

static void cell_expires(struct listing *t, uint64_t end_s)
{
    char day[LISTING_CELL_MAX] = "-";
    time_t end = (time_t)end_s;
    struct tm tm;
    if (end && gmtime_r(&end, &tm))
        strftime(day, sizeof day, "%Y-%m-%d", &tm);
    listing_cell(t, day);
}

/* Of services that something was read of, or that were seen to agree on keys. */
static bool print_tls(const struct service_rows *rows, struct err *err)
{
    struct listing *t =
        listing_new("SERVICE|ADDRESS|SERVES|VERDICT|>WEAK|>PLAINTEXT|>FINE|EXPIRES");
    size_t shown = 0;
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct service_row *row = &rows->row[i];
        if (!row->tls.verdict)
            continue;
        shown++;
        listing_cell(t, row->name);
        listing_cell(t, row->address);
        listing_cell(t, row->protocols);
        listing_cell(t, row->tls.why ? row->tls.why : row->tls.verdict);
        listing_count(t, row->tls.weak);
        listing_count(t, row->tls.plaintext);
        listing_count(t, row->tls.fine);
        cell_expires(t, row->tls.expires_s);
    }
    return listing_finish(t, shown,
                          "Neither a handshake of TLS nor plaintext was seen in this time; "
                          "'tapgraph services' lists all that was.",
                          err);
}

static bool show_tls; /* --tls */

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct service_rows rows;
    if (!query_services(q, r, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e          ? e->services(stdout, r, &rows)
                   : show_tls ? print_tls(&rows, err)
                              : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const struct argument more[] = {
        {0, "tls", NULL, "how they protect what they serve: edges that are weak, plaintext, fine",
         ARGUMENT_FLAG, &show_tls},
        {0},
    };
    show_tls = false;
    return ask_run(self, &(struct ask){.answer = answer, .more = more, .fields = &service_fields},
                   argc, argv);
}

const struct command services_command = {
    .name = "services",
    .summary = "the services there are, and how they serve",
    .usage = "tapgraph services [OPTION...]",
    .example = "--json has all of it, --tls included.\n\n"
               "examples:\n"
               "  tapgraph services --since 1h --csv > services.csv\n"
               "  tapgraph services --tls",
    .run = run,
};
