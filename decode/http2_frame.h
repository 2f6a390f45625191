/* http2_frame.h - the header that each HTTP/2 frame begins with (RFC 9113, 4.1 and 6), and how to
 * tell it from other bytes.
 *
 * One header alone proves nothing: payloads full of zeroes hold one by chance every hundred bytes
 * or so. Where the place is not known a chain of them is asked for, each where the one before says
 * it is. */
#pragma once

#include "decode/decoder.h"

enum http2_type {
    HTTP2_DATA,
    HTTP2_HEADERS,
    HTTP2_PRIORITY,
    HTTP2_RST_STREAM,
    HTTP2_SETTINGS,
    HTTP2_PUSH_PROMISE,
    HTTP2_PING,
    HTTP2_GOAWAY,
    HTTP2_WINDOW_UPDATE,
    HTTP2_CONTINUATION,
    HTTP2_TYPES, /* those of RFC 9113; others must be ignored */
};

enum http2_flag {
    HTTP2_ACK = 0x1,        /* of SETTINGS and PING */
    HTTP2_END_STREAM = 0x1, /* of DATA and HEADERS */
    HTTP2_END_HEADERS = 0x4,
    HTTP2_PADDED = 0x8,
    HTTP2_HAS_PRIORITY = 0x20,
};

enum {
    HTTP2_FRAME_HEADER = 9,      /* bytes */
    HTTP2_PAYLOAD_LEAST = 16384, /* the longest payload that everybody takes (RFC 9113, 4.2) */
    HTTP2_WINDOW_FIRST = 65535,  /* RFC 9113, 6.9.2 */
};

struct http2_frame {
    uint32_t len; /* of the payload */
    uint32_t stream;
    uint8_t type, flags;
};

/* What a client says first (RFC 9113, 3.4). */
struct bytes http2_preface(void);

/* False if `in` is too short for a header. */
bool http2_read_frame(struct bytes in, struct http2_frame *ret);

/* Could a peer that keeps to the rules have sent it? */
bool http2_frame_is_legal(const struct http2_frame *f);

/* Does it look like one that peers do send: no bit set that has no meaning, not empty without a
 * reason, and on a stream that a client has begun? (Only the head of a pushed answer is likely too:
 * hardly anybody pushes any more, and bytes full of zeroes hold other frames on even streams by
 * chance too often.) */
bool http2_frame_is_likely(const struct http2_frame *f, enum dir dir);

/* The part of a HEADERS, PUSH_PROMISE or CONTINUATION payload that is header block, without
 * padding, priority and promised stream. False if its lengths contradict each other. */
bool http2_read_fragment(const struct http2_frame *f, struct bytes payload, struct bytes *ret);

/* Do frames of yamux follow each other from the start of `in`? It carries other connections, whose
 * frames would be found inside its own, though what is between them is not theirs. */
bool http2_is_inside_yamux(struct bytes in);

enum http2_chain {
    CHAIN_BROKEN, /* no frames */
    CHAIN_OPEN,   /* nothing against it, but not enough for it */
    CHAIN_PROVEN, /* three in a row; or to the end, with the head of a request or response */
    CHAIN_HEAD,   /* likewise, and there is such a head, all of it readable */
};

/* Do frames follow each other from the start of `in`, sent in this direction? */
enum http2_chain http2_follow(struct bytes in, enum dir dir);

/* The first place from which http2_follow() does not say CHAIN_BROKEN, and what it says there. */
size_t http2_search(struct bytes in, enum dir dir, enum http2_chain *ret);
