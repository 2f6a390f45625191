/* counters.h - BOUNDARY: what decoding could not do, counted. All since the sensor's start, but for
 * those that say "now". */
#pragma once

#include <stdint.h>

enum { SKEW_MAX_NS = 1000000 }; /* 1 ms: the clocks of two mirrored ports are no farther apart */
/* Why something of a connection is not decoded. */
enum trouble {
    TROUBLE_LOST,              /* times a decoder lost its place */
    TROUBLE_GIVEN_UP,          /* connections no longer decoded: nonsense, or past a limit */
    TROUBLE_SHED,              /* parts of messages passed over because of a limit on their size */
    TROUBLE_SHORTENED,         /* header fields left out, or cut, because of one on theirs */
    TROUBLE_STRAY_ANSWERS,     /* answers without a request */
    TROUBLE_UNDECRYPTED,       /* records that did not open with the key there is for them */
    TROUBLE_EXCHANGES_EVICTED, /* ended as unknown because a table was full */
    TROUBLES,
};

/* "lost", "given_up", ... as the fields of struct decode_counters are called; static. */
const char *trouble_name(enum trouble trouble);

struct decode_counters {
    uint64_t flows; /* in the table now */
    uint64_t flows_opened;
    uint64_t flows_evicted;    /* the table was full */
    uint64_t segments_held;    /* kept until the hole before them was filled, or what they answer
                                  had passed */
    uint64_t segments_dropped; /* out of order, and no room to keep them */
    uint64_t retransmits;      /* segments that brought nothing new */
    uint64_t gaps, gap_bytes;  /* holes that were never filled */
    union {                    /* one by one, and by enum trouble */
        struct {
            uint64_t lost, given_up, shed, shortened, stray_answers, undecrypted, exchanges_evicted;
        };
        uint64_t troubles[TROUBLES];
    };
    uint64_t exchanges;
    uint64_t
        skewed; /* segments stamped up to SKEW_MAX before what they answer: taken as one time */
    uint64_t unmeasured;      /* exchanges whose answer is stamped farther before its request */
    uint64_t lookups_evicted; /* answers of the DNS forgotten before their time: a table was full */
    uint64_t labelled;        /* flows that no decoder claimed, and nDPI has a word for */
    uint64_t labels_evicted;  /* flows that it was not asked about to the end: too many at a time */
};
