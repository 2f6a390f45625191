/* tallied.h - struct tallied as columns of edge_window and operation_window: bound, added to what
 * is stored, read. The order is the same everywhere: outcomes, counters, histograms. */
#pragma once

#include "graph/delta.h"
#include "store/database.h"

enum {
    TALLIED_COUNTERS = 5,
    TALLIED_HISTOGRAMS = 5,
    TALLIED_READ = OUTCOMES + TALLIED_COUNTERS + TALLIED_HISTOGRAMS, /* columns */
    TALLIED_BOUND = TALLIED_READ + 4,                                /* and four percentiles */
};

#define TALLIED_HISTOGRAM_COLUMNS "duration, ttfb, first_message, message_gap, age"
#define TALLIED_COLUMNS                                                                            \
    "unknown, ok, client_error, server_error, timeout, reset, cancelled, unanswered, "             \
    "request_bytes, response_bytes, request_messages, response_messages, "                         \
    "streams, " TALLIED_HISTOGRAM_COLUMNS
/* What is written: TALLIED_BOUND columns, and how they are added to a row that is there. */
#define TALLIED_WRITTEN TALLIED_COLUMNS ", p50_ms, p95_ms, p99_ms, max_ms"
#define TALLIED_ADDED                                                                              \
    "unknown = unknown + excluded.unknown, ok = ok + excluded.ok, "                                \
    "client_error = client_error + excluded.client_error, "                                        \
    "server_error = server_error + excluded.server_error, "                                        \
    "timeout = timeout + excluded.timeout, reset = reset + excluded.reset, "                       \
    "cancelled = cancelled + excluded.cancelled, unanswered = unanswered + excluded.unanswered, "  \
    "request_bytes = request_bytes + excluded.request_bytes, "                                     \
    "response_bytes = response_bytes + excluded.response_bytes, "                                  \
    "request_messages = request_messages + excluded.request_messages, "                            \
    "response_messages = response_messages + excluded.response_messages, "                         \
    "streams = streams + excluded.streams, duration = excluded.duration, ttfb = excluded.ttfb, "   \
    "first_message = excluded.first_message, message_gap = excluded.message_gap, "                 \
    "age = excluded.age, p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms, "                     \
    "p99_ms = excluded.p99_ms, max_ms = excluded.max_ms"

/* Histograms in their stored form, of the row at hand. */
struct tallied_blobs {
    struct writer blob[TALLIED_HISTOGRAMS];
};

void tallied_blobs_free(struct tallied_blobs *b);

/* Binds TALLIED_BOUND parameters from `at` on. Borrows `b` until the statement was run. With
 * `stored`, a statement that stands on a row of TALLIED_HISTOGRAM_COLUMNS, those are added to the
 * histograms that are bound: the rest is added by TALLIED_ADDED. false: memory is short. */
bool tallied_bind(struct tallied_blobs *b, sqlite3_stmt *s, int at, const struct tallied *t,
                  sqlite3_stmt *stored);

/* Adds TALLIED_READ columns starting at `at` to `into`. A damaged histogram counts as empty. */
void tallied_read(sqlite3_stmt *s, int at, struct tallied *into);
