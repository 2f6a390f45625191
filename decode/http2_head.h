/* http2_head.h - what the header blocks of HTTP/2 say of an exchange (RFC 9113, 8.2 and 8.3).
 *
 * Fields that HPACK does not know are never guessed. One thing follows by the rules all the same:
 * pseudo-header fields come first and a request has a path, so that a value which begins with a
 * slash, right behind known pseudo-header fields, is the path even if its name is not known. */
#pragma once

#include "decode/grpc.h"
#include "decode/hpack.h"

enum { UNSEEN_MAX = 3 }; /* entries among which the path is, where the path is not known */

/* What one block said, beside what it wrote into the exchange. */
struct http2_head {
    unsigned code;               /* of the answer; 0: none was said, or it is not known */
    enum grpc_form form;         /* of the content, as its type says */
    bool typed;                  /* the content's type is known */
    bool pseudo;                 /* there was a pseudo-header field, known or perhaps */
    bool pathed;                 /* the path is known */
    bool grpc_status;            /* there was one, and it is known */
    bool websocket;              /* it is to go on as WebSocket (RFC 8441) */
    bool broken;                 /* it is no header block */
    uint32_t unknown;            /* fields that are not known */
    uint32_t unseen[UNSEEN_MAX]; /* the path is one of these entries; the rest 0 */
};

/* Reads a block into the exchange; `x` NULL: only for the table's sake. Returns false if it is no
 * header block; then the exchange is as it was. */
bool http2_read_head(struct hpack *hpack, enum dir dir, struct bytes block, struct exchange *x,
                     struct http2_head *ret);

/* Likewise, of a block behind the head of an answer: a status in it is none (RFC 9113, 8.1). */
bool http2_read_trailers(struct hpack *hpack, struct bytes block, struct exchange *x,
                         struct http2_head *ret);
