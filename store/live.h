/* live.h - inside the read side: the connections that were alive in a range, and what was counted
 * on each of them in it. */
#pragma once

#include "store/handle.h"

struct live {
    int64_t id, pair_id;
    uint16_t client_port;
    uint64_t began_ns, last_ns;
    bool closed; /* at the end of the range */
    uint64_t calls, resets[2], stalls[2], goaways, ping_rtt_ns;
    uint64_t open_calls;        /* at the end of the range */
    struct certainty certainty; /* as it stood last, be that after the range */
};

struct lives {
    struct live *row; /* by rising id */
    size_t len;
};

/* `calls_only` leaves resets, stalls, goaways and pings at 0, which is quicker. To be called inside
 * a question. `ret->row` is given: free(). */
bool lives_load(struct query *q, struct range r, bool calls_only, struct lives *ret,
                struct err *err);

/* The same with names, as query_connections() answers; edge_id 0: of all edges. To be called inside
 * a question. `ret->row` is given: free(). */
bool connection_rows_of(struct query *q, int64_t edge_id, const struct lives *lives,
                        struct connection_rows *ret, struct err *err);
