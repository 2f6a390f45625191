/* quic_stream.c - see quic_stream.h. */
#include "decode/quic_stream.h"

#include <stdlib.h>

enum { ROOM_MIN = 1024 };

void quic_stream_free(struct quic_stream *s)
{
    free(s->bytes);
    *s = (struct quic_stream){0};
}

static bool make_room(struct quic_stream *s, size_t len)
{
    uint32_t room = s->room ? s->room : ROOM_MIN;
    while (room < len)
        room *= 2;
    if (room == s->room)
        return true;
    uint8_t *bytes = realloc(s->bytes, room);
    if (!bytes)
        return false;
    s->bytes = bytes;
    s->room = room;
    return true;
}

/* Makes one of the new run and those that it touches. False: there are too many. */
static bool join(struct quic_stream *s, struct quic_island new)
{
    uint32_t first = 0, after;
    while (first < s->islands && s->island[first].to < new.from)
        first++;
    for (after = first; after < s->islands && s->island[after].from <= new.to; after++) {
        const struct quic_island *touched = &s->island[after];
        new.from = touched->from < new.from ? touched->from : new.from;
        new.to = touched->to > new.to ? touched->to : new.to;
    }
    if (after == first && s->islands == QUIC_ISLANDS_MAX)
        return false;
    memmove(&s->island[first + 1], &s->island[after], (s->islands - after) * sizeof new);
    s->islands = s->islands - (after - first) + 1;
    s->island[first] = new;
    return true;
}

bool quic_stream_add(struct quic_stream *s, uint64_t offset, struct bytes in)
{
    if (!in.len)
        return true;
    if (offset > QUIC_STREAM_MAX || in.len > QUIC_STREAM_MAX - offset)
        return false;
    size_t end = (size_t)offset + in.len;
    if (!make_room(s, end) || !join(s, (struct quic_island){(uint16_t)offset, (uint16_t)end}))
        return false;
    memcpy(s->bytes + offset, in.at, in.len);
    return true;
}

struct bytes quic_stream_front(const struct quic_stream *s)
{
    if (!s->islands || s->island[0].from || s->island[0].to <= s->read)
        return (struct bytes){0};
    return bytes_of(s->bytes + s->read, s->island[0].to - s->read);
}
