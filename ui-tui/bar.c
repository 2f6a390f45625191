/* bar.c - see bar.h. */
#include "ui-tui/bar.h"

static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

void bar_draw(const struct pane *field, enum ink ink, double share)
{
    if (!(share > 0))
        return;
    int all = field->columns * 8;
    int left = share < 1 ? (int)(share * all + 0.5) : all;
    if (!left)
        left = 1;
    for (int column = 0; left > 0; column++, left -= 8)
        pane_text(field, 0, column, ink, eighths[left < 8 ? left : 8]);
}
