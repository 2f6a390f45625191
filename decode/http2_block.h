/* http2_block.h - a header block that comes in several frames, HEADERS or PUSH_PROMISE and then
 * CONTINUATION, put together (RFC 9113, 4.3 and 6.10). A block in one frame is not copied. */
#pragma once

#include "decode/http2_frame.h"

enum {
    BLOCK_BYTES_MAX = 64 * 1024, /* past these the block is let go, and the table with it */
    BLOCK_FRAMES_MAX = 64,
};

struct http2_block {
    struct http2_frame first; /* type 0 (DATA): no block is in progress */
    uint32_t promised;        /* the stream, of a PUSH_PROMISE */
    uint8_t *bytes;           /* owned; NULL while there are none to keep */
    uint32_t len, room, frames;
    uint64_t began_ns;      /* when its first frame came */
    uint64_t earlier_bytes; /* of its frames before the one at hand, on the wire */
    bool lost;              /* part of it is missing, or it is past a limit */
};

void http2_block_free(struct http2_block *b);

/* Does this frame go on with the block that is in progress? */
bool http2_block_continues(const struct http2_block *b, const struct http2_frame *f);

/* Adds the fragment of the frame that begins or continues the block. True: it is whole, and `ret`
 * is all of it, good until the next call, unless b->lost. Memory that is short loses the block. */
bool http2_block_add(struct http2_block *b, const struct http2_frame *f, struct bytes fragment,
                     struct bytes *ret);

/* It is over. */
void http2_block_end(struct http2_block *b);
