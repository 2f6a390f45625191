/* metrics_joined.h - edges that others' families do not tell apart, added up: theirs have no port,
 * and a coarser notion of protocols. */
#pragma once

#include "store/totals.h"

struct joined {
    const struct total *of; /* one of the edges: all have its names and groups */
    const char *kind;       /* what else tells them apart */
    struct edge_delta count;
};

struct joined_rows {
    struct joined *row; /* in order of client, server, kind */
    size_t len;
};

/* `kind` answers a static text; NULL: leave the edge out. false: memory is short. Freed with
 * joined_free(). */
bool joined_make(const struct totals *t, const char *(*kind)(const struct total *edge),
                 struct joined_rows *ret);
void joined_free(struct joined_rows *rows);
