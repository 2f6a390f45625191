/* place.h - where the database is when nobody says so. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* $TAPGRAPH_DB; or for root /var/lib/tapgraph/tapgraph.db; or tapgraph/tapgraph.db in
 * $XDG_STATE_HOME or ~/.local/state. Static. */
const char *place_of_db(void);

/* What --help says of --db: where it is if nothing is said. Static. */
const char *place_of_db_help(void);

/* For who needs one that is there, before rights are given up: false when `db` is where nobody
 * said, is not there, and ./quickstart made one, which is then named with how to ask it. What else
 * is wrong with `db`, opening it tells. */
bool place_check(const char *db, struct err *err);

/* The newest database that ./quickstart made beside `program` (a path) as it was built: in
 * ../quickstart. false: none. */
bool place_of_quickstart(const char *program, char *ret, size_t size);

/* Where the database is, and its folder is made if it is missing. `given` is what --db said, or
 * NULL. NULL on failure. */
const char *place_for_db(const char *given, struct err *err);
