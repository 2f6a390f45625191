/* columns.c - see columns.h. */
#include "store/columns.h"

#include <assert.h>

/* A counter that has no column would be lost without a word. */
static_assert((EDGE_COUNTERS + 1) * sizeof(uint64_t) ==
                  sizeof(struct edge_delta) - offsetof(struct edge_delta, opened),
              "all from `opened` on, and `notes`");
static_assert(CAPTURE_COUNTERS == sizeof(struct capture_counters) / sizeof(uint64_t), "all of it");
static_assert(DECODE_COUNTERS + 1 == sizeof(struct decode_counters) / sizeof(uint64_t), "likewise");

#define OF_CAPTURE(column, field) offsetof(struct capture_counters, field),
#define OF_DECODE(column, field) offsetof(struct decode_counters, field),

const size_t edge_counter_at[EDGE_COUNTERS] = {EDGE_COLUMNS(OF_EDGE)};
const size_t capture_counter_at[CAPTURE_COUNTERS] = {CAPTURE_COLUMNS(OF_CAPTURE)};
const size_t decode_counter_at[DECODE_COUNTERS] = {DECODE_COLUMNS(OF_DECODE)};
