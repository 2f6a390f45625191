/* timed.c - see timed.h. */
#include "cli/timed.h"

#include <string.h>

void timed_arguments(struct timed *t, struct argument ret[TIMED_ARGUMENTS])
{
    const struct argument table[TIMED_ARGUMENTS] = {
        {0, "since", "TIME", "only the last 15m, 2h, 1d of it", ARGUMENT_DURATION, &t->since_ns},
        {0, "from", "WHEN", "only from then on: 2026-03-01T10:00:00Z, 10:30, -2h", ARGUMENT_TEXT,
         &t->from},
        {0, "to", "WHEN", "only until then", ARGUMENT_TEXT, &t->to},
        {0, "at", "WHEN", "only the window of that moment; with --since, what led to it",
         ARGUMENT_TEXT, &t->at},
    };
    *t = (struct timed){.since_ns = TIMED_NOT_GIVEN};
    memcpy(ret, table, sizeof table);
}

bool timed_read(const struct timed *t, uint64_t since_ns, struct when *ret, struct err *err)
{
    *ret = (struct when){.has_since = t->since_ns != TIMED_NOT_GIVEN};
    ret->since_ns = ret->has_since ? t->since_ns : since_ns;
    return when_read(ret, &(struct when_words){t->from, t->to, t->at, "--"}, err);
}
