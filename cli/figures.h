/* figures.h - the columns that edges, services and operations share. */
#pragma once

#include "cli/listing.h"
#include "store/query.h"

#define FIGURES_HEADS ">REQUESTS|>RATE|>ERRORS|>P50|>P95|>P99|>IN|>OUT|HEALTH"

void figures_cells(struct listing *t, const struct figures *f);

/* Prints the table, or that nothing is there and what to do about it. Frees the table. */
bool figures_print(struct listing *t, size_t rows, struct err *err);
