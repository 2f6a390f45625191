/* thrift_message.h - the head of a message of Apache Thrift, in the binary protocol (strict) with
 * or without frames, or in the compact protocol in frames
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-rpc.md). */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum thrift_type { THRIFT_CALL = 1, THRIFT_REPLY, THRIFT_EXCEPTION, THRIFT_ONEWAY };

enum { THRIFT_NAME_MAX = 128, THRIFT_FRAME_HEAD = 4, THRIFT_FRAME_MAX = 1 << 28 };

struct thrift_head {
    enum thrift_type type;
    bool framed, compact;
    bool theader;      /* a frame of THeader, of which no more is read than `whole` */
    uint32_t whole;    /* of frames: bytes of all of it */
    uint32_t len;      /* bytes in front of the arguments or the result */
    uint32_t sequence; /* which the answer repeats */
    struct bytes name; /* "add", or "Cart:add" where there are several services */
};

enum thrift_proof { THRIFT_NOT, THRIFT_SHORT, THRIFT_YES };

/* Is this how a message begins, of the client or of the server (`answer`)? */
enum thrift_proof thrift_head(struct bytes in, bool answer, struct thrift_head *ret);

/* A result is empty, or a value, or one of the exceptions that are declared. */
enum thrift_result { THRIFT_UNSEEN, THRIFT_VALUE, THRIFT_DECLARED };

/* What the first bytes of a result in a frame say. */
enum thrift_result thrift_result(struct bytes result, bool compact);

/* Of an exception that is not declared, its kind; -1: it does not show. */
int64_t thrift_exception(struct bytes exception, bool compact);

/* "UNKNOWN_METHOD", and whose fault it is; NULL of others. Static. */
const char *thrift_exception_name(int64_t kind, enum outcome *ret_outcome);
