/* test_http2_streams.c - specifies decode/http2_streams.c through conversations: how streams begin
 * and end, which of them are nobody's, and what is taken up that began before we could see. */
#include "frames.h"

#include "tests/check.h"

extern const struct decoder http2_decoder, http1_decoder;

static const struct decoder *const http2 = &http2_decoder;

#define PLAIN "  -1  0+0\n"

/* Trailers of a request end it, and are no request; those of an answer likewise. */
static void trailers(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, http2, "POST api/a 200 ok 2-4 5-6 ms http2" PLAIN, preface(),
               frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a", "text/x")),
               CLIENT(HTTP2_DATA, 0, 1, "abc"), CLIENT(HTTP2_HEADERS, ALL, 1, "\0\1x\1y"),
               SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"), SERVER(HTTP2_HEADERS, ALL, 1, "\0\1x\1y"));
    /* whose block cannot be read: they end it all the same */
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a 200 ok http2" PLAIN, preface(),
               frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a", "text/x")),
               CLIENT(HTTP2_HEADERS, ALL, 1, "\x80"), SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
}

/* Frames that were under way as a stream ended are nobody's, and are not counted as answers that
 * nobody asked for; an answer to what was never asked is. Blocks are read for their table's sake
 * all the same. */
static void late_frames(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/a cancelled http2  -1  0+0 error 8\n"
               "GET api/b 200 ok http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x8"),
               SERVER(HTTP2_HEADERS, WHOLE, 1,
                      "\x48\3"
                      "201"), /* inserted */
               SERVER(HTTP2_DATA, LAST, 1, "late"), SERVER(HTTP2_WINDOW_UPDATE, 0, 1, "\0\0\0\1"),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")), /* a stream begins once */
               CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")), SERVER(HTTP2_HEADERS, ALL, 3, "\x88"));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS_WITH(SHOW_GRPC, http2, "", preface(), SERVER(HTTP2_HEADERS, ALL, 9, "\x88"));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* The table goes on through blocks of streams that are nobody's. */
static void blocks_of_nobody(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a 418 client_error http2" PLAIN, preface(),
               SERVER(HTTP2_HEADERS, ALL, 9,
                      "\x48\3"
                      "418"),
               CLIENT(HTTP2_HEADERS, ALL, 11, GETS("\2/a")),
               SERVER(HTTP2_HEADERS, ALL, 11, "\xbe"));
}

/* Clients use odd streams, each greater than the one before: what is not so begins nothing. */
static void streams_that_may_not_begin(void **state)
{
    (void)state;
    static const unsigned streams[] = {2, 3, 5}; /* behind 5 */
    for (size_t i = 0; i < 3; i++)
        TELLS_WITH(SHOW_GRPC, http2, "GET api/a 200 ok http2" PLAIN, preface(),
                   CLIENT(HTTP2_HEADERS, ALL, 5, GETS("\2/a")),
                   SERVER(HTTP2_HEADERS, ALL, 5, "\x88"),
                   CLIENT(HTTP2_HEADERS, ALL, streams[i], GETS("\2/b")));
}

/* A pushed answer may be refused by the client, or reset by the server; a promise of an odd stream
 * is none, nor is a second one of the same. */
static void pushes(void **state)
{
    (void)state;
    struct step ask = CLIENT(HTTP2_HEADERS, WHOLE, 1, GETS("\2/a"));
    struct step promise = SERVER(HTTP2_PUSH_PROMISE, WHOLE, 1, "\0\0\0\2" GETS("\2/p"));
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/p cancelled pushed http2  -1  0+0 error 8\n"
               "GET api/a unanswered http2" PLAIN,
               preface(), ask, promise, CLIENT(HTTP2_RST_STREAM, 0, 2, "\0\0\0\x8"));
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/p reset pushed http2  -1  0+0 error 2\n"
               "GET api/a unanswered http2" PLAIN,
               preface(), ask, promise, SERVER(HTTP2_RST_STREAM, 0, 2, "\0\0\0\2"));
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/p 200 ok pushed http2" PLAIN "GET api/a unanswered http2" PLAIN, preface(),
               ask, SERVER(HTTP2_PUSH_PROMISE, WHOLE, 1, "\0\0\0\3" GETS("\2/p")), promise, promise,
               SERVER(HTTP2_HEADERS, ALL, 2, "\x88"));
    /* what went away: pushes are the server's own */
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/a unanswered refused http2  -1  0+0 error 0\n"
               "GET api/p 200 ok pushed http2" PLAIN,
               preface(), ask, promise, SERVER(HTTP2_GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0"),
               SERVER(HTTP2_HEADERS, ALL, 2, "\x88"));
}

/* CONNECT has an authority and no path; what is then said is data. */
static void connects(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "CONNECT db:1 200 ok early-answer http2" PLAIN, preface(),
               CLIENT(HTTP2_HEADERS, WHOLE, 1, "\2\7CONNECT\1\4db:1"),
               SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"), CLIENT(HTTP2_DATA, 0, 1, "\0\0\0\0\1a"),
               SERVER(HTTP2_DATA, LAST, 1, "\0\0\0\0\1a"), CLIENT(HTTP2_DATA, LAST, 1, ""));
}

/* Joined in its middle: streams that are met before the first that is seen to begin are taken up.
 * They are never told, for nobody knows what they asked, but each answer is counted. */
static void adopted(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 5-5 ms\n",
               join(CLIENT(HTTP2_DATA, 0, 3, M1), CLIENT(HTTP2_DATA, LAST, 5, M1)),
               join(SERVER(HTTP2_DATA, 0, 3, M1), answers(5)), /* 3 stays open, 5 is whole */
               SERVER(HTTP2_RST_STREAM, 0, 1, "\0\0\0\2"), /* one that nothing else is seen of */
               join(calls(7, "/a.B/C"), CLIENT(HTTP2_DATA, LAST, 3, M1)), answers(7),
               SERVER(HTTP2_HEADERS, ALL, 3, "\x88" STATUS("0")));
    assert_int_equal(script_counters()->stray_answers, 3);
    assert_int_equal(script_counters()->exchanges, 1);
}

/* What is still under way for an adopted stream that has ended does not adopt it again. */
static void adopted_once(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 6-6 ms\n",
               join(answers(5), SERVER(HTTP2_DATA, 0, 3, "abc")),
               CLIENT(HTTP2_RST_STREAM, 0, 3, "\0\0\0\x8"), SERVER(HTTP2_DATA, LAST, 3, "late"),
               SERVER(HTTP2_RST_STREAM, 0, 5, "\0\0\0\0"), calls(7, "/a.B/C"), answers(7));
    assert_int_equal(script_counters()->stray_answers, 2);
}

/* The end of a request from before, with trailers, is no request. */
static void trailers_from_before(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC | JOINED, http2, "GET api/a 200 ok http2" PLAIN,
        join(CLIENT(HTTP2_PING, 0, 0, "12345678"),
             join(CLIENT(HTTP2_PING, 0, 0, "12345678"), CLIENT(HTTP2_HEADERS, ALL, 5, "\0\1x\1y"))),
        CLIENT(HTTP2_HEADERS, ALL, 7, GETS("\2/a")), SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
}

/* A hole on the way to the server may hold requests: answers to streams past the last that was
 * seen are taken up, up to the next that is seen to begin; they are counted, not told. Those from
 * before the hole are still known. */
static void unseen_behind_a_hole(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a 200 ok gap http2" PLAIN "GET api/b 200 ok http2" PLAIN,
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")), LOSES(TO_SERVER, 60),
               SERVER(HTTP2_HEADERS, ALL, 3, "\x88"), SERVER(HTTP2_HEADERS, ALL, 1, "\x88"),
               CLIENT(HTTP2_HEADERS, ALL, 7, GETS("\2/b")), SERVER(HTTP2_HEADERS, ALL, 5, "\x88"),
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
    assert_int_equal(script_counters()->stray_answers, 2);
}

/* A request that asks HTTP/1 for an upgrade is answered on stream 1 (RFC 7540, 3.2), whichever of
 * the server's first bytes and the client's preface comes first. */
static void upgrade_from_http1(void **state)
{
    (void)state;
#define UPGRADE                                                                                    \
    "GET /up HTTP/1.1\r\nHost: api\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"     \
    "HTTP2-Settings: AAMAAABk\r\n\r\n"
#define SWITCHING "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
#define UP "GET api/up 200 ok upgraded http2" PLAIN
    struct step settings = SERVER(HTTP2_SETTINGS, 0, 0, "");
    struct step answer = SERVER(HTTP2_HEADERS, ALL, 1, "\x88");
    struct step next = CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b"));
    struct step next_answer = SERVER(HTTP2_HEADERS, ALL, 3, "\x88");
    TELLS_WITH(SHOW_GRPC, &http1_decoder, UP "GET api/b 200 ok http2" PLAIN, SAYS(UPGRADE),
               HEARS(SWITCHING), preface(), settings, answer, next, next_answer);
    TELLS_WITH(SHOW_GRPC, &http1_decoder, UP "GET api/b 200 ok http2" PLAIN, SAYS(UPGRADE),
               join(HEARS(SWITCHING), join(settings, answer)), join(preface(), next), next_answer);
    TELLS_WITH(SHOW_GRPC, &http1_decoder,
               "GET api/b 200 ok http2" PLAIN
               "GET api/up reset upgraded refused http2  -1  0+0 error 7\n",
               SAYS(UPGRADE), HEARS(SWITCHING), preface(), settings, next, next_answer,
               SERVER(HTTP2_RST_STREAM, 0, 1, "\0\0\0\7"));
}

/* A refused upgrade is answered in HTTP/1, and so is what follows. */
static void upgrade_refused(void **state)
{
    (void)state;
    TELLS(&http1_decoder, "GET api/up 200 ok\nGET api/n 200 ok\n", SAYS(UPGRADE),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          SAYS("GET /n HTTP/1.1\r\nHost: api\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

/* The client's preface in what was taken for the middle of a connection: it is the start. */
static void preface_found_late(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "GET api/a 200 ok http2" PLAIN, preface(),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")), SERVER(HTTP2_HEADERS, ALL, 1, "\x88"),
               SERVER(HTTP2_HEADERS, ALL, 3, "\x88"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(trailers, frames_setup),
        cmocka_unit_test_setup(late_frames, frames_setup),
        cmocka_unit_test_setup(blocks_of_nobody, frames_setup),
        cmocka_unit_test_setup(streams_that_may_not_begin, frames_setup),
        cmocka_unit_test_setup(pushes, frames_setup),
        cmocka_unit_test_setup(connects, frames_setup),
        cmocka_unit_test_setup(adopted, frames_setup),
        cmocka_unit_test_setup(adopted_once, frames_setup),
        cmocka_unit_test_setup(trailers_from_before, frames_setup),
        cmocka_unit_test_setup(unseen_behind_a_hole, frames_setup),
        cmocka_unit_test_setup(upgrade_from_http1, frames_setup),
        cmocka_unit_test_setup(upgrade_refused, frames_setup),
        cmocka_unit_test_setup(preface_found_late, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
