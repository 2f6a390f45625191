/* starttls.c - what comes before TLS where the two sides first agree on it: PostgreSQL's
 * SSLRequest, and SMTP's STARTTLS (RFC 3207).
 *
 * A connection is claimed when both have agreed, and not before, so it is never reported as this:
 * what the two said is passed over, and TLS goes on. A decoder of one of these protocols takes over
 * by standing before this one in the list; it then changes to TLS by itself. */
#include "decode/decoder.h"

enum request { NO_REQUEST, POSTGRESQL, SMTP };

enum {
    POSTGRESQL_REQUEST_BYTES = 8,
    POSTGRESQL_SSL_CODE = 80877103,
    POSTGRESQL_GSS_CODE = 80877104,
    SMTP_LINE_MAX = 1024,
};

/* What was agreed on so far. */
struct starttls {
    enum request request;
    uint32_t commands, replies; /* of SMTP; the greeting is a reply */
    uint32_t asked;             /* the command STARTTLS, counted from 1; 0: not yet */
};

/* The code of a request of PostgreSQL; 0 if it is none that asks for encryption. */
static uint32_t postgresql_request(struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint32_t len = cursor_be32(&c), code = cursor_be32(&c);
    bool asks = code == POSTGRESQL_SSL_CODE || code == POSTGRESQL_GSS_CODE;
    return !c.starved && len == POSTGRESQL_REQUEST_BYTES && asks ? code : 0;
}

static enum guess guess_postgresql(struct bytes asked, struct bytes answered)
{
    static const uint8_t prefix[] = {0, 0, 0, 8, 4, 0xd2, 0x16};
    if (!asked.len && answered.len)
        return GUESS_NO;
    if (!bytes_equal(bytes_first(asked, sizeof prefix),
                     bytes_first(bytes_of(prefix, sizeof prefix), asked.len)))
        return GUESS_NO;
    for (;; asked = bytes_after(asked, POSTGRESQL_REQUEST_BYTES),
            answered = bytes_after(answered, 1)) {
        uint32_t code = postgresql_request(asked);
        if (asked.len >= POSTGRESQL_REQUEST_BYTES && !code)
            return GUESS_NO;
        if (!code || !answered.len)
            return GUESS_MORE;
        if (code == POSTGRESQL_SSL_CODE)
            return answered.at[0] == 'S' ? GUESS_YES : GUESS_NO;
        if (answered.at[0] != 'N')
            return GUESS_NO;
    }
}

/* Length of the line with its end; 0: it is not all here. */
static size_t line_len(struct bytes in)
{
    const uint8_t *end = in.len ? memchr(in.at, '\n', in.len) : NULL;
    return end ? (size_t)(end - in.at) + 1 : 0;
}

/* Does the line begin with these letters, in capitals or not? */
static bool says(struct bytes line, const char *word)
{
    size_t len = strlen(word);
    if (line.len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((line.at[i] & 0xdf) != word[i])
            return false;
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_reply(struct bytes line)
{
    return line.len >= 4 && is_digit(line.at[0]) && is_digit(line.at[1]) && is_digit(line.at[2]) &&
           (line.at[3] == ' ' || line.at[3] == '-' || line.at[3] == '\r' || line.at[3] == '\n');
}

static bool is_agreed(struct bytes reply)
{
    return bytes_equal_text(bytes_first(reply, 3), "220");
}

/* The next line from the client. False: it is no command that comes before TLS. */
static bool take_command(struct starttls *s, struct bytes line)
{
    static const char *const before[] = {"EHLO", "HELO", "NOOP", "RSET"};
    s->commands++;
    if (says(line, "STARTTLS")) {
        s->asked = s->commands;
        return true;
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (says(line, before[i]))
            return true;
    return false;
}

/* The next line from the server. True: it is the whole answer to STARTTLS, or the end of it. */
static bool take_reply(struct starttls *s, struct bytes line)
{
    s->replies += line.at[3] != '-';
    return s->asked && line.at[3] != '-' && s->replies == s->asked + 1;
}

static bool is_beginning_of(struct bytes in, const char *text)
{
    return bytes_equal(bytes_first(in, strlen(text)), bytes_first(bytes_of_text(text), in.len));
}

static enum guess guess_smtp(struct bytes asked, struct bytes answered)
{
    struct starttls s = {0};
    if (!is_beginning_of(answered, "220") || (asked.len && !answered.len))
        return GUESS_NO;
    for (size_t len; (len = line_len(asked)) && !s.asked; asked = bytes_after(asked, len))
        if (!take_command(&s, bytes_first(asked, len)))
            return GUESS_NO;
    for (size_t len; (len = line_len(answered)); answered = bytes_after(answered, len)) {
        struct bytes line = bytes_first(answered, len);
        if (!is_reply(line))
            return GUESS_NO;
        if (take_reply(&s, line))
            return is_agreed(line) ? GUESS_YES : GUESS_NO;
    }
    return GUESS_MORE;
}

static enum guess starttls_probe(const struct opening *o)
{
    if (o->midstream)
        return GUESS_NO;
    enum guess guesses[] = {guess_postgresql(o->to_server, o->to_client),
                            guess_smtp(o->to_server, o->to_client)};
    enum guess best = GUESS_NO;
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        best = guesses[i] > best ? guesses[i] : best;
    return best;
}

static int64_t go_on_as_tls(struct conn *c, int64_t len)
{
    static const char *const spoken[] = {[POSTGRESQL] = "postgresql", [SMTP] = "smtp"};
    conn_speaks(c, spoken[((const struct starttls *)conn_state(c))->request]);
    conn_become(c, decoder_named("tls"));
    return len;
}

static int64_t feed_postgresql(struct conn *c, enum dir dir, struct bytes in)
{
    struct starttls *s = conn_state(c);
    if (dir == TO_CLIENT) /* 'N' to a request for GSS, and at last */
        return in.at[0] == 'S' ? go_on_as_tls(c, 1) : in.at[0] == 'N' ? 1 : DECODE_LOST;
    if (in.len < POSTGRESQL_REQUEST_BYTES)
        return DECODE_MORE;
    s->request = POSTGRESQL;
    return postgresql_request(in) ? POSTGRESQL_REQUEST_BYTES : DECODE_LOST;
}

static int64_t feed_smtp(struct conn *c, enum dir dir, struct bytes in)
{
    struct starttls *s = conn_state(c);
    size_t len = line_len(in);
    struct bytes line = bytes_first(in, len);
    if (!len)
        return in.len < SMTP_LINE_MAX ? DECODE_MORE : DECODE_LOST;
    if (dir == TO_SERVER)
        return take_command(s, line) ? (int64_t)len : DECODE_LOST;
    if (!is_reply(line))
        return DECODE_LOST;
    if (!take_reply(s, line))
        return (int64_t)len;
    return is_agreed(line) ? go_on_as_tls(c, (int64_t)len) : DECODE_LOST;
}

/* By the first byte of whoever speaks first. */
static enum request request_of(enum dir dir, struct bytes in)
{
    if (dir == TO_SERVER)
        return in.at[0] ? NO_REQUEST : POSTGRESQL;
    return SMTP;
}

static int64_t starttls_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct starttls *s = conn_state(c);
    if (s->request == NO_REQUEST)
        s->request = request_of(dir, in);
    switch (s->request) {
    case POSTGRESQL:
        return feed_postgresql(c, dir, in);
    case SMTP:
        return feed_smtp(c, dir, in);
    case NO_REQUEST:
        break;
    }
    return DECODE_LOST;
}

const struct decoder starttls_decoder = {
    .name = "starttls",
    .transport = OVER_TCP,
    .ports = {5432, 25, 587},
    .state_size = sizeof(struct starttls),
    .probe = starttls_probe,
    .feed = starttls_feed,
};
