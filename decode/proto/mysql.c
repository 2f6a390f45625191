/* mysql.c - MySQL, MariaDB and what speaks as they do: which packets a client sends, and how a
 * connection begins. What servers answer is read in decode/mysql_answer.c, what is compressed in
 * decode/mysql_frames.c.
 *
 * The server greets, the client logs in or asks for TLS, and then sends commands, each of which is
 * answered, in order, before or after the next is sent; some are not answered. The numbers of the
 * packets begin anew with each command, which is what tells it from the rest of an exchange. */
#include "decode/decoder.h"
#include "decode/mysql_state.h"

enum {
    SSL_REQUEST_LEN = 32,
    REPLY_MAX = 64 * 1024, /* what a client says to prove who it is is shorter */
    UNANSWERED_MAX = 4,    /* commands without an answer that stand before one, in a probe */
    GREETING_MAX = 512,
};

/* Of commands that are not answered; they are never paired. */
static const uint64_t unanswered_key = UINT64_MAX - 1;

static enum guess best_of(enum guess a, enum guess b)
{
    return a > b ? a : b;
}

static int64_t length_of(const struct mysql_packet *p)
{
    return (int64_t)MYSQL_HEADER + p->len;
}

static bool is_ssl_request(const struct mysql_packet *p, uint32_t capabilities)
{
    return p->len == SSL_REQUEST_LEN && capabilities & MYSQL_SSL;
}

/* The server's next packet takes its number from this one. */
static void note_number(struct exchange *x, const struct mysql_packet *p)
{
    struct mysql_asked *asked = exchange_state(x);
    asked->number = (uint8_t)(p->number + 1);
}

static int64_t feed_login(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    uint32_t capabilities;
    if (p->body.len < (p->len < MYSQL_LOGIN_HEAD ? p->len : MYSQL_LOGIN_HEAD))
        return DECODE_MORE;
    if (!mysql_login(p, &capabilities))
        return DECODE_LOST;
    if (is_ssl_request(p, capabilities)) {
        if (!m->greeted && !conn_is_lost(c, TO_CLIENT))
            return DECODE_MORE; /* the greeting, which came before, is no TLS */
        conn_become(c, decoder_named("tls"));
        return length_of(p);
    }
    m->session.capabilities = m->greeted ? capabilities & m->offered : capabilities;
    m->session.known = true;
    m->ends = m->session.capabilities & MYSQL_DEPRECATE_EOF ? ENDS_LEFT_OUT : ENDS_SENT;
    m->phase = MYSQL_LOGS_IN;
    struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    struct mysql_asked *asked = exchange_state(x);
    asked->command = COM_LOGIN;
    note_number(x, p);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text("connect"));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text("connect"));
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    return length_of(p);
}

/* What the server has asked for: proofs of who the client is, or a file. */
static int64_t feed_reply(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    bool file = m->part == PART_FILE;
    if (!file && (p->len > REPLY_MAX || (m->part != PART_LOGIN && m->phase != MYSQL_LOGS_IN)))
        return DECODE_LOST;
    struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    if (x)
        x->request_bytes += (uint64_t)length_of(p);
    m->any_number = true;
    return length_of(p);
}

static void end_request(struct conn *c, struct mysql *m, uint16_t command,
                        const struct mysql_packet *p)
{
    uint64_t key = mysql_is_unanswered(command) ? unanswered_key : KEY_IN_ORDER;
    m->asking.goes_on = p->len == MYSQL_LEN_MAX;
    m->asking.next = (uint8_t)(p->number + 1);
    if (!m->asking.goes_on)
        conn_end(c, TO_SERVER, key);
}

/* A packet that goes on where the one before it ended. */
static int64_t feed_more(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    struct exchange *x = conn_find(c, TO_SERVER, KEY_IN_ORDER);
    if (p->number != m->asking.next)
        return DECODE_LOST;
    if (x)
        note_number(x, p);
    else
        conn_find(c, TO_SERVER, unanswered_key);
    end_request(c, m, x ? COM_QUERY : COM_STMT_CLOSE, p);
    return length_of(p);
}

static int64_t feed_command(struct conn *c, struct mysql *m, const struct mysql_packet *p)
{
    if (p->body.len < mysql_command_head(p))
        return DECODE_MORE;
    uint8_t command = p->len ? p->body.at[0] : 0;
    if (!p->len || !mysql_is_command(command))
        return DECODE_LOST;
    m->phase = MYSQL_COMMANDS;
    bool unanswered = mysql_is_unanswered(command);
    uint64_t key = unanswered ? unanswered_key : KEY_IN_ORDER;
    struct exchange *x = conn_begin(c, TO_SERVER, key);
    mysql_tell_command(&m->session, x, p);
    note_number(x, p);
    m->dumps = m->dumps || mysql_is_dump(command);
    if (unanswered) {
        x->outcome = OUTCOME_OK;
        conn_expect_no_answer(c, key);
    }
    end_request(c, m, command, p);
    return length_of(p);
}

/* Where nobody knows what begins here, it must prove itself. */
static enum guess is_proven(const struct mysql *m, struct bytes in)
{
    bool has_text;
    uint32_t capabilities;
    struct mysql_packet p;
    if (mysql_packet(in, &p) && (p.number == 1 || p.number == 2) && m->phase == MYSQL_BEGINS) {
        if (p.body.len < (p.len < MYSQL_LOGIN_HEAD ? p.len : MYSQL_LOGIN_HEAD))
            return GUESS_MORE;
        return mysql_login(&p, &capabilities) && capabilities & MYSQL_PROTOCOL_41 ? GUESS_YES
                                                                                  : GUESS_NO;
    }
    return mysql_is_surely_command(in, &has_text);
}

/* Or it is compressed, if it may be. */
static enum guess is_framed(const struct mysql *m, struct bytes in)
{
    bool has_text, may_be = !m->session.known || m->session.capabilities & MYSQL_COMPRESSES;
    return may_be && m->phase != MYSQL_COMMANDS ? mysql_is_surely_frame(in, &has_text) : GUESS_NO;
}

static int64_t feed_client(struct conn *c, struct mysql *m, struct bytes in)
{
    struct mysql_packet p;
    bool is_file = m->part == PART_FILE && in.len > 3 && in.at[3] == m->answering.next;
    if (conn_is_lost(c, TO_SERVER) && !is_file) {
        enum guess guess = is_proven(m, in), framed = is_framed(m, in);
        if (guess != GUESS_YES && framed == GUESS_YES) {
            m->phase = MYSQL_FRAMES;
            return mysql_feed_frame(c, m, TO_SERVER, in);
        }
        if (guess != GUESS_YES)
            return best_of(guess, framed) == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    }
    if (!mysql_packet(in, &p))
        return DECODE_MORE;
    if (m->asking.goes_on)
        return feed_more(c, m, &p);
    if (m->dumps)
        return length_of(&p); /* how far a replica has come */
    if (!p.number)
        return feed_command(c, m, &p);
    return m->phase == MYSQL_BEGINS ? feed_login(c, m, &p) : feed_reply(c, m, &p);
}

static int64_t mysql_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct mysql *m = conn_state(c);
    if (m->phase == MYSQL_FRAMES)
        return mysql_feed_frame(c, m, dir, in);
    return dir == TO_SERVER ? feed_client(c, m, in) : mysql_feed_answer(c, m, in);
}

/* What is known of the connection stays. */
static int64_t mysql_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct mysql *m = conn_state(c);
    (void)len;
    if (dir == TO_SERVER) {
        m->asking.goes_on = false;
    } else {
        m->answering.goes_on = m->may_trail = m->dumps = false;
        m->part = PART_NONE;
    }
    if (m->phase == MYSQL_FRAMES)
        mysql_frames_settle(c, m);
    return DECODE_LOST;
}

static void mysql_poll(struct conn *c, bool last)
{
    if (last)
        mysql_frames_settle(c, conn_state(c));
}

static void mysql_free(void *state)
{
    struct mysql *m = state;
    statements_free(&m->session.statements);
}

/* A login, or a request for TLS. */
static enum guess guess_login(struct bytes in)
{
    struct mysql_packet p;
    uint32_t capabilities;
    if ((in.len > 2 && in.at[2]) || (in.len > 3 && in.at[3] != 1 && in.at[3] != 2))
        return GUESS_NO; /* REPLY_MAX is less */
    if (!mysql_packet(in, &p) || (p.body.len < p.len && p.body.len < MYSQL_LOGIN_HEAD))
        return GUESS_MORE;
    return mysql_login(&p, &capabilities) ? GUESS_YES : GUESS_NO;
}

/* One without the greeting before it, as it is found inside TLS too: not of old clients, of which
 * little is known. */
static enum guess guess_bare_login(struct bytes in)
{
    struct cursor c = cursor_over(bytes_after(in, MYSQL_HEADER));
    uint32_t flags = cursor_le32(&c);
    if (!c.starved && !(flags & MYSQL_PROTOCOL_41))
        return GUESS_NO;
    return guess_login(in);
}

/* A server speaks first, and says its version, or that it turns the client away. */
static enum guess guess_greeting(struct bytes in)
{
    struct mysql_packet p;
    uint32_t offered;
    static const uint8_t zeros[] = {0, 0};
    if (!in.len)
        return GUESS_MORE;
    if (!mysql_packet(in, &p)) /* its length is less than 512 */
        return in.len < 2 || (in.at[1] < 2 &&
                              bytes_equal(bytes_after(in, 2), bytes_of(zeros, in.len - 2)))
                   ? GUESS_MORE
                   : GUESS_NO;
    if (p.number || p.len > GREETING_MAX ||
        (p.body.len && p.body.at[0] != MYSQL_SAYS_GREETING && p.body.at[0] != MYSQL_SAYS_ERROR))
        return GUESS_NO;
    if (p.body.len < p.len)
        return GUESS_MORE;
    return mysql_greeting(&p, &offered) || mysql_is_refusal(&p) ? GUESS_YES : GUESS_NO;
}

/* What greets may go on as TLS, and is then nothing of ours: the client's word is waited for. */
static enum guess guess_start(struct bytes asked, struct bytes answered)
{
    enum guess guess = guess_greeting(answered);
    bool refuses = answered.len > MYSQL_HEADER && answered.at[MYSQL_HEADER] == MYSQL_SAYS_ERROR;
    if (guess != GUESS_YES || refuses)
        return guess;
    return asked.len ? guess_login(asked) : GUESS_MORE;
}

/* In the middle: a statement says enough; other commands need an answer as well. */
static enum guess guess_command(struct bytes asked, struct bytes answered)
{
    bool has_text;
    struct mysql_packet p;
    for (int i = 0; i < UNANSWERED_MAX; i++) {
        enum guess guess = mysql_is_surely_command(asked, &has_text);
        if (guess != GUESS_YES || has_text)
            return guess;
        mysql_packet(asked, &p);
        if (!mysql_is_unanswered(p.body.at[0]))
            return mysql_is_surely_answer(answered, 1);
        asked = bytes_after(asked, (size_t)length_of(&p));
    }
    return GUESS_NO;
}

static enum guess guess_frames(struct bytes asked, struct bytes answered)
{
    bool has_text;
    enum guess guess = mysql_is_surely_frame(asked, &has_text);
    return guess == GUESS_YES && !has_text ? mysql_is_surely_answer_frame(answered) : guess;
}

static enum guess mysql_probe(const struct opening *o)
{
    if (!o->midstream && o->to_client.len)
        return guess_start(o->to_server, o->to_client);
    if (!o->to_server.len)
        return GUESS_NO;
    enum guess guess = guess_bare_login(o->to_server);
    if (!o->midstream)
        return guess;
    guess = best_of(guess, guess_command(o->to_server, o->to_client));
    return best_of(guess, guess_frames(o->to_server, o->to_client));
}

const struct decoder mysql_decoder = {
    .name = "mysql",
    .transport = OVER_TCP,
    .ports = {3306, 3307, 4000, 6033},
    .state_size = sizeof(struct mysql),
    .doubtful = true,
    .probe = mysql_probe,
    .feed = mysql_feed,
    .gap = mysql_gap,
    .poll = mysql_poll,
    .free = mysql_free,
};
