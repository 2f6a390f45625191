/* when.h - BOUNDARY: which part of the history is asked about: the words since, from, to and at, on
 * the command line, in the page's API and in the terminal.
 *
 *   since 15m          the last of it, counted back from the end of the newest window
 *   from A to B        from A on, until before B; either may be left out
 *   at T               the window that T lies in
 *   at T since 15m     what came before the end of that window */
#pragma once

#include "store/moment.h"
#include "store/query.h"

/* Zeroed, it is all of the history. */
struct when {
    uint64_t since_ns; /* 0: all of it */
    bool has_since, has_from, has_to, has_at;
    struct moment from, to, at;
};

/* Reads what was said; a text that is NULL was not. `since_ns` and `has_since` are set already. On
 * failure `err` begins with the word that is wrong, behind `dashes` ("--" or ""). */
struct when_words {
    const char *from, *to, *at;
    const char *dashes;
};
bool when_read(struct when *ret, const struct when_words *words, struct err *err);

/* "FROM..TO", of which one may be left out. */
bool when_read_range(const char *text, struct when *ret, struct err *err);

/* The range that it is, cut to what the database covers. On failure `err` says what it covers, and
 * *ret_asked whether it was the question that is wrong. */
bool when_resolve(const struct when *s, struct query *q, struct range *ret, bool *ret_asked,
                  struct err *err);
