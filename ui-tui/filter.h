/* filter.h - which rows of a table are shown.
 *
 * Terms are joined by "and" (or "&&", or just a blank) and "or" ("||"), turned round by "not" ("!")
 * and grouped by parentheses; "not" binds closest, then "and":
 *
 *   cart                    the word occurs in the row's texts
 *   "GET /a"                likewise, with blanks or signs in it
 *   protocol=http           the column is this; != is not; ~ contains, !~ contains not
 *   server ~ "shop cart"
 *   p95>20ms  errors>=1%    = != < <= > >=, with ns us ms s min h; %; k M G; kB MB GB; /s
 *   not (server~cart or p95<20ms)
 *
 * Case is ignored (in ASCII). An error names the column or the value and where it stands. */
#pragma once

#include "base/err.h"
#include "ui-tui/column.h"

enum { FILTER_TERMS_MAX = 16, FILTER_STEPS_MAX = 64, FILTER_TEXT_MAX = 256 };

enum filter_test {
    FILTER_WORD,
    FILTER_EQUAL,
    FILTER_UNEQUAL,
    FILTER_CONTAINS,
    FILTER_LACKS,
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_MORE,
    FILTER_AT_LEAST,
};

struct filter_term {
    enum filter_test test;
    const struct column *column; /* NULL for FILTER_WORD */
    char text[FILTER_TEXT_MAX];
    double number; /* in the column's unit, if it has numbers */
};

/* Zeroed, it lets every row pass. */
struct filter {
    struct filter_term term[FILTER_TERMS_MAX];
    size_t len;
    /* Operands before their operator: a term by its index, or one of enum filter_join. */
    uint8_t step[FILTER_STEPS_MAX];
    size_t step_len;
};

enum filter_join { FILTER_AND = FILTER_TERMS_MAX, FILTER_OR, FILTER_NOT };

/* On failure `ret` holds what stands before the wrong term, `err` says why, and `ret_at` is the
 * byte of `text` it is about. The columns are kept as long as the filter is used. */
bool filter_parse(const char *text, struct columns columns, struct filter *ret, struct err *err,
                  size_t *ret_at);

bool filter_passes(const struct filter *f, struct columns columns, const void *row);
