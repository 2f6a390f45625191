/* relays.h - stores which services passed on what they were asked. */
#pragma once

#include "store/naming.h"

enum { RELAY_STATEMENTS = 3 };

struct relays_writer {
    sqlite3_stmt *statement[RELAY_STATEMENTS];
};

/* Zero `r` first. Of all here: false: the failure is in the database. */
bool relays_open(struct relays_writer *r, sqlite3 *db);
void relays_close(struct relays_writer *r);

/* Writes the rows of a window. `pairs` has the pair of each edge of `d`; those of the inner sides,
 * which may be of an earlier window, are found by naming them as they are called now. Clients that
 * are only said to be there count if they were ever seen. */
bool relays_write(struct relays_writer *r, struct naming *naming, const struct names *names,
                  int64_t window, const struct delta *d, const struct pair *pairs);
