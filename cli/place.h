/* place.h - where the database is when nobody says so. */
#pragma once

#include "base/err.h"

/* $TAPGRAPH_DB; or for root /var/lib/tapgraph/tapgraph.db; or tapgraph/tapgraph.db in
 * $XDG_STATE_HOME or
 * ~/.local/state. Static. */
const char *place_of_db(void);

/* What --help says of --db: where it is if nothing is said. Static. */
const char *place_of_db_help(void);

/* The same, and its folder is made if it is missing. `given` is what --db said, or NULL. NULL on
 * failure. */
const char *place_for_db(const char *given, struct err *err);
