/* listing.h - rows for people: columns as wide as they need to be, numbers to the right. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum { LISTING_COLUMNS_MAX = 20, LISTING_CELL_MAX = 256 };

struct listing;

/* `heads` says the columns, split by '|'; in front of one, '>' aligns it to the right and '?'
 * leaves it out if all its cells are empty. NULL when memory is short. */
struct listing *listing_new(const char *heads);
void listing_free(struct listing *t);

/* The next cell, from left to right; after the last column a new row begins. Text is copied, and
 * cut at LISTING_CELL_MAX. */
void listing_cell(struct listing *t, const char *text);

/* Columns of the terminal that a text takes, of which the first LISTING_CELL_MAX characters count.
 */
size_t text_columns(const char *text);

/* A number as it is. */
void listing_count(struct listing *t, uint64_t count);

/* A bar for a share of 0 to 1; an empty cell for 0 and less. */
void listing_bar(struct listing *t, double share);

/* Writes header and rows. false when the stream failed or a cell was lost for want of memory. */
bool listing_print(const struct listing *t, FILE *out);
/* The same without the header. */
bool listing_print_bare(const struct listing *t, FILE *out);

/* A text on standard output, broken between words, behind an indentation of two. */
void text_print(const char *text);

/* From now on no rows are there because --find and --hide let none of `len` pass. */
void listing_nothing_passed(size_t len);

/* Says on standard error why there are no rows: `empty`, unless none passed. */
void listing_say_empty(const char *empty);

/* Prints the table on standard output, or if it has no rows the sentence `empty` on standard error.
 * Frees the table, which may be NULL for want of memory. false: `err` says why. */
bool listing_finish(struct listing *t, size_t rows, const char *empty, struct err *err);
