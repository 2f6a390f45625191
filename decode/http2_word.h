/* http2_word.h - the names of header fields that mean something to us, as numbers.
 *
 * A name is looked at once, when it is read: header compression keeps the number beside the entry,
 * so that a field that refers to the entry need not be compared with anything. */
#pragma once

#include "base/bytes.h"

enum http2_word {
    WORD_OTHER, /* it means nothing to us */
    WORD_AUTHORITY,
    WORD_METHOD,
    WORD_PATH,
    WORD_PROTOCOL,
    WORD_STATUS,
    WORD_B3,
    WORD_B3_PARENT,
    WORD_B3_SPAN,
    WORD_B3_TRACE,
    WORD_CONTENT_TYPE,
    WORD_FORWARDED_FOR,
    WORD_GRPC_MESSAGE,
    WORD_GRPC_STATUS,
    WORD_GRPC_TIMEOUT,
    WORD_HOST,
    WORD_REQUEST_ID,
    WORD_TRACEPARENT,
    HTTP2_WORDS,
};

/* The number of a name, which is in lower case (RFC 9113, 8.2). */
enum http2_word http2_word_of(struct bytes name);
