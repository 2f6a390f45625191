/* test_http2_abuse.c - specifies what becomes of HTTP/2 whose peers do not keep to the rules, and
 * of holes in the worst places: nothing is told that nobody said. */
#include "frames.h"

#include <time.h>

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

static void forget(void *ctx, struct exchange *x)
{
    (void)ctx;
    (void)x;
}

static struct decode_counters counters;
static struct conn_shared shared;

static struct conn *connection(void)
{
    static const struct conn_ends ends = {.server_port = 80};
    counters = (struct decode_counters){0};
    shared = (struct conn_shared){.sink = {.exchange = forget},
                                  .counters = &counters,
                                  .unread_bytes_max = 1 << 20,
                                  .open_max = 1 << 16};
    return conn_new(&shared, http2, &ends, false);
}

static void send(struct conn *c, struct step s)
{
    conn_bytes(c, s.dir, (struct moment){.now_ns = 1}, 1, bytes_of(s.bytes, s.len));
}

static uint32_t stalls(struct conn *c, enum dir dir)
{
    struct flow_report r = {0};
    conn_report(c, &r);
    return r.stalls[dir];
}

/* The windows of streams that are open follow the settings (RFC 9113, 6.9.2). */
static void windows_follow_settings(void **state)
{
    (void)state;
    struct conn *c = connection();
    send(c, preface());
    send(c, CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")));
    send(c, CLIENT(HTTP2_SETTINGS, 0, 0, "\0\4\0\0\0\5"));
    send(c, SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"));
    send(c, SERVER(HTTP2_DATA, 0, 1, "1234"));
    assert_int_equal(stalls(c, TO_CLIENT), 0);
    send(c, SERVER(HTTP2_DATA, 0, 1, "5"));
    assert_int_equal(stalls(c, TO_CLIENT), 1);
    send(c, CLIENT(HTTP2_SETTINGS, 0, 0, "\0\4\0\0\0\4"));
    send(c, CLIENT(HTTP2_WINDOW_UPDATE, 0, 1, "\0\0\0\1"));
    send(c, SERVER(HTTP2_DATA, 0, 1, ""));
    assert_int_equal(stalls(c, TO_CLIENT), 0); /* it has not been open in between */
    send(c, CLIENT(HTTP2_WINDOW_UPDATE, 0, 1, "\0\0\0\1"));
    send(c, SERVER(HTTP2_DATA, 0, 1, "6"));
    assert_int_equal(stalls(c, TO_CLIENT), 1);
    conn_free(c);
}

/* A header block too long to be read in one frame is passed over, and that is counted; what comes
 * behind it is read. */
static void long_header_block(void **state)
{
    (void)state;
    static const uint8_t block[61 * 1024];
    struct conn *c = connection();
    send(c, preface());
    send(c, frame(TO_SERVER, HTTP2_HEADERS, ALL, 1, bytes_of(block, sizeof block)));
    assert_int_equal(counters.shed, 1);
    send(c, CLIENT(HTTP2_HEADERS, ALL, 3, GETS("\2/a")));
    struct exchange *x = conn_peek(c, 3);
    assert_non_null(x);
    assert_string_equal(x->path, "/a");
    assert_int_equal(counters.lost, 0);
    conn_free(c);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* What is said again and again of the whole connection costs the same however many streams are
 * open. (It took some seconds when each was walked over each time.) */
static void floods_over_open_streams(void **state)
{
    (void)state;
    struct conn *c = connection();
    send(c, preface());
    send(c, SERVER(HTTP2_SETTINGS, 0, 0, ""));
    for (unsigned i = 0; i < 4096; i++) {
        frames_setup(NULL);
        send(c, CLIENT(HTTP2_HEADERS, ALL, 2 * i + 1, "\x82\x86\x84"));
    }
    frames_setup(NULL);
    struct step more = SERVER(HTTP2_SETTINGS, 0, 0, "\0\4\0\0\0\1");
    struct step less = SERVER(HTTP2_SETTINGS, 0, 0, "\0\4\0\0\0\2");
    struct step away = SERVER(HTTP2_GOAWAY, 0, 0, "\x7f\xff\xff\xff\0\0\0\0");
    double begun = seconds();
    for (unsigned i = 0; i < 30000; i++) {
        send(c, more);
        send(c, less);
        send(c, away);
        conn_retransmitted(c, TO_CLIENT);
    }
    assert_true(seconds() - begun < 2);
    struct flow_report r = {0};
    conn_report(c, &r);
    assert_int_equal(r.open_calls, 4096);
    assert_int_equal(r.goaways, 30000);
    conn_free(c);
}

/* Payloads made so that a chain of frames, or a header block, seems to begin at every few bytes,
 * and ends in nothing, are searched in time that grows with their length alone. */
static void chains_within_payloads(void **state)
{
    (void)state;
    static uint8_t bytes[2 * 16384];
    static const char literal[] = "\0\1a\x09\0\x3c\xf0\1\4\0\0\0\1", ack[] = "\0\0\0\4\1\0\0\0\0";
    const struct {
        const char *piece;
        size_t len;
    } cases[] = {{literal, sizeof literal - 1}, {ack, sizeof ack - 1}};
    double begun = seconds();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(bytes, 0xff, sizeof bytes);
        for (size_t at = 0; at + cases[i].len + 32 < sizeof bytes; at += cases[i].len)
            memcpy(bytes + at, cases[i].piece, cases[i].len);
        for (int times = 0; times < 50; times++) {
            enum http2_chain chain;
            http2_search(bytes_of(bytes, sizeof bytes), TO_SERVER, &chain);
        }
    }
    assert_true(seconds() - begun < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(promise_of_a_client, frames_setup),
        cmocka_unit_test_setup(promise_in_a_hole, frames_setup),
        cmocka_unit_test_setup(first_data_in_a_hole, frames_setup),
        cmocka_unit_test_setup(prefix_in_two_frames, frames_setup),
        cmocka_unit_test_setup(windows_follow_settings, frames_setup),
        cmocka_unit_test_setup(long_header_block, frames_setup),
        cmocka_unit_test_setup(floods_over_open_streams, frames_setup),
        cmocka_unit_test_setup(chains_within_payloads, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
