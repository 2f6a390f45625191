/* http2_frame.c - see http2_frame.h. */
#include "decode/http2_frame.h"

#include "decode/hpack.h"

/* Payloads made for it hold a chain of frames, or a header block, at every few bytes. */
enum {
    FOLLOWED_MAX = 64,       /* frames of one chain */
    LOOKED_MAX = 128 * 1024, /* bytes of header blocks in one search */
};

struct bytes http2_preface(void)
{
    return bytes_of_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

bool http2_read_frame(struct bytes in, struct http2_frame *ret)
{
    struct cursor c = cursor_over(in);
    uint32_t high = cursor_be16(&c);
    ret->len = high << 8 | cursor_u8(&c);
    ret->type = cursor_u8(&c);
    ret->flags = cursor_u8(&c);
    ret->stream = cursor_be32(&c) & INT32_MAX;
    return !c.starved;
}

bool http2_frame_is_legal(const struct http2_frame *f)
{
    switch (f->type) {
    case HTTP2_DATA:
    case HTTP2_HEADERS:
    case HTTP2_CONTINUATION:
        return f->stream;
    case HTTP2_PUSH_PROMISE:
        return f->stream && f->len >= 4;
    case HTTP2_PRIORITY:
        return f->stream && f->len == 5;
    case HTTP2_RST_STREAM:
        return f->stream && f->len == 4;
    case HTTP2_SETTINGS:
        return !f->stream && f->len % 6 == 0 && (!(f->flags & HTTP2_ACK) || !f->len);
    case HTTP2_PING:
        return !f->stream && f->len == 8;
    case HTTP2_GOAWAY:
        return !f->stream && f->len >= 8;
    case HTTP2_WINDOW_UPDATE:
        return f->len == 4;
    default:
        return f->len <= HTTP2_PAYLOAD_LEAST;
    }
}

/* The least payload that the flags ask for. */
static uint32_t least_len(const struct http2_frame *f)
{
    bool may_be_empty = f->type == HTTP2_DATA && f->flags & HTTP2_END_STREAM;
    uint32_t least = may_be_empty ? 0 : 1;
    if (f->flags & HTTP2_PADDED)
        least++;
    if (f->type == HTTP2_HEADERS && f->flags & HTTP2_HAS_PRIORITY)
        least += 5;
    return f->type == HTTP2_PUSH_PROMISE ? least + 4 : least;
}

bool http2_frame_is_likely(const struct http2_frame *f, enum dir dir)
{
    static const uint8_t flags[HTTP2_TYPES] = {
        [HTTP2_DATA] = HTTP2_END_STREAM | HTTP2_PADDED,
        [HTTP2_HEADERS] = HTTP2_END_STREAM | HTTP2_END_HEADERS | HTTP2_PADDED | HTTP2_HAS_PRIORITY,
        [HTTP2_SETTINGS] = HTTP2_ACK,
        [HTTP2_PING] = HTTP2_ACK,
        [HTTP2_PUSH_PROMISE] = HTTP2_END_HEADERS | HTTP2_PADDED,
        [HTTP2_CONTINUATION] = HTTP2_END_HEADERS,
    };
    if (f->type >= HTTP2_TYPES || f->flags & ~flags[f->type] || f->len > HTTP2_PAYLOAD_LEAST ||
        !http2_frame_is_legal(f))
        return false;
    bool carries = f->type == HTTP2_DATA || f->type == HTTP2_HEADERS ||
                   f->type == HTTP2_PUSH_PROMISE || f->type == HTTP2_CONTINUATION;
    bool pushed = f->stream % 2 == 0;
    if (f->type == HTTP2_WINDOW_UPDATE && f->stream && pushed && dir == TO_CLIENT)
        return false; /* nobody sends the server anything on these */
    if (!carries)
        return true;
    if (dir == TO_SERVER && (pushed || f->type == HTTP2_PUSH_PROMISE))
        return false;
    if (pushed && f->type != HTTP2_HEADERS) /* which has a block that can be judged */
        return false;
    return f->len >= least_len(f);
}

/* Takes the padding off the end, and its length off the front. */
static bool unpad(struct bytes *payload)
{
    if (!payload->len || payload->at[0] >= payload->len)
        return false;
    *payload = bytes_of(payload->at + 1, payload->len - 1 - payload->at[0]);
    return true;
}

bool http2_read_fragment(const struct http2_frame *f, struct bytes payload, struct bytes *ret)
{
    size_t skip = 0;
    if (f->type != HTTP2_CONTINUATION && f->flags & HTTP2_PADDED && !unpad(&payload))
        return false;
    if (f->type == HTTP2_HEADERS && f->flags & HTTP2_HAS_PRIORITY)
        skip = 5;
    else if (f->type == HTTP2_PUSH_PROMISE)
        skip = 4;
    if (payload.len < skip)
        return false;
    *ret = bytes_after(payload, skip);
    return true;
}

/* A header is a version, a type, flags, a stream and a length, which of data is that of what
 * follows (hashicorp/yamux, spec.md). Streams count from 1, and data is no longer than a window;
 * with greater numbers it is an empty frame of HTTP/2, or a place inside one. */
bool http2_is_inside_yamux(struct bytes in)
{
    enum { HEADER = 12, TYPES = 4, FLAGS_MAX = 0xf, NUMBER_MAX = 0xffffff };
    unsigned frames = 0;
    for (; in.len >= HEADER; frames++) {
        struct cursor c = cursor_over(in);
        uint8_t version = cursor_u8(&c), type = cursor_u8(&c);
        uint16_t flags = cursor_be16(&c);
        uint32_t stream = cursor_be32(&c), len = cursor_be32(&c);
        bool has_stream = type < 2;
        if (version || type >= TYPES || flags > FLAGS_MAX || has_stream != (stream != 0))
            return false;
        if (stream > NUMBER_MAX || (type == 0 && len > NUMBER_MAX))
            return false;
        in = bytes_after(in, HEADER + (type ? 0 : (size_t)len));
    }
    return frames;
}

/* What a header block shows of itself. */
struct look {
    enum dir dir;
    bool head; /* there is what only the head of a request, or of a response, has */
    bool odd;  /* there is what no HTTP/2 peer sends */
};

static bool is_field_name(struct bytes name)
{
    for (size_t i = name.len && name.at[0] == ':'; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] >= 0x7f || (name.at[i] >= 'A' && name.at[i] <= 'Z'))
            return false;
    return name.len;
}

static void look_at(void *ctx, const struct hpack_field *field)
{
    struct look *look = ctx;
    if (!field->name_known)
        return;
    look->odd = look->odd || !is_field_name(field->name);
    bool method = bytes_equal_text(field->name, ":method");
    bool status = bytes_equal_text(field->name, ":status");
    look->odd = look->odd || (look->dir == TO_SERVER ? status : method);
    look->head = look->head || method || status;
}

/* All of a block in one frame, its table not known. */
static struct look look_into(const struct http2_frame *f, struct bytes payload, enum dir dir)
{
    struct look look = {.dir = dir};
    struct hpack hpack;
    struct bytes block;
    if (!http2_read_fragment(f, payload, &block))
        return (struct look){.odd = true};
    hpack_init(&hpack, true);
    look.odd = !hpack_read(&hpack, block, look_at, &look) || look.odd;
    hpack_free(&hpack);
    return look;
}

/* As http2_follow(). Blocks are looked into as long as the budget lasts, in bytes; what is not
 * looked into is no chain. */
static enum http2_chain follow(struct bytes in, enum dir dir, size_t *budget)
{
    struct http2_frame f;
    unsigned frames = 0;
    bool head = false;
    while (frames < FOLLOWED_MAX && http2_read_frame(in, &f)) {
        if (!http2_frame_is_likely(&f, dir))
            return CHAIN_BROKEN;
        struct bytes payload = bytes_first(bytes_after(in, HTTP2_FRAME_HEADER), f.len);
        bool whole = f.type == HTTP2_HEADERS && f.flags & HTTP2_END_HEADERS && payload.len == f.len;
        if (whole && !head) {
            if (f.len > *budget)
                return CHAIN_BROKEN;
            *budget -= f.len;
            struct look look = look_into(&f, payload, dir);
            if (look.odd)
                return CHAIN_BROKEN;
            head = look.head;
        }
        frames++;
        if (frames >= 3 && head)
            return CHAIN_HEAD;
        in = bytes_after(in, HTTP2_FRAME_HEADER + (size_t)f.len);
    }
    if (head && (frames > 1 || !in.len))
        return CHAIN_HEAD;
    return frames >= 3 ? CHAIN_PROVEN : CHAIN_OPEN;
}

enum http2_chain http2_follow(struct bytes in, enum dir dir)
{
    size_t budget = LOOKED_MAX;
    return follow(in, dir, &budget);
}

size_t http2_search(struct bytes in, enum dir dir, enum http2_chain *ret)
{
    size_t at = 0, budget = LOOKED_MAX;
    do
        *ret = follow(bytes_after(in, at), dir, &budget);
    while (*ret == CHAIN_BROKEN && ++at < in.len);
    return at;
}
