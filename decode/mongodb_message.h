/* mongodb_message.h - the head of a message of MongoDB, and whether it can be one
 * (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). */
#pragma once

#include "base/bytes.h"

enum mongodb_opcode {
    OP_REPLY = 1,
    OP_UPDATE = 2001,
    OP_INSERT = 2002,
    OP_QUERY = 2004,
    OP_GET_MORE = 2005,
    OP_DELETE = 2006,
    OP_KILL_CURSORS = 2007,
    OP_COMPRESSED = 2012,
    OP_MSG = 2013,
};

enum {
    MONGODB_HEAD = 16,
    MONGODB_MSG_HEAD = MONGODB_HEAD + 4,
    MONGODB_REPLY_HEAD = MONGODB_HEAD + 20,
    MONGODB_COMPRESSED_HEAD = MONGODB_HEAD + 9,
    MONGODB_SIZE_MAX = 64 << 20, /* servers take 48 MB */
};

enum mongodb_flag {
    MSG_CHECKSUM = 1,
    MSG_MORE_TO_COME = 2,
    MSG_EXHAUST_ALLOWED = 1 << 16,
    QUERY_TAILABLE = 2,
    QUERY_AWAITS = 32,
    REPLY_NO_CURSOR = 1,
    REPLY_FAILED = 2,
};

struct mongodb_head {
    uint32_t size; /* of the whole message */
    uint32_t id, response_to;
    uint32_t opcode;
};

enum mongodb_proof { MONGODB_NOT, MONGODB_SHORT, MONGODB_SURE };

/* Reads it. MONGODB_SURE if its numbers fit. */
enum mongodb_proof mongodb_head(struct bytes in, struct mongodb_head *ret);

/* Does a message to the server, or an answer, begin with the first byte? */
enum mongodb_proof mongodb_check(struct bytes in, bool answer);
