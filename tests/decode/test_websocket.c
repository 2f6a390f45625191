/* test_websocket.c - decode/websocket.c, decode/proto/websocket.c: WebSocket behind HTTP/1, and
 * joined in its middle. */
#include <stdio.h>

#include "decode/websocket.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder http1_decoder, websocket_decoder;
static const struct decoder *const http = &http1_decoder;

#define ASKS                                                                                       \
    SAYS("GET /chat/17 HTTP/1.1\r\nHost: chat.shop\r\nUpgrade: websocket\r\n"                      \
         "Connection: Upgrade\r\n\r\n")
#define AGREES                                                                                     \
    HEARS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n")
#define SWITCHED "GET chat.shop/chat/17 101 ok upgraded\n"

/* Frames: of the client with the mask "abcd". */
#define TEXT_IN                                                                                    \
    "\x81\x82"                                                                                     \
    "abcd"                                                                                         \
    "\x09\x0b"
#define CLOSE_IN(low)                                                                              \
    "\x88\x82"                                                                                     \
    "abcd"                                                                                         \
    "\x62" low
#define CLOSE_IN_1000 CLOSE_IN("\x8a")
#define PING_IN                                                                                    \
    "\x89\x80"                                                                                     \
    "abcd"
#define PONG_IN                                                                                    \
    "\x8a\x80"                                                                                     \
    "abcd"
#define TEXT_OUT "\x81\x02hi"
#define CLOSE_OUT(low) "\x88\x02\x03" low
#define CLOSE_OUT_1000 CLOSE_OUT("\xe8")
#define PING_OUT "\x89\0"
#define PONG_OUT "\x8a\0"

static void messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http,
               "GET chat.shop/chat/17 101 ok upgraded http  -1  0+0\n"
               "WEBSOCKET chat.shop/chat/17 1000 ok websocket  -1 bidi-streaming 2+3 3-6 ms\n",
               ASKS, AGREES, HEARS(TEXT_OUT TEXT_OUT), SAYS(TEXT_IN), SAYS(TEXT_IN),
               HEARS("\x82\0"), SAYS(CLOSE_IN_1000), HEARS(CLOSE_OUT_1000));
    assert_int_equal(script_counters()->lost, 0);
}

/* Messages may be in several frames, control frames between them, and of any size; a hole inside
 * one does no harm. */
static void frames(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, http,
               "GET chat.shop/chat/17 101 ok upgraded 83+77 bytes\n"
               "websocket WEBSOCKET chat.shop/chat/17 1000 ok gap compressed 16+66563 bytes\n",
               ASKS, AGREES, HEARS("\x01\x02hi\x80\x03you"), HEARS("\x82\x7f\0\0\0\0\0\1\0\0"),
               LOSES(TO_CLIENT, 65536), HEARS("\xc1\x7e\x03\xe8"), LOSES(TO_CLIENT, 1000),
               SAYS(TEXT_IN CLOSE_IN_1000), HEARS(CLOSE_OUT_1000));
}

/* The first to close says why, and the other repeats it. */
static void closes(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct step first, second;
        const char *told;
    } rows[] = {
        {"server, 1011", HEARS(CLOSE_OUT("\xf3")), SAYS(CLOSE_IN("\x91")), "1011 server_error"},
        {"server, 1008", HEARS(CLOSE_OUT("\xf0")), SAYS(CLOSE_IN("\x92")), "1008 client_error"},
        {"client, 1002", SAYS(CLOSE_IN("\x88")), HEARS(CLOSE_OUT("\xea")), "1002 server_error"},
        {"no code",
         SAYS("\x88\x80"
              "abcd"),
         HEARS("\x88\0"), "1005 ok"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, SWITCHED "websocket WEBSOCKET chat.shop/chat/17 %s\n",
                 rows[i].told);
        TELLS(http, expected, ASKS, AGREES, HEARS(TEXT_OUT), rows[i].first, rows[i].second);
    }
    /* without a word */
    TELLS(http, SWITCHED "websocket WEBSOCKET chat.shop/chat/17 cancelled\n", ASKS, AGREES,
          HEARS(TEXT_OUT), ENDS(TO_SERVER), ENDS(TO_CLIENT), CLOSES(CLOSE_ORDERLY));
    TELLS(http, SWITCHED "websocket WEBSOCKET chat.shop/chat/17 reset\n", ASKS, AGREES,
          HEARS(TEXT_OUT), CLOSES(CLOSE_RESET_BY_SERVER));
}

/* How long a message takes to and fro, whoever asks. */
static void pings(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http,
               "GET chat.shop/chat/17 101 ok upgraded 1-1 2-2 ms\n"
               "websocket PING  PONG ok 3-3 5-5 ms\nwebsocket PING  PONG ok 4-4 6-6 ms\n"
               "websocket WEBSOCKET chat.shop/chat/17 1000 ok 2-9 4-10 ms\n",
               ASKS, AGREES, SAYS(PING_IN), HEARS(PING_OUT), HEARS(PONG_OUT), SAYS(PONG_IN),
               SAYS(PONG_IN), HEARS(PONG_OUT), SAYS(CLOSE_IN_1000), HEARS(CLOSE_OUT_1000));
}

/* After a loss outside of a message nobody knows where the next frame begins. */
static void losses(void **state)
{
    (void)state;
    TELLS(http, SWITCHED "websocket WEBSOCKET chat.shop/chat/17 1000 ok gap\n", ASKS, AGREES,
          HEARS(TEXT_OUT), LOSES(TO_CLIENT, 7), HEARS(TEXT_OUT), SAYS(CLOSE_IN_1000),
          HEARS(CLOSE_OUT_1000));
    TELLS(http, SWITCHED "websocket WEBSOCKET chat.shop/chat/17 unknown\n", ASKS, AGREES,
          HEARS(TEXT_OUT), HEARS("\x83\2no frame"), ENDS(TO_CLIENT), CLOSES(CLOSE_ORDERLY));
}

/* In its middle, frames of both sides prove it, and what they were asked for is not known. */
static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, &websocket_decoder, "WEBSOCKET  1000 ok\n", HEARS("rest of one"),
               SAYS(TEXT_IN TEXT_IN), HEARS(TEXT_OUT), SAYS(CLOSE_IN_1000), HEARS(CLOSE_OUT_1000));
    const struct opening is = {.to_server = bytes_of_text(TEXT_IN TEXT_IN TEXT_IN),
                               .to_client = bytes_of_text(TEXT_OUT TEXT_OUT TEXT_OUT),
                               .midstream = true};
    struct opening o = is;
    assert_int_equal(websocket_decoder.probe(&o), GUESS_YES);
    o.midstream = false;
    assert_int_equal(websocket_decoder.probe(&o), GUESS_NO);
    o = is;
    o.to_client = bytes_of_text(TEXT_OUT);
    assert_int_equal(websocket_decoder.probe(&o), GUESS_MORE);
    o.to_client = bytes_of_text(TEXT_IN);
    assert_int_equal(websocket_decoder.probe(&o), GUESS_NO);
    o = is;
    o.to_server = bytes_of_text(TEXT_OUT);
    assert_int_equal(websocket_decoder.probe(&o), GUESS_NO);
}

/* What is no frame, and what may become one. */
static void heads(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        enum dir dir;
        enum guess guess;
    } rows[] = {
        {"\x81\2", 2, TO_CLIENT, GUESS_YES},
        {"\x81", 1, TO_CLIENT, GUESS_MORE},
        {"\x81\x82"
         "abc",
         5, TO_SERVER, GUESS_MORE},
        {"\x81\2", 2, TO_SERVER, GUESS_NO},         /* not masked */
        {"\x81\x82", 2, TO_CLIENT, GUESS_NO},       /* masked */
        {"\x83\0", 2, TO_CLIENT, GUESS_NO},         /* no such opcode */
        {"\xa1\0", 2, TO_CLIENT, GUESS_NO},         /* no such extension */
        {"\x09\0", 2, TO_CLIENT, GUESS_NO},         /* a PING in parts, */
        {"\x89\x7e\0\x7e", 4, TO_CLIENT, GUESS_NO}, /* and one that is too long */
        {"\x81\x7e\0\x7d", 4, TO_CLIENT, GUESS_NO}, /* not the shortest form */
        {"\x81\x7f\0\0\0\0\0\0\xff\xff", 10, TO_CLIENT, GUESS_NO},
        {"\x81\x7f\xff\0\0\0\0\0\0\0", 10, TO_CLIENT, GUESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct websocket_frame f;
        if (websocket_read(bytes_of(rows[i].bytes, rows[i].len), rows[i].dir, &f) != rows[i].guess)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages), cmocka_unit_test(frames), cmocka_unit_test(closes),
        cmocka_unit_test(pings),    cmocka_unit_test(losses), cmocka_unit_test(joined),
        cmocka_unit_test(heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
