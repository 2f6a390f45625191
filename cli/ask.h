/* ask.h - what the commands that ask the database share: which database, which time, which format.
 */
#pragma once

#include "cli/command.h"
#include "store/export/exporter.h"

/* How one command asks and prints. */
struct ask {
    /* Writes the answer in a format; NULL exporter: as a table for people. */
    bool (*answer)(struct query *q, struct range r, const struct exporter *e, struct err *err);

    /* Likewise, if this flag is given; NULL: there is none. */
    const char *flag, *flag_help;
    bool (*answer_flag)(struct query *q, struct range r, const struct exporter *e, struct err *err);
};

/* Reads --db, --since, --json, --csv and answers. Returns the exit status. */
int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv);
