/* totals_operations.h - the same as totals.h by operation of a server, for those who ask for it:
 * there are many. */
#pragma once

#include "graph/delta.h"
#include "store/query.h"

enum {
    TOTALS_OPERATIONS_MAX = 5000,
    TOTALS_OPERATION_SLOTS = 16384 /* a power of two, well above */
};

/* Of all clients and ports together. */
struct operation_total {
    char server[NAME_TEXT_MAX], name[OPERATION_TEXT_MAX];
    uint64_t calls, failed;
    struct latency duration; /* without streaming calls */
};

/* Zeroed, nothing was counted yet. */
struct operation_totals {
    struct operation_total *row;
    size_t len, room;
    uint32_t *slot;          /* 1 + index of a row, by the hash of its names; 0: free */
    uint64_t left_out;       /* calls of operations past TOTALS_OPERATIONS_MAX */
    uint64_t from_ns, to_ns; /* windows that begin there are in */
};

/* Takes in the windows that are new. On failure nothing is counted any more: the next time begins
 * anew, as after a start. */
bool operation_totals_update(struct operation_totals *t, struct query *q, struct err *err);
void operation_totals_free(struct operation_totals *t); /* zeroes it */
