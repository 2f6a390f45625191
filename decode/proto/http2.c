/* http2.c - HTTP/2 in the clear, and gRPC on it (RFC 9113).
 *
 * A frame is a message of the framework; only DATA that holds messages of gRPC is fed in parts.
 * What frames mean is in http2_streams.h; here is where they begin and end.
 *
 * Where the place is lost, by joining in the middle or by a hole that no frame's known length
 * bridges, a chain of frames is searched for (http2_frame.h), and header compression begins a new
 * epoch (hpack.h). */
#include "decode/http2_streams.h"

enum {
    SEARCH_MAX = 256 * 1024, /* bytes searched in vain after which the place counts as lost again */
    READ_MAX = 60 * 1024,    /* a frame that must be seen whole is no longer */
    SANE_LEAST = 32,         /* frames in a row that make up for nonsense */
    NONSENSE_MAX = 4,        /* times, without, that what follows a frame is none: then it was no
                                HTTP/2, but perhaps something that carries it in pieces */
    SETTINGS_MAX = 6 * 64,   /* bytes of settings that are looked at */
};

enum place {
    AT_START, /* the client's preface comes first */
    AT_FRAME,
    IN_DATA,
    SEARCHING,
};

struct side {
    enum place place;
    struct http2_frame frame; /* that feed waits to see whole, or whose data is being read */
    bool waits;               /* feed has seen the header of `frame`, and not enough behind it */
    uint32_t left;            /* bytes of data still to come, without the padding behind them */
    uint32_t padding;
    uint64_t searched; /* bytes in vain */
    unsigned sane;     /* frames since the place was found */
    struct http2_block block;
};

struct http2 {
    bool begun;
    unsigned nonsense;
    struct http2_streams streams;
    struct side side[2];
};

static void begin(struct conn *c, struct http2 *h)
{
    bool joined = conn_is_lost(c, TO_SERVER) || conn_is_lost(c, TO_CLIENT);
    h->begun = true;
    h->side[TO_SERVER].place = joined ? SEARCHING : AT_START;
    h->side[TO_CLIENT].place = joined ? SEARCHING : AT_FRAME;
    http2_streams_init(&h->streams, c, joined);
}

/* The block that has become whole, or that is lost (`block` NULL), ends. */
static void block_ends(struct conn *c, enum dir dir, const struct bytes *block)
{
    struct http2 *h = conn_state(c);
    struct http2_block *b = &h->side[dir].block;
    http2_streams_block(&h->streams, c, dir, b, block);
    http2_block_end(b);
}

/* A frame with a part of a block; `payload` NULL: it is missing. */
static void on_fragment(struct conn *c, enum dir dir, const struct http2_frame *f,
                        const struct bytes *payload)
{
    struct http2 *h = conn_state(c);
    struct http2_block *b = &h->side[dir].block;
    struct bytes fragment = {0}, block;
    if (f->type != HTTP2_CONTINUATION) {
        http2_block_end(b);
        b->first = *f;
        b->began_ns = conn_now_ns(c);
        if (f->type == HTTP2_PUSH_PROMISE && payload) {
            struct cursor in = cursor_over(bytes_after(*payload, f->flags & HTTP2_PADDED ? 1 : 0));
            b->promised = cursor_be32(&in) & INT32_MAX;
        }
    } else if (!b->first.type) {
        hpack_forget(&h->streams.hpack[dir]); /* its beginning was not seen */
        return;
    }
    if (!payload || !http2_read_fragment(f, *payload, &fragment))
        b->lost = true;
    bool before = b->lost, ends = http2_block_add(b, f, fragment, &block);
    if (b->lost && !before) /* it has become too long */
        conn_shed(c);
    if (ends)
        block_ends(c, dir, b->lost ? NULL : &block);
    else
        b->earlier_bytes += HTTP2_FRAME_HEADER + (uint64_t)f->len;
}

/* The bytes at hand are not enough; should they turn out to lead into a hole, their frame is
 * known. */
static int64_t wait(struct side *side, const struct http2_frame *f)
{
    side->frame = *f;
    side->waits = true;
    return DECODE_MORE;
}

static void data_ends(struct conn *c, enum dir dir)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    side->place = AT_FRAME;
    if (side->frame.flags & HTTP2_END_STREAM)
        http2_streams_end(&h->streams, c, dir, side->frame.stream);
}

/* Reads on inside the data of a frame. */
static int64_t feed_data(struct conn *c, enum dir dir, struct bytes in)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    struct exchange *x = conn_peek(c, side->frame.stream);
    int64_t len = x ? http2_call_data(c, dir, x, in, side->left) : side->left;
    if (len <= 0)
        return len;
    conn_find(c, dir, side->frame.stream);
    side->left -= (uint32_t)len;
    if (side->left)
        return len;
    len += side->padding;
    data_ends(c, dir);
    return len;
}

static int64_t feed_data_frame(struct conn *c, enum dir dir, const struct http2_frame *f,
                               struct bytes in)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    struct bytes payload = bytes_after(in, HTTP2_FRAME_HEADER);
    bool padded = f->flags & HTTP2_PADDED, more;
    uint32_t front = padded, padding = padded && payload.len ? payload.at[0] : 0;
    if (padded && !payload.len && f->len)
        return wait(side, f);
    if (front + padding > f->len)
        return DECODE_LOST;
    uint32_t left = f->len - front - padding;
    struct exchange *x = http2_streams_find(&h->streams, c, f->stream);
    payload = bytes_after(payload, front);
    bool wanted = x && http2_call_wants_data(c, dir, x, payload, left, &more);
    if (x && more)
        return wait(side, f);
    http2_streams_data(&h->streams, dir, x, f->len);
    conn_find(c, dir, f->stream);
    side->frame = *f;
    side->left = left;
    side->padding = padding;
    side->place = IN_DATA;
    int64_t passed = HTTP2_FRAME_HEADER + (int64_t)front;
    if (wanted) {
        int64_t len = payload.len ? feed_data(c, dir, payload) : 0;
        return passed + (len > 0 ? len : 0);
    }
    data_ends(c, dir);
    return HTTP2_FRAME_HEADER + (int64_t)f->len;
}

static bool is_fragment(const struct http2_frame *f)
{
    return f->type == HTTP2_HEADERS || f->type == HTTP2_PUSH_PROMISE ||
           f->type == HTTP2_CONTINUATION;
}

/* How much of a frame must be here before it is looked at. */
static uint32_t needed(const struct http2_frame *f)
{
    if (f->type == HTTP2_GOAWAY)
        return 8;
    if (f->type == HTTP2_SETTINGS)
        return f->len < SETTINGS_MAX ? f->len : SETTINGS_MAX;
    return f->type < HTTP2_TYPES ? f->len : 0;
}

static int64_t feed_frame(struct conn *c, enum dir dir, struct bytes in)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    struct http2_frame f;
    if (!http2_read_frame(in, &f))
        return DECODE_MORE;
    if (!http2_frame_is_legal(&f) || (f.type == HTTP2_PUSH_PROMISE && dir == TO_SERVER))
        return DECODE_LOST;
    if (side->block.first.type && !http2_block_continues(&side->block, &f)) {
        block_ends(c, dir, NULL);
        conn_find(c, dir, 0); /* the bytes at hand are not of its stream */
    }
    if (f.type == HTTP2_DATA)
        return feed_data_frame(c, dir, &f, in);
    struct bytes payload = bytes_after(in, HTTP2_FRAME_HEADER);
    bool too_long = is_fragment(&f) && f.len > READ_MAX;
    if (!too_long && payload.len < needed(&f))
        return wait(side, &f);
    if (too_long)
        conn_shed(c);
    payload = bytes_first(payload, f.len);
    side->sane++;
    if (is_fragment(&f))
        on_fragment(c, dir, &f, too_long ? NULL : &payload);
    else
        http2_streams_control(&h->streams, c, dir, &f, payload);
    return HTTP2_FRAME_HEADER + (int64_t)f.len;
}

/* The client begins here, so that everything is known from now on. */
static int64_t start(struct conn *c)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[TO_SERVER];
    if (side->place == SEARCHING)
        http2_streams_start(&h->streams, c);
    side->place = AT_FRAME;
    return (int64_t)http2_preface().len;
}

static int64_t feed_start(struct conn *c, struct bytes in)
{
    struct bytes preface = http2_preface(), front = bytes_first(in, preface.len);
    if (!bytes_equal(front, bytes_first(preface, front.len)))
        return DECODE_LOST;
    return front.len < preface.len ? DECODE_MORE : start(c);
}

static int64_t feed_search(struct conn *c, enum dir dir, struct bytes in)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    enum http2_chain chain;
    if (dir == TO_SERVER) {
        int64_t len = feed_start(c, in);
        if (len != DECODE_LOST)
            return len;
    }
    size_t at = http2_search(in, dir, &chain);
    if (at) {
        side->searched += at;
        return side->searched > SEARCH_MAX ? DECODE_LOST : (int64_t)at;
    }
    if (chain == CHAIN_OPEN)
        return DECODE_MORE;
    side->place = AT_FRAME;
    side->searched = 0;
    return feed_frame(c, dir, in);
}

static int64_t http2_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    if (!h->begun)
        begin(c, h);
    side->waits = false;
    if (h->nonsense > NONSENSE_MAX)
        return DECODE_LOST;
    switch (side->place) {
    case AT_START:
        return feed_start(c, in);
    case AT_FRAME:
        return feed_frame(c, dir, in);
    case IN_DATA:
        return feed_data(c, dir, in);
    case SEARCHING:
        return feed_search(c, dir, in);
    }
    return DECODE_LOST;
}

/* The rest of the frame's data is of no use for counting messages, but its length is known. */
static int64_t bridge_data(struct conn *c, enum dir dir)
{
    struct side *side = &((struct http2 *)conn_state(c))->side[dir];
    struct exchange *x = conn_find(c, dir, side->frame.stream);
    int64_t rest = (int64_t)side->left + side->padding;
    if (x)
        http2_call_loses(x, dir, side->left);
    data_ends(c, dir);
    return rest;
}

/* The frame whose header was seen is missing in part. */
static int64_t bridge_frame(struct conn *c, enum dir dir)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    const struct http2_frame f = side->frame;
    int64_t len = HTTP2_FRAME_HEADER + (int64_t)f.len;
    side->waits = false;
    if (is_fragment(&f)) {
        on_fragment(c, dir, &f, NULL);
    } else if (f.type == HTTP2_DATA) {
        http2_streams_data(&h->streams, dir, conn_find(c, dir, f.stream), f.len);
        side->left = f.len;
        side->padding = 0;
        bridge_data(c, dir);
    }
    return len;
}

/* Nobody knows what was in the hole. */
static void lose_place(struct conn *c, enum dir dir)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    http2_block_end(&side->block);
    http2_streams_lose(&h->streams, c, dir);
    side->place = SEARCHING;
    side->searched = side->sane = 0;
}

static int64_t http2_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct http2 *h = conn_state(c);
    struct side *side = &h->side[dir];
    if (!h->begun)
        begin(c, h);
    if (len && side->place == IN_DATA)
        return bridge_data(c, dir);
    if (len && side->place == AT_FRAME && side->waits)
        return bridge_frame(c, dir);
    if (!len && side->place != SEARCHING)
        h->nonsense = side->sane < SANE_LEAST ? h->nonsense + 1 : 0;
    lose_place(c, dir);
    return DECODE_LOST;
}

static void http2_report(struct conn *c, struct flow_report *r)
{
    struct http2 *h = conn_state(c);
    http2_streams_report(&h->streams, r);
}

static void http2_free(void *state)
{
    struct http2 *h = state;
    http2_streams_free(&h->streams);
    for (int dir = 0; dir < 2; dir++)
        http2_block_free(&h->side[dir].block);
}

/* Does the server speak first, as it may? */
static enum guess guess_settings(struct bytes in)
{
    struct http2_frame f;
    if (!http2_read_frame(in, &f))
        return GUESS_MORE;
    bool settings = f.type == HTTP2_SETTINGS && !(f.flags & HTTP2_ACK) && f.len <= SETTINGS_MAX;
    return settings && http2_frame_is_likely(&f, TO_CLIENT) ? GUESS_MORE : GUESS_NO;
}

/* A place where less than a header is left says nothing, unless nothing else has come. */
static bool may_be_frames(struct bytes in, enum dir dir, enum http2_chain *ret)
{
    size_t at = http2_search(in, dir, ret);
    return in.len && (!at || in.len >= at + HTTP2_FRAME_HEADER);
}

static size_t passed_over(struct bytes to_server, struct bytes to_client)
{
    enum http2_chain chain;
    return http2_search(to_server, TO_SERVER, &chain) + http2_search(to_client, TO_CLIENT, &chain);
}

/* Frames on streams that the server has begun are sent by one side only: are more of them in their
 * place than if client and server were mistaken for each other? */
static bool streams_tell_sides(const struct opening *o)
{
    return passed_over(o->to_server, o->to_client) < passed_over(o->to_client, o->to_server);
}

/* In the middle both directions are asked. The head of a request or of an answer speaks for itself,
 * if nothing on the other side speaks against it; of what else there is, nearly all may come from
 * either side. */
static enum guess guess_chains(const struct opening *o)
{
    enum http2_chain asked, answered;
    if (http2_is_inside_yamux(o->to_server) || http2_is_inside_yamux(o->to_client))
        return GUESS_NO;
    bool asks = may_be_frames(o->to_server, TO_SERVER, &asked);
    bool answers = may_be_frames(o->to_client, TO_CLIENT, &answered);
    if (asked == CHAIN_HEAD || answered == CHAIN_HEAD)
        return GUESS_YES;
    if (asked == CHAIN_PROVEN && answered == CHAIN_PROVEN)
        return !o->unsided || streams_tell_sides(o) ? GUESS_YES : GUESS_MORE;
    return asks || answers ? GUESS_MORE : GUESS_NO;
}

static enum guess http2_probe(const struct opening *o)
{
    struct bytes preface = http2_preface(), front = bytes_first(o->to_server, preface.len);
    if (front.len && bytes_equal(front, bytes_first(preface, front.len)))
        return front.len == preface.len ? GUESS_YES : GUESS_MORE;
    if (o->midstream)
        return guess_chains(o);
    return front.len ? GUESS_NO : guess_settings(o->to_client);
}

const struct decoder http2_decoder = {
    .name = "http2",
    .transport = OVER_TCP,
    .ports = {50051},
    .state_size = sizeof(struct http2),
    .multiplexed = true,
    .probe = http2_probe,
    .feed = http2_feed,
    .gap = http2_gap,
    .report = http2_report,
    .free = http2_free,
};
