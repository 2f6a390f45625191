/* tallied.h - struct tallied as columns of edge_window and operation_window: bound, added to what
 * is stored, read. The order is the same everywhere: outcomes, counters, histograms. */
#pragma once

#include "store/columns.h"
#include "store/database.h"

/* X(column, field): struct tallied as columns, in this order. */
#define TALLIED_COUNTS(X)                                                                          \
    X(unknown, outcomes[OUTCOME_UNKNOWN])                                                          \
    X(ok, outcomes[OUTCOME_OK])                                                                    \
    X(client_error, outcomes[OUTCOME_CLIENT_ERROR])                                                \
    X(server_error, outcomes[OUTCOME_SERVER_ERROR])                                                \
    X(timeout, outcomes[OUTCOME_TIMEOUT])                                                          \
    X(reset, outcomes[OUTCOME_RESET])                                                              \
    X(cancelled, outcomes[OUTCOME_CANCELLED])                                                      \
    X(unanswered, outcomes[OUTCOME_UNANSWERED])                                                    \
    X(request_bytes, request_bytes)                                                                \
    X(response_bytes, response_bytes)                                                              \
    X(request_messages, request_messages)                                                          \
    X(response_messages, response_messages)                                                        \
    X(streams, streams)
#define TALLIED_BLOBS(X)                                                                           \
    X(duration, duration)                                                                          \
    X(ttfb, ttfb)                                                                                  \
    X(first_message, first_message)                                                                \
    X(message_gap, message_gap)                                                                    \
    X(age, age)
/* Quantiles of `duration`, for people. */
#define TALLIED_QUANTILES(X)                                                                       \
    X(p50_ms, 0.5)                                                                                 \
    X(p95_ms, 0.95)                                                                                \
    X(p99_ms, 0.99)                                                                                \
    X(max_ms, 1)

enum {
    TALLIED_COUNTERS = 0 TALLIED_COUNTS(COLUMN_ONE),
    TALLIED_HISTOGRAMS = 0 TALLIED_BLOBS(COLUMN_ONE),
    TALLIED_READ = TALLIED_COUNTERS + TALLIED_HISTOGRAMS, /* columns */
    TALLIED_BOUND = TALLIED_READ TALLIED_QUANTILES(COLUMN_ONE),
};

/* As SQL: what is read of a table named x; and what is written, with its parameters, and how it is
 * added to a row that is there. Each begins with a comma. */
#define TALLIED_HISTOGRAM_COLUMNS TALLIED_BLOBS(COLUMN_OF_X)
#define TALLIED_COLUMNS TALLIED_COUNTS(COLUMN_OF_X) TALLIED_HISTOGRAM_COLUMNS
#define TALLIED_WRITTEN(X) TALLIED_COUNTS(X) TALLIED_BLOBS(X) TALLIED_QUANTILES(X)
#define TALLIED_NAMES TALLIED_WRITTEN(COLUMN_NAME)
#define TALLIED_PLACES TALLIED_WRITTEN(COLUMN_PLACE)
#define TALLIED_GROWS                                                                              \
    TALLIED_COUNTS(COLUMN_GROWS) TALLIED_BLOBS(COLUMN_IS_NEW) TALLIED_QUANTILES(COLUMN_IS_NEW)

/* Histograms in their stored form, of the row at hand. */
struct tallied_blobs {
    struct writer blob[TALLIED_HISTOGRAMS];
};

void tallied_blobs_free(struct tallied_blobs *b);

/* Binds TALLIED_BOUND parameters from `at` on. Borrows `b` until the statement was run. With
 * `stored`, a statement that stands on a row of one column and TALLIED_HISTOGRAM_COLUMNS, those are
 * added to the histograms that are bound: the rest is added by TALLIED_GROWS. false: memory is
 * short. */
bool tallied_bind(struct tallied_blobs *b, sqlite3_stmt *s, int at, const struct tallied *t,
                  sqlite3_stmt *stored);

/* Adds TALLIED_READ columns starting at `at` to `into`. A damaged histogram counts as empty. */
void tallied_read(sqlite3_stmt *s, int at, struct tallied *into);

/* Adds TALLIED_READ values to `into`, likewise. */
void tallied_take(sqlite3_value **value, struct tallied *into);

/* false: memory was short when it was added up, and its percentiles are not right. */
bool tallied_is_whole(const struct tallied *t);
