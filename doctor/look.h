/* look.h - looks at interfaces for a while, or at files, and measures what comes.
 *
 * Opening needs rights, running needs none: give them up in between. */
#pragma once

#include "base/err.h"
#include "doctor/facts.h"

struct look_options {
    const struct daemon_options *daemon; /* sources and how to read them; kept */
    bool files;
    uint64_t for_ns; /* how long, by the machine's clock; a file by its own, and 0 is all of it */
    bool quiet;      /* no line on a terminal that says how far it is */
};

struct look;

/* Opens the sources; `facts` is kept. An interface that cannot be opened is a fact; a file that
 * cannot is a failure, as is want of memory: then NULL. Given to the caller. */
struct look *look_open(const struct look_options *options, struct facts *facts, struct err *err);
void look_close(struct look *l);

/* Looks until the time is over, the files are, or SIGINT or SIGTERM comes; that is no failure. */
bool look_run(struct look *l, struct err *err);
