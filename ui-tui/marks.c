/* marks.c - see marks.h. */
#include "ui-tui/marks.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_LEAST = 8, /* of a table that is to have anything below it */
    LINES_MAX = 3,
};

static const enum ink inks[SEVERITIES] = {
    [SEVERITY_NONE] = INK_DIM,
    [SEVERITY_NOTE] = INK_DIM,
    [SEVERITY_WARN] = INK_WARN,
    [SEVERITY_BAD] = INK_BAD,
};

void marks_shown(const void *marks, char *ret)
{
    marks_text(marks, ret);
}

void marks_names(const void *marks, char *ret)
{
    const struct marks *m = marks;
    size_t used = 0;
    ret[0] = '\0';
    for (int i = 0; i < MARKS && used < COLUMN_TEXT_MAX; i++)
        if (m->of[i])
            used += (size_t)snprintf(ret + used, COLUMN_TEXT_MAX - used, "%s%s", used ? " " : "",
                                     mark_name((enum mark)i));
}

double marks_severity(const void *marks)
{
    return marks_worst(marks);
}

enum ink marks_ink(const void *marks)
{
    return inks[marks_worst(marks)];
}

/* The marks that there are, the worst first. Returns how many. */
static int in_order(const struct marks *m, enum mark ret[MARKS])
{
    int len = 0;
    for (int s = SEVERITY_BAD; s > SEVERITY_NONE; s--)
        for (int i = 0; i < MARKS; i++)
            if (m->of[i] == s)
                ret[len++] = (enum mark)i;
    return len;
}

static int draw_sign(const struct pane *line, int column, const struct marks *m, enum mark mark)
{
    char sign[8];
    snprintf(sign, sizeof sign, "%s%c", severity_symbol((enum severity)m->of[mark]),
             mark_letter(mark));
    return pane_text(line, 0, column, inks[m->of[mark]], sign) + 1;
}

/* A line for each: how much of it there is. */
static void draw_reasons(const struct pane *pane, const struct marks *m,
                         const struct quality *quality, const enum mark *mark)
{
    for (int i = 0; i < pane->rows; i++) {
        char text[REASON_TEXT_MAX];
        struct pane line = pane_line(pane, i, 1, pane->columns - 2);
        quality_reason(quality, mark[i], text);
        int column = draw_sign(&line, 0, m, mark[i]);
        struct pane field = pane_line(&line, 0, column, line.columns - column);
        pane_field(&field, ALIGN_LEFT, INK_PLAIN, text);
    }
}

/* One line for all: what they mean. */
static void draw_meanings(const struct pane *line, const struct marks *m, const enum mark *mark,
                          int len)
{
    int column = 1;
    for (int i = 0; i < len; i++) {
        column = draw_sign(line, column, m, mark[i]);
        column = pane_text(line, 0, column, INK_DIM, mark_meaning(mark[i])) + 3;
    }
}

struct pane marks_below(const struct pane *pane, const struct marks *marks,
                        const struct quality *quality)
{
    enum mark mark[MARKS];
    int len = marks ? in_order(marks, mark) : 0;
    int lines = !quality && len ? 1 : len < LINES_MAX ? len : LINES_MAX;
    if (!lines || pane->rows < ROWS_LEAST + lines)
        return *pane;
    struct pane below = pane_part(pane, pane->rows - lines, 0, lines, pane->columns);
    if (quality)
        draw_reasons(&below, marks, quality, mark);
    else
        draw_meanings(&below, marks, mark, len);
    return pane_part(pane, 0, 0, pane->rows - lines, pane->columns);
}
