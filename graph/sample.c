/* sample.c - see sample.h. */
#include "graph/sample.h"

#include <assert.h>
#include <stdlib.h>

#include "graph/merge.h"
#include "graph/variety.h"
#include "graph/wire.h"

static const struct {
    uint32_t edge, window;
} caps[KEPTS] = {
    [KEPT_ERROR] = {64, 512},
    [KEPT_SLOW] = {8, 256},
    [KEPT_FAIR] = {16, 512},
};

uint32_t sample_edge_max(enum kept_for kept)
{
    return caps[kept].edge;
}

uint32_t sample_window_max(enum kept_for kept)
{
    return caps[kept].window;
}

/* As good as random, and the same in each process (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t fair_rank(const struct exchange *x, uint64_t id)
{
    uint64_t client;
    memcpy(&client, x->client_address.byte + 8, sizeof client);
    uint64_t ends = client ^ (uint64_t)x->client_port << 16 ^ x->server_port;
    uint64_t when = mix(x->request_ns ^ x->stream_id) + x->end_ns;
    uint64_t rank = id ? mix(id) : mix(mix(ends) ^ when);
    return rank < SAMPLE_NO_RANK - 1 ? rank : rank - 2;
}

/* How bad it is, before the fair order; SAMPLE_NO_RANK: it is no error. */
static uint64_t error_rank(const struct exchange *x, uint64_t fair)
{
    uint64_t order = fair >> 2;
    switch (x->outcome) {
    case OUTCOME_SERVER_ERROR:
    case OUTCOME_TIMEOUT:
    case OUTCOME_RESET:
        return order;
    case OUTCOME_CLIENT_ERROR:
        return order | UINT64_C(1) << 62;
    case OUTCOME_UNANSWERED:
        return order | UINT64_C(1) << 63;
    case OUTCOME_OK:
    case OUTCOME_UNKNOWN:
    case OUTCOME_CANCELLED:
    case OUTCOMES:
        break;
    }
    return SAMPLE_NO_RANK;
}

static uint64_t slow_rank(const struct exchange *x)
{
    if (!x->request_ns || x->response_end_ns < x->request_ns || call_is_streaming(x->call))
        return SAMPLE_NO_RANK;
    return SAMPLE_NO_RANK - 2 - (x->response_end_ns - x->request_ns);
}

void sample_ranks(const struct exchange *x, uint64_t id, uint64_t ret[KEPTS])
{
    ret[KEPT_FAIR] = fair_rank(x, id);
    ret[KEPT_ERROR] = error_rank(x, ret[KEPT_FAIR]);
    ret[KEPT_SLOW] = slow_rank(x);
}

struct bytes sample_bytes(const struct delta *d, const struct sample_delta *row)
{
    return bytes_of(d->sample_bytes.at + row->at, row->len);
}

bool sample_exchange(const struct delta *d, const struct sample_delta *row, struct exchange *ret)
{
    struct cursor c = cursor_over(sample_bytes(d, row));
    return wire_get_exchange(&c, ret);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_in_edge(const void *left, const void *right)
{
    const struct sample_delta *a = left, *b = right;
    int order = compare_numbers(a->kept, b->kept);
    if (!order)
        order = compare_numbers(a->edge, b->edge);
    if (!order)
        order = compare_numbers(a->rank, b->rank);
    return order ? order : compare_numbers(a->tie, b->tie);
}

/* Where a row stands: in its edge, and by rank. */
struct place {
    uint64_t rank, tie;
    uint32_t nth, row;
};

static int order_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = compare_numbers(a->nth, b->nth);
    if (!order)
        order = compare_numbers(a->rank, b->rank);
    return order ? order : compare_numbers(a->tie, b->tie);
}

static void drop(struct sample_delta *row, const struct sample_listener *listener)
{
    if (listener)
        listener->dropped(listener->ctx, row);
    row->kept = 0;
}

/* The rows of one reason, d->sample[first, end), which are in order. Those that go get no reason.
 */
static void settle_reason(struct delta *d, uint32_t first, uint32_t end, struct place *place,
                          const struct sample_listener *listener)
{
    uint32_t len = 0, nth = 0, kept = 0;
    while (!(d->sample[first].kept >> kept & 1))
        kept++;
    for (uint32_t i = first; i < end; i++) {
        struct sample_delta *row = &d->sample[i];
        nth = i > first && row[-1].edge == row->edge ? nth + 1 : 0;
        if (nth < caps[kept].edge)
            place[len++] = (struct place){row->rank, row->tie, nth, i};
        else
            drop(row, listener);
    }
    if (len <= caps[kept].window)
        return;
    qsort(place, len, sizeof *place, order_places);
    for (uint32_t i = caps[kept].window; i < len; i++)
        drop(&d->sample[place[i].row], listener);
}

/* Takes out the rows without a reason. */
static void forget_dropped(struct delta *d)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < d->sample_len; i++)
        if (d->sample[i].kept)
            d->sample[len++] = d->sample[i];
    d->sample_len = len;
}

void samples_settle(struct delta *d, const struct sample_listener *listener)
{
    if (!d->sample_len)
        return;
    struct place *place = malloc(d->sample_len * sizeof *place);
    for (uint32_t i = 0; i < d->sample_len; i++)
        if (d->sample[i].edge >= d->edge_len || !place)
            d->sample[i].kept = 0;
    forget_dropped(d);
    if (d->sample_len)
        qsort(d->sample, d->sample_len, sizeof *d->sample, order_in_edge);
    for (uint32_t first = 0, end; first < d->sample_len; first = end) {
        uint32_t reason = d->sample[first].kept;
        for (end = first + 1; end < d->sample_len && d->sample[end].kept == reason;)
            end++;
        settle_reason(d, first, end, place, listener);
    }
    free(place);
    forget_dropped(d);
}

static int order_by_time(const void *left, const void *right)
{
    const struct sample_delta *a = left, *b = right;
    int order = compare_numbers(a->time_ns, b->time_ns);
    if (!order)
        order = compare_numbers(a->edge, b->edge);
    return order ? order : compare_numbers(a->tie, b->tie);
}

static int compare_with_operation(const void *wanted, const void *row)
{
    const struct sample_delta *sample = wanted;
    const struct operation_delta *operation = row;
    int order = compare_numbers(sample->edge, operation->edge);
    return order ? order : strcmp(sample->operation, operation->name);
}

static void name_operation(const struct delta *d, struct sample_delta *row)
{
    if (row->operation[0] &&
        (!d->operation_len || !bsearch(row, d->operation, d->operation_len, sizeof *d->operation,
                                       compare_with_operation)))
        bytes_to_text(row->operation, sizeof row->operation, bytes_of_text(OPERATION_OTHER));
}

void samples_finish(struct delta *d)
{
    uint32_t len = 0;
    if (d->sample_len)
        qsort(d->sample, d->sample_len, sizeof *d->sample, order_by_time);
    for (uint32_t i = 0; i < d->sample_len; i++) {
        if (len && order_by_time(&d->sample[len - 1], &d->sample[i]) == 0) {
            d->sample[len - 1].kept |= d->sample[i].kept;
            continue;
        }
        d->sample[len] = d->sample[i];
        name_operation(d, &d->sample[len++]);
    }
    d->sample_len = len;
}

void samples_rename(struct delta *d, uint32_t edge, const struct variety *v)
{
    for (uint32_t i = 0; i < d->sample_len; i++) {
        struct sample_delta *row = &d->sample[i];
        char text[OPERATION_TEXT_MAX];
        if (row->edge != edge || !row->templated)
            continue;
        variety_name(v, row->operation, text, sizeof text);
        memcpy(row->operation, text, sizeof text);
    }
}
