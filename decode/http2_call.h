/* http2_call.h - one stream of HTTP/2 as an exchange: is it gRPC, which messages does it carry, and
 * how did it end. */
#pragma once

#include "decode/grpc.h"
#include "decode/http2_control.h"
#include "decode/http2_head.h"
#include "decode/http2_websocket.h"

enum http2_nature {
    NATURE_OPEN, /* the type of its content was not seen */
    NATURE_GRPC,
    NATURE_PLAIN,
    NATURE_WEBSOCKET,
};

/* Kept beside each exchange: exchange_state(). */
struct http2_call {
    union {
        struct grpc_body body[2];
        struct http2_websocket websocket[2]; /* of that nature */
    };
    struct http2_window window[2];
    uint64_t message_ns[2]; /* when the latest message of that side began */
    uint16_t code;          /* of the answer; 0 = not seen, or not known */
    uint8_t nature;         /* enum http2_nature */
    bool answered;          /* the head of the answer has passed, or must have */
    bool doubtful;          /* fields of the answer are not known: the status may be among them */
    bool ended;             /* the answer is whole */
    bool begun[2];          /* data of that side has come, seen or not */
    bool adopted;           /* its beginning was not seen */
    bool asks_websocket;    /* it will be one if the answer is 200 */
};

static inline struct http2_call *http2_call_of(struct exchange *x)
{
    return exchange_state(x);
}

/* A request's or an answer's head, or its trailers, was read into the exchange. `last`: nothing
 * follows in this direction. */
void http2_call_asks(struct conn *c, struct exchange *x, const struct http2_head *head, bool last);
void http2_call_answers(struct conn *c, struct exchange *x, const struct http2_head *head);

/* Of `left` bytes of data reads on from the front of `in`, as grpc_body_read(). */
int64_t http2_call_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                        uint64_t left);

/* A frame of `left` bytes of data begins with `in`. Returns false if its content need not be looked
 * at, DATA can pass unseen, and nothing is to be had from http2_call_data(). `ret_more`: it cannot
 * be told before more of it is here. */
bool http2_call_wants_data(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                           uint64_t left, bool *ret_more);

/* `len` bytes of data in this direction are missing, or with 0 nobody knows how many. */
void http2_call_loses(struct exchange *x, enum dir dir, uint64_t len);

/* The answer ends in order, now. */
void http2_call_ends(struct conn *c, struct exchange *x);

/* One side has reset the stream (RFC 9113, 5.4.2). Returns the outcome. */
enum outcome http2_call_reset(struct conn *c, struct exchange *x, enum dir by, uint32_t code);
