/* http2_websocket.h - WebSocket in a stream of HTTP/2 (RFC 8441): the client asks by CONNECT with
 * the :protocol websocket, and when that is granted the data of both sides is frames. */
#pragma once

#include "decode/websocket.h"

/* Of one side of a stream. Zero at its start. */
struct http2_websocket {
    uint64_t left;                        /* bytes of the frame's payload that are still to come */
    uint64_t began_ns;                    /* when the frame did */
    uint64_t ping_ns;                     /* when a PING came that has no answer yet; 0: none */
    uint8_t head[WEBSOCKET_HEAD_MAX + 2]; /* of the frame, as far as it has come, and a code */
    uint8_t head_len;
    bool closed; /* it has said so */
    bool lost;   /* nobody knows where the next frame begins */
};

/* The stream is granted: `x` goes on as a call of WebSocket, and what asked for it is told as an
 * exchange of its own. */
void http2_websocket_begin(struct conn *c, struct exchange *x);

/* Of `left` bytes of data reads on from the front of `in`; returns how many are done with, from 1
 * to `left`, which may be more than is here. */
int64_t http2_websocket_data(struct conn *c, enum dir dir, struct exchange *x,
                             struct http2_websocket sides[2], struct bytes in, uint64_t left);

/* `len` bytes are missing, or with 0 nobody knows how many. */
void http2_websocket_lose(struct http2_websocket *side, uint64_t len);

/* The stream ends, in order or reset by one side; the outcome. */
enum outcome http2_websocket_end(const struct exchange *x, const struct http2_websocket sides[2],
                                 enum outcome without_close);
