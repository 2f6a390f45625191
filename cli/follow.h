/* follow.h - going on with what comes, as `tail -f` does. */
#pragma once

#include "store/export/exporter.h"

/* Calls `more` now and whenever the database has changed, which writes what came since the last
 * call, and flushes standard output. Comes back only when something failed; `err` says what. */
bool follow_database(struct query *q, const struct exporter *e,
                     bool (*more)(struct query *q, const struct exporter *e, struct err *err),
                     struct err *err);
