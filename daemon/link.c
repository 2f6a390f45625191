/* link.c - see link.h. */
#include "daemon/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAGIC = 0x31474154 /* "TAG1" */, HEADER = 12, READ = 256 * 1024 };

static void put_le32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

bool link_send(int fd, enum message_type type, struct bytes body, struct err *err)
{
    uint8_t header[HEADER];
    put_le32(header, MAGIC);
    put_le32(header + 4, type);
    put_le32(header + 8, (uint32_t)body.len);
    if (body.len > MESSAGE_MAX)
        return err_set(err, "sensor: a message of %zu bytes is too long", body.len);
    size_t sent = 0, all = HEADER + body.len;
    while (sent < all) {
        size_t head = sent < HEADER ? HEADER - sent : 0;
        struct bytes rest = bytes_after(body, sent < HEADER ? 0 : sent - HEADER);
        struct iovec parts[2] = {{header + HEADER - head, head}, {(void *)rest.at, rest.len}};
        ssize_t n = writev(fd, parts, 2);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, "sensor: the keeper is gone");
        sent += (size_t)n;
    }
    return true;
}

static bool make_room(struct link_reader *r)
{
    if (r->from) {
        memmove(r->buffer, r->buffer + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
    }
    if (r->room - r->to >= READ)
        return true;
    size_t room = r->room ? r->room * 2 : 2 * READ;
    uint8_t *buffer = room <= 2 * (size_t)MESSAGE_MAX ? realloc(r->buffer, room) : NULL;
    if (!buffer)
        return false;
    r->buffer = buffer;
    r->room = room;
    return true;
}

enum link_status link_fill(struct link_reader *r)
{
    if (!make_room(r))
        return LINK_BROKEN;
    ssize_t n = read(r->fd, r->buffer + r->to, r->room - r->to);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN ? LINK_MORE : LINK_BROKEN;
    if (n == 0)
        return LINK_CLOSED;
    r->to += (size_t)n;
    return LINK_MORE;
}

enum link_status link_next(struct link_reader *r, enum message_type *ret_type,
                           struct bytes *ret_body)
{
    if (r->from == r->to) /* there may be no buffer yet */
        return LINK_MORE;
    struct cursor c = cursor_over(bytes_of(r->buffer + r->from, r->to - r->from));
    uint32_t magic = cursor_le32(&c);
    uint32_t type = cursor_le32(&c);
    uint32_t len = cursor_le32(&c);
    if (c.starved)
        return LINK_MORE;
    if (magic != MAGIC || type == 0 || type >= MESSAGE_TYPES || len > MESSAGE_MAX)
        return LINK_BROKEN;
    struct bytes body = cursor_take(&c, len);
    if (c.starved)
        return LINK_MORE;
    r->from += HEADER + len;
    *ret_type = type;
    *ret_body = body;
    return LINK_MESSAGE;
}

void link_free(struct link_reader *r)
{
    free(r->buffer);
    *r = (struct link_reader){.fd = -1};
}
