/* wrap.h - a sentence on as many lines as it takes. */
#pragma once

#include "ui-tui/canvas.h"

/* Writes text from `row` on, broken at blanks; a word that is wider than the pane is cut. Returns
 * the row after it, which may lie outside. */
int wrap_draw(const struct pane *p, int row, enum ink ink, const char *text);
