/* nats_line.h - operations of NATS' client protocol (docs.nats.io/reference/reference-protocols/
 * nats-protocol): a line, and for messages so many bytes as it says and an end of line. */
#pragma once

#include "base/bytes.h"

enum nats_op {
    NATS_INFO,    /* of the server, with JSON, */
    NATS_CONNECT, /* and of the client */
    NATS_PUB,     /* subject [reply] size */
    NATS_HPUB,    /* subject [reply] size-of-headers size */
    NATS_SUB,     /* subject [queue] sid */
    NATS_UNSUB,   /* sid [messages] */
    NATS_MSG,     /* subject sid [reply] size */
    NATS_HMSG,    /* subject sid [reply] size-of-headers size */
    NATS_PING,
    NATS_PONG,
    NATS_OK,
    NATS_ERR, /* and a text */
    NATS_OPS,
};

enum {
    NATS_LINE_MAX = 12 * 1024, /* INFO may name all servers, CONNECT has a token in it */
    NATS_SUBJECT_MAX = 1024,
    NATS_SIZE_MAX = 64 << 20, /* of a message; the server's own limit */
};

struct nats_line {
    enum nats_op op;
    struct bytes subject; /* of PUB, HPUB, SUB, MSG, HMSG */
    struct bytes reply;   /* where an answer is to be sent; of SUB its queue group; may be empty */
    struct bytes text;    /* of INFO, CONNECT and -ERR: what follows the verb */
    size_t line;          /* length of the line with its end */
    uint64_t headers;     /* of HPUB and HMSG: bytes of headers, at the front of the message */
    uint64_t len;         /* of it all: the line, and the message with its end */
};

enum nats_status { NATS_READ, NATS_MORE, NATS_WRONG };

/* Reads the line at the front of `in`. MORE: its end is not here. */
enum nats_status nats_read(struct bytes in, struct nats_line *ret);

/* May a client, or a server, say that? */
bool nats_may_say(enum nats_op op, bool is_client);

/* Is there `"name":true` in this JSON, spaces aside? */
bool nats_json_says(struct bytes json, const char *name);

/* The value of a header ("NATS/1.0 503\r\nName: value\r\n..."), empty if there is none; and the
 * status behind "NATS/1.0", likewise. */
struct bytes nats_header(struct bytes headers, const char *name);
struct bytes nats_header_status(struct bytes headers);

/* Does the subject fall under what is subscribed to, which may have * and > in it? */
bool nats_matches(struct bytes pattern, struct bytes subject);
