/* listing.h - rows for people: columns as wide as they need to be, numbers to the right. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum { LISTING_COLUMNS_MAX = 16, LISTING_CELL_MAX = 256 };

struct listing;

/* `heads` says the columns, split by '|'; one that starts with '>' is aligned to the right. NULL
 * when memory is short. */
struct listing *listing_new(const char *heads);
void listing_free(struct listing *t);

/* The next cell, from left to right; after the last column a new row begins. Text is copied, and
 * cut at LISTING_CELL_MAX. */
void listing_cell(struct listing *t, const char *text);

/* Writes header and rows. false when the stream failed or a cell was lost for want of memory. */
bool listing_print(const struct listing *t, FILE *out);
