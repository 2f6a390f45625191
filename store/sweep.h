/* sweep.h - inside the read side: all rows of a range, handed to C as the arguments of a function
 * in SQL. That takes half the time of stepping to each row and asking for its columns one by one,
 * which is what counts where there are a hundred thousand rows of sixty columns. */
#pragma once

#include "store/handle.h"

/* Makes the function known: once, when the handle is opened. */
bool sweep_open(struct query *q);

/* `sql` is "SELECT swept(COLUMNS) FROM " RANGE_WINDOWS ...: `take` gets the columns of each row, in
 * the order in which the range's windows end. To be called inside a question. */
bool sweep(struct query *q, struct range r, const char *sql,
           void (*take)(void *to, sqlite3_value **row), void *to, struct err *err);
