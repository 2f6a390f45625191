/* http2_block.c - see http2_block.h. */
#include "decode/http2_block.h"

#include <stdlib.h>

void http2_block_free(struct http2_block *b)
{
    free(b->bytes);
    *b = (struct http2_block){0};
}

/* Mostly there is nothing to free: a block comes in one frame. */
void http2_block_end(struct http2_block *b)
{
    if (b->bytes)
        http2_block_free(b);
    *b = (struct http2_block){0};
}

bool http2_block_continues(const struct http2_block *b, const struct http2_frame *f)
{
    return b->first.type && f->type == HTTP2_CONTINUATION && f->stream == b->first.stream;
}

static bool keep(struct http2_block *b, struct bytes fragment)
{
    size_t len = b->len + fragment.len;
    if (len > BLOCK_BYTES_MAX || b->frames > BLOCK_FRAMES_MAX)
        return false;
    if (len > b->room) {
        size_t room = len > 2048 ? BLOCK_BYTES_MAX : 2048;
        uint8_t *bytes = realloc(b->bytes, room);
        if (!bytes)
            return false;
        b->bytes = bytes;
        b->room = (uint32_t)room;
    }
    if (fragment.len)
        memcpy(b->bytes + b->len, fragment.at, fragment.len);
    b->len = (uint32_t)len;
    return true;
}

bool http2_block_add(struct http2_block *b, const struct http2_frame *f, struct bytes fragment,
                     struct bytes *ret)
{
    bool ends = f->flags & HTTP2_END_HEADERS;
    bool alone = ends && !b->frames;
    b->frames++;
    *ret = fragment;
    if (alone || b->lost)
        return ends;
    b->lost = !keep(b, fragment);
    *ret = bytes_of(b->bytes, b->len);
    return ends;
}
