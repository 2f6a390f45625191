/* test_http2.c - specifies how decode/proto/http2.c reads HTTP/2 and gRPC on it. */
#include "frames.h"
#include "tests/check.h"

extern const struct decoder http2_decoder;

static const struct decoder *const http2 = &http2_decoder;

/* Streams are exchanges, answered in any order, interleaved as they like. */
static void streams(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/b 404 client_error http2  -1  0+0\nGET api/a 200 ok http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               CLIENT(HTTP2_HEADERS, ALL, 3, "\x82\x86\x44\4/b?q\xbf"),
               SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"), SERVER(HTTP2_HEADERS, ALL, 3, "\x8d"),
               SERVER(HTTP2_DATA, LAST, 1, "hello"));
    assert_int_equal(script_counters()->lost, 0);
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Bytes are those of a stream's frames; times those of its first and last. */
static void sizes_and_times(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES | SHOW_TIMES, http2,
               "POST api/a 200 ok 40+25 bytes 2-4 6-7 ms http2  -1  0+0\n", preface(),
               frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a", "text/x")),
               CLIENT(HTTP2_PING, 0, 0, "12345678"), CLIENT(HTTP2_DATA, LAST, 1, "xyz"),
               SERVER(HTTP2_SETTINGS, 0, 0, ""), SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"),
               SERVER(HTTP2_DATA, LAST, 1, "hello!"));
}

/* An interim answer is none; the answer begins with the head that follows. */
static void interim(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, http2, "GET api/a 200 ok 2-2 4-4 ms http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               SERVER(HTTP2_HEADERS, WHOLE, 1,
                      "\x48\3"
                      "103"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
}

/* Padding and priority are no part of a block; CONTINUATION is, in frames of any size. */
static void blocks(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, http2, "GET api/a 200 ok 2-2 3-3 ms http2  -1  0+0\n",
               preface(),
               CLIENT(HTTP2_HEADERS, ALL | HTTP2_PADDED | HTTP2_HAS_PRIORITY, 1,
                      "\3\0\0\0\0\7" GETS("\2/a") "\0\0\0"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES | SHOW_BYTES, http2,
               "GET api/a 200 ok 38+10 bytes 2-4 5-5 ms http2  -1  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, LAST, 1, "\x82\x86\x44"),
               CLIENT(HTTP2_CONTINUATION, 0, 1, "\2/"),
               CLIENT(HTTP2_CONTINUATION, WHOLE, 1,
                      "a\x41\x03"
                      "api"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
}

/* Who resets a stream has cancelled it or failed it; the code is kept. */
static void resets(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, http2,
        "GET api/a cancelled http2  -1  0+0 error 8\n"
        "GET api/b 200 reset http2  -1  0+0 error 2\n"
        "GET api/c reset refused http2  -1  0+0 error 7\n",
        preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
        CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x8"), CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")),
        SERVER(HTTP2_HEADERS, WHOLE, 3, "\x88"), SERVER(HTTP2_RST_STREAM, 0, 3, "\0\0\0\2"),
        CLIENT(HTTP2_HEADERS, ALL, 5, GETS("\2/c")), SERVER(HTTP2_RST_STREAM, 0, 5, "\0\0\0\7"),
        SERVER(HTTP2_DATA, LAST, 1, "late, and for nobody"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* What the server has not begun with when it goes away, it says so. */
static void goes_away(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "GET api/b unanswered refused http2  -1  0+0 error 0\n"
               "GET api/a 200 ok http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/b")),
               SERVER(HTTP2_GOAWAY, 0, 0, "\0\0\0\1\0\0\0\0"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"));
}

/* A promise is a request that nobody sent. */
static void pushes(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, http2,
               "GET api/a 200 ok 2-2 4-4 ms http2  -1  0+0\n"
               "GET api/p 200 ok pushed 3-3 5-5 ms http2  -1  0+0\n",
               preface(), CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               SERVER(HTTP2_PUSH_PROMISE, WHOLE, 1, "\0\0\0\2" GETS("\2/p")),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"), SERVER(HTTP2_HEADERS, ALL, 2, "\x88"));
}

/* A unary call of gRPC has one message each way, and its status in the trailers. */
static void unary(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 3-3 ms\n", preface(),
               calls(1, "/a.B/C"), answers(1));
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C NOT_FOUND client_error grpc a.B/C 5 unary 1+0 0-2 ms 'no%'\n",
               preface(), calls(1, "/a.B/C"),
               SERVER(HTTP2_HEADERS, ALL, 1, OK_HEAD STATUS("5") "\x40\x0cgrpc-message\5no%25"));
}

/* Further messages make it a streaming call, whatever frames they are cut into. */
static void streaming(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 server-streaming 1+3 3-5 ms\n",
        preface(), calls(1, "/a.B/C"),
        join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD), SERVER(HTTP2_DATA, 0, 1, "\0\0\0\0\4ab")),
        SERVER(HTTP2_DATA, 0, 1, "cd\0\0\0"),
        join(SERVER(HTTP2_DATA, HTTP2_PADDED, 1, "\2\0\1a\2\xff"), SERVER(HTTP2_DATA, 0, 1, M1)),
        SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")));
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C OK ok compressed grpc a.B/C 0 bidi-streaming 2+2 4-5 ms\n",
               preface(), frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 1, asks("/a.B/C", GRPC)),
               CLIENT(HTTP2_DATA, 0, 1, M1 "\1\0\0\0\1b"),
               join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD), SERVER(HTTP2_DATA, 0, 1, M1)),
               SERVER(HTTP2_DATA, 0, 1, M1), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")),
               CLIENT(HTTP2_DATA, LAST, 1, ""));
}

/* Without a status that was seen nothing went well: the status of HTTP may say what went wrong. */
static void no_status(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C unknown grpc a.B/C -1 unary 1+1 3-3 ms\n"
               "POST api/a.B/D 503 server_error grpc a.B/D -1 unary 1+0 0-4 ms\n",
               preface(), calls(1, "/a.B/C"),
               join(SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD), SERVER(HTTP2_DATA, LAST, 1, M1)),
               calls(3, "/a.B/D"),
               SERVER(HTTP2_HEADERS, ALL, 3,
                      "\x48\3"
                      "503"));
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C unknown grpc a.B/C -1 unary 1+0 0-2 ms\n",
               preface(), calls(1, "/a.B/C"),
               SERVER(HTTP2_HEADERS, ALL, 1,
                      "\x48\3"
                      "302"));
}

/* A client that gives up when its time is over has not just changed its mind. */
static void deadline(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C timeout deadline grpc a.B/C -1 unary 0+0 within 3 ms error 8\n",
               preface(),
               CLIENT(HTTP2_HEADERS, WHOLE, 1,
                      "\x83\x86\x44\6/a.B/C\x41\x03"
                      "api\x5f\x10" GRPC "\x40\x0cgrpc-timeout\2"
                      "3m"),
               CLIENT(HTTP2_PING, 0, 0, "12345678"), CLIENT(HTTP2_PING, 0, 0, "12345678"),
               CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x8"));
}

/* The entry that a later block refers to was set before the capture began: its text is not known
 * and never guessed, but the same path is the same unknown; what is new is known at once. */
static void joined(void **state)
{
    (void)state;
    const char *const again = "\x83\x86\xc0\xbf\xbe"; /* path, authority, type: from before */
    struct bytes old = bytes_of(again, 5);
    TELLS_WITH(
        SHOW_GRPC | JOINED, http2,
        "POST  unknown unknown-fields grpc {unknown #40000001} "
        "-1 unary 1+1 2-2 ms\n"
        "POST  unknown unknown-fields grpc {unknown #40000001} "
        "-1 unary 1+1 4-4 ms\n"
        "POST api/a.B/New OK ok grpc a.B/New 0 unary 1+1 6-6 "
        "ms\n",
        join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 7, old), CLIENT(HTTP2_DATA, LAST, 7, M1)),
        join(SERVER(HTTP2_HEADERS, WHOLE, 7, "\x88\xbf"),
             join(SERVER(HTTP2_DATA, 0, 7, M1), SERVER(HTTP2_HEADERS, ALL, 7, "\xbe"))),
        join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 9, old), CLIENT(HTTP2_DATA, LAST, 9, M1)),
        join(SERVER(HTTP2_HEADERS, WHOLE, 9, "\x88\xbf"),
             join(SERVER(HTTP2_DATA, 0, 9, M1), SERVER(HTTP2_HEADERS, ALL, 9, "\xbe"))),
        calls(11, "/a.B/New"), answers(11));
}

/* An answer to what was asked before we came is nobody's, and what follows is read. */
static void joined_late(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 4-4 ms\n",
               join(HEARS("the end of some data"), answers(5)),
               SERVER(HTTP2_PING, 0, 0, "12345678"), calls(7, "/a.B/C"), answers(7));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* A hole inside data is bridged: only the messages of that stream are no longer counted. */
static void hole_in_data(void **state)
{
    (void)state;
    static char big[1000] = "\0\0\0\0\xf0";
    struct step data = frame(TO_CLIENT, HTTP2_DATA, 0, 1, bytes_of(big, sizeof big));
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/D OK ok grpc a.B/D 0 unary 1+1 8-8 ms\n"
               "POST api/a.B/C OK ok gap grpc a.B/C 0 unary 1+1 4-4 ms\n",
               preface(), calls(1, "/a.B/C"), SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD),
               frames_of(TO_CLIENT, bytes_of(data.bytes, 100)),
               LOSES(TO_CLIENT, sizeof big + 9 - 100 - 50),
               frames_of(TO_CLIENT, bytes_of(data.bytes + data.len - 50, 50)), calls(3, "/a.B/D"),
               answers(3), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")));
    assert_int_equal(script_counters()->lost, 0);
}

/* A hole in a header block costs its text and the table; the place is kept. */
static void hole_in_block(void **state)
{
    (void)state;
    struct step head = frame(TO_SERVER, HTTP2_HEADERS, ALL, 1, asks("/a", "text/x"));
    TELLS_WITH(SHOW_GRPC, http2,
               "  200 ok gap unknown-fields http2 {unknown #40000001} -1  0+0\n"
               "POST  200 ok unknown-fields http2 {unknown #40000002} -1  0+0\n"
               "POST api/new 200 ok http2  -1  0+0\n",
               preface(), frames_of(TO_SERVER, bytes_of(head.bytes, 12)),
               LOSES(TO_SERVER, head.len - 12), SERVER(HTTP2_HEADERS, ALL, 1, "\x88"),
               CLIENT(HTTP2_HEADERS, ALL, 3, "\x83\x86\xc0\xbf\xbe"),
               SERVER(HTTP2_HEADERS, ALL, 3, "\x88"),
               frame(TO_SERVER, HTTP2_HEADERS, ALL, 5, asks("/new", "text/x")),
               SERVER(HTTP2_HEADERS, ALL, 5, "\x88"));
    assert_int_equal(script_counters()->lost, 0);
}

/* A hole that nothing bridges: what it touched is unknown unless its end is seen, and what comes
 * after is found again. */
static void hole_of_frames(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/D OK ok gap grpc a.B/D 0 unary 1+1 5-5 ms\n"
               "POST api/a.B/E OK ok grpc a.B/E 0 unary 1+1 7-7 ms\n"
               "POST api/a.B/C unknown gap grpc a.B/C -1 unary 1+0 0-2 ms\n",
               preface(), calls(1, "/a.B/C"), calls(3, "/a.B/D"), LOSES(TO_CLIENT, 70), answers(3),
               calls(5, "/a.B/E"), answers(5), CLOSES(CLOSE_CAPTURE_ENDED));
}

/* Endless header blocks are let go at their limit, and cost their table. */
static void continuation_flood(void **state)
{
    (void)state;
    struct step flood = CLIENT(HTTP2_HEADERS, LAST, 1, "\x82\x86");
    for (int i = 0; i < 70; i++)
        flood = join(flood, CLIENT(HTTP2_CONTINUATION, 0, 1, ""));
    flood = join(flood, CLIENT(HTTP2_CONTINUATION, WHOLE, 1, "\x84"));
    TELLS_WITH(SHOW_GRPC, http2,
               "  200 ok unknown-fields http2 {unknown #40000001} -1  0+0\n"
               "GET api/a 200 ok http2  -1  0+0\n",
               preface(), flood, SERVER(HTTP2_HEADERS, ALL, 1, "\x88"),
               CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/a")), SERVER(HTTP2_HEADERS, ALL, 3, "\x88"));
    assert_int_equal(script_counters()->shed, 1);
}

static void count(void *ctx, struct exchange *x)
{
    (void)x;
    ++*(unsigned *)ctx;
}

/* What carries HTTP/2 in pieces of its own is not HTTP/2: after a few of them it is given up. */
static void pieces_of_another(void **state)
{
    (void)state;
    unsigned told = 0;
    struct decode_counters counters = {0};
    struct conn_shared shared = {.sink = {.exchange = count, .ctx = &told},
                                 .counters = &counters,
                                 .unread_bytes_max = 1 << 20,
                                 .open_max = 100};
    struct conn_ends ends = {.server_port = 80};
    struct conn *c = conn_new(&shared, http2, &ends, true);
    for (unsigned i = 0; i < 200; i++) {
        struct step piece = join(SAYS("a header of another"), calls(2 * i + 1, "/a.B/C"));
        struct moment m = {.now_ns = 1 + i};
        conn_bytes(c, TO_SERVER, m, m.now_ns, bytes_of_step(piece));
    }
    assert_int_equal(counters.given_up, 1);
    assert_in_range(told, 1, 10);
    conn_close(c, (struct moment){0}, CLOSE_ORDERLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(streams, frames_setup),
        cmocka_unit_test_setup(sizes_and_times, frames_setup),
        cmocka_unit_test_setup(interim, frames_setup),
        cmocka_unit_test_setup(blocks, frames_setup),
        cmocka_unit_test_setup(resets, frames_setup),
        cmocka_unit_test_setup(goes_away, frames_setup),
        cmocka_unit_test_setup(pushes, frames_setup),
        cmocka_unit_test_setup(unary, frames_setup),
        cmocka_unit_test_setup(streaming, frames_setup),
        cmocka_unit_test_setup(no_status, frames_setup),
        cmocka_unit_test_setup(deadline, frames_setup),
        cmocka_unit_test_setup(joined, frames_setup),
        cmocka_unit_test_setup(joined_late, frames_setup),
        cmocka_unit_test_setup(hole_in_data, frames_setup),
        cmocka_unit_test_setup(hole_in_block, frames_setup),
        cmocka_unit_test_setup(hole_of_frames, frames_setup),
        cmocka_unit_test_setup(continuation_flood, frames_setup),
        cmocka_unit_test_setup(pieces_of_another, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
