/* latency.c - see latency.h.
 *
 * A value is scaled by a power of two into the octave (2^11, 2^12] seconds, where one nanosecond is
 * small against a bucket, and compared with that octave's bounds. They are irrational (all but the
 * ends), so comparing a whole number with a bound rounded down is exact. */
#include "graph/latency.h"

#include <stdlib.h>

enum { TOP_OCTAVE = 11, BOTTOM_OCTAVE = LATENCY_LOWEST / LATENCY_OCTAVE };

/* 2048e9 * 2^(i/32), rounded down. */
static const uint64_t bound[LATENCY_OCTAVE + 1] = {
    2048000000000, 2092845360443, 2138672706411, 2185503540586, 2233359836498, 2282264048836,
    2332239123981, 2383308510776, 2435496171525, 2488826593240, 2543324799126, 2599016360328,
    2655927407925, 2714084645191, 2773515360126, 2834247438261, 2896309375740, 2959730292688,
    3024539946884, 3090768747711, 3158447770435, 3227608770780, 3298284199832, 3370507219259,
    3444311716879, 3519732322554, 3596804424444, 3675564185606, 3756048560966, 3838295314657,
    3922343037741, 4008231166311, 4096000000000,
};

static const double half_bucket = 1.0108892860517005; /* 2^(1/64) */

/* How many of the bounds are below `scaled`, less one: its bucket within the octave. */
static int bucket_in_octave(uint64_t scaled)
{
    int at = 0;
    for (int step = LATENCY_OCTAVE / 2; step; step /= 2)
        at += scaled > bound[at + step] ? step : 0;
    return at;
}

int latency_bucket(uint64_t value_ns)
{
    if (value_ns > bound[LATENCY_OCTAVE])
        return LATENCY_HIGHEST;
    if (value_ns > bound[0])
        return TOP_OCTAVE * LATENCY_OCTAVE + bucket_in_octave(value_ns);
    if (value_ns <= bound[0] >> (TOP_OCTAVE - BOTTOM_OCTAVE))
        return LATENCY_LOWEST;
    /* bound[0] lies between 2^40 and 2^41: bring the highest bit to 40, then see which side. */
    int shift = __builtin_clzll(value_ns) - 23;
    if (value_ns << shift <= bound[0])
        shift++;
    return (TOP_OCTAVE - shift) * LATENCY_OCTAVE + bucket_in_octave(value_ns << shift);
}

double latency_lower_ns(int bucket)
{
    unsigned index = (unsigned)(bucket - LATENCY_LOWEST);
    uint64_t below_top = 1ULL << (LATENCY_OCTAVES - 1 - index / LATENCY_OCTAVE);
    return (double)bound[index % LATENCY_OCTAVE] / (double)below_top;
}

double latency_upper_ns(int bucket)
{
    unsigned index = (unsigned)(bucket - LATENCY_LOWEST);
    uint64_t below_top = 1ULL << (LATENCY_OCTAVES - 1 - index / LATENCY_OCTAVE);
    return (double)bound[index % LATENCY_OCTAVE + 1] / (double)below_top;
}

static void add_to_bucket(struct latency *l, unsigned index, uint32_t count)
{
    uint32_t **octave = &l->octave[index / LATENCY_OCTAVE];
    if (!*octave)
        *octave = calloc(LATENCY_OCTAVE, sizeof **octave);
    if (!*octave)
        return;
    uint32_t *bucket = &(*octave)[index % LATENCY_OCTAVE];
    *bucket = count > UINT32_MAX - *bucket ? UINT32_MAX : *bucket + count;
}

static void add_figures(struct latency *l, const struct latency *more)
{
    if (!more->count)
        return;
    if (!l->count || more->min_ns < l->min_ns)
        l->min_ns = more->min_ns;
    if (!l->count || more->max_ns > l->max_ns)
        l->max_ns = more->max_ns;
    l->count += more->count;
    l->sum_ns += more->sum_ns;
}

void latency_add(struct latency *l, uint64_t value_ns)
{
    if (!l->count || value_ns < l->min_ns)
        l->min_ns = value_ns;
    if (!l->count || value_ns > l->max_ns)
        l->max_ns = value_ns;
    l->count++;
    l->sum_ns += value_ns;
    add_to_bucket(l, (unsigned)(latency_bucket(value_ns) - LATENCY_LOWEST), 1);
}

void latency_merge(struct latency *into, const struct latency *from)
{
    add_figures(into, from);
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        const uint32_t *octave = from->octave[i / LATENCY_OCTAVE];
        if (!octave)
            i += LATENCY_OCTAVE - 1;
        else if (octave[i % LATENCY_OCTAVE])
            add_to_bucket(into, i, octave[i % LATENCY_OCTAVE]);
    }
}

uint32_t latency_at(const struct latency *l, int bucket)
{
    unsigned index = (unsigned)(bucket - LATENCY_LOWEST);
    const uint32_t *octave = l->octave[index / LATENCY_OCTAVE];
    return octave ? octave[index % LATENCY_OCTAVE] : 0;
}

/* The bucket that holds the value of this rank (from 1), or LATENCY_HIGHEST + 1 if the buckets hold
 * fewer. */
static int bucket_of_rank(const struct latency *l, uint64_t rank)
{
    uint64_t seen = 0;
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++) {
        if (!l->octave[(bucket - LATENCY_LOWEST) / LATENCY_OCTAVE]) {
            bucket += LATENCY_OCTAVE - 1;
            continue;
        }
        seen += latency_at(l, bucket);
        if (seen >= rank)
            return bucket;
    }
    return LATENCY_HIGHEST + 1;
}

uint64_t latency_quantile(const struct latency *l, double q)
{
    if (!l->count || q <= 0)
        return l->count ? l->min_ns : 0;
    double wanted = q * (double)l->count;
    uint64_t rank = wanted < (double)l->count ? (uint64_t)wanted : l->count;
    if ((double)rank < wanted)
        rank++;
    int bucket = rank >= l->count ? LATENCY_HIGHEST + 1 : bucket_of_rank(l, rank);
    if (bucket > LATENCY_HIGHEST)
        return l->max_ns; /* the last value; or its bucket was full, or memory was short */
    uint64_t middle = (uint64_t)(latency_lower_ns(bucket) * half_bucket + 0.5);
    if (middle < l->min_ns)
        return l->min_ns;
    return middle < l->max_ns ? middle : l->max_ns;
}

void latency_free(struct latency *l)
{
    for (size_t i = 0; i < LATENCY_OCTAVES; i++)
        free(l->octave[i]);
    *l = (struct latency){0};
}

static uint64_t buckets_used(const struct latency *l)
{
    uint64_t used = 0;
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++)
        used += latency_at(l, bucket) != 0;
    return used;
}

void latency_encode(const struct latency *l, struct writer *w)
{
    writer_varint(w, l->count);
    writer_varint(w, l->count ? l->sum_ns : 0);
    writer_varint(w, l->count ? l->min_ns : 0);
    writer_varint(w, l->count ? l->max_ns : 0);
    writer_varint(w, buckets_used(l));
    int last = LATENCY_LOWEST;
    for (int bucket = LATENCY_LOWEST; bucket <= LATENCY_HIGHEST; bucket++) {
        uint32_t count = latency_at(l, bucket);
        if (!count)
            continue;
        writer_varint(w, (uint64_t)(bucket - last));
        writer_varint(w, count);
        last = bucket;
    }
}

/* A bucket as it is stored. */
struct stored {
    uint32_t index, count;
};

/* Distance and count of a bucket: of one byte each, mostly. */
static inline void next_pair(struct cursor *c, uint64_t *ret_distance, uint64_t *ret_count)
{
    if (cursor_left(c) >= 2 && (c->at[0] | c->at[1]) < 0x80) {
        *ret_distance = c->at[0];
        *ret_count = c->at[1];
        c->at += 2;
        return;
    }
    *ret_distance = cursor_varint(c);
    *ret_count = cursor_varint(c);
}

/* Reads `len` pairs of distance and count; they may not hold more than `count`. */
static bool read_buckets(struct cursor *c, uint64_t len, uint64_t count, struct stored *ret)
{
    uint64_t index = 0, seen = 0;
    for (uint64_t i = 0; i < len; i++) {
        uint64_t distance, in_bucket;
        next_pair(c, &distance, &in_bucket);
        if (c->starved || distance >= LATENCY_BUCKETS || (i && !distance))
            return false;
        index += distance;
        if (index >= LATENCY_BUCKETS || !in_bucket || in_bucket > UINT32_MAX)
            return false;
        seen += in_bucket;
        if (seen > count)
            return false;
        ret[i] = (struct stored){(uint32_t)index, (uint32_t)in_bucket};
    }
    return true;
}

static bool decode(struct cursor *c, bool alone, struct latency *into)
{
    struct stored bucket[LATENCY_BUCKETS];
    struct latency figures;
    figures.count = cursor_varint(c);
    figures.sum_ns = cursor_varint(c);
    figures.min_ns = cursor_varint(c);
    figures.max_ns = cursor_varint(c);
    uint64_t buckets = cursor_varint(c);
    if (c->starved || buckets > LATENCY_BUCKETS || figures.min_ns > figures.max_ns)
        return false;
    if (!read_buckets(c, buckets, figures.count, bucket) || (alone && cursor_left(c)))
        return false;
    add_figures(into, &figures);
    for (uint64_t i = 0; i < buckets; i++)
        add_to_bucket(into, bucket[i].index, bucket[i].count);
    return true;
}

bool latency_decode(struct cursor *c, struct latency *into)
{
    return decode(c, false, into);
}

bool latency_decode_alone(struct bytes stored, struct latency *into)
{
    struct cursor c = cursor_over(stored);
    return decode(&c, true, into);
}
