/* tallied.c - see tallied.h. */
#include "store/tallied.h"

#include <assert.h>

static_assert(TALLIED_COUNTERS * sizeof(uint64_t) + TALLIED_HISTOGRAMS * sizeof(struct latency) ==
                  sizeof(struct tallied),
              "a field that has no column would be lost");

#define OF_TALLIED(column, field) offsetof(struct tallied, field),
#define QUANTILE(column, quantile) quantile,

static const size_t counter_at[TALLIED_COUNTERS] = {TALLIED_COUNTS(OF_TALLIED)};
static const size_t histogram_at[TALLIED_HISTOGRAMS] = {TALLIED_BLOBS(OF_TALLIED)};

static const struct latency *histogram_of(const struct tallied *t, int i)
{
    return (const struct latency *)(const void *)((const char *)t + histogram_at[i]);
}

static struct latency *histogram_in(struct tallied *t, int i)
{
    return (struct latency *)(void *)((char *)t + histogram_at[i]);
}

void tallied_blobs_free(struct tallied_blobs *b)
{
    for (int i = 0; i < TALLIED_HISTOGRAMS; i++)
        writer_free(&b->blob[i]);
}

static void add_stored(sqlite3_stmt *s, int at, struct latency *into)
{
    struct bytes blob = column_bytes(s, at);
    if (blob.len)
        latency_decode_alone(blob, into);
}

static bool encode(struct writer *w, const struct latency *l)
{
    writer_clear(w);
    if (l->count)
        latency_encode(l, w);
    return !w->failed && !l->is_short;
}

static void bind_percentiles(sqlite3_stmt *s, int at, const struct latency *l)
{
    enum { LEN = TALLIED_BOUND - TALLIED_READ };
    static const double quantiles[LEN] = {TALLIED_QUANTILES(QUANTILE)};
    uint64_t value_ns[LEN];
    latency_quantiles(l, quantiles, LEN, value_ns);
    for (int i = 0; i < LEN; i++)
        if (l->count)
            sqlite3_bind_double(s, at + i, (double)value_ns[i] / 1e6);
        else
            sqlite3_bind_null(s, at + i);
}

/* The histogram number `i`, to be stored at `at`; the percentiles, behind all of them, are those of
 * the first. */
static bool bind_histogram(struct writer *w, sqlite3_stmt *s, int at, int i,
                           const struct latency *l)
{
    if (!encode(w, l))
        return false;
    bind_blob(s, at + i, writer_view(w));
    if (i == 0)
        bind_percentiles(s, at + TALLIED_HISTOGRAMS, l);
    return true;
}

bool tallied_bind(struct tallied_blobs *b, sqlite3_stmt *s, int at, const struct tallied *t,
                  sqlite3_stmt *stored)
{
    bool bound = true;
    for (int i = 0; i < TALLIED_COUNTERS; i++)
        bind_count(s, at++, counter_of(t, counter_at[i]));
    for (int i = 0; bound && i < TALLIED_HISTOGRAMS; i++) {
        const struct latency *l = histogram_of(t, i);
        struct latency sum = {0};
        if (stored) {
            add_stored(stored, 1 + i, &sum);
            latency_merge(&sum, l);
        }
        bound = bind_histogram(&b->blob[i], s, at, i, stored ? &sum : l);
        latency_free(&sum);
    }
    return bound;
}

static void grow(uint64_t *count, uint64_t by)
{
    *count = count_sum(*count, by);
}

void tallied_read(sqlite3_stmt *s, int at, struct tallied *into)
{
    for (int i = 0; i < TALLIED_COUNTERS; i++)
        grow(counter_in(into, counter_at[i]), column_count(s, at++));
    for (int i = 0; i < TALLIED_HISTOGRAMS; i++)
        add_stored(s, at++, histogram_in(into, i));
}

void tallied_take(sqlite3_value **value, struct tallied *into)
{
    for (int i = 0; i < TALLIED_COUNTERS; i++)
        grow(counter_in(into, counter_at[i]), value_count(*value++));
    for (int i = 0; i < TALLIED_HISTOGRAMS; i++) {
        struct bytes blob = value_bytes(*value++);
        if (blob.len)
            latency_decode_alone(blob, histogram_in(into, i));
    }
}

bool tallied_is_whole(const struct tallied *t)
{
    for (int i = 0; i < TALLIED_HISTOGRAMS; i++)
        if (histogram_of(t, i)->is_short)
            return false;
    return true;
}
