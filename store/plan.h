/* plan.h - inside the read side: which windows answer a question over a range.
 *
 * The sums of six hours, an hour, ten minutes and a minute are taken where all that is in them
 * begins in the range, and shorter windows for the rest, and those that are in no sum yet: what
 * comes out is what the windows of level 0 alone would say. Of a sum under which windows were
 * deleted only the whole is known: it is taken if it begins in the range. */
#pragma once

#include "base/err.h"
#include "store/database.h"
#include "store/levels.h"

struct range;

struct planned {
    int64_t id;
    int level;
    uint64_t end_ns;
};

struct plan {
    struct planned *window; /* owned; the one that ends last is last */
    size_t len, room;
    char *ids; /* owned; a JSON array of them */
};

/* Zero `p` first. `highest`: the level of the longest windows that are wanted; there may be longer
 * ones where nothing else is left. false: the failure is in `db`, or memory is short. */
bool plan_make(struct plan *p, sqlite3 *db, const struct range *r, int highest);
void plan_free(struct plan *p);
