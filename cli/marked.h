/* marked.h - the column that says which rows' figures are spoiled, and its legend. */
#pragma once

#include "cli/listing.h"
#include "store/query.h"

/* The head of the column, which is left out where no row has a mark. */
#define MARKED_HEAD "?MARKS"

/* Which database was asked, for the legend to name it. */
void marked_ask_with(const char *db);

/* The marks of a row; they are added to `all`. */
void marked_cell(struct listing *t, const struct marks *m, struct marks *all);

/* What they mean, on standard output; nothing if there are none. */
void marked_legend(const struct marks *all);

/* As listing_finish(), and below the table what its marks mean. */
bool marked_finish(struct listing *t, size_t rows, const struct marks *all, const char *empty,
                   struct err *err);
