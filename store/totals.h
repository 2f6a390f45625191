/* totals.h - what was counted since some moment, which only grows: for those who want counters,
 * such as Prometheus.
 *
 * Sums over a database fall, because old windows leave it. Totals take in each window once, and
 * keep it. They begin with the latest hour of what there is when they are first asked for. A window
 * to which something is added after it was taken in stays as it was. */
#pragma once

#include "graph/merge.h"
#include "store/query.h"
#include "store/totals_operations.h"

enum { TOTALS_EDGES_MAX = 10000 };

struct total {
    int64_t edge_id;
    char client[NAME_TEXT_MAX], server[NAME_TEXT_MAX];
    char client_group[GIVEN_TEXT_MAX], server_group[GIVEN_TEXT_MAX]; /* "": none was given */
    bool client_outside, server_outside;                             /* it is `external` */
    uint16_t port;
    char protocol[PROTOCOL_TEXT_MAX];
    uint64_t handshakes;     /* of TLS */
    uint64_t mutual;         /* of these, those in which the client proved who it is */
    struct edge_delta count; /* its key and its times are not used */
    uint64_t active;         /* connections open now */
};

/* Zeroed, nothing was counted yet. */
struct totals {
    struct total *edge; /* by rising edge_id */
    size_t edge_len, room;
    uint64_t left_out;        /* windows of edges past TOTALS_EDGES_MAX */
    uint64_t from_ns, to_ns;  /* windows that begin there are in */
    struct health_row health; /* its counters, added up; `quality` and the like are not used */
    struct operation_totals operations; /* updated apart, as long as somebody asks for them */
};

/* Takes in the windows that are new. On failure `t` is as before. */
bool totals_update(struct totals *t, struct query *q, struct err *err);
void totals_free(struct totals *t); /* zeroes it */
