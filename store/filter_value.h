/* filter_value.h - what a filter compares a field with: a text, or a number and its unit. */
#pragma once

#include "store/filter.h"

/* Reads t->text as what t->field is compared with by t->test. */
bool filter_value_read(struct filter_term *t, struct err *err);

/* Is this a unit of the field, "" not counted? */
bool filter_is_unit(const struct field *f, const char *text);

/* Can the field be compared so? */
bool filter_fits(const struct filter_term *t, struct err *err);
