/* websocket.h - the frames of WebSocket (RFC 6455, 5.2), whatever they travel in. */
#pragma once

#include "decode/decoder.h"

enum websocket_opcode {
    WEBSOCKET_CONTINUATION = 0,
    WEBSOCKET_TEXT = 1,
    WEBSOCKET_BINARY = 2,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING = 9,
    WEBSOCKET_PONG = 10,
};

enum { WEBSOCKET_HEAD_MAX = 14, WEBSOCKET_CONTROL_MAX = 125 };

struct websocket_frame {
    enum websocket_opcode opcode;
    bool compressed; /* the first bit that is reserved for extensions (RFC 7692, 6) */
    uint8_t mask[4]; /* of what a client sends; else zero */
    size_t head;     /* bytes of the header, */
    uint64_t len;    /* and of what follows it */
};

/* What `in` begins with, if `dir` sends it: a client masks, a server does not. GUESS_MORE: the
 * header is not all there. *ret is written for GUESS_YES only. */
enum guess websocket_read(struct bytes in, enum dir dir, struct websocket_frame *ret);

/* The code of a frame that closes, of which all is in `in`; 1005 if it has none (7.1.5). */
uint16_t websocket_close_code(struct bytes in, const struct websocket_frame *frame);

/* Notes the code with which `by` has closed, as status and outcome: what one finds fault with is
 * the other's fault, but for what a server cannot do. */
void websocket_note_close(struct exchange *x, uint16_t code, enum dir by);

/* Counts a message that begins with this frame, at `now_ns`, and tells when it came. */
void websocket_note_message(struct conn *c, struct exchange *x, enum dir dir,
                            const struct websocket_frame *frame, uint64_t now_ns);

/* A PING of the client's, or of the server's. */
void websocket_name_ping(struct exchange *x, enum dir by);

struct websocket_ping {
    enum dir by;
    uint64_t ping_ns, pong_ns;
    uint32_t stream; /* of HTTP/2, else 0 */
};

/* With the PONG that answers it, as an exchange; no other has this key. */
void websocket_tell_ping(struct conn *c, uint64_t key, const struct websocket_ping *ping);

/* A connection that HTTP has just upgraded: begins the call that goes on in the next protocol, of
 * what the request `x` has asked for. NULL: it was not seen, and the call is only counted. */
void websocket_follow(struct conn *c, const struct exchange *x);

/* The call's key. */
enum { WEBSOCKET_CALL = 1 };
