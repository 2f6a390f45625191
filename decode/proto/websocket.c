/* websocket.c - WebSocket (RFC 6455) on a connection of its own, behind an upgrade of HTTP/1 or
 * joined in its middle.
 *
 * The connection is one call with messages both ways, from the upgrade to the frames that close it;
 * their payloads pass by unseen. A PING with its PONG is an exchange, whose duration is the time
 * that a message takes to and fro. */
#include "decode/websocket.h"

enum { PING_OF_CLIENT = 2, PING_OF_SERVER = 3, CHAIN = 3 /* frames that are proof */ };

struct websocket {
    uint64_t server_ping_ns; /* when the server's latest PING came; 0: it has been answered */
    bool begun;              /* the call is known, or known to be from before */
    bool answered;           /* the server has sent something */
    bool closing[2];         /* that side has sent its close */
};

/* Whose the frames are; NULL: the call has been told. */
static struct exchange *call_of(struct conn *c, enum dir dir)
{
    struct websocket *w = conn_state(c);
    if (!w->begun && !conn_peek(c, WEBSOCKET_CALL)) {
        struct exchange *x = conn_begin(c, TO_SERVER, WEBSOCKET_CALL);
        x->call = CALL_BIDI_STREAMING;
        exchange_text(x, x->method, sizeof x->method, bytes_of_text("WEBSOCKET"));
    }
    w->begun = true;
    conn_name(c, "websocket");
    if (!conn_peek(c, WEBSOCKET_CALL))
        return NULL;
    if (dir == TO_CLIENT && !w->answered) {
        w->answered = true;
        struct exchange *x = conn_begin(c, TO_CLIENT, WEBSOCKET_CALL);
        x->notes &= ~(uint32_t)NOTE_EARLY_ANSWER; /* both sides talk as they like */
        return x;
    }
    return conn_find(c, dir, WEBSOCKET_CALL);
}

/* A second one before the answer to the first is not timed. */
static void note_ping(struct conn *c, enum dir dir)
{
    struct websocket *w = conn_state(c);
    if (dir == TO_CLIENT) {
        w->server_ping_ns = w->server_ping_ns ? w->server_ping_ns : conn_now_ns(c);
    } else if (!conn_peek(c, PING_OF_CLIENT)) {
        websocket_name_ping(conn_begin(c, TO_SERVER, PING_OF_CLIENT), TO_SERVER);
        conn_end(c, TO_SERVER, PING_OF_CLIENT);
    }
}

/* One that nobody asked for is a sign of life (5.5.3). */
static void note_pong(struct conn *c, enum dir dir)
{
    struct websocket *w = conn_state(c);
    if (dir == TO_CLIENT && conn_peek(c, PING_OF_CLIENT)) {
        struct exchange *x = conn_begin(c, TO_CLIENT, PING_OF_CLIENT);
        exchange_text(x, x->status, sizeof x->status, bytes_of_text("PONG"));
        x->outcome = OUTCOME_OK;
        conn_end(c, TO_CLIENT, PING_OF_CLIENT);
    } else if (dir == TO_SERVER && w->server_ping_ns) {
        const struct websocket_ping ping = {
            .by = TO_CLIENT, .ping_ns = w->server_ping_ns, .pong_ns = conn_now_ns(c)};
        websocket_tell_ping(c, PING_OF_SERVER, &ping);
        w->server_ping_ns = 0;
    }
}

/* The first to close says why. */
static void note_close(struct conn *c, enum dir dir, struct exchange *x, struct bytes in,
                       const struct websocket_frame *f)
{
    struct websocket *w = conn_state(c);
    if (x && !w->closing[!dir])
        websocket_note_close(x, websocket_close_code(in, f), dir);
    w->closing[dir] = true;
    if (x)
        conn_end(c, dir, WEBSOCKET_CALL);
}

/* Frames that follow each other. */
struct chain {
    unsigned len; /* how many are whole */
    bool broken;  /* what follows them is none */
    bool exact;   /* nothing follows them */
};

static struct chain read_chain(struct bytes in, enum dir dir)
{
    struct chain chain = {.exact = true};
    struct websocket_frame f;
    while (in.len) {
        enum guess guess = websocket_read(in, dir, &f);
        chain.exact = guess == GUESS_YES && f.len <= in.len - f.head;
        chain.broken = guess == GUESS_NO;
        if (!chain.exact)
            return chain;
        chain.len++;
        in = bytes_after(in, f.head + (size_t)f.len);
    }
    return chain;
}

/* Nobody knows where the next frame begins: here, if all that is there are whole frames, or a few
 * are. */
static enum guess is_found(struct bytes in, enum dir dir)
{
    struct chain chain = read_chain(in, dir);
    if (chain.broken)
        return GUESS_NO;
    return chain.exact || chain.len >= CHAIN ? GUESS_YES : GUESS_MORE;
}

static int64_t websocket_feed(struct conn *c, enum dir dir, struct bytes in)
{
    struct websocket_frame f;
    struct websocket *w = conn_state(c);
    enum guess guess = websocket_read(in, dir, &f);
    if (guess == GUESS_YES && conn_is_lost(c, dir))
        guess = is_found(in, dir);
    if (guess != GUESS_YES)
        return guess == GUESS_MORE ? DECODE_MORE : DECODE_LOST;
    if (w->closing[dir])
        return DECODE_LOST; /* nothing follows a close (5.5.1) */
    if (f.opcode == WEBSOCKET_CLOSE && in.len < f.head + (size_t)f.len)
        return DECODE_MORE;
    struct exchange *x = call_of(c, dir);
    if (f.opcode == WEBSOCKET_PING)
        note_ping(c, dir);
    else if (f.opcode == WEBSOCKET_PONG)
        note_pong(c, dir);
    else if (f.opcode == WEBSOCKET_CLOSE)
        note_close(c, dir, x, in, &f);
    else if (x)
        websocket_note_message(c, x, dir, &f, conn_now_ns(c));
    return (int64_t)(f.head + f.len);
}

/* It begins as HTTP, which hands it over. In its middle a few frames of both sides show it. */
static enum guess websocket_probe(const struct opening *opening)
{
    if (!opening->midstream)
        return GUESS_NO;
    struct chain asked = read_chain(opening->to_server, TO_SERVER),
                 answered = read_chain(opening->to_client, TO_CLIENT);
    if (asked.broken || answered.broken)
        return GUESS_NO;
    return asked.len >= CHAIN && answered.len >= CHAIN ? GUESS_YES : GUESS_MORE;
}

const struct decoder websocket_decoder = {
    .name = "websocket",
    .state_size = sizeof(struct websocket),
    .multiplexed = true,
    .doubtful = true,
    .probe = websocket_probe,
    .feed = websocket_feed,
};
