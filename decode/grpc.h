/* grpc.h - what gRPC adds to an HTTP exchange: status, deadline, and length-prefixed messages in
 * the bodies (gRPC over HTTP/2, "PROTOCOL-HTTP2"; gRPC-Web, "PROTOCOL-WEB").
 *
 * Pure functions and a struct that can be printed; no protocol of its own, for gRPC rides on
 * HTTP/2 and, as gRPC-Web, also on HTTP/1. */
#pragma once

#include "decode/decoder.h"

/* "OK", "CANCELLED", ... of 0 to 16; NULL of others. Static. */
const char *grpc_status_name(int32_t status);

/* What it means for the one who counts errors: of the callee (UNKNOWN, UNIMPLEMENTED, INTERNAL,
 * UNAVAILABLE, DATA_LOSS), a time-out (DEADLINE_EXCEEDED), cancelled, or of the caller. */
enum outcome grpc_outcome(int32_t status);

/* The value of a grpc-status field: decimal, 0 to 2^31 - 1. False if it is none. */
bool grpc_read_status(struct bytes value, int32_t *ret_status);

/* The value of a grpc-timeout field in nanoseconds, at most INT64_MAX; 0: none. */
uint64_t grpc_read_timeout(struct bytes value);

enum grpc_form { GRPC_NO, GRPC_PLAIN, GRPC_WEB, GRPC_WEB_TEXT };

/* Of a content-type: "application/grpc", "application/grpc+proto", "application/grpc-web-text",
 * ..., in any case, with or without parameters. */
enum grpc_form grpc_form_of(struct bytes content_type);

/* It is a call of gRPC: writes that as its protocol, its path without the leading slash as its
 * operation ("shop.Cart/Add"), and unary as its kind until messages show another. What is there
 * already stays. */
void grpc_note_call(struct exchange *x);

/* Writes status, its name (its number where it has none), and the outcome that follows from it. */
void grpc_note_status(struct exchange *x, int32_t status);

/* Writes the value of a grpc-message field, which is percent-encoded; what it decodes to is brought
 * into canonical form. */
void grpc_note_message(struct exchange *x, struct bytes value);

/* Where in one body we are. Zero, but for `form`, at its start. */
struct grpc_body {
    uint64_t left;      /* bytes of the message that are still to come */
    uint8_t form;       /* enum grpc_form */
    uint8_t prefix_len; /* of the prefix so far */
    uint8_t prefix[5];  /* flags, and the length (PROTOCOL-HTTP2, Length-Prefixed-Message) */
    bool lost;          /* bytes of a prefix are missing: nothing can be told of the rest */
    bool compressed;    /* a message had the flag */
    bool in_trailer;    /* of gRPC-Web: the message is the trailer */
    uint8_t base64_len; /* of gRPC-Web-Text: letters of the group of four so far, */
    uint32_t base64;    /* and their bits */
    uint8_t line_len;   /* more than there is room for: it was longer */
    char line[144];     /* the line of the trailer that is being read; cut if longer */
};

/* What one read came upon: at most one of the three. */
struct grpc_read {
    bool message;     /* the first byte read was the first of a message (of gRPC-Web-Text: the first
                       * letter made it whole); a trailer is none */
    bool status_read; /* a line of a trailer with a status has been read */
    int32_t status;
    struct bytes text; /* of such a line with a grpc-message, its value; points into the body */
    bool text_cut;     /* and there was more of it */
};

/* Reads on from the front of `in`, of which `left` bytes belong to this piece of the body (a DATA
 * frame, a chunk); `in` may hold fewer or more of them. Returns how many of the piece's bytes are
 * done with, from 1 to `left`, or DECODE_MORE if `in` is too short to tell. It may be more than
 * in.len: the rest of a message passes by unread. At most one message begins in one read. */
int64_t grpc_body_read(struct grpc_body *b, struct bytes in, uint64_t left, struct grpc_read *ret);

/* Writes what a read came upon: counts and times of messages, the kind of call they show, whether
 * they are compressed, and of an answer the status and message of its trailer, if no status was
 * known before. `now_ns` is when the first byte read came. */
void grpc_note_read(struct exchange *x, enum dir dir, const struct grpc_body *b,
                    const struct grpc_read *read, uint64_t now_ns);

/* `len` bytes are missing at the place reached. If they are of a message whose end is known, and
 * not in base64 (where they may have been padding), that does no harm. */
void grpc_body_lose(struct grpc_body *b, uint64_t len);
