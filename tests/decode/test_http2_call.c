/* test_http2_call.c - specifies decode/http2_call.c through conversations: which streams are calls
 * of gRPC, which messages they carry, and how they end. */
#include "frames.h"

#include "tests/check.h"

extern const struct decoder http2_decoder;

static const struct decoder *const http2 = &http2_decoder;

/* A POST of whose content the type is from before the capture began. */
#define UNTYPED "\x83\x86\x44\2/a" API "\xc0"

static struct step asks_as(unsigned stream, const char *type)
{
    return frame(TO_SERVER, HTTP2_HEADERS, WHOLE, stream, asks("/a.B/C", type));
}

/* The type of the request's content says it. */
static void by_type(void **state)
{
    (void)state;
    static const struct {
        const char *type, *story;
    } cases[] = {
        {"application/grpc", "POST api/a.B/C OK ok grpc a.B/C 0 unary 0+0\n"},
        {"application/grpc+proto", "POST api/a.B/C OK ok grpc a.B/C 0 unary 0+0\n"},
        {"application/grpc;v=1", "POST api/a.B/C OK ok grpc a.B/C 0 unary 0+0\n"},
        {"application/grpcish", "POST api/a.B/C 200 ok http2  0  0+0\n"},
        {"application/json", "POST api/a.B/C 200 ok http2  0  0+0\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        TELLS_WITH(SHOW_GRPC, http2, cases[i].story, preface(), asks_as(1, cases[i].type),
                   CLIENT(HTTP2_DATA, LAST, 1, ""), SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"),
                   SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")));
}

/* A request without a type, all of it known, is none; the answer cannot make it one. */
static void without_type(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "GET api/a 200 ok http2  0  0+0\n", preface(),
               CLIENT(HTTP2_HEADERS, ALL, 1, GETS("\2/a")),
               SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD),
               SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0")));
}

/* Where the type was not seen, the first message says it, if it fills its frame to the last byte;
 * or an answer's type, or a status of gRPC. */
static void by_what_follows(void **state)
{
    (void)state;
    static const char grpc[] = "POST api/a OK ok unknown-fields grpc a 0 unary 1+0 0-2 ms\n";
    struct step untyped = CLIENT(HTTP2_HEADERS, WHOLE, 7, UNTYPED);
    TELLS_WITH(SHOW_GRPC | JOINED, http2, grpc, untyped, CLIENT(HTTP2_DATA, LAST, 7, M1),
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88" STATUS("0")));
    TELLS_WITH(SHOW_GRPC | JOINED, http2,
               "POST api/a OK ok unknown-fields grpc a 0 unary 0+1 3-3 ms\n", untyped,
               SERVER(HTTP2_HEADERS, WHOLE, 7, OK_HEAD), SERVER(HTTP2_DATA, 0, 7, M1),
               SERVER(HTTP2_HEADERS, ALL, 7, STATUS("0")), CLIENT(HTTP2_DATA, LAST, 7, ""));
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a OK ok unknown-fields grpc a 0 unary 0+0\n",
               untyped, SERVER(HTTP2_HEADERS, ALL, 7, "\x88" STATUS("0")),
               CLIENT(HTTP2_DATA, LAST, 7, ""));
    /* what is no prefix, and what has no data */
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a 200 ok unknown-fields http2  -1  0+0\n",
               untyped, CLIENT(HTTP2_DATA, LAST, 7, "{\"a\": 1}"),
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a 200 ok unknown-fields http2  -1  0+0\n",
               CLIENT(HTTP2_HEADERS, ALL, 7, UNTYPED), SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
}

/* Neither way: it stays HTTP/2, but it is not said that all went well, for nobody knows. Failures
 * are known, and what is no POST is no call. */
static void never_decided(void **state)
{
    (void)state;
    struct step longer = CLIENT(HTTP2_DATA, LAST, 7, "\0\0\0\0\1abc");
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "POST api/a unknown unknown-fields http2  -1  0+0\n",
               CLIENT(HTTP2_HEADERS, WHOLE, 7, UNTYPED), longer,
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
    TELLS_WITH(
        SHOW_GRPC | JOINED, http2, "POST api/a 404 client_error unknown-fields http2  -1  0+0\n",
        CLIENT(HTTP2_HEADERS, WHOLE, 7, UNTYPED), longer, SERVER(HTTP2_HEADERS, ALL, 7, "\x8d"));
    TELLS_WITH(SHOW_GRPC | JOINED, http2, "GET api/a 200 ok unknown-fields http2  -1  0+0\n",
               CLIENT(HTTP2_HEADERS, WHOLE, 7, GETS("\2/a") "\xc0"), longer,
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88"));
}

/* On a connection that is known to carry gRPC a prefix will do. */
static void by_its_neighbours(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | JOINED, http2,
               "POST api/x.Y/Z OK ok grpc x.Y/Z 0 unary 1+1 2-2 ms\n"
               "POST api/a OK ok unknown-fields grpc a 0 unary 1+0 0-3 ms\n",
               calls(5, "/x.Y/Z"), answers(5),
               join(CLIENT(HTTP2_HEADERS, WHOLE, 7, "\x83\x86\x04\2/a" API "\xc6"),
                    CLIENT(HTTP2_DATA, 0, 7, "\0\0\0\0\3a")),
               CLIENT(HTTP2_DATA, LAST, 7, "bc"),
               SERVER(HTTP2_HEADERS, ALL, 7, "\x88" STATUS("0")));
}

/* gRPC-Web has its trailer in the body, in binary or in base64, over HTTP/2 as over HTTP/1. */
static void grpc_web(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, http2,
        "POST api/a.B/C NOT_FOUND client_error grpc a.B/C 5 unary 1+1 4-4 ms 'no'\n", preface(),
        asks_as(1, "application/grpc-web+proto"), CLIENT(HTTP2_DATA, LAST, 1, M1),
        join(SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88\x5f\x14" GRPC "-web"),
             SERVER(HTTP2_DATA, 0, 1, M1)),
        SERVER(HTTP2_DATA, LAST, 1, "\x80\0\0\0\x23grpc-status: 5\r\ngrpc-message: no\r\n\0"));
    /* AAAAAAFh is a message of one byte, gAAAAA9ncnBjLXN0YXR1czowDQo= "grpc-status:0\r\n" */
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 4-4 ms\n", preface(),
               asks_as(1, "application/grpc-web-text"), CLIENT(HTTP2_DATA, LAST, 1, "AAAAAAFh"),
               join(SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88\x5f\x19" GRPC "-web-text"),
                    SERVER(HTTP2_DATA, 0, 1, "AAAAAA")),
               SERVER(HTTP2_DATA, LAST, 1, "FhgAAAAA9ncnBjLXN0YXR1czowDQo="));
}

/* A message may lie in several frames, with those of other streams between them, and a frame may
 * hold several messages; the prefix may be cut anywhere. */
static void messages_and_frames(void **state)
{
    (void)state;
    static char big[40000] = "\0\0\0\x9c\x3b"; /* 39,995 bytes */
    struct step answer = SERVER(HTTP2_HEADERS, WHOLE, 1, OK_HEAD);
    for (size_t at = 0; at < sizeof big; at += 10000) {
        answer = join(answer, frame(TO_CLIENT, HTTP2_DATA, 0, 1, bytes_of(big + at, 10000)));
        answer = join(answer, SERVER(HTTP2_WINDOW_UPDATE, 0, 3, "\0\0\1\0"));
    }
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 server-streaming 1+2 3-4 ms\n",
               preface(), calls(1, "/a.B/C"), answer,
               join(SERVER(HTTP2_DATA, 0, 1, M1), SERVER(HTTP2_HEADERS, ALL, 1, STATUS("0"))));
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 client-streaming 4+1 4-4 ms\n",
               preface(), asks_as(1, GRPC), CLIENT(HTTP2_DATA, LAST, 1, M1 M1 "\0\0\0\0\0" M1),
               answers(1));
    for (size_t cut = 0; cut <= 6; cut++) {
        struct bytes message = TEXT(M1);
        TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 4-4 ms\n",
                   preface(), asks_as(1, GRPC),
                   join(frame(TO_SERVER, HTTP2_DATA, 0, 1, bytes_first(message, cut)),
                        frame(TO_SERVER, HTTP2_DATA, LAST, 1, bytes_after(message, cut))),
                   answers(1));
    }
}

/* One compressed message is enough for the note; a flag that gRPC does not have ends the counting,
 * and nothing else. */
static void flags_of_messages(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok compressed grpc a.B/C 0 unary 1+1 4-4 ms\n",
               preface(), asks_as(1, GRPC), CLIENT(HTTP2_DATA, LAST, 1, "\1\0\0\0\1a"), answers(1));
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C OK ok grpc a.B/C 0 unary 1+1 4-4 ms\n", preface(),
               asks_as(1, GRPC), CLIENT(HTTP2_DATA, LAST, 1, M1 "\2\0\0\0\1a" M1), answers(1));
}

/* A call may be answered with trailers alone: a head that is the end. */
static void trailers_only(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC | SHOW_TIMES, http2,
        "POST api/a.B/C UNAVAILABLE server_error 2-2 3-3 ms grpc a.B/C 14 unary 1+0 0-2 ms\n",
        preface(), calls(1, "/a.B/C"),
        SERVER(HTTP2_HEADERS, ALL, 1,
               OK_HEAD "\x40\x0bgrpc-status\x02"
                       "14"));
}

/* Of HTTP a status that is a failure counts where gRPC has none; of gRPC each has its outcome. */
static void statuses(void **state)
{
    (void)state;
#define HTTP_STATUS(digits) "\x48\3" digits
#define TOLD(what) "POST api/a.B/C " what " unary 1+0 0-2 ms\n"
    const struct {
        struct bytes head;
        const char *story;
    } cases[] = {
        {TEXT("\x88"), TOLD("unknown grpc a.B/C -1")},
        {TEXT(HTTP_STATUS("204")), TOLD("unknown grpc a.B/C -1")},
        {TEXT(HTTP_STATUS("429")), TOLD("429 client_error grpc a.B/C -1")},
        {TEXT(HTTP_STATUS("502")), TOLD("502 server_error grpc a.B/C -1")},
        {TEXT(HTTP_STATUS("502") STATUS("0")), TOLD("OK ok grpc a.B/C 0")},
        {TEXT("\x88" STATUS("1")), TOLD("CANCELLED cancelled grpc a.B/C 1")},
        {TEXT("\x88" STATUS("4")), TOLD("DEADLINE_EXCEEDED timeout grpc a.B/C 4")},
        {TEXT("\x88" STATUS("7")), TOLD("PERMISSION_DENIED client_error grpc a.B/C 7")},
        {TEXT("\x88" STATUS("x")), TOLD("unknown grpc a.B/C -1")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        TELLS_WITH(SHOW_GRPC, http2, cases[i].story, preface(), calls(1, "/a.B/C"),
                   frame(TO_CLIENT, HTTP2_HEADERS, ALL, 1, cases[i].head));
}

/* What HTTP says in a second head takes nothing back of what gRPC said. */
static void a_second_head(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http2, "POST api/a.B/C UNKNOWN server_error grpc a.B/C 2 unary 0+0\n",
               preface(), asks_as(1, GRPC), SERVER(HTTP2_HEADERS, ALL, 1, "\x88" STATUS("2")),
               SERVER(HTTP2_HEADERS, WHOLE, 1, "\x88"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(by_type, frames_setup),
        cmocka_unit_test_setup(without_type, frames_setup),
        cmocka_unit_test_setup(by_what_follows, frames_setup),
        cmocka_unit_test_setup(never_decided, frames_setup),
        cmocka_unit_test_setup(by_its_neighbours, frames_setup),
        cmocka_unit_test_setup(grpc_web, frames_setup),
        cmocka_unit_test_setup(messages_and_frames, frames_setup),
        cmocka_unit_test_setup(flags_of_messages, frames_setup),
        cmocka_unit_test_setup(trailers_only, frames_setup),
        cmocka_unit_test_setup(statuses, frames_setup),
        cmocka_unit_test_setup(a_second_head, frames_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
