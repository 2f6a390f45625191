/* test_clickhouse_http.c - specifies decode/clickhouse_http.c, and that HTTP/1 asks it. */
#include "script.h"

#include "tests/check.h"

extern const struct decoder http1_decoder;
static const struct decoder *const http = &http1_decoder;

#define OURS "HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: vm\r\nContent-Length: 0\r\n\r\n"
#define OTHER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void in_the_url(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, http,
               "GET / 200 ok http SELECT shop.orders -1  0+0\n"
               "POST / 200 ok http INSERT shop.orders -1  0+0\n"
               "GET / 200 ok http  -1  0+0\n"
               "GET / 200 ok http SELECT t -1  0+0\n"
               "GET / 200 ok http  -1  0+0\n"
               "GET /x 200 ok http  -1  0+0\n",
               SAYS("GET /?user=a&query=SELECT%20id+FROM%0Ashop.orders+WHERE+card%3D%274111%27&x=1 "
                    "HTTP/1.1\r\n\r\n"),
               HEARS(OURS),
               SAYS("POST /?query=insert+into+shop.orders+FORMAT+CSV HTTP/1.1\r\n"
                    "Content-Length: 12\r\n\r\nSELECT a, b\n"),
               HEARS(OURS),
               /* who else asks by SQL is not known */
               SAYS("GET /?query=SELECT+id+FROM+orders HTTP/1.1\r\n\r\n"), HEARS(OTHER),
               SAYS("GET /?query=select+1+from+t HTTP/1.1\r\nX-ClickHouse-User: a\r\n\r\n"),
               HEARS(OTHER), SAYS("GET /?query=play%zz&subquery=SELECT HTTP/1.1\r\n\r\n"),
               HEARS(OURS), SAYS("GET /x?query=SELECT+1 HTTP/1.1\r\n\r\n"), HEARS(OURS));
}

#define LONG                                                                                       \
    "SELECT 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111, 4111 "

static void in_the_body(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, http,
        "POST / 200 ok http SELECT shop.orders -1  0+0\n"
        "POST / 200 ok http SELECT t -1  0+0\n"
        "POST / 500 server_error http SELECT t -1  0+0 'exception 47'\n"
        "POST / 200 ok http  -1  0+0\n"
        "POST / 200 ok http  -1  0+0\n"
        "POST /x 200 ok http  -1  0+0\n",
        SAYS("POST / HTTP/1.1\r\nContent-Length: 28\r\n\r\nSELECT id\nFROM shop.orders 1"),
        HEARS(OURS),
        SAYS("POST /?database=shop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
             "10\r\nSELECT 1 FROM t \r\n5\r\n, u v\r\n0\r\n\r\n"),
        HEARS(OURS), SAYS("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nSELECT nope FROM t"),
        HEARS("HTTP/1.1 500 Oops\r\nx-clickhouse-exception-code: 47\r\nContent-Length: 0\r\n\r\n"),
        SAYS("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nSELECT nope FROM t"), HEARS(OTHER),
        SAYS("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\n{\"SELECT\": \"card\"}"), HEARS(OURS),
        SAYS("POST /x HTTP/1.1\r\nContent-Length: 18\r\n\r\nSELECT nope FROM t"), HEARS(OURS));
}

/* A body that is long, or not whole, makes no difference to what follows. */
static void long_bodies(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, http,
               "POST / 200 ok 1301+76 bytes http SELECT -1  0+0\n"
               "POST / 200 ok gap 1301+76 bytes http  -1  0+0\n"
               "POST / 200 ok 57+76 bytes http SELECT t -1  0+0\n",
               SAYS("POST / HTTP/1.1\r\nContent-Length: 1260\r\n\r\n" LONG LONG LONG LONG LONG LONG
                        LONG LONG LONG LONG LONG LONG LONG LONG),
               HEARS(OURS), SAYS("POST / HTTP/1.1\r\nContent-Length: 1260\r\n\r\n" LONG),
               LOSES(TO_SERVER, 1260 - 90), HEARS(OURS),
               SAYS("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nSELECT nope FROM t"),
               HEARS(OURS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_url),
        cmocka_unit_test(in_the_body),
        cmocka_unit_test(long_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
