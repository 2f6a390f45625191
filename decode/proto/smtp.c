/* smtp.c - SMTP (RFC 5321) and LMTP (RFC 2033), line by line (decode/smtp_line.h).
 *
 * The server speaks first; then commands are answered in the order of asking. A message is part of
 * the request of its DATA, and so is what a client answers to the challenges of AUTH; chunks of
 * BDAT have a length and pass by unseen. Of all of it nothing is told but the command, for AUTH its
 * mechanism, and the code of the reply. What the server says on the way (354, 334) is no answer.
 *
 * With STARTTLS the connection goes on as TLS. */
#include "decode/decoder.h"
#include "decode/smtp_line.h"

enum reply_kind { REPLY_ANSWERS, REPLY_ON_THE_WAY, REPLY_UNASKED };

struct smtp {
    uint8_t matched;         /* of the end of the message that passes by */
    bool in_message;         /* it does */
    bool message_holed;      /* its end may have been lost: the answer ends it, too */
    bool data_asked;         /* the latest command is DATA, and nothing was said to it */
    bool auth_open;          /* what comes is for AUTH */
    bool unsure;             /* a command is only believed if it is a sure one */
    bool in_reply;           /* further lines of it follow */
    bool greeted;            /* the server has spoken */
    bool is_lmtp;            /* a message is answered for each recipient */
    enum reply_kind kind;    /* of the reply in progress */
    enum smtp_verb answered; /* the command that it answers */
    uint32_t recipients;     /* accepted ones */
};

/* Beside an exchange. */
struct asked {
    enum smtp_verb verb;
    bool takes;       /* a message, which has not ended */
    bool has_taken;   /* or has begun at least */
    bool whole;       /* a message ends with it, which LMTP answers for each recipient */
    uint32_t replies; /* so many of them came */
};

static struct asked *asked_of(struct exchange *x)
{
    return exchange_state(x);
}

/* Bytes of a request whose first line has ended; at least one. */
static void add_to_request(struct conn *c, struct exchange *x, size_t len)
{
    x->request_bytes += len;
    conn_fed_run(c, len - 1, &x->request_end_ns);
}

/* The exchange of the message that passes by; NULL: it is not open any more, or never was. */
static struct exchange *taking(struct conn *c)
{
    struct exchange *x = conn_next(c, NULL);
    while (x && !asked_of(x)->takes)
        x = conn_next(c, x);
    return x;
}

static int64_t feed_message(struct conn *c, struct bytes in)
{
    struct smtp *s = conn_state(c);
    struct exchange *x = taking(c);
    size_t len = smtp_pass_message(in, &s->matched);
    if (x)
        add_to_request(c, x, len);
    if (s->matched == SMTP_END_BYTES) {
        s->in_message = false;
        if (x)
            asked_of(x)->takes = false;
    }
    return (int64_t)len;
}

static void begin_message(struct smtp *s, struct exchange *x)
{
    s->in_message = true;
    s->message_holed = !x;
    s->matched = 2; /* of a line's end, which is where it begins */
    if (x)
        asked_of(x)->takes = asked_of(x)->has_taken = true;
}

/* The latest that was asked with this command; NULL: it is not open. */
static struct exchange *latest(struct conn *c, enum smtp_verb verb)
{
    struct exchange *found = NULL;
    for (struct exchange *x = conn_next(c, NULL); x; x = conn_next(c, x))
        if (asked_of(x)->verb == verb)
            found = x;
    return found;
}

static int64_t begin_command(struct conn *c, const struct smtp_command *command, size_t len)
{
    struct smtp *s = conn_state(c);
    const char *operation =
        command->verb == SMTP_AUTH ? smtp_auth_operation(command->line) : command->name;
    struct exchange *x = conn_begin(c, TO_SERVER, KEY_IN_ORDER);
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(command->name));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(operation));
    *asked_of(x) = (struct asked){.verb = command->verb, .whole = command->last};
    conn_end(c, TO_SERVER, KEY_IN_ORDER);
    s->unsure = false;
    s->data_asked = command->verb == SMTP_DATA;
    s->auth_open = command->verb == SMTP_AUTH;
    s->is_lmtp = command->verb == SMTP_LHLO ||
                 (s->is_lmtp && command->verb != SMTP_EHLO && command->verb != SMTP_HELO);
    return (int64_t)len + command->size;
}

/* What is no command, where a message or an answer to AUTH may come. */
static int64_t feed_more(struct conn *c, struct bytes in, size_t line)
{
    struct smtp *s = conn_state(c);
    if (s->data_asked) { /* what let the client go on was not seen, or is yet to be shown */
        s->data_asked = false;
        begin_message(s, latest(c, SMTP_DATA));
        return feed_message(c, in);
    }
    struct exchange *x = latest(c, SMTP_AUTH);
    if (x)
        add_to_request(c, x, line);
    return (int64_t)line;
}

static int64_t feed_line(struct conn *c, struct bytes in)
{
    struct smtp *s = conn_state(c);
    struct smtp_command command;
    struct bytes line = smtp_line(bytes_first(in, SMTP_LINE_MAX));
    bool wait_for_more = s->data_asked || s->auth_open;
    if (!line.len && in.len < SMTP_LINE_MAX)
        return DECODE_MORE;
    if (!line.len)
        return s->data_asked ? feed_more(c, in, 0) : DECODE_LOST;
    bool fine = smtp_read_command(line, &command);
    if (wait_for_more && !(fine && command.sure))
        return feed_more(c, in, line.len);
    if (!fine || ((conn_is_lost(c, TO_SERVER) || s->unsure) && !command.sure))
        return DECODE_LOST;
    return begin_command(c, &command, line.len);
}

/* To which command is this the reply? */
static enum reply_kind kind_of(struct conn *c, unsigned code)
{
    const struct smtp *s = conn_state(c);
    struct exchange *x = conn_next(c, NULL);
    enum smtp_verb verb = x ? asked_of(x)->verb : SMTP_NONE;
    bool is_first = !s->greeted && !conn_is_lost(c, TO_CLIENT);
    if ((code == 220 && verb != SMTP_STARTTLS) || (!x && (code == 421 || is_first)))
        return REPLY_UNASKED;
    if (code == 354 || (code == 334 && verb == SMTP_AUTH))
        return REPLY_ON_THE_WAY;
    return REPLY_ANSWERS;
}

/* A failure for now is the server's, one for good is the client's. */
static enum outcome outcome_of(unsigned code)
{
    return code >= 500 ? OUTCOME_CLIENT_ERROR : code >= 400 ? OUTCOME_SERVER_ERROR : OUTCOME_OK;
}

/* Of several replies the first that is no success counts. */
static void note_code(struct exchange *x, struct bytes line, unsigned code)
{
    struct asked *asked = asked_of(x);
    if (!asked->replies++ || (x->outcome == OUTCOME_OK && code >= 400)) {
        exchange_text(x, x->status, sizeof x->status, bytes_first(line, 3));
        x->outcome = outcome_of(code);
    }
}

/* The client may go on with what it has begun. */
static void on_the_way(struct conn *c, unsigned code)
{
    struct smtp *s = conn_state(c);
    struct exchange *x = conn_next(c, NULL);
    if (x && asked_of(x)->verb == (code == 354 ? SMTP_DATA : SMTP_AUTH))
        conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    else
        x = NULL;
    s->kind = x ? REPLY_ON_THE_WAY : REPLY_UNASKED;
    s->data_asked = false;
    if (code == 354 && !(x && asked_of(x)->has_taken))
        begin_message(s, x);
}

static void begin_reply(struct conn *c, struct bytes line, unsigned code)
{
    struct smtp *s = conn_state(c);
    s->kind = kind_of(c, code);
    s->greeted = true;
    if (s->kind == REPLY_ON_THE_WAY) {
        on_the_way(c, code);
        return;
    }
    if (s->kind == REPLY_UNASKED)
        return;
    struct exchange *open = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    bool goes_on = open && asked_of(open)->replies;
    struct exchange *x = goes_on ? open : conn_begin(c, TO_CLIENT, KEY_IN_ORDER);
    note_code(x, line, code);
    x->response_messages += s->is_lmtp && asked_of(x)->whole;
    s->answered = asked_of(x)->verb;
}

/* The whole of it has been read; is it all of the answer? */
static void end_answer(struct conn *c, unsigned code)
{
    struct smtp *s = conn_state(c);
    struct exchange *x = conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    const struct asked *asked = x ? asked_of(x) : NULL;
    bool of_message = asked && (asked->has_taken || asked->whole);
    if (s->is_lmtp && of_message && asked->replies < s->recipients)
        return;
    conn_end(c, TO_CLIENT, KEY_IN_ORDER);
    s->in_message = s->in_message && !s->message_holed;
    if (s->answered == SMTP_RCPT)
        s->recipients += code < 300;
    else if (of_message || s->answered == SMTP_RSET || s->answered == SMTP_MAIL)
        s->recipients = 0;
    s->data_asked = s->data_asked && s->answered != SMTP_DATA;
    s->auth_open = s->auth_open && s->answered != SMTP_AUTH;
    if (s->answered == SMTP_STARTTLS && code == 220) {
        if (x)
            x->notes |= NOTE_UPGRADED;
        conn_become(c, decoder_named("tls"));
    }
}

static int64_t feed_reply(struct conn *c, struct bytes in)
{
    struct smtp *s = conn_state(c);
    struct smtp_reply reply;
    struct bytes line = smtp_line(bytes_first(in, SMTP_LINE_MAX));
    if (!smtp_read_reply(line.len ? line : in, &reply))
        return DECODE_LOST;
    if (!line.len)
        return in.len < SMTP_LINE_MAX ? DECODE_MORE : DECODE_LOST;
    if (!s->in_reply)
        begin_reply(c, line, reply.code);
    else if (s->kind != REPLY_UNASKED)
        conn_find(c, TO_CLIENT, KEY_IN_ORDER);
    s->in_reply = reply.more;
    if (!reply.more && s->kind == REPLY_ANSWERS)
        end_answer(c, reply.code);
    return (int64_t)line.len;
}

static int64_t smtp_feed(struct conn *c, enum dir dir, struct bytes in)
{
    const struct smtp *s = conn_state(c);
    if (dir == TO_CLIENT)
        return feed_reply(c, in);
    return s->in_message ? feed_message(c, in) : feed_line(c, in);
}

/* What is missing of a message is a part of it; its end may be, too. */
static int64_t smtp_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct smtp *s = conn_state(c);
    if (dir == TO_CLIENT) {
        s->in_reply = false;
        return DECODE_LOST;
    }
    if (s->in_message && len && len < INT64_MAX) {
        struct exchange *x = taking(c);
        if (x)
            x->request_bytes += len;
        s->message_holed = true;
        s->matched = 0;
        return (int64_t)len;
    }
    s->data_asked = s->auth_open = false;
    s->unsure = true;
    return DECODE_LOST;
}

static bool mentions_smtp(struct bytes line)
{
    for (; line.len >= 4; line = bytes_after(line, 1))
        if (memcmp(line.at + 1, "MTP", 3) == 0 && (line.at[0] == 'S' || line.at[0] == 'L'))
            return true;
    return false;
}

static bool greets(const struct smtp_command *command)
{
    return command->sure &&
           (command->verb == SMTP_EHLO || command->verb == SMTP_HELO || command->verb == SMTP_LHLO);
}

/* A command that no other protocol has. */
static bool is_proof(const struct smtp_command *command)
{
    return command->sure && (command->verb == SMTP_MAIL || command->verb == SMTP_RCPT);
}

/* A mechanism that FTP does not have (RFC 2228). */
static bool is_of_mail(const struct smtp_command *command)
{
    const char *operation = smtp_auth_operation(command->line);
    return strcmp(operation, "AUTH GSSAPI") != 0 && strcmp(operation, "AUTH KERBEROS_V4") != 0;
}

/* A command that has this reply. */
static bool fits(const struct smtp_command *command, struct bytes answered)
{
    struct smtp_reply reply;
    if (!smtp_line(answered).len || !smtp_read_reply(answered, &reply) || !command->sure)
        return false;
    return greets(command) || (command->verb == SMTP_DATA && reply.code == 354) ||
           (command->verb == SMTP_STARTTLS && reply.code == 220) ||
           (command->verb == SMTP_AUTH && is_of_mail(command) && reply.code >= 235);
}

/* Looks for a line of the client that tells. */
static enum guess guess_by_commands(struct bytes asked, struct bytes answered, bool greeted)
{
    struct smtp_command command;
    bool of_mail = greeted && mentions_smtp(smtp_line(answered));
    for (struct bytes line; (line = smtp_line(asked)).len; asked = bytes_after(asked, line.len)) {
        if (!smtp_read_command(line, &command) || !command.sure)
            return GUESS_NO;
        if (is_proof(&command) || fits(&command, answered) || of_mail)
            return GUESS_YES;
    }
    return asked.len < SMTP_LINE_MAX ? GUESS_MORE : GUESS_NO;
}

/* Could these bytes begin a line that tells? */
static bool may_begin(struct bytes asked)
{
    static const char *const words[] = {"EHLO ",  "HELO ",  "LHLO ",     "MAIL ",
                                        "RCPT ",  "DATA\r", "RSET\r",    "NOOP\r",
                                        "QUIT\r", "AUTH ",  "STARTTLS\r"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = 0, most = strlen(words[i]);
        while (len < asked.len && len < most &&
               (asked.at[len] | 0x20) == (uint8_t)(words[i][len] | 0x20))
            len++;
        if (len == asked.len || len == most)
            return true;
    }
    return false;
}

static enum guess smtp_probe(const struct opening *o)
{
    struct smtp_reply reply;
    struct bytes answered = o->to_client;
    if (!smtp_read_reply(answered, &reply) || !may_begin(o->to_server))
        return GUESS_NO;
    bool greeted = answered.len < 3 || reply.code == 220 ||
                   ((reply.code == 421 || reply.code == 554) && mentions_smtp(answered));
    if (!o->midstream && !greeted && !o->to_server.len)
        return GUESS_NO;
    return guess_by_commands(o->to_server, answered, !o->midstream || reply.code == 220);
}

const struct decoder smtp_decoder = {
    .name = "smtp",
    .ports = {25, 587, 24, 2525},
    .state_size = sizeof(struct smtp),
    .doubtful = true,
    .probe = smtp_probe,
    .feed = smtp_feed,
    .gap = smtp_gap,
};
