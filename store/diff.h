/* diff.h - BOUNDARY: what changed between two ranges, of one database or of two. Things are the
 * same if they are called the same: ids differ between databases.
 *
 * docs/diff.md tells the rules to people:
 *
 *   came, went   there was traffic in one range only. `few`: by its rate, less than FEW requests
 *                would have been expected in the other, so that it may be chance
 *   slower       p50 (of at least P50_LEAST exchanges in both) or p95 (P95_LEAST) rose by at least
 *   (faster)     SLOWER_SHARE and SLOWER_NS (fell likewise)
 *   fails more   the Wilson intervals (99 %) of both shares of errors do not overlap, and these
 *   (fails less) shares differ by at least FAILS_SHARE
 *   protocol     between the same ends and port, one protocol went and one other came
 *   encryption   from plaintext to TLS or back, or another version of TLS */
#pragma once

#include "store/query.h"

#define DIFF_SLOWER_SHARE 0.25
#define DIFF_FAILS_SHARE 0.005
#define DIFF_FEW 5.0
enum { DIFF_SLOWER_NS = 1000000, DIFF_P50_LEAST = 30, DIFF_P95_LEAST = 100 };

enum diff_change {
    DIFF_CAME,
    DIFF_WENT,
    DIFF_SLOWER,
    DIFF_FASTER,
    DIFF_FAILS_MORE,
    DIFF_FAILS_LESS,
    DIFF_PROTOCOL,
    DIFF_ENCRYPTION,
    DIFF_CHANGES
};
const char *diff_change_name(enum diff_change c); /* "came", "fails-more", ...; static */

/* How it was in one of the ranges. */
struct diff_side {
    bool there;
    char protocol[PROTOCOL_TEXT_MAX];
    char tls[24]; /* its version, of an edge; "" if none was seen */
    struct figures figures;
    uint64_t seen; /* requests, or if there are none connections; at least 1 */
};

struct diff_row {
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];   /* as it is after, or was before it went */
    char operation[OPERATION_TEXT_MAX]; /* "": it is an edge */
    uint32_t changes;                   /* bits, by enum diff_change; 0: none */
    bool few;
    struct diff_side before, after;
};

struct diff {
    struct range before, after;
    struct diff_row *row; /* edges in order of client, server, port, protocol, then operations
                           * likewise; unchanged ones too. Operations of an edge that came, went or
                           * changed its protocol are left out: they did too */
    size_t len;
};

/* `ret` is freed with diff_free(), also on failure. */
bool diff_make(struct query *before, struct range before_range, struct query *after,
               struct range after_range, struct diff *ret, struct err *err);

/* Between groups of services, as the graph has them; without operations, unless they are services.
 */
bool diff_make_grouped(struct query *before, struct range before_range, struct query *after,
                       struct range after_range, enum grouping grouping, struct diff *ret,
                       struct err *err);
void diff_free(struct diff *d);

/* Drops the rows without a change. */
void diff_drop_same(struct diff *d);

/* "slower,fails-more" */
enum { DIFF_CHANGES_TEXT_MAX = 96 };
void diff_changes_text(const struct diff_row *row, const char *between,
                       char ret[DIFF_CHANGES_TEXT_MAX]);
