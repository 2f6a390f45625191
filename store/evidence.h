/* evidence.h - keeps all that is said of what a place is called, also what does not become its
 * name.
 *
 * Of an address and port at most PLACE_NAMES_MAX rows are kept, the first that come; of all,
 * EVIDENCE_ROWS_MAX, those heard last. */
#pragma once

#include "graph/name.h"
#include "store/database.h"

enum { EVIDENCE_STATEMENTS = 2, EVIDENCE_ROWS_MAX = 65536 };

struct evidence_writer {
    sqlite3_stmt *statement[EVIDENCE_STATEMENTS];
    int64_t last_id; /* the greatest there is, as far as is known */
};

/* Zero `e` first. Of all here: false: the failure is in the database. */
bool evidence_open(struct evidence_writer *e, sqlite3 *db);
void evidence_close(struct evidence_writer *e);

/* What the window has heard, and what files say of whom it saw. `names` may be NULL. */
bool evidence_write(struct evidence_writer *e, const struct names *names, const struct delta *d);
