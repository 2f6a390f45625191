/* figures.h - the columns that edges, services and operations share. */
#pragma once

#include "cli/marked.h"

#define FIGURES_HEADS ">REQUESTS|>RATE|>ERRORS|>P50|>P95|>P99|>IN|>OUT|HEALTH"

void figures_cells(struct listing *t, const struct figures *f);

/* Prints the table and what its marks mean, or that nothing is there and what to do about it. Frees
 * the table. */
bool figures_print(struct listing *t, size_t rows, const struct marks *all, struct err *err);
