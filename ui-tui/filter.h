/* filter.h - which rows of a table are shown: the filter language of store/filter.h, which knows
 * the fields of its rows and, besides, its columns. */
#pragma once

#include "store/fields.h"
#include "store/filter.h"
#include "ui-tui/column.h"

/* As filter_read(). The columns are kept as long as the filter is used. */
bool filter_parse(const char *text, struct columns columns, struct filter *ret, struct err *err,
                  size_t *ret_at);

/* The same, if the rows have fields too (NULL: none): these come first, so that a name means in the
 * terminal what it means elsewhere. */
bool filter_parse_known(const char *text, struct columns columns, const struct fields *fields,
                        struct filter *ret, struct err *err, size_t *ret_at);

bool filter_passes(const struct filter *f, struct columns columns, const void *row);
