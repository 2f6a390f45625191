/* test_classify.c - specifies decode/classify.c with the decoders of the tree: which bytes are
 * claimed, on any port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/classify.h"

enum { FROM_START = 0, MIDSTREAM = 1, MAY_FLIP = 2 };

struct row {
    const char *to_server, *to_client;
    int how;
    const char *verdict; /* "http", "http flipped", "more" or "no" */
};

#define LONG_TARGET                                                                                \
    "/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"    \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"     \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"

static const struct row rows[] = {
    {"GET / HTTP/1.1\r\n", "", FROM_START, "http"},
    {"GET / HTTP/1.0\nHost: x", "", FROM_START, "http"},
    {"\r\nbrew /pot HTTP/1.1\r\n", "", FROM_START, "http"},
    {"GET / HTT", "", FROM_START, "more"},
    {"G", "", FROM_START, "more"},
    {"", "", FROM_START, "more"},
    {"GET " LONG_TARGET, "", FROM_START, "http"},
    {"GET " LONG_TARGET, "", MIDSTREAM, "http"},
    {"get " LONG_TARGET, "", FROM_START, "more"},
    /* an old request looks like those of other protocols; its answer decides */
    {"GET /old\r\n", "", FROM_START, "more"},
    {"GET /old\r\n", "HTTP/1.0 200 OK\r\n", FROM_START, "http"},
    {"GET key\r\n", "$3\r\n", FROM_START, "no"},
    /* others that look alike */
    {"OPTIONS rtsp://camera/ RTSP/1.0\r\n", "", FROM_START, "no"},
    {"OPTIONS sip:joe@example SIP/2.0\r\n", "", FROM_START, "no"},
    {"OPTIONS icap://filter/ ICAP/1.0\r\n", "", FROM_START, "no"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", FROM_START, "http2"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", MIDSTREAM, "http2"},
    {"PRI * HTTP/2.0\r\n", "", FROM_START, "more"},
    {"\x16\x03\x01\x02", "", FROM_START, "more"},
    {"\x16\x03\x01\x02", "HTTP/1.1 400 Bad Request\r\n", FROM_START, "no"},
    {"", "220 mail.example ESMTP\r\n", FROM_START, "more"},
    {"", "RTSP/1.0 200 OK\r\n", MIDSTREAM, "no"},
    {"", "ICAP/1.0 200 OK\r\n", MIDSTREAM, "no"},
    {"", "HTTP/2.0 200 OK\r\n", MIDSTREAM, "no"},
    /* joined in the middle: either side will do, and who is client shows */
    {"", "HTTP/1.1 200 OK\r\n", MIDSTREAM, "http"},
    {"rest, of a body", "HTTP/1.1 200 OK\r\n", MIDSTREAM, "http"},
    {"rest, of a body", "", MIDSTREAM, "no"},
    {"HTTP/1.1 200 OK\r\n", "", MIDSTREAM | MAY_FLIP, "http flipped"},
    {"", "GET / HTTP/1.1\r\n", MIDSTREAM | MAY_FLIP, "http flipped"},
    {"", "GET / HTTP/1.1\r\n", MIDSTREAM, "no"},
    {"GET / HTTP/1.1\r\n", "", MIDSTREAM | MAY_FLIP, "http"},
    {"", "GET / HT", MIDSTREAM | MAY_FLIP, "more"},
};

static const char *verdict_of(const struct row *row, enum transport transport, uint16_t port)
{
    struct opening opening = {
        .to_server = bytes_of_text(row->to_server),
        .to_client = bytes_of_text(row->to_client),
        .midstream = row->how & MIDSTREAM,
    };
    struct classified c = classify(transport, port, &opening, row->how & MAY_FLIP);
    if (c.guess != GUESS_YES)
        return c.guess == GUESS_NO ? "no" : "more";
    if (!c.flipped)
        return c.decoder->name;
    assert_string_equal(c.decoder->name, "http");
    return "http flipped";
}

/* The verdict does not depend on the port. */
static void openings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint16_t ports[] = {80, 6379, 31337};
        for (size_t port = 0; port < 3; port++) {
            const char *verdict = verdict_of(&rows[i], OVER_TCP, ports[port]);
            if (strcmp(verdict, rows[i].verdict) != 0)
                print_error("row %zu\n", i);
            assert_string_equal(verdict, rows[i].verdict);
        }
    }
}

/* A decoder is only asked about its own transport. */
static void transports(void **state)
{
    (void)state;
    assert_string_equal(verdict_of(&rows[0], OVER_UDP, 80), "no");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openings),
        cmocka_unit_test(transports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
