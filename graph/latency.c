/* latency.c - see latency.h.
 *
 * A value is scaled by a power of two into the octave (2^11, 2^12] seconds, where one nanosecond is
 * small against a bucket, and compared with that octave's bounds. They are irrational (all but the
 * ends), so comparing a whole number with a bound rounded down is exact. */
#include "graph/latency.h"

#include <stdlib.h>
#include <string.h>

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

/* In words of all processors: without -mpopcnt the compiler's own is a call with a table. */
static unsigned ones(uint32_t bits)
{
    bits -= bits >> 1 & 0x55555555;
    bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
    return ((bits + (bits >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

/* Where the buckets of an octave are in `bucket`, if it has any. */
static unsigned place_of(const struct latency *l, unsigned octave)
{
    return ones(l->octaves & ((1U << octave) - 1));
}

static unsigned index_of(uint64_t value_ns)
{
    return (unsigned)(latency_bucket(value_ns) - LATENCY_LOWEST);
}

/* Are all values in one bucket, and in none of the array? `ret` is which. */
static bool in_one_bucket(const struct latency *l, unsigned *ret)
{
    if (!l->count || l->octaves)
        return false;
    *ret = index_of(l->min_ns);
    return *ret == index_of(l->max_ns); /* else memory was short */
}

static uint32_t full(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static bool make_octave(struct latency *l, unsigned octave)
{
    unsigned len = latency_octaves(l), at = place_of(l, octave);
    void *grown = realloc(l->bucket, (len + 1) * sizeof *l->bucket);
    if (!grown)
        return false;
    l->bucket = grown;
    memmove(l->bucket + at + 1, l->bucket + at, (len - at) * sizeof *l->bucket);
    memset(l->bucket + at, 0, sizeof *l->bucket);
    l->octaves |= 1U << octave;
    return true;
}

/* The buckets of an octave, until another is made; NULL if memory is short. */
static uint32_t *buckets_in(struct latency *l, unsigned octave)
{
    if (!(l->octaves >> octave & 1) && !make_octave(l, octave)) {
        l->is_short = true;
        return NULL;
    }
    return l->bucket[place_of(l, octave)];
}

static void grow(uint32_t *bucket, uint32_t count)
{
    *bucket = count > UINT32_MAX - *bucket ? UINT32_MAX : *bucket + count;
}

/* A bucket that holds values. */
struct held {
    uint32_t index, count;
};

/* Those of `l`, in rising order, with room for LATENCY_BUCKETS. Returns how many. */
static unsigned held_by(const struct latency *l, struct held *ret)
{
    unsigned len = 0, only, at = 0;
    if (in_one_bucket(l, &only)) {
        ret[0] = (struct held){only, full(l->count)};
        return 1;
    }
    for (uint32_t left = l->octaves, first = 0; left; left >>= 1, first += LATENCY_OCTAVE) {
        if (!(left & 1))
            continue;
        const uint32_t *counts = l->bucket[at++];
        for (uint32_t i = 0; i < LATENCY_OCTAVE; i++) {
            ret[len] = (struct held){first + i, counts[i]}; /* the next one takes its place if 0 */
            len += counts[i] != 0;
        }
    }
    return len;
}

static void put(struct latency *l, unsigned index, uint32_t count)
{
    uint32_t *bucket = buckets_in(l, index / LATENCY_OCTAVE);
    if (bucket)
        grow(&bucket[index % LATENCY_OCTAVE], count);
}

/* Adds buckets that come in rising order, so that those of an octave follow each other. */
static void put_all(struct latency *l, const struct held *held, uint64_t len)
{
    unsigned octave = LATENCY_OCTAVES; /* none yet */
    uint32_t *bucket = NULL;
    for (const struct held *at = held; at < held + len; at++) {
        if (at->index / LATENCY_OCTAVE != octave) {
            octave = at->index / LATENCY_OCTAVE;
            bucket = buckets_in(l, octave);
        }
        if (bucket)
            grow(&bucket[at->index % LATENCY_OCTAVE], at->count);
    }
}

/* The one bucket will not be the only one. */
static void spread_out(struct latency *l)
{
    unsigned only;
    if (in_one_bucket(l, &only))
        put(l, only, full(l->count));
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
    l->is_short = l->is_short || more->is_short;
}

/* Adds values that are all in this bucket. */
static void add_alike(struct latency *l, const struct latency *more, unsigned index)
{
    unsigned only;
    if (l->count && !(in_one_bucket(l, &only) && only == index)) {
        spread_out(l);
        put(l, index, full(more->count));
    }
    add_figures(l, more);
}

void latency_add(struct latency *l, uint64_t value_ns)
{
    latency_add_many(l, value_ns, 1);
}

void latency_add_many(struct latency *l, uint64_t value_ns, uint32_t times)
{
    struct latency alike = {
        .count = times, .sum_ns = value_ns * times, .min_ns = value_ns, .max_ns = value_ns};
    unsigned index = index_of(value_ns), octave = index / LATENCY_OCTAVE;
    if (times && l->octaves >> octave & 1) { /* nearly always: there is a place for it */
        put(l, index, times);
        add_figures(l, &alike);
    } else if (times) {
        add_alike(l, &alike, index);
    }
}

void latency_merge(struct latency *into, const struct latency *from)
{
    unsigned only;
    if (in_one_bucket(from, &only)) {
        add_alike(into, from, only);
        return;
    }
    struct held held[LATENCY_BUCKETS + 1];
    unsigned len = held_by(from, held);
    spread_out(into);
    put_all(into, held, len);
    add_figures(into, from);
}

uint32_t latency_at(const struct latency *l, int bucket)
{
    unsigned index = (unsigned)(bucket - LATENCY_LOWEST), octave = index / LATENCY_OCTAVE, only;
    if (l->octaves)
        return l->octaves >> octave & 1 ? l->bucket[place_of(l, octave)][index % LATENCY_OCTAVE]
                                        : 0;
    return in_one_bucket(l, &only) && only == index ? full(l->count) : 0;
}

int latency_next(const struct latency *l, int bucket)
{
    unsigned index = (unsigned)(bucket + 1 - LATENCY_LOWEST), only;
    if (!l->octaves)
        return in_one_bucket(l, &only) && index <= only ? LATENCY_LOWEST + (int)only
                                                        : LATENCY_HIGHEST + 1;
    for (unsigned octave = index / LATENCY_OCTAVE; octave < LATENCY_OCTAVES; octave++) {
        unsigned first = octave * LATENCY_OCTAVE, at = index > first ? index - first : 0;
        if (!(l->octaves >> octave & 1))
            continue;
        const uint32_t *counts = l->bucket[place_of(l, octave)];
        for (; at < LATENCY_OCTAVE; at++)
            if (counts[at])
                return LATENCY_LOWEST + (int)(first + at);
    }
    return LATENCY_HIGHEST + 1;
}

unsigned latency_octaves(const struct latency *l)
{
    return ones(l->octaves);
}

/* How far the buckets were counted. */
struct walk {
    struct held held[LATENCY_BUCKETS + 1];
    unsigned len, at; /* buckets; the last that was counted is the one before `at` */
    uint64_t seen;    /* values in those */
};

/* The bucket that holds the value of this rank (from 1), or LATENCY_HIGHEST + 1 if the buckets hold
 * fewer. Goes on from `w`, which is not beyond it. */
static int bucket_of_rank(uint64_t rank, struct walk *w)
{
    while (w->seen < rank && w->at < w->len)
        w->seen += w->held[w->at++].count;
    return w->seen < rank ? LATENCY_HIGHEST + 1 : LATENCY_LOWEST + (int)w->held[w->at - 1].index;
}

static uint64_t quantile(const struct latency *l, double q, struct walk *w)
{
    if (!l->count || q <= 0)
        return l->count ? l->min_ns : 0;
    double wanted = q * (double)l->count;
    uint64_t rank = wanted < (double)l->count ? (uint64_t)wanted : l->count;
    if ((double)rank < wanted)
        rank++;
    int bucket = rank >= l->count ? LATENCY_HIGHEST + 1 : bucket_of_rank(rank, w);
    if (bucket > LATENCY_HIGHEST)
        return l->max_ns; /* the last value; or its bucket was full, or memory was short */
    uint64_t middle = (uint64_t)(latency_lower_ns(bucket) * half_bucket + 0.5);
    if (middle < l->min_ns)
        return l->min_ns;
    return middle < l->max_ns ? middle : l->max_ns;
}

void latency_quantiles(const struct latency *l, const double *q, size_t len, uint64_t *ret)
{
    struct walk w;
    w.len = held_by(l, w.held);
    w.at = 0;
    w.seen = 0;
    for (size_t i = 0; i < len; i++)
        ret[i] = quantile(l, q[i], &w);
}

uint64_t latency_quantile(const struct latency *l, double q)
{
    uint64_t ret;
    latency_quantiles(l, &q, 1, &ret);
    return ret;
}

void latency_free(struct latency *l)
{
    free(l->bucket);
    *l = (struct latency){0};
}

void latency_forget_buckets(struct latency *l)
{
    free(l->bucket);
    l->bucket = NULL;
    l->octaves = 0;
}

void latency_encode(const struct latency *l, struct writer *w)
{
    struct held held[LATENCY_BUCKETS + 1];
    unsigned len = held_by(l, held), last = 0;
    writer_varint(w, l->count);
    writer_varint(w, l->count ? l->sum_ns : 0);
    writer_varint(w, l->count ? l->min_ns : 0);
    writer_varint(w, l->count ? l->max_ns : 0);
    writer_varint(w, len);
    for (unsigned i = 0; i < len; i++) {
        writer_varint_pair(w, held[i].index - last, held[i].count);
        last = held[i].index;
    }
}

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
static bool read_buckets(struct cursor *c, uint64_t len, uint64_t count, struct held *ret)
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
        ret[i] = (struct held){(uint32_t)index, (uint32_t)in_bucket};
    }
    return true;
}

static bool decode(struct cursor *c, bool alone, struct latency *into)
{
    struct held bucket[LATENCY_BUCKETS];
    struct latency figures = {0};
    figures.count = cursor_varint(c);
    figures.sum_ns = cursor_varint(c);
    figures.min_ns = cursor_varint(c);
    figures.max_ns = cursor_varint(c);
    uint64_t buckets = cursor_varint(c);
    if (c->starved || buckets > LATENCY_BUCKETS || figures.min_ns > figures.max_ns)
        return false;
    if (!read_buckets(c, buckets, figures.count, bucket) || (alone && cursor_left(c)))
        return false;
    unsigned only;
    if (buckets == 1 && bucket[0].count == figures.count && in_one_bucket(&figures, &only) &&
        only == bucket[0].index) {
        add_alike(into, &figures, only);
        return true;
    }
    spread_out(into);
    put_all(into, bucket, buckets);
    add_figures(into, &figures);
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
