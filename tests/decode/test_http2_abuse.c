/* test_http2_abuse.c - specifies what becomes of HTTP/2 whose peers do not keep to the rules, and
 * of holes in the worst places: nothing is told that nobody said. */
#include "frames.h"

#include "tests/check.h"

extern const struct decoder http2_decoder;

static const struct decoder *const http2 = &http2_decoder;

/* Only servers make promises. A client's is no frame of the protocol, and its header block is not
 * read with the server's table, which would make every later text of the server's wrong. */
static void promise_of_a_client(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2,
               "POST api/a.B/C NOT_FOUND client_error grpc a.B/C 5 unary 1+0 0-2 ms\n", preface(),
               calls(1, "/a.B/C"),
               SERVER(HTTP2_HEADERS, WHOLE, 1,
                      OK_HEAD "\x40\x0bgrpc-status\x01"
                              "5"),
               CLIENT(HTTP2_PUSH_PROMISE, WHOLE, 1,
                      "\0\0\0\2\x40\x0bgrpc-status\x01"
                      "0"),
               SERVER(HTTP2_HEADERS, ALL, 1, "\xbe"));
}

/* Of a promise whose block is lost nobody knows the stream: there is nothing to tell. */
static void promise_in_a_hole(void **state)
{
    (void)state;
    struct step promise = SERVER(HTTP2_PUSH_PROMISE, WHOLE, 1, "\0\0\0\2\x82\x86\x84");
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a 200 ok gap http2  -1  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               frames_of(TO_CLIENT, bytes_of(promise.bytes, 10)), LOSES(TO_CLIENT, 6),
               SERVER(HTTP2_HEADERS, ALL, 1, "\x88"), ENDS(TO_SERVER), ENDS(TO_CLIENT));
}

/* A request whose type is not known, and the beginning of whose data is lost, may be gRPC; that
 * HTTP went well is not yet a status. */
static void first_data_in_a_hole(void **state)
{
    (void)state;
    const char *const old = "\x83\x86\xc0\xbf\xbe"; /* path, authority, type: from before */
    struct step head = frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 7, bytes_of(old, 5));
    struct step data = CLIENT(HTTP2_DATA, 0, 7,
                              "\0\0\0\0\x0c"
                              "abcdefg");
    struct step both = join(head, data);
    struct step asks = frames_of(TO_SERVER, bytes_of(both.bytes, head.len + 11));
    struct step hole = LOSES(TO_SERVER, both.len - asks.len);
    struct step rest = CLIENT(HTTP2_DATA, LAST, 7, "hijkl");
    TELLS_WITH(
        SHOW_GRPC | JOINED, http2,
        "POST  unknown gap unknown-fields http2 {unknown #40000001} -1  0+0\n", asks, hole, rest,
        join(SERVER(HTTP2_HEADERS, WHOLE, 7, "\x88\xbf"), SERVER(HTTP2_HEADERS, ALL, 7, "\xbe")));
    TELLS_WITH(SHOW_GRPC | JOINED, http2,
               "POST  INTERNAL server_error gap unknown-fields grpc {unknown #40000001} 13 unary "
               "0+0\n",
               asks, hole, rest,
               join(SERVER(HTTP2_HEADERS, WHOLE, 7, "\x88\xbf"), SERVER(HTTP2_HEADERS, ALL, 7,
                                                                        "\x40\x0bgrpc-status\x02"
                                                                        "13")));
}

/* A frame that ends within the prefix of a message tells as little however it is cut. */
static void prefix_in_two_frames(void **state)
{
    (void)state;
    const char *const old = "\x83\x86\xc0\xbf\xbe";
    TELLS_WITH(
        SHOW_GRPC | JOINED, http2,
        "POST  unknown unknown-fields http2 {unknown #40000001} -1  0+0\n",
        join(frame(TO_SERVER, HTTP2_HEADERS, WHOLE, 7, bytes_of(old, 5)),
             CLIENT(HTTP2_DATA, 0, 7, "\0\0\0")),
        CLIENT(HTTP2_DATA, LAST, 7, "\0\1a"),
        join(SERVER(HTTP2_HEADERS, WHOLE, 7, "\x88\xbf"), SERVER(HTTP2_HEADERS, ALL, 7, "\xbe")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(promise_of_a_client, frames_setup),
        cmocka_unit_test_setup(promise_in_a_hole, frames_setup),
        cmocka_unit_test_setup(first_data_in_a_hole, frames_setup),
        cmocka_unit_test_setup(prefix_in_two_frames, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
