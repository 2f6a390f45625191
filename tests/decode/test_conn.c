/* test_conn.c - specifies decode/conn.c and decode/pairing.c: times, losses, closes and caps, with
 * HTTP/1 as the example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/pairing.h"
#include "script.h"

extern const struct decoder http1_decoder;

static const struct decoder *const http = &http1_decoder;

#define GET(path) "GET " path " HTTP/1.1\r\n\r\n"
#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* First bytes are timed by their own arrival, last bytes by the latest arrival so far. */
static void times_of_messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http, "POST /a 200 ok 1-3 4-5 ms\n", SAYS("POST /a HTTP/1.1\r\n"),
               SAYS("Content-Length: 2\r\n\r\nh"), SAYS("i"),
               HEARS("HTTP/1.1 200 OK\r\nContent-Le"), HEARS("ngth: 3\r\n\r\nyes"));
    TELLS_WITH(SHOW_TIMES, http, "GET /a 200 ok 1-2 3-3 ms\nGET /b 200 ok pipelined 2-2 4-4 ms\n",
               SAYS("GET /a HTTP/1.1\r\n"), SAYS("\r\n" GET("/b")), HEARS(OK_EMPTY),
               HEARS(OK_EMPTY));
}

/* A hole in a body is a hole in a body, in either direction, with or without chunks. */
static void gaps_in_bodies(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, http, "GET /big 200 ok gap 21+50042 bytes\nGET /n 200 ok 19+38 bytes\n",
               SAYS(GET("/big")), HEARS("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n"),
               LOSES(TO_CLIENT, 49990), HEARS("0123456789"), SAYS(GET("/n")), HEARS(OK_EMPTY));
    TELLS(http, "PUT /big 200 ok gap\n", SAYS("PUT /big HTTP/1.1\r\nContent-Length: 9\r\n\r\n"),
          LOSES(TO_SERVER, 9), HEARS(OK_EMPTY));
    TELLS(http, "GET /a 200 ok gap\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123"),
          LOSES(TO_CLIENT, 6), HEARS("\r\n0\r\n\r\n"));
    TELLS(http, "GET /a 200 ok gap\n", SAYS(GET("/a")), HEARS("HTTP/1.0 200 OK\r\n\r\n"),
          LOSES(TO_CLIENT, 600), ENDS(TO_CLIENT));
}

/* A hole that reaches past a body leaves what is known of that message; one that hits a head makes
 * unknown what was open. A message that starts a later segment is found, and from a request that
 * stands alone order is trusted again. */
static void gaps_in_answers(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 ok gap\nGET /b 200 ok\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), LOSES(TO_CLIENT, 4),
          HEARS("rubbish, "), SAYS(GET("/b")), HEARS(OK_EMPTY));
    TELLS(http, "GET /a unknown gap\nGET /b 200 ok\n", SAYS(GET("/a")), LOSES(TO_CLIENT, 38),
          SAYS(GET("/b")), HEARS(OK_EMPTY));
    TELLS(http, "GET /a 200 unknown gap\nGET /b 200 ok\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nX: "), LOSES(TO_CLIENT, 8), HEARS(": 0\r\n\r\n"),
          SAYS(GET("/b")), HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->lost, 1);
}

/* Which of several answers was lost cannot be known: none of the requests gets the next one. Nor
 * does a request that was sent before the late answers came. */
static void gaps_under_pipelining(void **state)
{
    (void)state;
    TELLS(http,
          "GET /a unknown gap\nGET /b unknown gap pipelined\nGET /c unknown gap pipelined\n"
          "GET /d 200 ok\n",
          SAYS(GET("/a")), SAYS(GET("/b")), SAYS(GET("/c")), LOSES(TO_CLIENT, 38), HEARS(OK_EMPTY),
          HEARS(OK_EMPTY), SAYS(GET("/d")), HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->stray_answers, 2);
    TELLS(http, "GET /a unknown gap\nGET /b unknown\nGET /c unknown pipelined\nGET /d 200 ok\n",
          SAYS(GET("/a")), LOSES(TO_CLIENT, 38), SAYS(GET("/b")), SAYS(GET("/c")), HEARS(OK_EMPTY),
          HEARS(OK_EMPTY), SAYS(GET("/d")), HEARS(OK_EMPTY));
    /* a client that asks ahead as a habit never stands alone for sure */
    TELLS(http,
          "GET /a 200 ok\nGET /b 200 ok pipelined\nGET /c unknown gap pipelined\nGET /d unknown\n",
          SAYS(GET("/a")), SAYS(GET("/b")), HEARS(OK_EMPTY), SAYS(GET("/c")), HEARS(OK_EMPTY),
          LOSES(TO_CLIENT, 38), SAYS(GET("/d")), HEARS(OK_EMPTY));
    TELLS(http, "GET /a unknown gap\nGET /b unknown gap pipelined\nGET /c unknown\n",
          SAYS(GET("/a") GET("/b")), LOSES(TO_CLIENT, 38), SAYS(GET("/c")), HEARS(OK_EMPTY));
}

/* Lost requests do not touch those that were whole before them; their answers are nobody's. */
static void gaps_in_requests(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 ok gap\nGET /c 200 ok\n", SAYS(GET("/a")), LOSES(TO_SERVER, 19),
          HEARS(OK_EMPTY), HEARS(OK_EMPTY), SAYS(GET("/c")), HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->stray_answers, 1);
    TELLS(http, "GET /a unknown gap\nGET /c 200 ok\n", SAYS("GET /a HTTP/1.1\r\nHo"),
          LOSES(TO_SERVER, 4), SAYS("x\r\n\r\n"), HEARS(OK_EMPTY), SAYS(GET("/c")),
          HEARS(OK_EMPTY));
    /* the answer to the lost one may come after the next request */
    TELLS(http, "GET /a 200 ok gap\nGET /c unknown pipelined\nGET /d 200 ok\n", SAYS(GET("/a")),
          LOSES(TO_SERVER, 19), SAYS(GET("/c")), HEARS(OK_EMPTY), HEARS(OK_EMPTY), HEARS(OK_EMPTY),
          SAYS(GET("/d")), HEARS(OK_EMPTY));
    /* an upload whose end was lost: it is known where that was */
    TELLS(http, "PUT /a 200 ok gap\nGET /c 200 ok\n",
          SAYS("PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\n12"), LOSES(TO_SERVER, 20),
          HEARS(OK_EMPTY), SAYS(GET("/c")), HEARS(OK_EMPTY));
}

/* Joined in its middle: an answer without a request is counted; an answer is paired when there is
 * no doubt about its request. */
static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, http, "GET /a 200 ok\nGET /b 200 ok\n", HEARS("-- of a body --"),
               HEARS(OK_EMPTY), SAYS(GET("/a")), HEARS(OK_EMPTY), SAYS(GET("/b")), HEARS(OK_EMPTY));
    assert_int_equal(script_counters()->stray_answers, 1);
    TELLS_WITH(JOINED, http, "GET /a unknown\nGET /b unknown pipelined\nGET /c 200 ok\n",
               SAYS(GET("/a")), SAYS(GET("/b")), HEARS(OK_EMPTY), HEARS(OK_EMPTY), SAYS(GET("/c")),
               HEARS(OK_EMPTY));
    /* the end of a request may never be seen */
    TELLS_WITH(JOINED, http, "GET /a 200 ok early-answer\n", SAYS("GET /a HTTP/1.1\r\nHost: "),
               HEARS(OK_EMPTY));
    /* an answer to a request that was not seen may be one to HEAD, whose body never comes */
    TELLS_WITH(JOINED, http, "GET /a 200 ok\n", HEARS("HTTP/1.1 200 OK\r\n\r\n"), SAYS(GET("/a")),
               HEARS(OK_EMPTY));
}

/* Who ended the connection, and how, says what became of an open exchange. */
static void closes(void **state)
{
    (void)state;
    static const struct {
        enum conn_close why;
        const char *open, *half;
    } cases[] = {
        {CLOSE_ORDERLY, "unanswered", "reset"},
        {CLOSE_RESET_BY_CLIENT, "cancelled", "cancelled"},
        {CLOSE_RESET_BY_SERVER, "reset", "reset"},
        {CLOSE_IDLE, "timeout", "timeout"},
        {CLOSE_CAPTURE_ENDED, "unanswered", "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char story[64];
        snprintf(story, sizeof story, "GET /a %s\n", cases[i].open);
        TELLS(http, story, SAYS(GET("/a")), CLOSES(cases[i].why));
        snprintf(story, sizeof story, "GET /a 200 %s\n", cases[i].half);
        TELLS(http, story, SAYS(GET("/a")), HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"),
              CLOSES(cases[i].why));
    }
}

/* When the server has sent its last byte, what is open stays without an answer, at once. */
static void ends(void **state)
{
    (void)state;
    TELLS(http, "GET /a unanswered\n", SAYS(GET("/a")), ENDS(TO_CLIENT),
          CLOSES(CLOSE_RESET_BY_CLIENT));
    TELLS(http, "GET /a 200 reset\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"), ENDS(TO_CLIENT));
    TELLS(http, "GET /a 200 cancelled\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"), ENDS(TO_SERVER), ENDS(TO_CLIENT));
    TELLS(http, "GET /a 200 ok\n", SAYS(GET("/a")), ENDS(TO_SERVER), HEARS(OK_EMPTY));
}

/* A time-out ends the exchange; its late answer is passed over, and the next one is the next
 * request's. A transfer that goes on does not time out, one that stands still does. */
static void time_outs(void **state)
{
    (void)state;
    TELLS(http, "GET /a timeout\nGET /b 200 ok\n", SAYS(GET("/a")), TIMES_OUT(50), TIMES_OUT(50),
          HEARS(OK_EMPTY), SAYS(GET("/b")), HEARS(OK_EMPTY));
    TELLS(http, "GET /a 200 timeout\n", SAYS(GET("/a")),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"), TIMES_OUT(50), HEARS("2345"));
    TELLS(http, "PUT /a unanswered\n", SAYS("PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\n1"),
          TIMES_OUT(50));
}

/* What was sent twice is noted on what was open. */
static void retransmissions(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 ok retransmitted\nGET /b 200 ok\n", SAYS(GET("/a")), REPEATS(TO_SERVER),
          HEARS(OK_EMPTY), SAYS(GET("/b")), HEARS(OK_EMPTY));
}

/* What follows a loss is passed over until a segment starts a message. After 32 segments that do
 * not, that direction is let be until the other one finds a message; when both are lost the
 * connection is given up. */
static void nonsense(void **state)
{
    (void)state;
    static char text[40];
    memset(text, '?', sizeof text);
    struct step steps[80];
    size_t n = 0;
    steps[n++] = SAYS(GET("/a"));
    steps[n++] = LOSES(TO_CLIENT, 10);
    for (int i = 0; i < 40; i++)
        steps[n++] = (struct step){STEP_BYTES, TO_CLIENT, text, 1, 0, 0};
    steps[n++] = HEARS(OK_EMPTY); /* not heard */
    steps[n++] = SAYS(GET("/b"));
    steps[n++] = HEARS(OK_EMPTY);
    script_tells(&(struct script){http, steps, n, 0}, "GET /a unknown gap\nGET /b 200 ok\n");
    assert_int_equal(script_counters()->given_up, 0);
    assert_int_equal(script_counters()->stray_answers, 0);

    n = 0;
    steps[n++] = SAYS(GET("/a"));
    steps[n++] = SAYS("\x16\x03\x01");
    steps[n++] = LOSES(TO_CLIENT, 10);
    for (int i = 0; i < 32; i++) {
        steps[n++] = (struct step){STEP_BYTES, TO_CLIENT, text, 1, 0, 0};
        steps[n++] = (struct step){STEP_BYTES, TO_SERVER, text, 1, 0, 0};
    }
    steps[n++] = SAYS(GET("/b"));
    script_tells(&(struct script){http, steps, n, 0}, "GET /a unknown gap\n");
    assert_int_equal(script_counters()->given_up, 1);
}

struct caught {
    unsigned count;
    unsigned unknown;
    uint32_t notes;
    uint64_t response_ns, response_end_ns;
};

static void catch_exchange(void *ctx, struct exchange *x)
{
    struct caught *caught = ctx;
    caught->count++;
    caught->unknown += x->outcome == OUTCOME_UNKNOWN;
    caught->notes = x->notes;
    caught->response_ns = x->response_ns;
    caught->response_end_ns = x->response_end_ns;
}

struct bench {
    struct caught caught;
    struct decode_counters counters;
    struct conn_shared shared;
};

static void bench_init(struct bench *b)
{
    *b = (struct bench){.shared = {.sink = {.exchange = catch_exchange, .ctx = &b->caught},
                                   .counters = &b->counters,
                                   .unread_bytes_max = 1 << 20,
                                   .open_max = 1000}};
}

static struct conn *bench_conn(struct bench *b)
{
    struct conn_ends nobody = {.server_port = 80};
    struct conn *c = conn_new(&b->shared, http, &nobody, false);
    assert_non_null(c);
    return c;
}

static void tell(struct conn *c, enum dir dir, uint64_t arrived_ns, const char *text)
{
    conn_bytes(c, dir, (struct moment){.now_ns = 1000}, arrived_ns, bytes_of_text(text));
}

/* Bytes that were held for an earlier one keep the time at which they came; a last byte is not
 * seen before the bytes in front of it. */
static void times_of_held_bytes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct conn *c = bench_conn(&b);
    tell(c, TO_SERVER, 100, GET("/a"));
    tell(c, TO_CLIENT, 900, "HTTP/1.1 200 OK\r\n");
    tell(c, TO_CLIENT, 700, "Content-Length: 1\r\n\r\nx");
    assert_int_equal(b.caught.response_ns, 900);
    assert_int_equal(b.caught.response_end_ns, 900);
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
}

/* Each row: when request and answer came, and the clock with them; what is known of the times. An
 * answer that came with its request, as far as can be told, took no time; one that is stamped long
 * before it, because the clock was put back, is not timed, nor is what follows any slower. */
static void clock_goes_back(void **state)
{
    (void)state;
    static const struct {
        uint64_t asked_ns, answered_ns;
        bool skewed;
        uint64_t response_ns; /* 0: not known */
        uint32_t notes;
    } table[] = {
        {5000000, 5001000, false, 5001000, 0},         {5000000, 5000000, true, 5000000, NOTE_SKEW},
        {5000000, 4000000, false, 5000000, NOTE_SKEW}, {5000000, 3999999, false, 0, NOTE_SKEW},
        {90000000000, 5000, false, 0, NOTE_SKEW},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct bench b;
        bench_init(&b);
        struct conn *c = bench_conn(&b);
        struct moment asked = {.now_ns = table[i].asked_ns};
        struct moment answered = {.now_ns = table[i].answered_ns, .skewed = table[i].skewed};
        conn_bytes(c, TO_SERVER, asked, asked.now_ns, bytes_of_text(GET("/a")));
        conn_bytes(c, TO_CLIENT, answered, answered.now_ns, bytes_of_text(OK_EMPTY));
        assert_int_equal(b.caught.count, 1);
        assert_int_equal(b.caught.notes, table[i].notes);
        assert_int_equal(b.caught.response_ns, table[i].response_ns);
        assert_int_equal(b.caught.response_end_ns, table[i].response_ns);
        assert_int_equal(b.counters.unmeasured, table[i].response_ns == 0);
        asked.now_ns = table[i].answered_ns + 2000000;
        answered = (struct moment){.now_ns = asked.now_ns + 1000};
        conn_bytes(c, TO_SERVER, asked, asked.now_ns, bytes_of_text(GET("/b")));
        conn_bytes(c, TO_CLIENT, answered, answered.now_ns, bytes_of_text(OK_EMPTY));
        assert_int_equal(b.caught.count, 2);
        assert_int_equal(b.caught.notes, 0);
        assert_int_equal(b.caught.response_ns, answered.now_ns);
        assert_int_equal(b.caught.response_end_ns, answered.now_ns);
        conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
    }
}

/* A connection has at most OPEN_MAX exchanges open; one more, and all of them are unknown, because
 * the next answer would be taken for the wrong one's. */
static void too_many_open(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.shared.open_max = 2 * OPEN_MAX;
    struct conn *c = bench_conn(&b);
    for (int i = 0; i < OPEN_MAX; i++)
        tell(c, TO_SERVER, 100, GET("/a"));
    assert_int_equal(b.caught.count, 0);
    tell(c, TO_SERVER, 100, GET("/a"));
    assert_int_equal(b.caught.unknown, OPEN_MAX);
    assert_int_equal(b.counters.exchanges_evicted, OPEN_MAX);
    tell(c, TO_CLIENT, 200, OK_EMPTY);
    assert_int_equal(b.caught.unknown, OPEN_MAX + 1);
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
    assert_int_equal(b.shared.open, 0);
}

/* When the worker has no room for more, what has been open longest is unknown, and counted; its
 * answer is nobody's. */
static void no_room_for_open(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.shared.open_max = 1;
    struct conn *one = bench_conn(&b), *two = bench_conn(&b);
    tell(one, TO_SERVER, 100, GET("/a"));
    tell(two, TO_SERVER, 100, GET("/b"));
    assert_int_equal(b.counters.exchanges_evicted, 1);
    tell(two, TO_CLIENT, 200, OK_EMPTY);
    tell(one, TO_CLIENT, 200, OK_EMPTY);
    tell(two, TO_SERVER, 300, GET("/c"));
    tell(two, TO_CLIENT, 400, OK_EMPTY);
    conn_close(one, (struct moment){0}, CLOSE_ORDERLY);
    conn_close(two, (struct moment){0}, CLOSE_ORDERLY);
    assert_int_equal(b.caught.count, 3);
    assert_int_equal(b.caught.unknown, 1);
    assert_int_equal(b.counters.exchanges_evicted, 1);
    assert_int_equal(b.counters.stray_answers, 1);
}

/* A connection that wants to keep more than there is room for is given up. */
static void no_room_for_unread(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.shared.unread_bytes_max = 1700;
    struct conn *one = bench_conn(&b), *two = bench_conn(&b);
    tell(one, TO_SERVER, 100, "GET /a HT");
    size_t memory = conn_memory(one);
    tell(two, TO_SERVER, 100, "GET /b HT");
    assert_int_equal(b.counters.given_up, 1);
    assert_null(conn_decoder(two));
    assert_false(conn_wants_classify(two));
    tell(two, TO_SERVER, 200, "TP/1.1\r\n\r\n");
    tell(one, TO_SERVER, 200, "TP/1.1\r\n\r\n");
    assert_int_equal(b.shared.unread_bytes, 0);
    assert_true(conn_memory(one) < memory + sizeof(struct open));
    tell(one, TO_CLIENT, 300, OK_EMPTY);
    assert_int_equal(b.caught.count, 1);
    conn_close(one, (struct moment){0}, CLOSE_ORDERLY);
    conn_close(two, (struct moment){0}, CLOSE_ORDERLY);
}

/* After an upgrade the owner says what the bytes are; those that came with the answer are not
 * lost. */
static void another_protocol(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct conn *c = bench_conn(&b);
    tell(c, TO_SERVER, 100, "CONNECT db:1 HTTP/1.1\r\n\r\n");
    tell(c, TO_CLIENT, 200, "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 40");
    assert_null(conn_decoder(c));
    assert_true(conn_wants_classify(c));
    conn_set_decoder(c, http);
    assert_ptr_equal(conn_decoder(c), http);
    assert_false(conn_wants_classify(c));
    tell(c, TO_CLIENT, 300, "8 Timeout\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(b.counters.stray_answers, 1);
    tell(c, TO_SERVER, 400, GET("/inner"));
    tell(c, TO_CLIENT, 500, OK_EMPTY);
    assert_int_equal(b.caught.count, 2);
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
}

/* What is clear from the bytes behind the answer is not asked. */
static void another_protocol_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct conn *c = bench_conn(&b);
    tell(c, TO_SERVER, 100, "CONNECT db:1 HTTP/1.1\r\n\r\n");
    tell(c, TO_CLIENT, 200, "HTTP/1.1 200 OK\r\n\r\n" OK_EMPTY);
    assert_ptr_equal(conn_decoder(c), http);
    conn_set_decoder(c, NULL);
    assert_null(conn_decoder(c));
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
    conn_close(NULL, (struct moment){0}, CLOSE_ORDERLY);
}

/* Bytes of the client that start no request may hold some: one that comes behind them, before any
 * answer, need not be the first that will be answered. */
static void bytes_passed_over_may_ask(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct conn *c = bench_conn(&b);
    tell(c, TO_SERVER, 100, GET("/a"));
    tell(c, TO_CLIENT, 200, OK_EMPTY);
    conn_gap(c, TO_SERVER, (struct moment){.now_ns = 300}, 9, NOTE_GAP);
    tell(c, TO_SERVER, 400, "of a body" GET("/b") GET("/c"));
    tell(c, TO_SERVER, 500, GET("/d"));
    tell(c, TO_CLIENT, 600, OK_EMPTY);
    assert_int_equal(b.caught.count, 2);
    assert_int_equal(b.caught.unknown, 1);
    tell(c, TO_SERVER, 700, GET("/e"));
    tell(c, TO_CLIENT, 800, OK_EMPTY);
    assert_int_equal(b.caught.count, 3);
    assert_int_equal(b.caught.unknown, 1);
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
}

/* Exchanges of which number n asks for /n and is answered with status 400 + n % 100, so that an
 * answer which is charged to another request shows. */
struct lossy {
    struct bench b;
    struct conn *c;
    uint64_t random, now_ns;
    size_t lost[2]; /* bytes not told yet */
    unsigned loss_percent;
    unsigned answered;
};

static void check_pair(void *ctx, struct exchange *x)
{
    struct lossy *l = ctx;
    if (!x->status[0] || x->outcome == OUTCOME_UNKNOWN)
        return;
    assert_int_equal(atoi(x->status), 400 + atoi(x->path + 1) % 100);
    l->answered++;
}

static unsigned dice(struct lossy *l, unsigned sides)
{
    l->random = l->random * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(l->random >> 33) % sides;
}

/* In up to three segments, each of which may be lost. */
static void send_lossy(struct lossy *l, enum dir dir, const char *text)
{
    struct bytes left = bytes_of_text(text);
    while (left.len) {
        struct bytes piece = bytes_first(left, dice(l, 2) ? left.len : 1 + left.len / 2);
        left = bytes_after(left, piece.len);
        struct moment m = {.now_ns = ++l->now_ns};
        if (dice(l, 100) < l->loss_percent) {
            l->lost[dir] += piece.len;
            continue;
        }
        if (l->lost[dir])
            conn_gap(l->c, dir, m, l->lost[dir], NOTE_GAP);
        l->lost[dir] = 0;
        conn_bytes(l->c, dir, m, m.now_ns, piece);
    }
}

/* The client asks `ahead` requests in one packet, then waits for their answers. */
static unsigned converse(unsigned seed, unsigned ahead, unsigned loss_percent)
{
    struct lossy l = {.random = seed, .loss_percent = loss_percent};
    bench_init(&l.b);
    l.b.shared.sink = (struct sink){.exchange = check_pair, .ctx = &l};
    l.c = bench_conn(&l.b);
    for (unsigned n = 0; n < 300; n += ahead) {
        char text[1024] = "";
        for (unsigned i = n; i < n + ahead; i++)
            snprintf(text + strlen(text), 64, "%s /%u HTTP/1.1\r\n%s", i % 3 ? "GET" : "PUT", i,
                     i % 3 ? "\r\n" : "Content-Length: 10\r\n\r\n0123456789");
        send_lossy(&l, TO_SERVER, text);
        for (unsigned i = n; i < n + ahead; i++) {
            snprintf(text, sizeof text, "HTTP/1.1 %u x\r\n%s", 400 + i % 100,
                     i % 2 ? "Content-Length: 12\r\n\r\n0123456789ab"
                           : "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
            send_lossy(&l, TO_CLIENT, text);
        }
    }
    conn_close(l.c, (struct moment){0}, CLOSE_ORDERLY);
    return l.answered;
}

/* However many segments are lost, no answer is charged to another request; and a client that waits
 * for each answer loses little more than what the losses hit. */
static void losses_never_mix_up(void **state)
{
    (void)state;
    unsigned answered = 0;
    for (unsigned seed = 0; seed < 100; seed++) {
        answered += converse(seed, 1, 2);
        converse(seed, 1, 30);
        converse(seed, 3, 2);
        converse(seed, 3, 30);
    }
    assert_true(answered > 100 * 300 * 85 / 100);
    assert_int_equal(converse(1, 1, 0), 300);
    assert_int_equal(converse(1, 5, 0), 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_messages),
        cmocka_unit_test(gaps_in_bodies),
        cmocka_unit_test(gaps_in_answers),
        cmocka_unit_test(gaps_under_pipelining),
        cmocka_unit_test(gaps_in_requests),
        cmocka_unit_test(joined),
        cmocka_unit_test(closes),
        cmocka_unit_test(ends),
        cmocka_unit_test(time_outs),
        cmocka_unit_test(retransmissions),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(times_of_held_bytes),
        cmocka_unit_test(clock_goes_back),
        cmocka_unit_test(too_many_open),
        cmocka_unit_test(no_room_for_open),
        cmocka_unit_test(no_room_for_unread),
        cmocka_unit_test(another_protocol),
        cmocka_unit_test(another_protocol_at_once),
        cmocka_unit_test(bytes_passed_over_may_ask),
        cmocka_unit_test(losses_never_mix_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
