/* counters.h - BOUNDARY: what decoding could not do, counted. All since the sensor's start, but for
 * those that say "now". */
#pragma once

#include <stdint.h>

struct decode_counters {
    uint64_t flows; /* in the table now */
    uint64_t flows_opened;
    uint64_t flows_evicted;     /* the table was full */
    uint64_t segments_held;     /* out of order: kept until the hole before them was filled */
    uint64_t segments_dropped;  /* out of order, and no room to keep them */
    uint64_t retransmits;       /* segments that brought nothing new */
    uint64_t gaps, gap_bytes;   /* holes that were never filled */
    uint64_t lost;              /* times a decoder lost its place */
    uint64_t given_up;          /* connections no longer decoded: nonsense, or past a limit */
    uint64_t shed;              /* parts of messages passed over because of a limit on their size */
    uint64_t stray_answers;     /* answers without a request */
    uint64_t exchanges_evicted; /* ended as unknown because a table was full */
    uint64_t exchanges;
    uint64_t lookups_evicted; /* answers of the DNS forgotten before their time: a table was full */
};
