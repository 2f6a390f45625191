/* plan_lines.h - inside plan.c: how lines run between boxes that have their places. */
#pragma once

#include "ui-tui/plan.h"

/* Fills bus and hop, and the lanes of the columns; makes the plan taller if a line runs below all
 * boxes. false: memory is short. */
bool plan_lines(struct plan *p);
