/* clickhouse.c - ClickHouse's native protocol (decode/clickhouse_packet.h).
 *
 * A client asks, and asks again when all of the answer has come: blocks of rows, progress, and at
 * last END or an EXCEPTION. Rows that are inserted are blocks as well, which the client sends
 * behind its query once the server has said which columns there are.
 *
 * Where a block of a type that is not known here ends cannot be told, and so neither where the
 * answer does; but when the client asks for something else it has ended, and then its last byte
 * says how: END is the byte 5, and an EXCEPTION ends with a 0 (no other follows). */
#include <stdio.h>
#include <stdlib.h>

#include "decode/clickhouse_block.h"
#include "decode/clickhouse_packet.h"
#include "decode/sql.h"

enum { TEXT_SEEN = 16 * 1024, PINGS_MAX = 4, KEY = 1 };

enum place {
    AT_PACKET,
    AT_ADDENDUM,   /* behind a greeting */
    AT_PARAMETERS, /* behind a query */
    AT_TABLE,      /* behind the type of a packet with a block: its table's name */
    AT_FRAME,
    AFTER_FULL_FRAME, /* another, or a packet */
    IN_BLOCK,
    AT_COLUMNS, /* the columns' description */
    AT_MESSAGE, /* texts of an exception, */
    AT_STACK,
    AT_NESTED, /* and whether another is behind it */
    ADRIFT,    /* in an answer that nobody knows the end of */
};

enum asked { ASKED_NOTHING, ASKED_HELLO, ASKED_PING, ASKED_TABLES, ASKED_QUERY };

struct side {
    uint8_t place;                  /* enum place */
    uint8_t packet;                 /* the type of the packet at hand */
    struct clickhouse_block *block; /* owned; NULL: none has come that was not compressed */
};

struct clickhouse {
    struct side side[2];
    uint64_t client, revision; /* what the client knows, and both do; 0: not known */
    uint64_t tail;             /* the last bytes of an answer that is adrift */
    uint8_t asked;             /* enum asked: what is open */
    bool compressed;
    bool inserts;   /* what is open is answered when all rows have come */
    bool sent;      /* the query, and the tables that go with it, have passed */
    bool answering; /* something of the answer has come */
    bool cancelled;
    bool failed;
    bool fresh;  /* the client has asked since the server's last byte */
    bool heard;  /* there is a server: what it says comes by */
    bool astray; /* what the server says may be to something that was not seen */
    bool closed; /* nothing of it can be read: packets come in chunks */
    int32_t code;
};

/* --- the exchange --- */

static void tell(struct exchange *x, const char *what)
{
    exchange_text(x, x->method, sizeof x->method, bytes_of_text(what));
    exchange_text(x, x->operation, sizeof x->operation, bytes_of_text(what));
}

/* The client says something new: what was open has been answered. */
static void settle(struct conn *c, struct clickhouse *m)
{
    enum { LAST = 0xff };
    struct exchange *x = conn_peek(c, KEY);
    struct side *s = &m->side[TO_CLIENT];
    bool ended = s->place == ADRIFT && (m->tail & LAST) == CLICKHOUSE_END;
    if (x && ended && !m->astray) {
        exchange_text(x, x->status, sizeof x->status, bytes_of_text("OK"));
        x->outcome = OUTCOME_OK;
    }
    if (x && !m->heard && !(x->notes & NOTE_GAP))
        x->notes |= NOTE_ONE_WAY; /* nobody asks on without having heard */
    if (x)
        conn_abort(c, KEY, OUTCOME_UNKNOWN); /* but for an answer that was whole */
    s->place = AT_PACKET;
    m->asked = ASKED_NOTHING;
}

static struct exchange *ask(struct conn *c, struct clickhouse *m, enum asked asked)
{
    settle(c, m);
    m->asked = (uint8_t)asked;
    m->inserts = m->answering = m->cancelled = m->failed = m->astray = false;
    m->sent = asked != ASKED_QUERY;
    m->fresh = true;
    return conn_begin(c, TO_SERVER, KEY);
}

/* What comes of the answer is charged to what was asked. */
static struct exchange *answered(struct conn *c, struct clickhouse *m, bool ends)
{
    bool begins = !m->answering && (ends || !m->inserts);
    m->answering = m->answering || begins;
    struct exchange *x = begins ? conn_begin(c, TO_CLIENT, KEY) : conn_find(c, TO_CLIENT, KEY);
    if (x && m->compressed && m->asked == ASKED_QUERY &&
        m->side[TO_CLIENT].packet == CLICKHOUSE_ROWS)
        x->notes |= NOTE_COMPRESSED;
    return x;
}

static void answer_ends(struct conn *c, struct clickhouse *m)
{
    struct exchange *x = answered(c, m, true);
    char status[16] = "OK";
    if (m->failed)
        snprintf(status, sizeof status, "%d", (int)m->code);
    if (x) {
        exchange_text(x, x->status, sizeof x->status, bytes_of_text(status));
        x->outcome = m->failed      ? clickhouse_outcome(m->code)
                     : m->cancelled ? OUTCOME_CANCELLED
                                    : OUTCOME_OK;
    }
    conn_end(c, TO_CLIENT, KEY);
    m->asked = ASKED_NOTHING;
}

/* What is left of the answer passes by. Should nothing else come it is all there was, and has gone
 * well if it ends as answers do: with a block of no columns and no rows, and END. */
static int64_t drift(struct conn *c, struct clickhouse *m, struct bytes in)
{
    static const uint64_t mask = 0xffffffffff, block_and_end = 0xff00000005;
    for (size_t i = in.len > sizeof m->tail ? in.len - sizeof m->tail : 0; i < in.len; i++)
        m->tail = m->tail << 8 | in.at[i];
    struct exchange *x = answered(c, m, false);
    if (!x || !conn_peek(c, KEY))
        return (int64_t)in.len;
    conn_answer_was_whole(c, KEY);
    x->response_end_ns = conn_now_ns(c);
    bool ended = (m->tail & mask) == block_and_end;
    x->outcome = ended ? OUTCOME_OK : OUTCOME_UNKNOWN;
    exchange_text(x, x->status, sizeof x->status, bytes_of_text(ended ? "OK" : ""));
    return (int64_t)in.len;
}

/* --- blocks, of both sides --- */

static void count_rows(struct clickhouse *m, enum dir dir, struct exchange *x, uint64_t rows)
{
    uint32_t *count = dir == TO_SERVER ? &x->request_messages : &x->response_messages;
    bool counts = m->side[dir].packet == (dir == TO_SERVER ? CLICKHOUSE_DATA : CLICKHOUSE_ROWS);
    if (counts && m->asked == ASKED_QUERY)
        *count += rows < UINT32_MAX - *count ? (uint32_t)rows : UINT32_MAX - *count;
}

/* `empty`: it has no columns, which a client sends when all has been sent. */
static void block_ends(struct conn *c, struct clickhouse *m, enum dir dir, bool empty)
{
    m->side[dir].place = AT_PACKET;
    if (dir == TO_SERVER && empty && !m->sent) {
        m->sent = true;
        conn_end(c, TO_SERVER, KEY);
    }
}

static int64_t feed_frame(struct conn *c, struct clickhouse *m, enum dir dir, struct bytes in)
{
    struct clickhouse_frame f;
    enum guess guess = clickhouse_frame(in, &f);
    if (guess != GUESS_YES)
        return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    if (f.size >= CLICKHOUSE_FRAME_FULL)
        m->side[dir].place = AFTER_FULL_FRAME;
    else
        block_ends(c, m, dir, f.size <= CLICKHOUSE_FRAME_EMPTY);
    return (int64_t)f.len;
}

static int64_t feed_block(struct conn *c, struct clickhouse *m, enum dir dir, struct bytes in,
                          struct exchange *x)
{
    struct side *s = &m->side[dir];
    int64_t len = clickhouse_block_read(s->block, in);
    if (s->block->unknown) {
        if (dir == TO_SERVER)
            return DECODE_LOST;
        s->place = ADRIFT;
        m->tail = 0;
        return len > 0 ? len : drift(c, m, in);
    }
    if (len <= 0 || s->block->stage != CLICKHOUSE_ENDED)
        return len;
    if (x)
        count_rows(m, dir, x, s->block->rows);
    s->place = AT_PACKET;
    block_ends(c, m, dir, !s->block->rows);
    return len;
}

/* Logs and the like are not compressed by servers of before. */
static bool is_compressed(const struct clickhouse *m, enum dir dir)
{
    uint8_t packet = m->side[dir].packet;
    bool plain = dir == TO_CLIENT && (packet == CLICKHOUSE_LOG || packet == CLICKHOUSE_EVENTS);
    return m->compressed && (!plain || m->revision >= CLICKHOUSE_ALL_COMPRESSED);
}

static int64_t feed_table(struct clickhouse *m, enum dir dir, struct bytes in)
{
    struct side *s = &m->side[dir];
    int64_t len = clickhouse_text(in);
    if (len <= 0)
        return len;
    s->place = AT_FRAME;
    if (is_compressed(m, dir))
        return len;
    s->place = IN_BLOCK;
    if (!s->block)
        s->block = malloc(sizeof *s->block);
    if (!s->block)
        return DECODE_LOST;
    clickhouse_block_begin(s->block, m->revision);
    return len;
}

/* Two texts, of which the second is compressed where logs are. */
static int64_t feed_columns(struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_CLIENT];
    int64_t first = clickhouse_text(in);
    if (first <= 0)
        return first;
    struct bytes rest = bytes_after(in, (size_t)first);
    struct clickhouse_frame f;
    bool may_be_frame = m->compressed && m->revision >= CLICKHOUSE_ALL_COMPRESSED;
    enum guess guess = may_be_frame ? clickhouse_frame(rest, &f) : GUESS_NO;
    if (guess == GUESS_YES)
        s->place = AT_FRAME;
    if (guess != GUESS_NO)
        return guess == GUESS_YES ? first : DECODE_MORE;
    int64_t second = rest.len ? clickhouse_text(rest) : DECODE_MORE;
    if (second > 0)
        s->place = AT_PACKET;
    return second > 0 ? first + second : second;
}

/* --- what a client says --- */

static int64_t feed_hello(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct clickhouse_hello hello;
    int64_t len = clickhouse_client_hello(in, &hello);
    if (len <= 0)
        return len;
    tell(ask(c, m, ASKED_HELLO), "connect");
    m->client = hello.revision;
    conn_end(c, TO_SERVER, KEY);
    return len;
}

static void note_trace(struct exchange *x, const struct clickhouse_query *q)
{
    if (!q->trace[0] && !q->trace[1])
        return;
    snprintf(x->trace_id, sizeof x->trace_id, "%016llx%016llx", (unsigned long long)q->trace[0],
             (unsigned long long)q->trace[1]);
    snprintf(x->span_id, sizeof x->span_id, "%016llx", (unsigned long long)q->span);
}

static bool is_insert(const struct exchange *x)
{
    return strcmp(x->method, "INSERT") == 0;
}

static int64_t feed_query(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct clickhouse_query q;
    int64_t len = clickhouse_query(in, m->revision, &q);
    if (len <= 0)
        return len;
    if (q.text.len < q.text_len && q.text.len < TEXT_SEEN)
        return DECODE_MORE;
    struct exchange *x = ask(c, m, ASKED_QUERY);
    struct bytes text = bytes_first(q.text, TEXT_SEEN);
    sql_note(x, text, SQL_CLICKHOUSE, text.len == q.text_len);
    note_trace(x, &q);
    m->compressed = q.compressed;
    m->inserts = is_insert(x);
    if (m->revision >= CLICKHOUSE_PARAMETERS)
        m->side[TO_SERVER].place = AT_PARAMETERS;
    return len;
}

/* If the server's greeting was missed, it was of any revision. */
static int64_t feed_addendum(struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_SERVER];
    if (s->place != AT_ADDENDUM && (m->revision || m->client < CLICKHOUSE_ADDENDUM))
        return DECODE_LOST;
    int64_t len = clickhouse_addendum(in, m->revision ? m->revision : m->client, &m->closed);
    if (len > 0)
        s->place = AT_PACKET;
    return len;
}

static int64_t feed_request(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_SERVER];
    int64_t len = 1;
    s->packet = in.at[0];
    switch (in.at[0]) {
    case CLICKHOUSE_ASKS_HELLO:
        return m->client ? feed_addendum(m, in) : feed_hello(c, m, in);
    case CLICKHOUSE_QUERY:
        return m->revision ? feed_query(c, m, in) : DECODE_LOST;
    case CLICKHOUSE_DATA:
    case CLICKHOUSE_SCALAR:
        s->place = AT_TABLE;
        return m->revision ? 1 : DECODE_LOST;
    case CLICKHOUSE_CANCEL:
        m->cancelled = true;
        return 1;
    case CLICKHOUSE_PING:
        tell(ask(c, m, ASKED_PING), "ping");
        conn_end(c, TO_SERVER, KEY);
        return 1;
    case CLICKHOUSE_ASKS_TABLES:
        len = clickhouse_small_request(in);
        if (len > 0) {
            tell(ask(c, m, ASKED_TABLES), "tables status");
            conn_end(c, TO_SERVER, KEY);
        }
        return len;
    case CLICKHOUSE_IGNORED_PARTS:
        return clickhouse_small_request(in);
    default:
        return DECODE_LOST;
    }
}

/* Nobody knows where this is: a query is proof of itself. */
static int64_t find_query(struct clickhouse *m, struct bytes in)
{
    bool more;
    if (in.at[0] != CLICKHOUSE_QUERY)
        return DECODE_LOST;
    uint64_t revision = clickhouse_query_revision(in, &more);
    if (!revision)
        return more ? DECODE_MORE : DECODE_LOST;
    m->client = m->client ? m->client : revision;
    m->revision = m->revision ? m->revision : revision;
    return 1;
}

/* What a client sends behind what has been taken for the request is still of it. */
static void charge_more(struct conn *c, struct clickhouse *m, struct exchange *x, int64_t len)
{
    if (!x || len <= 0 || m->asked != ASKED_QUERY)
        return;
    x->request_bytes += (uint64_t)len;
    x->request_end_ns = conn_now_ns(c);
}

static int64_t feed_client(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_SERVER];
    bool unknown = conn_is_lost(c, TO_SERVER) || (!m->revision && in.at[0] == CLICKHOUSE_QUERY);
    if (unknown && s->place == AT_PACKET) {
        int64_t found = find_query(m, in);
        if (found <= 0)
            return found;
    }
    bool more = m->sent && m->asked == ASKED_QUERY &&
                (s->place != AT_PACKET || in.at[0] == CLICKHOUSE_DATA);
    struct exchange *x = more ? conn_peek(c, KEY) : conn_find(c, TO_SERVER, KEY);
    int64_t len = DECODE_LOST;
    switch ((enum place)s->place) {
    case AT_PACKET:
        len = feed_request(c, m, in);
        break;
    case AT_ADDENDUM:
        return feed_addendum(m, in);
    case AT_PARAMETERS:
        len = clickhouse_settings(in, m->revision);
        if (len > 0)
            s->place = AT_PACKET;
        break;
    case AT_TABLE:
        len = feed_table(m, TO_SERVER, in);
        break;
    case AFTER_FULL_FRAME:
    case AT_FRAME:
        len = feed_frame(c, m, TO_SERVER, in);
        break;
    case IN_BLOCK:
        len = feed_block(c, m, TO_SERVER, in, x);
        break;
    case AT_COLUMNS:
    case AT_MESSAGE:
    case AT_STACK:
    case AT_NESTED:
    case ADRIFT:
        break;
    }
    if (more)
        charge_more(c, m, x, len);
    return len;
}

/* --- what a server says --- */

static int64_t feed_greeting(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct clickhouse_hello hello;
    if (m->asked != ASKED_HELLO)
        return DECODE_LOST;
    int64_t len = clickhouse_server_hello(in, m->client, &hello);
    if (len <= 0)
        return len;
    m->revision = hello.revision < m->client ? hello.revision : m->client;
    if (m->revision >= CLICKHOUSE_ADDENDUM)
        m->side[TO_SERVER].place = AT_ADDENDUM;
    answer_ends(c, m);
    return len;
}

static int64_t feed_small(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct clickhouse_figures figures;
    int64_t len = clickhouse_small(in, m->revision, &figures);
    if (len <= 0)
        return len;
    bool ends =
        in.at[0] == CLICKHOUSE_END || in.at[0] == CLICKHOUSE_PONG || in.at[0] == CLICKHOUSE_TABLES;
    if (ends) {
        answer_ends(c, m);
        return len;
    }
    struct exchange *x = answered(c, m, false);
    if (x && m->compressed && in.at[0] == CLICKHOUSE_PROFILE && !x->response_messages)
        x->response_messages = figures.rows < UINT32_MAX ? (uint32_t)figures.rows : UINT32_MAX;
    if (x && m->compressed && m->inserts)
        x->request_messages += (uint32_t)figures.written;
    return len;
}

static int64_t feed_exception(struct conn *c, struct clickhouse *m, struct bytes in, size_t front)
{
    int32_t code;
    int64_t len = clickhouse_exception(bytes_after(in, front), &code);
    if (len <= 0)
        return len;
    if (!m->failed)
        m->code = code;
    m->failed = true;
    m->side[TO_CLIENT].place = AT_MESSAGE;
    answered(c, m, true);
    return len + (int64_t)front;
}

/* May this come now? */
static bool is_expected(const struct clickhouse *m, uint8_t packet)
{
    switch ((enum asked)m->asked) {
    case ASKED_HELLO:
        return packet == CLICKHOUSE_SAYS_HELLO || packet == CLICKHOUSE_EXCEPTION;
    case ASKED_PING:
        return packet == CLICKHOUSE_PONG || packet == CLICKHOUSE_PROGRESS ||
               packet == CLICKHOUSE_EXCEPTION;
    case ASKED_TABLES:
        return packet == CLICKHOUSE_TABLES || packet == CLICKHOUSE_EXCEPTION;
    case ASKED_QUERY:
        return packet != CLICKHOUSE_PONG && packet != CLICKHOUSE_TABLES &&
               packet != CLICKHOUSE_SAYS_HELLO;
    case ASKED_NOTHING:
        return false;
    }
    return false;
}

static int64_t feed_answer(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_CLIENT];
    if (m->revision > CLICKHOUSE_KNOWN && m->asked == ASKED_QUERY) {
        s->place = ADRIFT;
        m->tail = 0;
        return drift(c, m, in);
    }
    if (!is_expected(m, in.at[0]))
        return DECODE_LOST;
    s->packet = in.at[0];
    switch (in.at[0]) {
    case CLICKHOUSE_SAYS_HELLO:
        return feed_greeting(c, m, in);
    case CLICKHOUSE_EXCEPTION:
        return feed_exception(c, m, in, 1);
    case CLICKHOUSE_ROWS:
    case CLICKHOUSE_TOTALS:
    case CLICKHOUSE_EXTREMES:
    case CLICKHOUSE_LOG:
    case CLICKHOUSE_EVENTS:
        s->place = AT_TABLE;
        answered(c, m, false);
        return 1;
    case CLICKHOUSE_COLUMNS:
        s->place = AT_COLUMNS;
        answered(c, m, false);
        return 1;
    default:
        return feed_small(c, m, in);
    }
}

/* Texts that say what went wrong are passed over: they may repeat what was asked. */
static int64_t feed_texts(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_CLIENT];
    answered(c, m, true);
    if (s->place == AT_NESTED && in.at[0] == 1)
        return feed_exception(c, m, in, 1);
    if (s->place == AT_NESTED) {
        s->place = AT_PACKET;
        if (in.at[0])
            return DECODE_LOST;
        answer_ends(c, m);
        return 1;
    }
    int64_t len = clickhouse_text(in);
    if (len > 0)
        s->place = s->place == AT_MESSAGE ? AT_STACK : AT_NESTED;
    return len;
}

/* Behind a full frame comes another, or a packet. */
static int64_t feed_after_frame(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct clickhouse_frame f;
    enum guess guess = clickhouse_frame(in, &f);
    if (guess == GUESS_MORE)
        return DECODE_MORE;
    m->side[TO_CLIENT].place = guess == GUESS_YES ? AT_FRAME : AT_PACKET;
    return guess == GUESS_YES ? feed_frame(c, m, TO_CLIENT, in) : feed_answer(c, m, in);
}

static int64_t feed_server(struct conn *c, struct clickhouse *m, struct bytes in)
{
    struct side *s = &m->side[TO_CLIENT];
    if (m->astray || (conn_is_lost(c, TO_CLIENT) && !m->fresh))
        return DECODE_LOST;
    if (s->place == AT_PACKET)
        return feed_answer(c, m, in);
    if (s->place == AT_MESSAGE || s->place == AT_STACK || s->place == AT_NESTED)
        return feed_texts(c, m, in);
    struct exchange *x = answered(c, m, false);
    switch ((enum place)s->place) {
    case AT_TABLE:
        return feed_table(m, TO_CLIENT, in);
    case AT_FRAME:
        return feed_frame(c, m, TO_CLIENT, in);
    case AFTER_FULL_FRAME:
        return feed_after_frame(c, m, in);
    case IN_BLOCK:
        return feed_block(c, m, TO_CLIENT, in, x);
    case AT_COLUMNS:
        return feed_columns(m, in);
    case ADRIFT:
        return drift(c, m, in);
    default:
        return DECODE_LOST;
    }
}

static int64_t clickhouse_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct clickhouse *m = conn_state(c);
    if (m->closed)
        return DECODE_LOST;
    if (dir == TO_SERVER)
        return feed_client(c, m, in);
    m->heard = true;
    int64_t len = feed_server(c, m, in);
    m->fresh = m->fresh && len <= 0;
    return len;
}

/* Which question is answered is known again when the next has come. */
static int64_t clickhouse_gap(struct conn *c, enum dir dir, uint64_t len)
{
    struct clickhouse *m = conn_state(c);
    (void)len;
    m->side[dir].place = AT_PACKET;
    m->astray = true;
    m->fresh = false;
    if (dir == TO_SERVER)
        conn_abort(c, KEY, OUTCOME_UNKNOWN);
    return DECODE_LOST;
}

static void clickhouse_free(void *state)
{
    struct clickhouse *m = state;
    for (int dir = 0; dir < 2; dir++)
        free(m->side[dir].block);
}

static enum guess guess_of(int64_t len)
{
    return len > 0 ? GUESS_YES : len == DECODE_MORE ? GUESS_MORE : GUESS_NO;
}

/* In the middle a query shows it, perhaps behind a few PINGs. */
static enum guess guess_middle(struct bytes in)
{
    bool more;
    for (int i = 0; i < PINGS_MAX && in.len && in.at[0] == CLICKHOUSE_PING; i++)
        in = bytes_after(in, 1);
    if (!in.len)
        return GUESS_MORE;
    if (in.at[0] != CLICKHOUSE_QUERY)
        return GUESS_NO;
    return clickhouse_query_revision(in, &more) ? GUESS_YES : more ? GUESS_MORE : GUESS_NO;
}

static enum guess clickhouse_probe(const struct opening *o)
{
    struct clickhouse_hello hello;
    if (!o->to_server.len && o->to_client.len)
        return o->midstream && o->to_client.at[0] <= CLICKHOUSE_TIMEZONE ? GUESS_MORE : GUESS_NO;
    if (!o->to_server.len)
        return GUESS_MORE;
    enum guess guess = guess_of(clickhouse_client_hello(o->to_server, &hello));
    if (guess == GUESS_YES && o->to_client.len)
        return o->to_client.at[0] == CLICKHOUSE_SAYS_HELLO ||
                       o->to_client.at[0] == CLICKHOUSE_EXCEPTION
                   ? GUESS_YES
                   : GUESS_NO;
    return guess == GUESS_NO && o->midstream ? guess_middle(o->to_server) : guess;
}

const struct decoder clickhouse_decoder = {
    .name = "clickhouse",
    .ports = {9000, 9001},
    .state_size = sizeof(struct clickhouse),
    .doubtful = true,
    .probe = clickhouse_probe,
    .feed = clickhouse_feed,
    .gap = clickhouse_gap,
    .free = clickhouse_free,
};
