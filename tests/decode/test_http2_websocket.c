/* test_http2_websocket.c - specifies decode/http2_websocket.c through conversations: WebSocket in
 * streams of HTTP/2 (RFC 8441). */
#include "frames.h"

#include "tests/check.h"

extern const struct decoder http2_decoder;
static const struct decoder *const http2 = &http2_decoder;

/* CONNECT, :protocol websocket, http, a path and an authority; nothing is inserted. */
#define CONNECTS                                                                                   \
    "\x02\x07"                                                                                     \
    "CONNECT"                                                                                      \
    "\0\x09:protocol\x09websocket\x86\x04\x05/chat" API
#define ASKS CLIENT(HTTP2_HEADERS, WHOLE, 1, CONNECTS)
#define AGREES SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88")
#define FROM(dir, flags, payload) frame(dir, HTTP2_DATA, flags, 1, TEXT(payload))
#define SWITCHED "http2 CONNECT api/chat 200 ok upgraded http2  -1  0+0\n"

/* Frames: of the client with the mask "abcd". */
#define TEXT_IN                                                                                    \
    "\x81\x82"                                                                                     \
    "abcd"                                                                                         \
    "\x09\x0b"
#define CLOSE_IN                                                                                   \
    "\x88\x82"                                                                                     \
    "abcd"                                                                                         \
    "\x62\x8a"
#define PING_IN                                                                                    \
    "\x89\x80"                                                                                     \
    "abcd"
#define PONG_IN                                                                                    \
    "\x8a\x80"                                                                                     \
    "abcd"
#define TEXT_OUT "\x81\x02hi"
#define CLOSE_OUT(low) "\x88\x02\x03" low

static void messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "CONNECT api/chat 200 ok upgraded http2  -1  0+0\n"
               "WEBSOCKET api/chat 1000 ok websocket  -1 bidi-streaming 2+3 4-6 ms\n",
               preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, TEXT_OUT TEXT_OUT),
               FROM(TO_SERVER, 0, TEXT_IN TEXT_IN), FROM(TO_CLIENT, 0, "\x82\0"),
               FROM(TO_SERVER, LAST, CLOSE_IN), FROM(TO_CLIENT, LAST, CLOSE_OUT("\xe8")));
    assert_int_equal(script_counters()->lost, 0);
}

/* Frames need not begin where DATA does, and one may be in several of them. */
static void cut_anywhere(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "CONNECT api/chat 200 ok upgraded http2  -1  0+0\n"
               "WEBSOCKET api/chat 1011 server_error websocket  -1 bidi-streaming 1+2 "
               "4-7 ms\n",
               preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, "\x81"), FROM(TO_CLIENT, 0, "\x02h"),
               FROM(TO_CLIENT, 0, "i\x82\x7e"),
               FROM(TO_SERVER, 0,
                    "\x81\x82"
                    "ab"),
               FROM(TO_SERVER, 0, "cd\x09\x0b\x8a\x80"), FROM(TO_CLIENT, 0, "\0\x7e" M1 M1 M1 M1),
               FROM(TO_CLIENT, 0, M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1 "\x88\x02"),
               FROM(TO_CLIENT, 0, "\x03"), FROM(TO_CLIENT, LAST, "\xf3"),
               FROM(TO_SERVER, LAST, "abcd"));
}

/* How long a message takes to and fro, whoever asks. */
static void pings(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http2,
               "CONNECT api/chat 200 ok upgraded 2-2 3-3 ms\n"
               "websocket PING  PONG ok 4-4 6-6 ms\nwebsocket PING  PONG ok 5-5 7-7 ms\n"
               "websocket WEBSOCKET api/chat 1000 ok 3-10 3-11 ms\n",
               preface(), ASKS, AGREES, FROM(TO_SERVER, 0, PING_IN), FROM(TO_CLIENT, 0, "\x89\0"),
               FROM(TO_CLIENT, 0, "\x8a\0"), FROM(TO_SERVER, 0, PONG_IN),
               FROM(TO_SERVER, 0, PONG_IN), FROM(TO_CLIENT, 0, "\x8a\0"),
               FROM(TO_SERVER, LAST, CLOSE_IN), FROM(TO_CLIENT, LAST, CLOSE_OUT("\xe8")));
}

/* It cannot end before it begins. */
static void ends_before_it_begins(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http2,
               "CONNECT api/chat 200 ok upgraded 2-2 4-4 ms\n"
               "websocket WEBSOCKET api/chat 1000 ok 4-4 4-6 ms\n",
               preface(), ASKS, FROM(TO_SERVER, LAST, ""), AGREES,
               FROM(TO_CLIENT, 0, CLOSE_OUT("\xe8")), FROM(TO_CLIENT, LAST, ""));
}

static void ends(void **state)
{
    (void)state;
    /* closed, and then reset */
    TELLS(http2,
          "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat 1008 client_error\n",
          preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, CLOSE_OUT("\xf0")),
          CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x08"));
    /* without a word */
    TELLS(http2, "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat cancelled\n",
          preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, TEXT_OUT),
          CLIENT(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x08"));
    TELLS(http2, "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat reset\n",
          preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, TEXT_OUT),
          SERVER(HTTP2_RST_STREAM, 0, 1, "\0\0\0\x02"));
    TELLS(http2, "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat cancelled\n",
          preface(), ASKS, AGREES, FROM(TO_SERVER, LAST, ""), FROM(TO_CLIENT, LAST, ""));
    TELLS(http2, "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat reset\n",
          preface(), ASKS, AGREES, FROM(TO_CLIENT, LAST, ""), FROM(TO_SERVER, LAST, ""));
    /* what is no frame */
    TELLS(http2, "CONNECT api/chat 200 ok upgraded\nwebsocket WEBSOCKET api/chat unknown\n",
          preface(), ASKS, AGREES, FROM(TO_CLIENT, 0, "HTTP/1.1"), FROM(TO_SERVER, LAST, ""),
          FROM(TO_CLIENT, LAST, ""));
}

/* A tunnel by another name is none, nor is what is not granted. */
static void others(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "CONNECT api/chat 403 client_error early-answer http2  -1  0+0\n",
               preface(), ASKS,
               SERVER(HTTP2_HEADERS, ALL, 1,
                      "\x08\x03"
                      "403"),
               FROM(TO_SERVER, LAST, ""));
    TELLS_WITH(SHOW_GRPC, http2, "CONNECT api/chat 200 ok early-answer http2  -1  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, WHOLE, 1,
                      "\x02\x07"
                      "CONNECT"
                      "\0\x09:protocol\x06weblog\x86\x04\x05/chat" API),
               AGREES, FROM(TO_CLIENT, LAST, TEXT_OUT), FROM(TO_SERVER, LAST, ""));
}

/* Two at once, and a call of gRPC beside them. */
static void beside(void **state)
{
    (void)state;
    TELLS(http2,
          "CONNECT api/chat 200 ok upgraded\nCONNECT api/chat 200 ok upgraded\n"
          "websocket WEBSOCKET api/chat 1000 ok\nGET api/a 200 ok\n"
          "websocket WEBSOCKET api/chat 1001 ok\n",
          preface(), ASKS, CLIENT(HTTP2_HEADERS, WHOLE, 3, CONNECTS), AGREES,
          SERVER(HTTP2_HEADERS, WHOLE, 3, "\x88"),
          frame(TO_CLIENT, HTTP2_DATA, 0, 3, TEXT(CLOSE_OUT("\xe9"))),
          FROM(TO_SERVER, LAST, CLOSE_IN), FROM(TO_CLIENT, LAST, CLOSE_OUT("\xe8")),
          CLIENT(HTTP2_HEADERS, ALL, 5, GETS("\2/a")), SERVER(HTTP2_HEADERS, ALL, 5, "\x88"),
          frame(TO_CLIENT, HTTP2_DATA, LAST, 3, TEXT("")),
          frame(TO_SERVER, HTTP2_DATA, LAST, 3, TEXT(CLOSE_IN)));
}

/* A hole in a message's payload is one in a payload; elsewhere the next frame is not found. */
static void losses(void **state)
{
    (void)state;
    struct step long_one = FROM(TO_CLIENT, 0,
                                "\x82\x08"
                                "payload!" TEXT_OUT);
    struct step front = long_one, rest = long_one;
    front.len = 9 + 4;
    rest.bytes += 9 + 4 + 6;
    rest.len -= 9 + 4 + 6;
    TELLS_WITH(SHOW_GRPC, http2,
               "CONNECT api/chat 200 ok upgraded http2  -1  0+0\n"
               "WEBSOCKET api/chat 1000 ok gap websocket  -1 bidi-streaming 0+3 4-7 ms\n",
               preface(), ASKS, AGREES, front, LOSES(TO_CLIENT, 6), rest,
               FROM(TO_CLIENT, 0, TEXT_OUT), FROM(TO_SERVER, LAST, CLOSE_IN),
               FROM(TO_CLIENT, LAST, CLOSE_OUT("\xe8")));
}

#define TEST(f) cmocka_unit_test_setup(f, frames_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages), TEST(cut_anywhere), TEST(pings),  TEST(ends), TEST(ends_before_it_begins),
        TEST(others),   TEST(beside),       TEST(losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
