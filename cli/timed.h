/* timed.h - the options that say which time is asked about: --since, --from, --to, --at. */
#pragma once

#include "cli/command.h"
#include "store/when.h"

/* As they were given. */
struct timed {
    uint64_t since_ns; /* TIMED_NOT_GIVEN; 0: all */
    const char *from, *to, *at;
};
#define TIMED_NOT_GIVEN UINT64_MAX
enum { TIMED_ARGUMENTS = 4 };

/* Writes their rows of a table of arguments, which keeps `t`. */
void timed_arguments(struct timed *t, struct argument ret[TIMED_ARGUMENTS]);

/* What was given; `since_ns` counts if nothing was. */
bool timed_read(const struct timed *t, uint64_t since_ns, struct when *ret, struct err *err);
