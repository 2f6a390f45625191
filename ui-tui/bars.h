/* bars.h - figures side by side, as columns of blocks over several rows. */
#pragma once

#include "ui-tui/canvas.h"

/* One value a column, from the left of the pane and standing on its last row. `most` is as high as
 * the pane; whatever is more than nothing can be seen. */
void bars_draw(const struct pane *pane, enum ink ink, const double *value, int len, double most);

/* Makes `room` values of `len`: means of neighbours, or each several times. */
void bars_fit(const double *value, int len, double *ret, int room);
