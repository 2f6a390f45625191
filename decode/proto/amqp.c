/* amqp.c - AMQP 0-9-1 (amqp.org), and 0-9 and 0-8, as RabbitMQ and its likes speak it. AMQP 1.0 is
 * another protocol, which is recognised by its header and named, and not read.
 *
 * A frame is a message of the framework: methods are read, and what they mean is in
 * decode/amqp_exchange.h; bodies pass by unseen. */
#include "decode/amqp_exchange.h"

enum {
    FRAME_METHOD = 1,
    FRAME_HEADER = 2,
    FRAME_BODY = 3,
    FRAME_HEARTBEAT = 8,
    FRAME_END = 0xce,
    HEAD = 7,             /* type, channel, size */
    OVERHEAD = HEAD + 1,  /* with the end */
    PROTOCOL_HEADER = 8,  /* "AMQP" and a version */
    METHOD_SEEN = 1100,   /* of a method at most: what is read of it is in there */
    METHOD_MAX = 4 << 20, /* what is larger is none */
    CONTENT_HEADER = 14,  /* class, weight, size of the body, flags */
    CLASS_BASIC = 60,
};

static const char name[] = "amqp";

struct frame {
    uint8_t type;
    uint16_t channel;
    uint32_t size;
    uint64_t len; /* with head and end */
};

/* False: it is not all here. */
static bool read_frame(struct bytes in, struct frame *ret)
{
    struct cursor c = cursor_over(in);
    struct frame f = {.type = cursor_u8(&c), .channel = cursor_be16(&c)};
    f.size = cursor_be32(&c);
    f.len = (uint64_t)f.size + OVERHEAD;
    if (c.starved)
        return false;
    *ret = f;
    return true;
}

static bool ends_right(struct bytes in, const struct frame *f)
{
    return in.len < f->len || in.at[f->len - 1] == FRAME_END;
}

static bool may_be_frame(const struct frame *f)
{
    switch (f->type) {
    case FRAME_METHOD:
        return f->size >= 4 && f->size <= METHOD_MAX;
    case FRAME_HEADER:
        return f->size >= CONTENT_HEADER && f->size <= METHOD_MAX && f->channel;
    case FRAME_BODY:
        return f->channel;
    case FRAME_HEARTBEAT:
        return !f->size && !f->channel;
    default:
        return false;
    }
}

/* --- recognition --- */

static bool begins_with(struct bytes in, const char *prefix, size_t len)
{
    size_t shown = in.len < len ? in.len : len;
    return shown && memcmp(in.at, prefix, shown) == 0;
}

enum version { VERSION_NONE, VERSION_MORE, VERSION_OURS, VERSION_1_0 };

/* "AMQP", 0, 0, 9, 1; of the versions before, 1, 1, and theirs; 1.0 with a layer in front. */
static enum version version_of(struct bytes in)
{
    static const struct {
        char header[PROTOCOL_HEADER + 1];
        enum version version;
    } known[] = {
        {"AMQP\0\0\11\1", VERSION_OURS}, {"AMQP\1\1\0\11", VERSION_OURS},
        {"AMQP\1\1\11\1", VERSION_OURS}, {"AMQP\1\1\10\0", VERSION_OURS},
        {"AMQP\0\1\0\0", VERSION_1_0},   {"AMQP\2\1\0\0", VERSION_1_0},
        {"AMQP\3\1\0\0", VERSION_1_0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (begins_with(in, known[i].header, PROTOCOL_HEADER))
            return in.len < PROTOCOL_HEADER ? VERSION_MORE : known[i].version;
    return VERSION_NONE;
}

/* A method that is whole, known and sent by this side proves it. Of the whole of an opening there
 * is no more than a few kilobytes to be seen. */
static enum guess guess_frames(struct bytes in, enum dir dir, bool unsided)
{
    enum guess guess = GUESS_MORE;
    while (in.len && guess == GUESS_MORE) {
        struct frame f;
        if (!read_frame(in, &f))
            return memchr("\1\2\3\10", in.at[0], 4) ? GUESS_MORE : GUESS_NO;
        if (!may_be_frame(&f) || !ends_right(in, &f))
            return GUESS_NO;
        if (in.len < f.len)
            return GUESS_MORE;
        struct cursor c = cursor_over(bytes_after(in, HEAD));
        uint32_t id = cursor_be32(&c);
        const struct amqp_method *m = f.type == FRAME_METHOD ? amqp_method(id) : NULL;
        if (f.type == FRAME_METHOD &&
            (!m || !(m->sender & (dir == TO_SERVER ? AMQP_CLIENT : AMQP_SERVER))))
            return GUESS_NO;
        if (m && (m->sender != AMQP_BOTH || !unsided))
            guess = GUESS_YES;
        in = bytes_after(in, (size_t)f.len);
    }
    return guess;
}

/* One side may be in the middle of a large message while the other proves what it is. */
static enum guess probe_joined(const struct opening *o)
{
    enum guess client = guess_frames(o->to_server, TO_SERVER, o->unsided);
    enum guess server = guess_frames(o->to_client, TO_CLIENT, o->unsided);
    if (client == GUESS_YES || server == GUESS_YES)
        return GUESS_YES;
    return client == GUESS_MORE && server == GUESS_MORE ? GUESS_MORE : GUESS_NO;
}

static enum guess amqp_probe(const struct opening *o)
{
    enum version version = version_of(o->to_server);
    if (version == VERSION_NONE)
        return o->midstream ? probe_joined(o) : GUESS_NO;
    bool answers_fit = !o->to_client.len || o->to_client.at[0] == FRAME_METHOD ||
                       version_of(o->to_client) != VERSION_NONE;
    if (!answers_fit)
        return GUESS_NO;
    return version == VERSION_MORE ? GUESS_MORE : GUESS_YES;
}

/* --- frames --- */

/* After a loss only a method that is known and ends where it says is believed to be one. */
static int64_t find_place(struct bytes in, enum dir dir)
{
    struct frame f;
    if (!memchr("\1\10", in.at[0], 2))
        return DECODE_LOST;
    if (!read_frame(in, &f))
        return DECODE_MORE;
    if (!may_be_frame(&f) || f.len > METHOD_SEEN || !ends_right(in, &f))
        return DECODE_LOST;
    if (in.len < f.len)
        return DECODE_MORE;
    return guess_frames(bytes_first(in, (size_t)f.len), dir, false) == GUESS_NO ? DECODE_LOST : 1;
}

static int64_t feed_header(struct conn *c, enum dir dir, struct bytes in)
{
    struct amqp *a = conn_state(c);
    enum version version = version_of(in);
    if (version == VERSION_NONE || version == VERSION_MORE)
        return version == VERSION_MORE ? DECODE_MORE : DECODE_LOST;
    if (version == VERSION_1_0 && dir == TO_SERVER) {
        conn_name(c, "amqp-1.0");
        a->other_version = true;
        return DECODE_REST;
    }
    conn_name(c, name);
    amqp_header(c, dir, bytes_first(in, PROTOCOL_HEADER));
    return PROTOCOL_HEADER;
}

static int64_t feed_method(struct conn *c, enum dir dir, const struct frame *f, struct bytes in)
{
    size_t seen = f->len < METHOD_SEEN ? (size_t)f->len : METHOD_SEEN;
    if (in.len < seen)
        return DECODE_MORE;
    if (seen == f->len && !ends_right(in, f))
        return DECODE_LOST;
    struct cursor arguments = cursor_over(bytes_after(bytes_first(in, seen), HEAD));
    uint32_t id = cursor_be32(&arguments);
    return amqp_method_frame(c, dir, f->channel, id, cursor_rest(&arguments), seen)
               ? (int64_t)f->len
               : DECODE_LOST;
}

static int64_t feed_content_header(struct conn *c, enum dir dir, const struct frame *f,
                                   struct bytes in)
{
    if (in.len < HEAD + CONTENT_HEADER)
        return DECODE_MORE;
    struct cursor head = cursor_over(bytes_after(in, HEAD));
    uint16_t class = cursor_be16(&head), weight = cursor_be16(&head);
    uint64_t body = cursor_be64(&head);
    bool right = class == CLASS_BASIC && !weight;
    if (!right)
        return DECODE_LOST;
    amqp_header_frame(c, dir, f->channel, body);
    return (int64_t)f->len;
}

static int64_t amqp_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct amqp *a = conn_state(c);
    struct frame f;
    if (a->other_version)
        return DECODE_REST;
    if (in.at[0] == 'A')
        return feed_header(c, dir, in);
    if (conn_is_lost(c, dir)) {
        int64_t place = find_place(in, dir);
        if (place <= 0)
            return place;
    }
    if (!read_frame(in, &f))
        return DECODE_MORE;
    if (!may_be_frame(&f))
        return DECODE_LOST;
    conn_name(c, name);
    switch (f.type) {
    case FRAME_METHOD:
        return feed_method(c, dir, &f, in);
    case FRAME_HEADER:
        return feed_content_header(c, dir, &f, in);
    case FRAME_BODY:
        return amqp_body_frame(c, dir, f.channel, f.size) ? (int64_t)f.len : DECODE_LOST;
    default:
        return in.len < f.len ? DECODE_MORE : ends_right(in, &f) ? (int64_t)f.len : DECODE_LOST;
    }
}

static int64_t amqp_gap(struct conn *c, enum dir dir, uint64_t len)
{
    (void)len;
    amqp_lost(c, dir);
    return DECODE_LOST;
}

static void amqp_free(void *state)
{
    struct amqp *a = state;
    amqp_channels_free(&a->channels);
}

const struct decoder amqp_decoder = {
    .name = name,
    .ports = {5672},
    .state_size = sizeof(struct amqp),
    .multiplexed = true,
    .doubtful = true,
    .probe = amqp_probe,
    .feed = amqp_feed,
    .gap = amqp_gap,
    .free = amqp_free,
};
