/* marked.c - see marked.h. */
#include "cli/marked.h"

#include <string.h>

#include "cli/place.h"

enum { LEGEND_COLUMNS = 100 };

static const char *db; /* that was asked; NULL: the one that is asked by itself */

void marked_ask_with(const char *asked)
{
    db = strcmp(asked, place_of_db()) == 0 ? NULL : asked;
}

void marked_cell(struct listing *t, const struct marks *m, struct marks *all)
{
    char text[MARKS_TEXT_MAX];
    marks_text(m, text);
    listing_cell(t, text);
    marks_add(all, m);
}

/* One entry of the legend, on a new line if there is no room for it on this one. */
static void print_entry(size_t *column, const char *sign, const char *means)
{
    size_t width = 3 + strlen(sign) + strlen(means);
    if (*column + width > LEGEND_COLUMNS) {
        fputs("\n      ", stdout);
        *column = 6;
    }
    *column += width;
    printf("  %s %s", sign, means);
}

void marked_legend(const struct marks *all)
{
    if (marks_worst(all) == SEVERITY_NONE)
        return;
    bool said[SEVERITIES] = {false};
    size_t column = 6;
    fputs("\nMarks:", stdout);
    for (int i = 0; i < MARKS; i++)
        said[all->of[i]] = true;
    if (said[SEVERITY_BAD]) /* then some of its rows may well be less bad */
        said[SEVERITY_WARN] = true;
    for (int s = SEVERITY_BAD; s >= SEVERITY_WARN; s--)
        if (said[s])
            print_entry(&column, severity_symbol((enum severity)s),
                        severity_meaning((enum severity)s));
    for (int i = 0; i < MARKS; i++) {
        const char letter[2] = {mark_letter((enum mark)i), '\0'};
        if (all->of[i])
            print_entry(&column, letter, mark_meaning((enum mark)i));
    }
    const char *option = db ? " --db " : "", *file = db ? db : "";
    printf(
        "\nHow much of each, in sentences: tapgraph edges%s%s --json | jq '.quality.reasons'; for "
        "all: tapgraph health%s%s\n",
        option, file, option, file);
}

bool marked_finish(struct listing *t, size_t rows, const struct marks *all, const char *empty,
                   struct err *err)
{
    bool printed = listing_finish(t, rows, empty, err);
    if (printed)
        marked_legend(all);
    return printed;
}
