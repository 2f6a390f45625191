/* follow.c - see follow.h. */
#include "cli/follow.h"

#include <stdio.h>
#include <time.h>

enum { FOLLOW_MS = 500 };

static bool flushed(struct err *err)
{
    return fflush(stdout) == 0 || err_set(err, "the answer could not be written whole");
}

bool follow_database(struct query *q, const struct exporter *e,
                     bool (*more)(struct query *q, const struct exporter *e, struct err *err),
                     struct err *err)
{
    const struct timespec pause = {.tv_nsec = FOLLOW_MS * 1000000L};
    uint64_t version = 0, now = 0;
    bool first = true;
    for (;; nanosleep(&pause, NULL)) {
        if (!query_version(q, &now, err))
            return false;
        if ((first || now != version) && (!more(q, e, err) || !flushed(err)))
            return false;
        version = now;
        first = false;
    }
}
