/* bars.c - see bars.h. */
#include "ui-tui/bars.h"

static const char *const eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

void bars_draw(const struct pane *pane, enum ink ink, const double *value, int len, double most)
{
    for (int column = 0; column < len && column < pane->columns; column++) {
        int height = 0;
        if (value[column] > 0 && most > 0) {
            height = (int)(value[column] / most * pane->rows * 8 + 0.5);
            height = height ? height : 1;
        }
        for (int row = pane->rows - 1; row >= 0 && height > 0; row--, height -= 8)
            pane_text(pane, row, column, ink, eighths[height < 8 ? height : 8]);
    }
}

void bars_fit(const double *value, int len, double *ret, int room)
{
    for (int i = 0; i < room && len > 0; i++) {
        int from = (int)((long)i * len / room), to = (int)((long)(i + 1) * len / room);
        double sum = 0;
        to = to > from ? to : from + 1;
        for (int at = from; at < to; at++)
            sum += value[at];
        ret[i] = sum / (to - from);
    }
}
