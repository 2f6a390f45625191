/* ask.h - what the commands that ask the database share: which database, which time, which format.
 */
#pragma once

#include "cli/command.h"
#include "store/export/exporter.h"

/* How one command asks and prints. */
struct ask {
    /* Writes the answer in a format; NULL exporter: as a table for people. */
    bool (*answer)(struct query *q, struct range r, const struct exporter *e, struct err *err);
    const struct argument *more;   /* options besides those that all have; or NULL */
    bool (*fits)(struct err *err); /* do these fit together? NULL: they do */
    struct texts *operands;        /* what is no option goes there; NULL: it is an error */
};

/* Reads --db, --since, --json, --csv and the like, and answers. Returns the exit status. */
int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv);
