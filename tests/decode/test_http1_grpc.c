/* test_http1_grpc.c - specifies how decode/proto/http1.c reads gRPC-Web, and gRPC that a gateway
 * has brought to HTTP/1. */
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct decoder http1_decoder;

static const struct decoder *const http = &http1_decoder;

#define M3 "\0\0\0\0\3abc"
#define TRAILER(status) "\x80\0\0\0\x0fgrpc-status:" status "\r\n"
#define ASKS(path, type)                                                                           \
    SAYS("POST " path " HTTP/1.1\r\nHost: api\r\nContent-Type: application/" type                  \
         "\r\nContent-Length: 8\r\n\r\n" M3)
#define OK_GRPC(type) "HTTP/1.1 200 OK\r\nContent-Type: application/" type "\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

/* The status is in the trailer of the body, in whatever chunks it comes; sizes are of all bytes. */
static void web(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, http,
               "POST api/shop.Cart/Add OK ok 112+109 bytes grpc shop.Cart/Add 0 unary 1+1 2-2 ms\n",
               ASKS("/shop.Cart/Add", "grpc-web+proto"),
               HEARS(OK_GRPC("grpc-web+proto") "Content-Length: 28\r\n\r\n" M3 TRAILER("0")));
    TELLS_WITH(SHOW_GRPC, http,
               "POST api/a.B/C NOT_FOUND client_error grpc a.B/C 5 unary 1+1 2-2 ms\n"
               "POST api/a.B/D OK ok grpc a.B/D 0 unary 1+1 6-6 ms\n",
               ASKS("/a.B/C", "grpc-web"), HEARS(OK_GRPC("grpc-web") CHUNKED "3\r\n\0\0\0\r\n"),
               HEARS("3\r\n\0\3a\r\n2\r\nbc\r\n"),
               HEARS("a\r\n\x80\0\0\0\x0fgrpc-\r\na\r\nstatus:5\r\n\r\n0\r\n\r\n"),
               ASKS("/a.B/D", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") CHUNKED "1c\r\n" M3 TRAILER("0")), HEARS("\r\n0\r\n\r\n"));
}

/* Base64 is read letter by letter, with padding wherever a piece ends. */
static void web_text(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http,
               "/a.B/C +1 ms\n"
               "POST api/a.B/C OK ok grpc a.B/C 0 server-streaming 1+2 2-3 ms\n",
               SAYS("POST /a.B/C HTTP/1.1\r\nHost: api\r\nContent-Length: 12\r\n"
                    "Content-Type: application/grpc-web-text\r\n\r\nAAAAAANhYmM="),
               HEARS(OK_GRPC("grpc-web-text") CHUNKED "c\r\nAAAAAANhYmM=\r\n"),
               HEARS("c\r\nAAAAAANhYmM=\r\n"),
               HEARS("1c\r\ngAAAAA9ncnBjLXN0YXR1czowDQo=\r\n0\r\n\r\n"));
}

/* A body that lasts until the close is read like any other, and ends with it. */
static void until_close(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES | SHOW_TIMES, http,
               "POST api/a.B/C OK ok 98+83 bytes 1-1 2-4 ms grpc a.B/C 0 unary 1+1 2-2 ms\n",
               ASKS("/a.B/C", "grpc-web"), HEARS(OK_GRPC("grpc-web") "\r\n" M3),
               HEARS(TRAILER("0")), ENDS(TO_CLIENT));
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C reset grpc a.B/C -1 unary 1+0 0-1 ms\n",
               ASKS("/a.B/C", "grpc"), CLOSES(CLOSE_RESET_BY_SERVER));
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C reset grpc a.B/C -1 unary 1+1 2-2 ms\n",
               ASKS("/a.B/C", "grpc-web"), HEARS(OK_GRPC("grpc-web") "\r\n" M3),
               CLOSES(CLOSE_RESET_BY_SERVER));
}

/* A status may stand in the head of the answer, or in trailers of HTTP; the first one counts. */
static void status_in_fields(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http,
               "POST api/a.B/C UNAUTHENTICATED client_error grpc a.B/C 16 unary 1+0 0-1 ms "
               "'who are you?'\n",
               ASKS("/a.B/C", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "grpc-status: 16\r\nGrpc-Message: who are you%3F\r\n"
                                         "Content-Length: 0\r\n\r\n"));
    TELLS_WITH(SHOW_GRPC, http,
               "POST api/a.B/C UNAVAILABLE server_error grpc a.B/C 14 unary 1+1 2-2 ms 'busy'\n",
               ASKS("/a.B/C", "grpc"),
               HEARS(OK_GRPC("grpc") CHUNKED "8\r\n" M3 "\r\n0\r\nGrpc-Status:14\r\n"
                                             "grpc-status: 0\r\ngrpc-message: busy\r\n\r\n"));
}

/* Without a status that can be read nothing is known to have gone well; what HTTP says of an error
 * holds. */
static void no_status(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *story;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C unknown grpc a.B/C -1 unary 0+0\n"},
        {OK_GRPC("grpc") "grpc-status: \r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C unknown grpc a.B/C -1 unary 0+0\n"},
        {OK_GRPC("grpc") "grpc-status: ok\r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C unknown grpc a.B/C -1 unary 0+0\n"},
        {"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C unknown grpc a.B/C -1 unary 0+0\n"},
        {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C 404 client_error grpc a.B/C -1 unary 0+0\n"},
        {"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
         "POST /a.B/C 502 server_error grpc a.B/C -1 unary 0+0\n"},
        {"HTTP/1.1 503 Busy\r\nContent-Type: application/grpc\r\ngrpc-status: 0\r\n"
         "Content-Length: 0\r\n\r\n",
         "POST /a.B/C OK ok grpc a.B/C 0 unary 0+0\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct step steps[] = {
            SAYS("POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc-web\r\n"
                 "Content-Length: 0\r\n\r\n"),
            {STEP_BYTES, TO_CLIENT, cases[i].answer, strlen(cases[i].answer), 0, 0}};
        script_tells(&(struct script){http, steps, 2, SHOW_GRPC}, cases[i].story);
    }
}

/* The kind of a call is what its messages show; times are those of their first bytes.
 * The gap to a further message is told as it begins. */
static void kinds(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http,
               "/a.B/Up +1 ms\n/a.B/Up +1 ms\n"
               "POST api/a.B/Up OK ok compressed grpc a.B/Up 0 client-streaming 3+1 4-4 ms\n",
               SAYS("POST /a.B/Up HTTP/1.1\r\nHost: api\r\nContent-Type: application/grpc\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n8\r\n" M3 "\r\n"),
               SAYS("8\r\n\1\0\0\0\3abc\r\n"), SAYS("5\r\n\0\0\0\0\0\r\n0\r\n\r\n"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n" M3 TRAILER("0")));
    TELLS_WITH(SHOW_GRPC | SHOW_GAPS, http,
               "/a.B/Talk +2 ms\n/a.B/Talk +2 ms\n"
               "POST api/a.B/Talk unknown early-answer grpc a.B/Talk -1 bidi-streaming 2+2 "
               "2-4 ms\n",
               SAYS("POST /a.B/Talk HTTP/1.1\r\nHost: api\r\nContent-Type: application/grpc\r\n"
                    "Content-Length: 16\r\n\r\n" M3),
               HEARS(OK_GRPC("grpc") "Content-Length: 16\r\n\r\n" M3), SAYS(M3), HEARS(M3));
}

/* The client's deadline is noted, and whether it had passed when the answer ended. */
static void deadline(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http,
               "POST /a.B/C DEADLINE_EXCEEDED timeout grpc a.B/C 4 unary 0+0 within 1500 ms\n",
               SAYS("POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\n"
                    "grpc-timeout: 1500m\r\nContent-Length: 0\r\n\r\n"),
               HEARS(OK_GRPC("grpc") "grpc-status: 4\r\nContent-Length: 0\r\n\r\n"));
    TELLS_WITH(SHOW_GRPC, http,
               "POST /a.B/C OK ok deadline grpc a.B/C 0 unary 0+1 2-2 ms within 5 ms\n",
               SAYS("POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc-web\r\n"
                    "grpc-timeout: 5m\r\nContent-Length: 0\r\n\r\n"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n" M3 TRAILER("0")));
}

/* Only calls of gRPC have their bodies and trailers read: the same bytes under another type say
 * nothing. */
static void other_types(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C 200 ok http  -1  0+0\n", ASKS("/a.B/C", "grpcish"),
               HEARS("HTTP/1.1 200 OK\r\ngrpc-status: 5\r\n" CHUNKED "8\r\n" M3
                     "\r\n0\r\ngrpc-status: 5\r\n\r\n"));
    /* the answer alone may say that it was one */
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C OK ok grpc a.B/C 0 unary 0+1 2-2 ms\n",
               ASKS("/a.B/C", "x"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n" M3 TRAILER("0")));
}

/* A hole inside a message does no harm. One that takes a prefix costs what the messages after it
 * would have told; where the body's end is known, what follows it is read. */
static void holes(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C OK ok gap grpc a.B/C 0 unary 1+1 2-2 ms\n",
               ASKS("/a.B/C", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n\0\0\0\0\3"),
               LOSES(TO_CLIENT, 3), HEARS(TRAILER("0")));
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, http,
               "POST api/a.B/C unknown gap 98+103 bytes grpc a.B/C -1 unary 1+1 2-2 ms\n"
               "POST api/a.B/D OK ok 98+89 bytes grpc a.B/D 0 unary 1+0 0-5 ms\n",
               ASKS("/a.B/C", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n\0\0\0\0\3"),
               LOSES(TO_CLIENT, 4), HEARS("\0\0\0\x0fgrpc-status:0\r\n"),
               ASKS("/a.B/D", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "grpc-status:0\r\nContent-Length: 0\r\n\r\n"));
    /* what a chunk held behind its first message is missing, and who knows how many messages it was
     */
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, http,
               "POST api/a.B/C unknown gap 98+136 bytes grpc a.B/C -1 unary 1+1 2-2 ms\n"
               "POST api/a.B/D OK ok 98+89 bytes grpc a.B/D 0 unary 1+0 0-5 ms\n",
               ASKS("/a.B/C", "grpc-web"), HEARS(OK_GRPC("grpc-web") CHUNKED "10\r\n" M3),
               LOSES(TO_CLIENT, 8), HEARS("\r\n14\r\n" TRAILER("0") "\r\n0\r\n\r\n"),
               ASKS("/a.B/D", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "grpc-status:0\r\nContent-Length: 0\r\n\r\n"));
}

/* A hole across the end of a body ends the exchange as it does for other bodies. */
static void holes_across_ends(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C unknown gap grpc a.B/C -1 unary 1+1 2-2 ms\n",
               ASKS("/a.B/C", "grpc-web"),
               HEARS(OK_GRPC("grpc-web") "Content-Length: 28\r\n\r\n\0\0\0\0\3"),
               LOSES(TO_CLIENT, 30));
    TELLS_WITH(SHOW_GRPC, http, "POST api/a.B/C unknown gap grpc a.B/C -1 unary 1+1 2-2 ms\n",
               ASKS("/a.B/C", "grpc-web"), HEARS(OK_GRPC("grpc-web") "\r\n" M3),
               LOSES(TO_CLIENT, 3), HEARS(TRAILER("0")), ENDS(TO_CLIENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(web),         cmocka_unit_test(web_text),
        cmocka_unit_test(until_close), cmocka_unit_test(status_in_fields),
        cmocka_unit_test(no_status),   cmocka_unit_test(kinds),
        cmocka_unit_test(deadline),    cmocka_unit_test(other_types),
        cmocka_unit_test(holes),       cmocka_unit_test(holes_across_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
