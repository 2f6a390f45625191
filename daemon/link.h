/* link.h - the pipe from sensor to keeper: messages of a type and a length.
 *
 * The keeper trusts no byte of it. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum message_type {
    MESSAGE_WINDOW = 1, /* wire_put_delta() */
    MESSAGE_EXCHANGES,  /* wire_put_exchange(), several */
    MESSAGE_EVENT,      /* le64 time, text kind, text */
    MESSAGE_PROGRESS,   /* varints: see struct progress */
    MESSAGE_END,        /* the capture file ended: text of the damage, or "" */
    MESSAGE_TYPES,
};

enum { MESSAGE_MAX = 256 * 1024 * 1024 }; /* bytes; a longer one means that the sensor is mad */

/* Writes one message whole. false: the keeper is gone, or err says what failed. */
bool link_send(int fd, enum message_type type, struct bytes body, struct err *err);

struct link_reader {
    int fd;
    uint8_t *buffer; /* owned */
    size_t len, room, used;
};

enum link_status { LINK_MESSAGE, LINK_MORE, LINK_CLOSED, LINK_BROKEN };

/* Reads what is there (one read(2)); then link_next() returns the messages one by one until
 * LINK_MORE. */
enum link_status link_fill(struct link_reader *r);
/* `ret_body` is borrowed until the next link_fill(). */
enum link_status link_next(struct link_reader *r, enum message_type *ret_type,
                           struct bytes *ret_body);
void link_free(struct link_reader *r);
