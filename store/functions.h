/* functions.h - what SQL can do with histograms on connections of ours, and only there: nothing in
 * the schema uses it, so that any program can read the file. */
#pragma once

#include "store/database.h"

/* merged(a, b)       both histograms as one
 * merged(a)          as an aggregate
 * quantile_ms(a, q)  of a histogram, in ms
 *
 * NULL is the empty histogram, and so is a damaged one. */
bool functions_add(sqlite3 *db);
