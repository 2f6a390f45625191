/* order.h - BOUNDARY: by which field the rows of an answer are sorted: "p95", or "-p95" falling. */
#pragma once

#include "base/err.h"
#include "store/field.h"

/* Zeroed, it leaves rows as they come. */
struct order {
    const struct field *field; /* borrowed from the fields */
    bool falling;
};

/* On failure `err` says which field there is not. */
bool order_read(struct order *ret, const struct fields *fields, const char *text, struct err *err);

/* Rows that are equal keep their order; those without a value come last, whichever way. Words that
 * say how bad something is (none, good, warn, bad, ...) are sorted by that, digits in names as
 * numbers. False: memory is short, and the rows are as they came. */
bool order_rows(const struct order *o, void *rows, size_t len, size_t size);
