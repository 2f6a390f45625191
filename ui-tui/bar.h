/* bar.h - a share as a bar, to an eighth of a character. */
#pragma once

#include "ui-tui/canvas.h"

/* From the left of the field's first row; 1 fills it. What is more than nothing is seen; below 0
 * there is none. */
void bar_draw(const struct pane *field, enum ink ink, double share);
