/* latency.h - a histogram of times that merges by adding counts.
 *
 * Buckets are base-2 exponential of scale 5: bucket i holds the values v, in seconds, with
 * 2^(i/32) < v <= 2^((i+1)/32), so its growth is 2^(1/32) and a quantile is off by at most 1.1 %.
 * They are those of an OpenTelemetry ExponentialHistogram of scale 5 and of a Prometheus native
 * histogram of schema 5 (there the index of the upper bound, i + 1). The index is computed with
 * comparisons against exact constants, never log(), so every machine files a value alike.
 *
 * Times under 1 us count in the lowest bucket, over 1 h in the highest. Sum, least and greatest are
 * exact. */
#pragma once

#include "base/bytes.h"
#include "base/writer.h"

enum {
    LATENCY_LOWEST = -640, /* holds 0.95 us */
    LATENCY_HIGHEST = 383, /* holds 1.1 h */
    LATENCY_BUCKETS = LATENCY_HIGHEST - LATENCY_LOWEST + 1,
    LATENCY_OCTAVE = 32, /* buckets an octave, the unit of allocation */
    LATENCY_OCTAVES = LATENCY_BUCKETS / LATENCY_OCTAVE,
};

/* Zeroed is empty. As long as all values are in one bucket, no memory is owned: most edges and
 * operations of a window are asked a few times, or never. latency_free() gives back what is. */
struct latency {
    uint64_t count, sum_ns, min_ns, max_ns; /* min and max: undefined when count is 0 */
    uint32_t (*bucket)[LATENCY_OCTAVE];     /* of the octaves that have any, in rising order */
    uint32_t octaves; /* bit n: there are those of octave n; 0: all values are in that of min_ns */
    bool is_short;    /* memory was: some values are in no bucket */
};

/* The bucket of a value: LATENCY_LOWEST to LATENCY_HIGHEST. */
int latency_bucket(uint64_t value_ns);

/* Lower and upper bound of a bucket, ns. */
double latency_lower_ns(int bucket);
double latency_upper_ns(int bucket);

/* When memory is short the value counts in count, sum, min and max only. A bucket that is full
 * (2^32 - 1) stays there. */
void latency_add(struct latency *l, uint64_t value_ns);
void latency_add_many(struct latency *l, uint64_t value_ns, uint32_t times);
void latency_merge(struct latency *into, const struct latency *from);
uint32_t latency_at(const struct latency *l, int bucket);

/* The next bucket above `bucket` that holds values, or LATENCY_HIGHEST + 1 if there is none. Begin
 * below LATENCY_LOWEST. */
int latency_next(const struct latency *l, int bucket);

/* How many octaves it owns memory of. */
unsigned latency_octaves(const struct latency *l);

/* Forgets where the values are, and frees that memory: only what is exact of them stays. */
void latency_forget_buckets(struct latency *l);

/* The q-quantile, 0 <= q <= 1, ns: the geometric middle of the bucket that holds it, kept between
 * min and max. 0 when empty. */
uint64_t latency_quantile(const struct latency *l, double q);

/* Several, of rising `q`, in one pass. */
void latency_quantiles(const struct latency *l, const double *q, size_t len, uint64_t *ret);

/* Forgets the values and frees the buckets. */
void latency_free(struct latency *l);

/* The stored form: varints count, sum, min, max, number of buckets; then for each bucket that is
 * not 0, in rising order, the distance from the one before (the first: from LATENCY_LOWEST) and its
 * count. It is an interface: docs/schema.md describes it. */
void latency_encode(const struct latency *l, struct writer *w);

/* Reads one stored form from the front of `c` and adds it to `into`. Returns false if it is
 * damaged; `into` is then as before. */
bool latency_decode(struct cursor *c, struct latency *into);

/* Likewise of what holds one stored form and nothing else: more bytes are damage. */
bool latency_decode_alone(struct bytes stored, struct latency *into);
