/* unread.c - see unread.h. */
#include "decode/unread.h"

#include <stdlib.h>

enum { ROOM_LEAST = 1024 };

size_t unread_memory(const struct unread *u)
{
    return u ? sizeof *u + u->room : 0;
}

static uint32_t room_for(const struct unread *u, size_t len)
{
    uint32_t room = u ? u->room : ROOM_LEAST;
    while (room < len)
        room *= 2;
    return room;
}

size_t unread_memory_with(const struct unread *u, size_t len)
{
    return sizeof *u + room_for(u, unread_len(u) + len);
}

static void note_arrival(struct unread *u, uint64_t arrived_ns)
{
    struct unread_arrival *last = u->arrivals ? &u->arrival[u->arrivals - 1] : NULL;
    if (last && (last->ns == arrived_ns || u->arrivals == UNREAD_ARRIVALS)) {
        last->ns = arrived_ns;
        last->end = u->len;
        return;
    }
    u->arrival[u->arrivals++] = (struct unread_arrival){.ns = arrived_ns, .end = u->len};
}

bool unread_add(struct unread **u, struct bytes in, uint64_t arrived_ns)
{
    struct unread *to = *u;
    uint32_t len = unread_len(to) + (uint32_t)in.len, room = room_for(to, len);
    if (!to || room > to->room) {
        to = realloc(to, sizeof *to + room);
        if (!to)
            return false;
        if (!*u)
            to->len = to->arrivals = 0;
        to->room = room;
        *u = to;
    }
    if (in.len)
        memcpy(to->bytes + to->len, in.at, in.len);
    to->len = len;
    note_arrival(to, arrived_ns);
    return true;
}

uint64_t unread_time(const struct unread *u, size_t at)
{
    uint32_t i = 0;
    while (i + 1 < u->arrivals && u->arrival[i].end <= at)
        i++;
    return u->arrival[i].ns;
}

size_t unread_run(const struct unread *u, size_t at, uint64_t *ret_ns)
{
    uint32_t i = 0;
    while (i + 1 < u->arrivals && u->arrival[i].end <= at)
        i++;
    *ret_ns = u->arrival[i].ns;
    return u->arrival[i].end - at;
}

uint64_t unread_latest(const struct unread *u, size_t at, size_t end)
{
    uint64_t latest_ns = 0;
    for (uint32_t i = 0; i < u->arrivals; i++) {
        bool before = u->arrival[i].end <= at, after = i && u->arrival[i - 1].end >= end;
        if (!before && !after && u->arrival[i].ns > latest_ns)
            latest_ns = u->arrival[i].ns;
    }
    return latest_ns;
}

void unread_take(struct unread **u, size_t len)
{
    struct unread *from = *u;
    if (!from || len >= from->len) {
        unread_drop(u);
        return;
    }
    uint32_t first = 0, used = (uint32_t)len;
    while (from->arrival[first].end <= used)
        first++;
    from->len -= used;
    from->arrivals -= first;
    memmove(from->bytes, from->bytes + used, from->len);
    memmove(from->arrival, from->arrival + first, from->arrivals * sizeof *from->arrival);
    for (uint32_t i = 0; i < from->arrivals; i++)
        from->arrival[i].end -= used;
}

void unread_drop(struct unread **u)
{
    free(*u);
    *u = NULL;
}
