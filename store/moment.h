/* moment.h - BOUNDARY: a point in time as people write it. Command line, page, terminal and filters
 * read it here.
 *
 *   2026-03-01T10:30:00Z   RFC 3339; seconds may be left out, a fraction may follow them; a blank
 *   2026-03-01 10:30       may stand for the T; without a zone it is local time, as shown
 *   2026-03-01             midnight, local time
 *   10:30  10:30:15        the latest such time of day, local, that is not after the newest window
 *   -2h  "2 h ago"         back from the end of the newest window; units ns us ms s m min h d w
 *   +30d                   after it
 *   now                    that end
 *   1772361000  ...000.5   seconds since 1970; more than eleven digits are nanoseconds */
#pragma once

#include <stdint.h>

#include "base/err.h"

enum moment_kind {
    MOMENT_FIXED,  /* ns since 1970 */
    MOMENT_BACK,   /* ns before the end */
    MOMENT_AHEAD,  /* ns after it */
    MOMENT_OF_DAY, /* ns since local midnight */
};

struct moment {
    enum moment_kind kind;
    uint64_t ns;
};

/* On failure `err` says what of `text` is wrong, and what it may be. */
bool moment_read(const char *text, struct moment *ret, struct err *err);

/* ns since 1970, given the end of the newest window. Not below 0. */
uint64_t moment_resolve(struct moment m, uint64_t end_ns);

/* "90s", "15m", "1.5h", "7 d" to ns; all of the text. */
bool moment_read_length(const char *text, uint64_t *ret_ns);
