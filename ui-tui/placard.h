/* placard.h - what stands where a view would be, while there is nothing to view; and the help. */
#pragma once

#include "ui-tui/view.h"

/* No database at `path`, or one that cannot be opened: `why`. */
void placard_no_database(const struct pane *pane, const char *path, const char *why);
/* A database without a window. */
void placard_no_traffic(const struct pane *pane, const char *path);
/* The screen is smaller than the frame can be. */
void placard_too_small(const struct pane *pane, int rows, int columns);
/* A range of time without a finding: what is looked for. */
void placard_no_insight(const struct pane *pane);

/* A box over the middle: the keys of all views, and of the one that is open; from row `top` of them
 * on. Returns the greatest `top` there is something to see from. */
int placard_help(const struct pane *pane, const struct view *view, int top);
