/* ask.h - what the commands that ask the database share: which database, which time,
 * which rows, which format. */
#pragma once

#include "cli/command.h"
#include "store/export/exporter.h"
#include "store/fields.h"

/* How one command asks and prints. */
struct ask {
    /* Writes the answer in a format; NULL exporter: as a table for people. */
    bool (*answer)(struct query *q, struct range r, const struct exporter *e, struct err *err);
    const struct argument *more;   /* options besides those that all have; or NULL */
    bool (*fits)(struct err *err); /* do these fit together? NULL: they do */
    const struct fields *fields;   /* what --find, --hide and --sort know; NULL: there are no such
                                    * options, nor --limit. fits() may change it */
    bool is_tree;                  /* what is answered is no table, and there is no --csv */
    struct texts *operands;        /* what is no option goes there; NULL: it is an error */
};

/* Of the rows of an answer, keeps those that --find and --hide let pass. Of answer() only. */
void ask_sift(void *rows, size_t *len, size_t size);

/* Puts them in the order of --sort, and keeps the first of --limit. Likewise. */
void ask_arrange(void *rows, size_t *len, size_t size);

/* Is there a --sort, so that all rows have to be there before the first of them are kept? */
bool ask_sorts(void);

/* Both. */
void ask_choose(void *rows, size_t *len, size_t size);

/* Does one row? Likewise. */
bool ask_passes(const void *ctx, const struct request_row *row);
bool ask_passes_trace(const void *ctx, const struct trace_row *row);

/* Reads --db, --since, --find, --sort, --json, --csv and the like, and answers. A command may have
 * a --limit of its own among `more`. Returns the exit status. */
int ask_run(const struct command *self, const struct ask *ask, int argc, char **argv);
