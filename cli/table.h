/* table.h - rows for people: columns as wide as they need to be, numbers to the right. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16, TABLE_CELL_MAX = 256 };

struct table;

/* `heads` says the columns, split by '|'; one that starts with '>' is aligned to the right. NULL
 * when memory is short. */
struct table *table_new(const char *heads);
void table_free(struct table *t);

/* The next cell, from left to right; after the last column a new row begins. Text is copied, and
 * cut at TABLE_CELL_MAX. */
void table_cell(struct table *t, const char *text);

/* Writes header and rows. false when the stream failed or a cell was lost for want of memory. */
bool table_print(const struct table *t, FILE *out);
