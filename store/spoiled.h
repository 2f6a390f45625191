/* spoiled.h - inside the read side: what spoils the figures of a range, without the histograms, for
 * answers that do not add up edges anyway. */
#pragma once

#include "store/handle.h"

/* Of one edge or pair. */
struct spoiled {
    int64_t id;
    struct quality quality;
};

struct spoiled_rows {
    struct spoiled *row; /* by rising id */
    size_t len;
};

enum spoiled_by { SPOILED_BY_EDGE, SPOILED_BY_PAIR };

/* Of all that were seen in the range. `ret->row` is given: free(), also on failure. To be called
 * inside a question. */
bool spoiled_load(struct query *q, struct range r, enum spoiled_by by, struct spoiled_rows *ret,
                  struct err *err);

/* No marks if it was not seen. */
struct marks spoiled_marks(const struct spoiled_rows *rows, int64_t id);

/* The same by protocol, and all together, of the range and the capture that `row` has, into it. To
 * be called inside a question. */
bool spoiled_protocols(struct query *q, struct health_row *row, struct err *err);

/* What query_health() answers. To be called inside a question. */
bool health_load(struct query *q, struct range r, struct health_row *ret, struct err *err);

/* What was captured in the range. To be called inside a question. */
bool captured_load(struct query *q, struct range r, struct capture_counters *ret, struct err *err);
