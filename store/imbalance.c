/* imbalance.c - see imbalance.h. */
#include "store/imbalance.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const struct portion *a = left, *b = right;
    int order = (a->calls < b->calls) - (a->calls > b->calls);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Together for at least half of the time that the briefer of them was there. */
static bool are_peers(const struct portion *a, const struct portion *b)
{
    uint64_t from_ns = a->from_ns > b->from_ns ? a->from_ns : b->from_ns;
    uint64_t to_ns = a->to_ns < b->to_ns ? a->to_ns : b->to_ns;
    uint64_t a_ns = a->to_ns - a->from_ns, b_ns = b->to_ns - b->from_ns;
    return from_ns <= to_ns && to_ns - from_ns >= (a_ns < b_ns ? a_ns : b_ns) / 2;
}

struct imbalance imbalance_of(struct portion *portions, size_t len)
{
    struct imbalance found = {0};
    size_t peers = 0;
    if (len < 2)
        return found;
    qsort(portions, len, sizeof *portions, compare);
    for (size_t i = 0; i < len; i++) {
        if (!are_peers(&portions[0], &portions[i]))
            continue;
        struct portion peer = portions[i];
        portions[i] = portions[peers];
        portions[peers++] = peer;
        found.calls += peer.calls;
    }
    if (peers < 2 || found.calls < IMBALANCE_CALLS_MIN)
        return found;
    double even = 1.0 / (double)peers;
    found.share = (double)portions[0].calls / (double)found.calls;
    if (found.share < (1 + even) / 2)
        return found;
    found.len = peers;
    found.weight = (found.share - even) / (1 - even) * log10((double)found.calls);
    return found;
}
