/* go_to.h - a time that is typed: "14:05", "2h ago", "13:00 to 13:30", "30m", "now". */
#pragma once

#include "base/err.h"
#include "store/query.h"

struct go_to {
    uint64_t since_ns; /* how much is shown; 0: all */
    uint64_t until_ns; /* its end; 0: the newest there is */
};

/* `ret` comes with what is shown now: a moment ends it there, and a length leads back to the
 * newest. On failure it is as before and `err` says why. */
bool go_to_read(const char *text, struct range history, struct go_to *ret, struct err *err);
