/* insights.c - findings that a person would act on, with what they rest on. */
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/figures.h"

static bool print_evidence(const struct insight_row *row, struct err *err)
{
    struct listing *t = listing_new("WHAT|BAR|FIGURE");
    uint32_t shown = row->evidence_len < EVIDENCE_MAX ? row->evidence_len : EVIDENCE_MAX;
    for (uint32_t i = 0; t && i < shown; i++) {
        const struct evidence *e = &row->evidence[i];
        char what[LISTING_CELL_MAX];
        snprintf(what, sizeof what, "    %s", e->what);
        listing_cell(t, what);
        listing_bar(t, e->share);
        listing_cell(t, e->figure);
    }
    if (!t)
        return err_set(err, "out of memory");
    bool printed = listing_print_bare(t, stdout);
    listing_free(t);
    if (row->evidence_len > shown)
        printf("    and %u more\n", row->evidence_len - shown);
    return printed || err_set(err, "the findings could not be written whole");
}

static bool print(const struct insight_rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct insight_row *row = &rows->row[i];
        printf("%s%s\n\n", i ? "\n" : "", row->title);
        text_print(row->advice);
        putchar('\n');
        if (!print_evidence(row, err))
            return false;
    }
    if (!rows->len)
        listing_say_empty("Nothing to act on was found in this time. 'tapgraph backends' and "
                          "'tapgraph connections' show how calls are spread.");
    return true;
}

static bool answer(struct query *q, struct range r, const struct exporter *e, struct err *err)
{
    struct insight_rows rows;
    if (!query_insights(q, r, &rows, err))
        return false;
    ask_choose(rows.row, &rows.len, sizeof *rows.row);
    bool written = e ? e->insights(stdout, r, &rows) : print(&rows, err);
    free(rows.row);
    return written;
}

static int run(const struct command *self, int argc, char **argv)
{
    return ask_run(self, &(struct ask){.answer = answer, .fields = &insight_fields}, argc, argv);
}

const struct command insights_command = {
    .name = "insights",
    .summary = "what to act on: a bad capture, backends and connections that take nearly all calls",
    .usage = "tapgraph insights [OPTION...]",
    .example =
        "A capture whose figures are not to be trusted comes first.\n\n"
        "A backend or connection is told of when it takes more calls than halfway between an "
        "even share\nand all, of at least 100, from peers that were there at the same time. "
        "Servers without a name\nare taken for replicas when a client calls them on the same "
        "port, in the same /24 or /64, for the\nsame operations.\n\n"
        "examples:\n"
        "  tapgraph insights --since 15m\n"
        "  tapgraph insights --json | jq -r .title",
    .run = run,
};
