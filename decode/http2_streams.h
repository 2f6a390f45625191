/* http2_streams.h - the streams of one HTTP/2 connection as its exchanges (RFC 9113, 5): how they
 * begin, are answered, promised, reset and refused, and which of them began before we could see.
 *
 * Header compression lives here, because blocks are read in the order of the wire, those of streams
 * that nobody knows too, for the sake of the table. */
#pragma once

#include "decode/http2_block.h"
#include "decode/http2_call.h"

enum { STREAMS_GONE = 8 };

struct http2_streams {
    struct hpack hpack[2];
    struct http2_control control;
    uint32_t last;                   /* the greatest that the client has begun */
    uint32_t unseen_from, unseen_to; /* those that may have begun while we did not see it */
    uint32_t gone[STREAMS_GONE];     /* of them, those that ended last */
    uint32_t gone_next;
    uint32_t goaways_heeded;
    uint32_t refused_above, refused_code; /* as the server's GOAWAY says */
    uint64_t *path;                       /* owned: unknown paths, each by the entries it may be */
    uint32_t paths;
};

/* `joined`: the connection began before. A request that was upgraded is taken up as stream 1. */
void http2_streams_init(struct http2_streams *s, struct conn *c, bool joined);
void http2_streams_free(struct http2_streams *s);

/* The client's preface has come: there is no more from before. */
void http2_streams_start(struct http2_streams *s, struct conn *c);

/* Bytes that were sent in this direction are lost, and nobody knows what was in them. */
void http2_streams_lose(struct http2_streams *s, struct conn *c, enum dir dir);

/* The block begun by b->first is whole, or with NULL lost, which costs the table. */
void http2_streams_block(struct http2_streams *s, struct conn *c, enum dir dir,
                         const struct http2_block *b, const struct bytes *block);

/* A frame of another type, but for DATA, and its payload. */
void http2_streams_control(struct http2_streams *s, struct conn *c, enum dir dir,
                           const struct http2_frame *f, struct bytes payload);

/* The stream's exchange; one from before is taken up where it is met. NULL: nobody's. */
struct exchange *http2_streams_find(struct http2_streams *s, struct conn *c, uint32_t stream);

/* `len` bytes of DATA, padding and all, were sent on a stream, whose exchange may be NULL. */
void http2_streams_data(struct http2_streams *s, enum dir dir, struct exchange *x, uint32_t len);

/* The last frame of this direction is the one being fed. */
void http2_streams_end(struct http2_streams *s, struct conn *c, enum dir dir, uint32_t stream);

void http2_streams_report(struct http2_streams *s, struct flow_report *r);
