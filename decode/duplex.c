/* duplex.c - see duplex.h. */
#include "decode/duplex.h"

static bool check_each(struct stream stream[2], const struct stream_out out[2], uint64_t now_ns)
{
    uint32_t before[2] = {stream[0].next, stream[1].next};
    for (unsigned side = 0; side < 2; side++)
        stream_check(&stream[side], now_ns, &out[side]);
    return stream[0].next != before[0] || stream[1].next != before[1];
}

/* Ends the wait of one early segment that has waited for as long as it may by `limit_ns`. */
static bool end_a_wait(struct stream stream[2], const struct stream_out out[2], uint64_t limit_ns,
                       uint64_t now_ns)
{
    for (unsigned side = 0; side < 2; side++) {
        uint32_t acknowledged;
        if (!stream_is_overdue(&stream[side], limit_ns, &out[side], &acknowledged))
            continue;
        stream_advance(&stream[!side], acknowledged, now_ns, &out[!side]);
        stream_release(&stream[side], now_ns, &out[side]);
        return true;
    }
    return false;
}

static void settle(struct stream stream[2], const struct stream_out out[2], uint64_t limit_ns,
                   uint64_t now_ns)
{
    while (check_each(stream, out, now_ns) || end_a_wait(stream, out, limit_ns, now_ns))
        ;
}

void duplex_check(struct stream stream[2], const struct stream_out out[2], uint64_t now_ns)
{
    settle(stream, out, now_ns, now_ns);
}

void duplex_flush(struct stream stream[2], const struct stream_out out[2], unsigned first,
                  uint64_t now_ns)
{
    settle(stream, out, UINT64_MAX, now_ns);
    stream_flush(&stream[first], now_ns, &out[first]);
    stream_flush(&stream[!first], now_ns, &out[!first]);
}
