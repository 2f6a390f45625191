/* scheme_lines.h - inside scheme.c: how lines run between boxes that have their places. */
#pragma once

#include "ui-tui/scheme.h"

/* Fills bus and hop, and the lanes of the columns; makes it all taller if a line runs below all
 * boxes. false: memory is short. */
bool scheme_lines(struct scheme *p);
