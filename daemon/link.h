/* link.h - the pipe from sensor to keeper: messages of a type and a length.
 *
 * A message is le32 magic, le32 type, le32 length of the body, body. The keeper trusts no byte of
 * it: the sensor parses hostile traffic. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum message_type {
    MESSAGE_WINDOW = 1, /* wire_put_delta() */
    MESSAGE_EXCHANGES,  /* wire_put_exchange(), several */
    MESSAGE_PROGRESS,   /* three varints: bytes read, bytes in all, frames read */
    MESSAGE_END,        /* the capture is over: text, of the damage that ended it, or empty */
    MESSAGE_EVENT,      /* two texts: the kind of event, and what happened */
    MESSAGE_TYPES,
};

enum { MESSAGE_MAX = 256 * 1024 * 1024 }; /* bytes; a longer one means that the sensor is mad */

/* Writes one message whole, waiting while the pipe is full. false: the keeper is gone. */
bool link_send(int fd, enum message_type type, struct bytes body, struct err *err);

/* Zeroed but for `fd` is ready; `fd` is kept. */
struct link_reader {
    int fd;
    uint8_t *buffer; /* owned */
    size_t from, to; /* what is read and not yet handed out */
    size_t room;
};

enum link_status {
    LINK_MESSAGE,
    LINK_MORE,   /* nothing whole is here: call link_fill() when the pipe is readable */
    LINK_CLOSED, /* the sensor is gone; what it wrote whole has been handed out */
    LINK_BROKEN, /* nonsense, or memory is short */
};

/* Reads what is there (one read(2)): LINK_MORE, or the end. */
enum link_status link_fill(struct link_reader *r);

/* The next message, or LINK_MORE or LINK_BROKEN. `ret_body` is borrowed until link_fill(). */
enum link_status link_next(struct link_reader *r, enum message_type *ret_type,
                           struct bytes *ret_body);
void link_free(struct link_reader *r);
