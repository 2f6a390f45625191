/* mysql_frames.c - MySQL's protocol when it is compressed (CLIENT_COMPRESS, or with zstd).
 *
 * What both say is in frames: a length of 24 bits, a number, the length of what is compressed in
 * it, and that; if it is 0 the content stands as it is, as it does where it is short. So of a short
 * statement all can be told, and of a short answer how it ended. Nothing is decompressed: of the
 * rest it is known when it was asked, how large it is and when the answer's latest frame came; the
 * answer is over when the client asks again. Its numbers begin anew with each request. */
#include "decode/mysql_state.h"

enum {
    FRAME_HEADER = 7,
    PACKET_AT = FRAME_HEADER + MYSQL_HEADER,
    LONGEST_SHORT = 50, /* what is shorter is not compressed */
};

struct frame {
    uint32_t len, plain_len; /* of the content; 0: it is not compressed */
    uint8_t number;
    struct bytes content; /* as much of it as is here */
};

static bool read_frame(struct bytes in, struct frame *ret)
{
    struct cursor c = cursor_over(bytes_after(in, MYSQL_HEADER));
    struct mysql_packet outer;
    uint32_t low = cursor_le16(&c);
    ret->plain_len = (uint32_t)cursor_u8(&c) << 16 | low;
    if (!mysql_packet(in, &outer) || c.starved)
        return false;
    ret->len = outer.len;
    ret->number = outer.number;
    ret->content = bytes_first(bytes_after(in, FRAME_HEADER), ret->len);
    return true;
}

/* A stream of zlib (RFC 1950) or a frame of zstd (RFC 8878). MORE: not enough of it is here. */
static enum guess is_compressed(const struct frame *f)
{
    static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    if (f->plain_len < LONGEST_SHORT || f->len < sizeof zstd)
        return GUESS_NO;
    if (f->content.len < sizeof zstd)
        return GUESS_MORE;
    uint32_t head = (uint32_t)f->content.at[0] << 8 | f->content.at[1];
    bool zlib = (f->content.at[0] & 0x0f) == 8 && head % 31 == 0;
    return zlib || memcmp(f->content.at, zstd, sizeof zstd) == 0 ? GUESS_YES : GUESS_NO;
}

void mysql_frames_settle(struct conn *c, struct mysql *m)
{
    if (!m->frames.open || !m->frames.answered)
        return; /* it may be that only one side is seen */
    conn_answer_was_whole(c, m->frames.key);
    conn_abort(c, m->frames.key, OUTCOME_UNKNOWN);
    m->frames.open = false;
}

static struct exchange *begin_request(struct conn *c, struct mysql *m)
{
    mysql_frames_settle(c, m);
    m->frames.open = true;
    m->frames.answered = false;
    return conn_begin(c, TO_SERVER, ++m->frames.key);
}

static void ask_compressed(struct conn *c, struct mysql *m)
{
    struct exchange *x = begin_request(c, m);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("compressed"));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text("{compressed}"));
    x->notes |= NOTE_COMPRESSED;
    conn_end(c, TO_SERVER, m->frames.key);
}

/* The content stands as it is: it begins with a packet. */
static void ask(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    uint8_t command = p->body.at[0];
    struct exchange *x = begin_request(c, m);
    mysql_tell_command(&m->session, x, p);
    if (mysql_is_unanswered(command)) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, m->frames.key);
        m->frames.open = false;
    }
    conn_end(c, TO_SERVER, m->frames.key);
}

/* More of a request that is longer than a frame, or of a file. */
static void ask_more(struct conn *c, struct mysql *m, const struct frame *f)
{
    struct exchange *x = conn_peek(c, m->frames.key);
    if (!m->frames.open || !x)
        return;
    x->request_bytes += (uint64_t)FRAME_HEADER + f->len;
    if (f->plain_len)
        x->notes |= NOTE_COMPRESSED;
}

static int64_t feed_request(struct conn *c, struct mysql *m, const struct frame *f)
{
    int64_t len = (int64_t)FRAME_HEADER + f->len;
    enum guess compressed = is_compressed(f);
    m->frames.next = (uint8_t)(f->number + 1);
    if (f->plain_len && compressed != GUESS_YES)
        return compressed == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    if (f->number) {
        ask_more(c, m, f);
        return len;
    }
    if (f->plain_len) {
        ask_compressed(c, m);
        return len;
    }
    struct mysql_packet p;
    bool is_one = f->len > MYSQL_HEADER;
    if (is_one && (!mysql_packet(f->content, &p) || !p.body.len ||
                   (p.body.len < mysql_command_head(&p) && f->content.len < f->len)))
        return DECODE_MORE;
    if (!is_one || p.number || !mysql_is_command(p.body.at[0]))
        return DECODE_LOST;
    ask(c, m, &p);
    return len;
}

/* The answer's first frame, if it stands as it is. True: the answer ends with it. */
static bool tell_answer(struct mysql *m, struct exchange *x, const struct frame *f)
{
    const struct mysql_asked *asked = exchange_state(x);
    struct mysql_packet p;
    struct mysql_prepared prepared;
    if (!mysql_packet(f->content, &p) || !mysql_tell_first(x, &p))
        return false;
    bool prepares = asked->command == COM_STMT_PREPARE;
    if (prepares && mysql_read_prepared(&p, &prepared))
        mysql_prepared(&m->session, x, asked, prepared.id);
    bool is_last =
        p.body.at[0] == MYSQL_SAYS_ERROR ||
        (p.body.at[0] == MYSQL_SAYS_OK && !prepares && !(mysql_status(&p) & MYSQL_MORE_RESULTS));
    return is_last && p.len + MYSQL_HEADER == f->len && !mysql_is_dump(asked->command);
}

static int64_t feed_answer(struct conn *c, struct mysql *m, const struct frame *f)
{
    size_t wanted = MYSQL_HEADER + MYSQL_HEAD;
    enum guess compressed = is_compressed(f);
    if (f->plain_len && compressed != GUESS_YES)
        return compressed == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    if (!f->plain_len && f->content.len < (f->len < wanted ? f->len : wanted))
        return DECODE_MORE;
    if (m->frames.open && f->number != m->frames.next)
        return DECODE_LOST;
    bool first = !m->frames.open || !m->frames.answered;
    struct exchange *x =
        first ? conn_begin(c, TO_CLIENT, m->frames.key) : conn_find(c, TO_CLIENT, m->frames.key);
    m->frames.next = (uint8_t)(f->number + 1);
    m->frames.answered = true;
    if (x && f->plain_len)
        x->notes |= NOTE_COMPRESSED;
    if (x && m->frames.open && first && !f->plain_len && tell_answer(m, x, f)) {
        conn_end(c, TO_CLIENT, m->frames.key);
        m->frames.open = false;
    }
    return (int64_t)FRAME_HEADER + f->len;
}

int64_t mysql_feed_frame(struct conn *c, struct mysql *m, enum dir dir, struct bytes in)
{
    struct frame f;
    if (conn_is_lost(c, dir)) {
        bool has_text;
        enum guess guess = dir == TO_SERVER ? mysql_is_surely_frame(in, &has_text)
                                            : mysql_is_surely_answer_frame(in);
        if (guess != GUESS_YES)
            return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    }
    if (!read_frame(in, &f))
        return DECODE_MORE;
    if (!f.len)
        return DECODE_LOST;
    return dir == TO_SERVER ? feed_request(c, m, &f) : feed_answer(c, m, &f);
}

enum guess mysql_is_surely_frame(struct bytes in, bool *ret_has_text)
{
    struct frame f;
    struct mysql_packet p;
    *ret_has_text = false;
    if (mysql_packet(in, &p) && (p.number || p.len <= MYSQL_HEADER))
        return GUESS_NO;
    if (!read_frame(in, &f))
        return GUESS_MORE;
    if (f.plain_len)
        return f.content.len == in.len - FRAME_HEADER ? is_compressed(&f) : GUESS_NO;
    enum guess guess = mysql_is_surely_command(f.content, ret_has_text);
    if (guess == GUESS_YES && (!mysql_packet(f.content, &p) || p.len + MYSQL_HEADER != f.len))
        return GUESS_NO;
    return guess;
}

/* The first of a server's. */
enum guess mysql_is_surely_answer_frame(struct bytes in)
{
    struct frame f;
    if (in.len > 3 && in.at[3] != 1)
        return GUESS_NO;
    if (!read_frame(in, &f))
        return GUESS_MORE;
    return f.plain_len ? is_compressed(&f) : mysql_is_surely_answer(f.content, 1);
}
