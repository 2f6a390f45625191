/* filter.h - BOUNDARY: the filter language, one for commands, page and terminal: which rows are
 * asked for. docs/filter.md tells it to people.
 *
 * Terms are joined by "and" (or "&&", or just a blank) and "or" ("||"), turned round by "not" ("!")
 * and grouped by parentheses; "not" binds closest, then "and":
 *
 *   cart                    the word occurs in the row's texts
 *   "GET /a"                likewise, with blanks or signs in it
 *   protocol = http         the field is this; != is not; ~ contains, !~ contains not
 *   protocol in (http, grpc)   one of these; not in (...) none of them
 *   p95 > 20ms  errors>=1%  = != < <= > >=, with ns us ms s min h d; %; k M G; kB MB GB; /s
 *   first_seen > -1h        times as in moment.h
 *   has first_seen          there is such a thing, and it is not 0
 *   not (server~cart or p95<20ms)
 *
 * Case is ignored (in ASCII). A number that a row does not have (the latency of no request) is
 * neither little nor much. An error names the field or the value, and where it stands. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "store/field.h"
#include "store/moment.h"

enum { FILTER_TERMS_MAX = 32, FILTER_STEPS_MAX = 128, FILTER_TEXT_MAX = 256 };

enum filter_test {
    FILTER_WORD,
    FILTER_HAS,
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
    struct field field; /* zeroed for FILTER_WORD */
    char text[FILTER_TEXT_MAX];
    double number;        /* in the field's unit, if it has numbers */
    bool as_share;        /* `number` is compared with the field's share */
    struct moment moment; /* of FIELD_MOMENT */
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
 * byte of `text` it is about. Texts within `fields` are kept as long as the filter is used. Times
 * that count back do so from now, until filter_settle(). */
bool filter_read(const char *text, const struct fields *fields, struct filter *ret, struct err *err,
                 size_t *ret_at);

/* From when do times in it count back? */
void filter_settle(struct filter *f, uint64_t end_ns);

/* `word` tells whether one occurs in the row's texts. */
typedef bool filter_word(const void *of, const void *row, const char *word);
bool filter_holds(const struct filter *f, const void *row, filter_word *word, const void *of);

/* Such a function, `of` a struct fields. */
filter_word fields_have_word;
