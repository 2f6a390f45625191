/* columns.h - the counters of edge_window and capture_window as fields, in the order of their
 * columns: the write side binds them and the read side adds them up by the same lists. */
#pragma once

#include <stddef.h>

#include "graph/delta.h"

enum {
    EDGE_COUNTERS = 29, /* opened to duplicates, of struct edge_delta */
    CAPTURE_COUNTERS = 11,
    DECODE_COUNTERS = 13, /* struct decode_counters but for flows, which is no counter */
};

/* Offsets of uint64_t fields. */
extern const size_t edge_counter_at[EDGE_COUNTERS];
extern const size_t capture_counter_at[CAPTURE_COUNTERS];
extern const size_t decode_counter_at[DECODE_COUNTERS];

static inline uint64_t *counter_in(void *of, size_t offset)
{
    return (uint64_t *)(void *)((char *)of + offset);
}

static inline uint64_t counter_of(const void *of, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)of + offset);
}
