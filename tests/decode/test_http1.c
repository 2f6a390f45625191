/* test_http1.c - specifies decode/proto/http1.c: what becomes of conversations in HTTP/1. */
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct decoder http1_decoder;

static const struct decoder *const http = &http1_decoder;

#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* The query is cut off the path: it holds secrets, and no two are alike. */
static void paths(void **state)
{
    (void)state;
    TELLS(http, "GET api/users 200 ok\n",
          SAYS("GET /users?token=s3cret#top HTTP/1.1\r\nHost: api\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    TELLS(http, "GET / 200 ok\n", SAYS("GET ?a=1 HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
    TELLS(http, "OPTIONS * 200 ok\n", SAYS("OPTIONS * HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* A target in absolute form is reduced to its path; its authority goes before the Host field, is
 * written in lower case, and loses the credentials. */
static void absolute_targets(void **state)
{
    (void)state;
    TELLS(http, "GET shop.example:8080/a 200 ok\nGET shop/ 200 ok\nGET x/ 200 ok\n",
          SAYS("GET http://joe:secret@Shop.Example:8080/a?b HTTP/1.1\r\nHost: other\r\n\r\n"),
          HEARS(OK_EMPTY), SAYS("GET HTTP://shop HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY),
          SAYS("GET / HTTP/1.1\r\nhost:joe:pw@X\r\n\r\n"), HEARS(OK_EMPTY));
}

/* Any token is a method, in any case, as long as the rest of the line is right. */
static void odd_methods(void **state)
{
    (void)state;
    TELLS(http, "get /a 200 ok\nM-SEARCH /b 200 ok\nX! /c d 200 ok\n",
          SAYS("get /a HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY), SAYS("M-SEARCH /b HTTP/1.0\r\n\r\n"),
          HEARS(OK_EMPTY), SAYS("X! \t /c d \t HTTP/1.1 \r\n\r\n"), HEARS(OK_EMPTY));
}

/* The status decides about the outcome. */
static void outcomes(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *story;
    } cases[] = {
        {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "GET / 200 ok\n"},
        {"HTTP/1.0 302 Found\r\nContent-Length: 0\r\n\r\n", "GET / 302 ok\n"},
        {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "GET / 404 client_error\n"},
        {"HTTP/1.1 499 \r\nContent-Length: 0\r\n\r\n", "GET / 499 client_error\n"},
        {"HTTP/1.1\t503 Busy\r\nContent-Length: 0\r\n\r\n", "GET / 503 server_error\n"},
        {"HTTP/1.1 20x ok\r\nContent-Length: 0\r\n\r\n", "GET / 20 ok\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct step steps[] = {
            SAYS("GET / HTTP/1.1\r\n\r\n"),
            {STEP_BYTES, TO_CLIENT, cases[i].answer, strlen(cases[i].answer), 0, 0}};
        script_tells(&(struct script){http, steps, 2, 0}, cases[i].story);
    }
}

/* Requests may be sent ahead; answers come in the order of asking. */
static void pipelining(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 ok\nPOST /b 503 server_error pipelined\nGET /c 200 ok\n",
          SAYS("GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"),
          HEARS(OK_EMPTY "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
          SAYS("GET /c HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* A chunked body ends with its last chunk and the trailers, and the next message follows it.
 * Extensions, blanks and leading zeros do not matter; framing and trailers count as bytes. */
static void chunked(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, http, "GET /a 200 ok 19+92 bytes\nGET /b 200 ok 19+38 bytes\n",
               SAYS("GET /a HTTP/1.1\r\n\r\n"),
               HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n0A;x=\"y\"\n0123456789\n00\r\nDigest: x\r\n\r\n"),
               SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
    TELLS_WITH(SHOW_BYTES, http, "PUT /a 200 ok 67+38 bytes\n",
               SAYS("PUT /a HTTP/1.1\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n"
                    "1 \r\nx\r\n0\r\n\r\n"),
               HEARS(OK_EMPTY));
}

/* A body whose length nobody declares lasts until the server closes. */
static void until_close(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, http, "GET /a 200 ok 19+43 bytes 1-1 2-4 ms\n",
               SAYS("GET /a HTTP/1.0\r\n\r\n"), HEARS("HTTP/1.0 200 OK\r\nContent-Type: x\r\n\r\n"),
               HEARS("0123456"), ENDS(TO_CLIENT), CLOSES(CLOSE_ORDERLY));
}

/* Answers to HEAD, 204 and 304 have no body, whatever they declare. */
static void no_body(void **state)
{
    (void)state;
    TELLS(http, "HEAD /a 200 ok\nGET /b 304 ok\nGET /c 204 ok\nGET /d 404 client_error\n",
          SAYS("HEAD /a HTTP/1.1\r\n\r\n"), HEARS("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"),
          SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS("HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n"),
          SAYS("GET /c HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n\r\n"),
          SAYS("GET /d HTTP/1.1\r\n\r\n"), HEARS("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"));
}

/* 1xx is not the answer, nor its first byte. */
static void interim(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES | SHOW_BYTES, http, "PUT /f 201 ok 55+96 bytes 1-3 5-5 ms\n",
               SAYS("PUT /f HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-c\r\n\r\n"),
               HEARS("HTTP/1.1 100 Continue\r\n\r\n"), SAYS("ok"),
               HEARS("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"),
               HEARS("HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n"));
}

/* Lines may end with a bare LF, empty lines may come before a request, fields may be folded. */
static void whitespace(void **state)
{
    (void)state;
    TELLS(http, "GET a/x 200 ok\nGET b/y 200 ok\n",
          SAYS("\r\n\nGET /x HTTP/1.1\nHOST :\t a \t\n\n"),
          HEARS("HTTP/1.1 200 OK\nContent-Length:\n\t2\n\nhi"),
          SAYS("\r\nGET /y HTTP/1.1\r\nno colon\r\nHost: b\r\n\r\n"), HEARS(OK_EMPTY));
    /* folded into the field before it, so not a field */
    TELLS(http, "GET /x 200 ok\n", SAYS("GET /x HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nConnection: close\r\n Transfer-Encoding: chunked\r\n\r\nxyz"),
          ENDS(TO_CLIENT));
}

/* The time of a request is not that of an empty line which came long before it. */
static void empty_line_after_body(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http, "POST /a 200 ok 1-1 2-2 ms\nGET /b 200 ok 3-3 4-4 ms\n",
               SAYS("POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\n"), HEARS(OK_EMPTY),
               SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* After 101, or 2xx to CONNECT, the bytes are of another protocol. */
static void handed_over(void **state)
{
    (void)state;
    TELLS(http, "GET /chat 101 ok upgraded\n", SAYS("GET /chat HTTP/1.1\r\nUpgrade: rfb\r\n\r\n"),
          HEARS("HTTP/1.1 101 Switching\r\nUpgrade: rfb\r\n\r\n\x81\x02hi"), SAYS("\x81\x82xxxxyy"),
          SAYS("GET / HTTP/1.1\r\n\r\n"));
    TELLS(http, "CONNECT db.example:443 200 ok\n", SAYS("CONNECT DB.example:443 HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 Fine\r\nContent-Length: 9\r\n\r\n"), SAYS("\x16\x03\x01"));
    TELLS(http, "CONNECT db:443 403 client_error\nGET /a 200 ok\n",
          SAYS("CONNECT db:443 HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"), SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS(OK_EMPTY));
}

/* An answer may come before the request is whole. */
static void early_answer(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, http,
               "PUT /big 413 client_error early-answer 1-0 2-2 ms\nGET /b 200 ok 4-4 5-5 ms\n",
               SAYS("PUT /big HTTP/1.1\r\nContent-Length: 8\r\n\r\nabcd"),
               HEARS("HTTP/1.1 413 Too big\r\nContent-Length: 0\r\n\r\n"), SAYS("efgh"),
               SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* Equal lengths are one length. Where two differ, or one is no number, the ends of the connection
 * may differ too: the exchange is unknown, and the next message is looked for. */
static void ambiguous_lengths(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 ok\n", SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nhi"));
    TELLS(http, "GET /a 200 unknown ambiguous-length\nGET /b 200 ok\n",
          SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"), HEARS("hi!"),
          SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
    TELLS(http, "POST /a unknown ambiguous-length\n",
          SAYS("POST /a HTTP/1.1\r\nContent-Length: +2\r\n\r\n"), SAYS("hi"), HEARS(OK_EMPTY));
    TELLS(http, "POST /a unknown ambiguous-length\n",
          SAYS("POST /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"));
    TELLS(http, "POST /a 200 ok ambiguous-length\nGET /b 200 ok\n",
          SAYS("POST /a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
               "0\r\n\r\n"),
          HEARS(OK_EMPTY), SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
    TELLS(http, "POST /a unknown\n", SAYS("POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"));
    /* some clients end a line at a CR */
    TELLS(http, "GET /a 200 ok ambiguous-length\nGET /b 200 ok\n", SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
          SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* A chunk that is not followed by an end of line, or has no size, is not a chunk. */
static void broken_chunks(void **state)
{
    (void)state;
    TELLS(http, "GET /a 200 unknown\n", SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), HEARS("2\r\nabc\r\n"));
    TELLS(http, "GET /a 200 unknown\n", SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), HEARS("xyz\r\n"));
    TELLS(http, "GET /a 200 unknown\n", SAYS("GET /a HTTP/1.1\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
          HEARS("ffffffffffffffffff\r\n"));
}

/* A request in the manner of HTTP/0.9 is its line; what a client sends after the end of the talk
 * does no harm to what was said before. */
static void simple_request(void **state)
{
    (void)state;
    TELLS(http, "POST abcd12345 400 client_error\n", SAYS("POST abcd12345\n"),
          HEARS("HTTP/1.1 400 Bad Request\nConnection: close\r\n\r\n"), SAYS("\"USER\" abab1212\n"),
          ENDS(TO_SERVER), ENDS(TO_CLIENT));
    TELLS(http, "", SAYS("NICK joe\n"));
    TELLS(http, "", SAYS("OPTIONS rtsp://camera/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"));
    TELLS(http, "", SAYS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
}

/* Ids are taken from the request; a request id also from the answer. */
static void ids(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_IDS, http,
               "GET / 200 ok 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 r-1 10.0.0.1\n",
               SAYS("GET / HTTP/1.1\r\nX-Request-Id: r-1\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2\r\n"
                    "TraceParent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"),
               HEARS("HTTP/1.1 200 OK\r\nX-Request-ID: r-2\r\nContent-Length: 0\r\n\r\n"));
    TELLS_WITH(SHOW_IDS, http,
               "GET / 200 ok 000000000000000064fe8b2a57d3eff7 e457b5a2e4d86bd1 r-2\n",
               SAYS("GET / HTTP/1.1\r\nX-B3-SpanId: E457b5a2e4d86bd1\r\n"
                    "X-B3-TraceId: 64fe8b2a57d3eff7\r\n\r\n"),
               HEARS("HTTP/1.1 200 OK\r\nx-request-id: r-2\r\nContent-Length: 0\r\n\r\n"));
    TELLS_WITH(SHOW_IDS, http, "GET / 200 ok 80f198ee56343ba864fe8b2a57d3eff7 e457b5a2e4d86bd1\n",
               SAYS("GET / HTTP/1.1\r\n"
                    "b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\r\n\r\n"),
               HEARS(OK_EMPTY));
}

/* A text that is too long is cut, and says so; bytes that are no text are escaped. */
static void strange_text(void **state)
{
    (void)state;
    TELLS(http, "GET /\\xff\\x1b 200 ok\n", SAYS("GET /\xff\x1b HTTP/1.1\r\n\r\n"),
          HEARS(OK_EMPTY));
    TELLS(http, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE / 200 ok truncated\n",
          SAYS("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY));
}

/* What is left of a body does not become part of the request behind it, whatever words are in it;
 * nor does it where a head was lost. */
static void body_of_a_lost_head(void **state)
{
    (void)state;
    static const char *const bodies[] = {"some body", "word", "Some Body", "A", "A b ", "A-B? c"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct step steps[] = {{STEP_BYTES, TO_SERVER, bodies[i], strlen(bodies[i]), 0, 0},
                               SAYS(" the end"),
                               HEARS(OK_EMPTY),
                               SAYS("GET /a HTTP/1.1\r\n\r\n"),
                               HEARS(OK_EMPTY),
                               CLOSES(CLOSE_ORDERLY)};
        struct script script = {http, steps, sizeof steps / sizeof *steps, JOINED};
        script_tells(&script, "GET /a 200 ok\n");
    }
    static const char *const requests[] = {
        "GET http://shop/a HTTP/1.1\r\n\r\n", "M-SEARCH * HTTP/1.1\r\n\r\n",
        "VERSION_CONTROL / HTTP/1.1\r\n\r\n", "CONNECT shop:443 HTTP/1.1\r\n\r\n"};
    static const char *const told[] = {"GET shop/a", "M-SEARCH *", "VERSION_CONTROL /",
                                       "CONNECT shop:443"};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char expected[100];
        struct step steps[] = {{STEP_BYTES, TO_SERVER, requests[i], strlen(requests[i]), 0, 0},
                               HEARS(OK_EMPTY),
                               CLOSES(CLOSE_ORDERLY)};
        struct script script = {http, steps, sizeof steps / sizeof *steps, JOINED};
        snprintf(expected, sizeof expected, "%s 200 ok\n", told[i]);
        script_tells(&script, expected);
    }
}

/* More than 512 lines, or 64 KiB, are not a head. */
static void heads_without_end(void **state)
{
    (void)state;
    enum { SIZE = 70000 };
    static char text[SIZE];
    const struct step steps[] = {
        {STEP_BYTES, TO_SERVER, text, 0, 0, 0}, SAYS("GET /b HTTP/1.1\r\n\r\n"), HEARS(OK_EMPTY)};
    struct step now[3];
    memcpy(now, steps, sizeof now);
    struct script script = {http, now, 3, 0};

    strcpy(text, "GET /a HTTP/1.1\r\n");
    for (int i = 0; i < 520; i++)
        strcat(text, "A:b\n");
    now[0].len = strlen(text);
    script.steps_len = 1;
    script_tells(&script, "GET /a unknown\n");

    memset(text, 'a', SIZE);
    memcpy(text, "GET /a HTTP/1.1\r\nA: ", 20);
    now[0].len = 65536;
    script_tells(&script, "GET /a unanswered\n");
    assert_int_equal(script_counters()->lost, 0);
    now[0].len = 65537;
    script_tells(&script, "GET /a unknown\n");
    assert_int_equal(script_counters()->lost, 1);

    memcpy(text + 65532, "\r\n\r\n", 4);
    now[0].len = 65536;
    script.steps_len = 3;
    script_tells(&script, "GET /a 200 ok\nGET /b unanswered pipelined\n");
}

/* Between an exchange and the next nothing need be kept but a few words; while one is open, or a
 * loss has left something in doubt, all is. */
static void rests_between_requests(void **state)
{
    (void)state;
    TELLS(&http1_decoder, "GET shop/a 200 ok\nPOST shop/b 200 ok\nGET shop/c 200 ok pipelined\n",
          SAYS("GET /a HTTP/1.1\r\nHost: shop\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
          SAYS("POST /b HTTP/1.1\r\nHost: shop\r\nContent-Length: 1\r\n\r\n!"
               "GET /c HTTP/1.1\r\nHost: shop\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
          HEARS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert_int_equal(script_rests(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(absolute_targets),
        cmocka_unit_test(rests_between_requests),
        cmocka_unit_test(odd_methods),
        cmocka_unit_test(outcomes),
        cmocka_unit_test(pipelining),
        cmocka_unit_test(chunked),
        cmocka_unit_test(until_close),
        cmocka_unit_test(no_body),
        cmocka_unit_test(interim),
        cmocka_unit_test(whitespace),
        cmocka_unit_test(empty_line_after_body),
        cmocka_unit_test(handed_over),
        cmocka_unit_test(early_answer),
        cmocka_unit_test(ambiguous_lengths),
        cmocka_unit_test(broken_chunks),
        cmocka_unit_test(simple_request),
        cmocka_unit_test(ids),
        cmocka_unit_test(strange_text),
        cmocka_unit_test(body_of_a_lost_head),
        cmocka_unit_test(heads_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
