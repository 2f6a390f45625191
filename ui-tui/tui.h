/* tui.h - the terminal dashboard, from a database file. Reads only. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "store/query.h"

struct tui_options {
    /* Called when the terminal is taken, and before the database is read: what is not needed from
     * then on can be given up. May set `range`. false: `err` says why not. NULL: nothing to do. */
    bool (*begin)(struct tui_options *self, struct err *err);
    const char *db;     /* path of the database */
    uint64_t since_ns;  /* the range shown, back from the newest window; 0: all */
    struct range range; /* instead, a fixed one: it begins there; to_ns 0: not */
    bool no_color;      /* also when NO_COLOR is set */
    bool ascii;         /* no block or box characters; also when the locale is not UTF-8 */
    bool batch; /* print the view once as plain text and return; also when stdout is no terminal */
    const char *view; /* the tab to begin with, by its title in any case; NULL: the first */
};

/* Returns when the user quits. false: `err` says why it could not start. */
bool tui_run(struct tui_options *options, struct err *err);
