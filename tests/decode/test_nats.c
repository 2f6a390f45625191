/* test_nats.c - decode/proto/nats.c: conversations of NATS and JetStream, and what is told of them.
 */
#include "script.h"

#include "tests/check.h"

extern const struct decoder nats_decoder;
static const struct decoder *const nats = &nats_decoder;

#define INFO "INFO {\"server_id\":\"NABC\",\"version\":\"2.9.10\",\"headers\":true}\r\n"
#define INFO_TLS "INFO {\"server_id\":\"NABC\", \"tls_required\": true}\r\n"
#define CONNECT "CONNECT {\"verbose\":false,\"user\":\"u\",\"pass\":\"hunter2\",\"lang\":\"c\"}\r\n"
#define CONNECT_VERBOSE "CONNECT {\"verbose\": true,\"lang\":\"c\"}\r\n"
#define PUB "PUB orders.17.created 5\r\nhello\r\n"
#define SUB_INBOX "SUB _INBOX.abc.* 1\r\n"
#define ASK "PUB price.get _INBOX.abc.x1 2\r\n42\r\n"
#define ASK_AGAIN "PUB price.get _INBOX.abc.x2 2\r\n42\r\n"

static void connections(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, nats, "connect  OK ok 2-2 3-3 ms\n", HEARS(INFO),
               SAYS(CONNECT "PING\r\n"), HEARS("PONG\r\n"), HEARS("PING\r\n"), SAYS("PONG\r\n"));
    TELLS(nats, "connect  authorization client_error\n", HEARS(INFO), SAYS(CONNECT "PING\r\n"),
          HEARS("-ERR 'Authorization Violation'\r\n"));
    TELLS(nats, "connect  max-connections server_error\n", HEARS(INFO), SAYS(CONNECT),
          HEARS("-ERR 'maximum connections exceeded'\r\n"));
    TELLS(nats, "subscribe  ok\nconnect  ok\ndeliver  ok pushed\n", HEARS(INFO),
          SAYS(CONNECT "sub a 1\r\n"), HEARS("MSG a 1 1\r\nx\r\n"), SAYS("pInG\r\n"),
          HEARS("PONG\r\n"));
    TELLS(nats, "connect  reset\n", HEARS(INFO), SAYS(CONNECT), CLOSES(CLOSE_RESET_BY_SERVER));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void publishes(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, nats,
               "publish  ok 32+0 bytes nats publish orders.*.created -1  1+0\n"
               "publish  ok 45+0 bytes nats publish orders.*.created -1  1+0\n"
               "publish  ok 15+0 bytes nats publish empty -1  1+0\n"
               "subscribe workers ok 32+0 bytes nats subscribe orders.*.> -1  0+0\n"
               "unsubscribe  ok 9+0 bytes nats unsubscribe -1  0+0\n",
               SAYS(PUB),
               SAYS("hpub orders.18.created  12 12\r\nNATS/1.0\r\n\r\n\r\n"
                    "PUB\tempty 0\r\n\r\n"),
               SAYS("SUB orders.*.>  workers  12345\r\nUNSUB 1\r\n"));
}

/* Each is answered in its turn; a request by its reply, but its +OK comes as well. */
static void verbose(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, nats,
               "connect  OK ok 2-2 3-3 ms\nsubscribe  OK ok 4-4 5-5 ms\npublish  OK ok 4-4 5-5 ms\n"
               "request  OK ok 4-4 5-5 ms\npublish  OK ok 4-4 6-6 ms\n"
               "publish  permissions client_error 7-7 8-8 ms\n",
               HEARS(INFO), SAYS(CONNECT_VERBOSE), HEARS("+OK\r\n"), SAYS(SUB_INBOX PUB ASK PUB),
               HEARS("+OK\r\n+OK\r\n+OK\r\nMSG _INBOX.abc.x1 1 2\r\nok\r\n"), HEARS("+OK\r\n"),
               SAYS(PUB), HEARS("-ERR 'Permissions Violation for Publish to \"hunter2\"'\r\n"));
}

/* From the request to what comes to its inbox, whatever comes first. */
static void requests(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, nats,
               "subscribe  ok 1-1 0-0 ms nats subscribe _INBOX.* -1  0+0\n"
               "connect  OK ok 1-1 2-2 ms nats connect -1  0+0\n"
               "request  OK ok 4-4 5-5 ms nats request price.get -1  1+1\n"
               "deliver  ok pushed 5-5 5-5 ms nats deliver _INBOX.* -1 server-streaming 0+1\n"
               "request  OK ok 3-3 6-6 ms nats request price.get -1  1+1\n",
               SAYS(CONNECT SUB_INBOX "PING\r\n"), HEARS("PONG\r\n"), SAYS(ASK), SAYS(ASK_AGAIN),
               HEARS("MSG _INBOX.abc.x2 1 2\r\nok\r\nMSG _INBOX.abc.x2 1 2\r\nok\r\n"),
               HEARS("MSG _INBOX.abc.x1 1 2\r\nok\r\n"));
    TELLS(nats,
          "subscribe  ok\nrequest  503 server_error\nrequest  400 client_error\n"
          "request  permissions client_error\nerror  permissions client_error pushed\n",
          SAYS(SUB_INBOX ASK ASK_AGAIN),
          HEARS("HMSG _INBOX.abc.x1 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"),
          HEARS("HMSG _INBOX.abc.x2 1 42 42\r\nNATS/1.0\r\nNats-Service-Error-Code: 400\r\n\r\n"
                "\r\n"),
          SAYS(ASK),
          HEARS("-ERR 'Permissions Violation for Publish to \"price.get\"'\r\n"
                "-ERR 'Permissions Violation for Subscription to \"x\"'\r\n"));
}

/* An inbox of somebody else is no place where this connection could be answered. */
static void not_its_inbox(void **state)
{
    (void)state;
    TELLS(nats, "connect  OK ok\npublish  ok\n", SAYS(CONNECT "PING\r\n"), HEARS("PONG\r\n"),
          SAYS(ASK));
    TELLS(nats, "publish  ok\n", SAYS("PUB a reply.here 1\r\nx\r\n"));
    TELLS(nats, "connect  OK ok\nrequest  OK ok\n", SAYS(CONNECT "PING\r\n"), HEARS("PONG\r\n"),
          LOSES(TO_SERVER, 20), SAYS(ASK), HEARS("MSG _INBOX.abc.x1 1 2\r\nok\r\n"));
    TELLS(nats, "connect  unknown gap\nerror  permissions client_error pushed\n", SAYS(CONNECT),
          LOSES(TO_CLIENT, 6), HEARS("-ERR 'Permissions Violation for Publish to \"x\"'\r\n"));
}

/* The edge of whoever serves: what it is handed, and its reply by the name of what was asked. */
static void replies(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, nats,
               "subscribe prices ok nats subscribe price.> -1  0+0\n"
               "deliver  ok pushed nats deliver price.get -1 server-streaming 0+1\n"
               "reply  ok nats reply price.get -1  1+0\n"
               "publish  ok nats publish _INBOX.* -1  1+0\n",
               SAYS("SUB price.> prices 1\r\n"), HEARS("MSG price.get 1 _INBOX.q.1 2\r\n42\r\n"),
               SAYS("PUB _INBOX.q.1 2\r\nok\r\n"), SAYS("PUB _INBOX.q.2 2\r\nok\r\n"));
}

static void jetstream(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, nats,
        "subscribe  ok nats subscribe _INBOX.* -1  0+0\nconnect  OK ok nats connect -1  0+0\n"
        "request  OK ok nats request $JS.API.STREAM.INFO.ORDERS -1  1+1\n"
        "request  ok nats request $JS.API.CONSUMER.MSG.NEXT.ORDERS.worker -1 server-streaming 1+0\n"
        "deliver  ok pushed nats deliver orders.*.created -1 server-streaming 0+1\n"
        "reply  ok nats reply orders.*.created -1  1+0\n"
        "publish  ok nats publish $JS.ACK.ORDERS.worker.* -1  1+0\n"
        "deliver  408 ok pushed nats deliver _INBOX.* -1 server-streaming 0+1\n",
        SAYS(CONNECT SUB_INBOX "PING\r\n"), HEARS("PONG\r\n"),
        SAYS("PUB $JS.API.STREAM.INFO.ORDERS _INBOX.abc.x1 0\r\n\r\n"),
        HEARS("MSG _INBOX.abc.x1 1 2\r\n{}\r\n"),
        SAYS("PUB $JS.API.CONSUMER.MSG.NEXT.ORDERS.worker _INBOX.abc.x2 10\r\n{batch: 1}\r\n"),
        HEARS("MSG orders.17.created 1 $JS.ACK.ORDERS.worker.1.1.1.1700000000000000000.0 2\r\n"
              "hi\r\n"),
        SAYS("PUB $JS.ACK.ORDERS.worker.1.1.1.1700000000000000000.0 4\r\n+ACK\r\n"
             "PUB $JS.ACK.ORDERS.worker.1.2.2.1700000000000000000.0 4\r\n+ACK\r\n"),
        HEARS("HMSG _INBOX.abc.x2 1 16 16\r\nNATS/1.0 408\r\n\r\n\r\n"));
}

static void traces(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_IDS, nats, "publish  ok 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7\n",
               SAYS("HPUB a 82 83\r\nNATS/1.0\r\ntraceparent: "
                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\nx\r\n"));
}

static void tls(void **state)
{
    (void)state;
    TELLS(nats, "", HEARS(INFO_TLS), SAYS("\26\3\1\0"));
    assert_int_equal(script_counters()->lost, 0);
}

/* Payloads pass by unseen; after another hole lines are found where segments begin. */
static void losses(void **state)
{
    (void)state;
    TELLS(nats, "publish  ok gap\npublish  ok\n", SAYS("PUB big 1000\r\n"), LOSES(TO_SERVER, 1000),
          SAYS("\r\n"), SAYS(PUB));
    TELLS(nats, "subscribe  ok\npublish  ok\nrequest  OK ok gap\n", SAYS(SUB_INBOX ASK),
          LOSES(TO_SERVER, 10), SAYS("xxxxx\r\n"), SAYS(PUB),
          HEARS("MSG _INBOX.abc.x1 1 2\r\nok\r\n"));
    TELLS(nats, "connect  OK ok\npublish  unknown gap\npublish  unknown\npublish  OK ok\n",
          SAYS(CONNECT_VERBOSE), HEARS("+OK\r\n"), SAYS(PUB), LOSES(TO_CLIENT, 5), SAYS(PUB),
          HEARS("+OK\r\n"), SAYS(PUB), HEARS("+OK\r\n"));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, nats, "", HEARS("MSG _INBOX.abc.x1 1 2\r\nok\r\n"),
               HEARS("-ERR 'Authorization Violation'\r\n"));
    assert_int_equal(script_counters()->stray_answers, 2);
    TELLS_WITH(JOINED, nats, "publish  ok\npublish  OK ok\n", SAYS(PUB), HEARS("+OK\r\n"),
               SAYS(PUB), HEARS("+OK\r\n"));
    TELLS_WITH(JOINED, nats, "request  OK ok\ndeliver  ok pushed\n", SAYS("tail\r\n"), SAYS(ASK),
               HEARS("+OK\r\nMSG _INBOX.abc.x1 1 2\r\nok\r\n"), HEARS("MSG a 1 1\r\nx\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(nats, "", SAYS("PUB a 5\r\nhello, there\r\n"));
    TELLS(nats, "", SAYS("PUB a 99999999999999999999\r\n"));
    TELLS(nats, "", SAYS("PUB a b c d 5\r\nhello\r\n"));
    TELLS(nats, "", SAYS("HPUB a 6 5\r\nhello\r\n"));
    TELLS(nats, "", SAYS("PUB a\r\n"), HEARS(PUB));
    TELLS(nats, "", SAYS("DEADBEEF\r\n"), HEARS("MSG a 1 1\nx\n"));
    TELLS(nats, "error  unknown-operation client_error pushed\n", SAYS("PING\r\n"),
          HEARS("PONG\r\n"), SAYS("PUBLISH a 1\r\n"),
          HEARS("-ERR 'Unknown Protocol Operation'\r\n"));
}

static void recognition(void **state)
{
    (void)state;
    static const struct {
        struct bytes to_server, to_client;
        bool midstream, unsided;
        enum guess guess;
    } rows[] = {
#define WIRE(text) {(const uint8_t *)text, sizeof(text) - 1}
        {WIRE(""), WIRE(INFO), false, false, GUESS_YES},
        {WIRE(""), WIRE("INFO {\"serv"), false, false, GUESS_MORE},
        {WIRE(""), WIRE("INFO {\"x\":1}\r\n"), false, false, GUESS_NO},
        {WIRE(CONNECT), WIRE(INFO), false, false, GUESS_YES},
        {WIRE("\26\3\1"), WIRE(INFO_TLS), false, false, GUESS_YES},
        {WIRE("GET / HTTP/1.1\r\n"), WIRE(INFO), false, false, GUESS_NO},
        {WIRE(CONNECT), WIRE(""), false, false, GUESS_YES},
        {WIRE("CONNECT example.com:443 HTTP/1.1\r\n"), WIRE(""), false, false, GUESS_NO},
        {WIRE(INFO), WIRE(CONNECT), true, true, GUESS_NO},
        {WIRE(PUB), WIRE(""), false, false, GUESS_NO},
        {WIRE(PUB), WIRE(""), true, true, GUESS_YES},
        {WIRE("PUB a 5\r\nhel"), WIRE(""), true, true, GUESS_MORE},
        {WIRE("PUB a 5\r\nhello, there"), WIRE(""), true, true, GUESS_NO},
        {WIRE("SUB a 1\r\n"), WIRE(""), true, true, GUESS_MORE},
        {WIRE("SUB a 1\r\nSUB b 2\r\n"), WIRE(""), true, true, GUESS_YES},
        {WIRE(""), WIRE("MSG a 1 1\r\nx\r\n"), true, true, GUESS_YES},
        {WIRE("MSG a 1 1\r\nx\r\n"), WIRE(""), true, true, GUESS_NO},
        {WIRE("in a payload"), WIRE("MSG a 1 1\r\nx\r\n"), true, true, GUESS_YES},
        {WIRE("PING\r\n"), WIRE("PONG\r\n"), true, false, GUESS_YES},
        {WIRE("PING\r\n"), WIRE("PONG\r\n"), true, true, GUESS_MORE},
        {WIRE("PING\r\n"), WIRE("+PONG\r\n"), true, false, GUESS_NO}, /* Redis */
        {WIRE("PING\r\n"), WIRE(""), true, false, GUESS_MORE},
        {WIRE("PASS x\r\n"), WIRE(""), true, false, GUESS_NO}, /* IRC, FTP, ... */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream,
                            .unsided = rows[i].unsided};
        if (nats->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(nats->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections), cmocka_unit_test(publishes),     cmocka_unit_test(verbose),
        cmocka_unit_test(requests),    cmocka_unit_test(not_its_inbox), cmocka_unit_test(replies),
        cmocka_unit_test(jetstream),   cmocka_unit_test(traces),        cmocka_unit_test(tls),
        cmocka_unit_test(losses),      cmocka_unit_test(joined),        cmocka_unit_test(nonsense),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
