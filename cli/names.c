/* names.c - what is said of what each address is called. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/human.h"
#include "cli/ask.h"
#include "cli/figures.h"
#include "store/export/time_text.h"

static bool print(const struct name_rows *rows, struct err *err)
{
    struct marks all = {0};
    struct listing *t = listing_new("ADDRESS|>PORT||NAME|NAMED BY|>TIMES|FIRST|LAST");
    for (size_t i = 0; t && i < rows->len; i++) {
        const struct name_row *row = &rows->row[i];
        char text[TIME_TEXT_MAX];
        listing_cell(t, row->address);
        if (row->port)
            listing_count(t, row->port);
        else
            listing_cell(t, "any");
        listing_cell(t, row->is_name ? "*" : "");
        listing_cell(t, row->name);
        listing_cell(t, name_source_name(row->source));
        listing_cell(t, human_count((double)row->count).text);
        time_to_text(row->first_ns, text);
        text[19] = '\0'; /* seconds */
        listing_cell(t, text);
        time_to_text(row->last_ns, text);
        text[19] = '\0';
        listing_cell(t, text);
    }
    return marked_finish(t, rows->len, &all,
                         "Nothing has named an address in this time; --since all asks for "
                         "everything.",
                         err);
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct name_rows rows;
    if (!query_names(q, r, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->names(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &name_fields}, argc, argv);
}

const struct command names_command = {
    .name = "names",
    .summary = "what is said of what each address is called; * is its name",
    .usage = "tapgraph names [OPTION...]",
    .example = "examples:\n"
               "  tapgraph names --since all\n"
               "  tapgraph names --json | jq 'select(.is_name | not)'",
    .run = run,
};
