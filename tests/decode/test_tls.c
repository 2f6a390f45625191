/* test_tls.c - specifies decode/proto/tls.c: what becomes of handshakes. */
#include "tls_make.h"

#include "decode/classify.h"
#include "tests/check.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

static const struct decoder *tls;

static int find(void **state)
{
    (void)state;
    tls = decoder_named("tls");
    tls_make_anew();
    return tls == NULL;
}

#define SAY(b) tls_says(b)
#define HEAR(b) tls_hears(b)
#define MESSAGES(...) tls_record(HANDSHAKE, JOIN(__VA_ARGS__))
#define SEALED(type, len) tls_record(type, tls_noise(len))
#define CHANGE tls_record(CCS, tls_hex("01"))
#define SAYS_TLS(expected, ...) TELLS_WITH(SHOW_TLS | SHOW_TIMES, tls, expected, __VA_ARGS__)

/* Messages of which only that they are there matters. */
static struct bytes of_type(uint8_t type)
{
    return tls_message(type, tls_noise(70));
}

static struct bytes alert(uint8_t level, uint8_t description)
{
    const uint8_t content[] = {level, description};
    return tls_record(ALERT, JOIN(bytes_of(content, 2)));
}

enum { SERVER_KEYS = 12, REQUEST = 13, DONE = 14, CLIENT_KEYS = 16, VERIFY = 15, TICKET = 4 };

/* The answer ends with the server's Finished: the first record behind its ChangeCipherSpec. */
static void full_handshake(void **state)
{
    (void)state;
    SAYS_TLS("certificate CN=api.shop,O=Shop is:242c\n"
             "handshake api.shop established ok 1-1 2-4 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 alpn:h2 offered:h2,http/1.1 mutual:no "
             "shows:242c\n",
             SAY(MESSAGES(HELLO(.name = "API.shop", .alpn = {"h2", "http/1.1"}))),
             HEAR(JOIN(MESSAGES(ANSWER(.alpn = "h2")), MESSAGES(CHAIN("server")),
                       MESSAGES(of_type(SERVER_KEYS), of_type(DONE)))),
             SAY(JOIN(MESSAGES(of_type(CLIENT_KEYS)), CHANGE, SEALED(HANDSHAKE, 40))),
             HEAR(JOIN(MESSAGES(of_type(TICKET)), CHANGE, SEALED(HANDSHAKE, 40))),
             SAY(SEALED(DATA, 100)), HEAR(SEALED(DATA, 300)), SAY(SEALED(ALERT, 26)),
             HEAR(SEALED(ALERT, 26)));
}

/* Before TLS 1.3 a session is gone on with if the server answers with the client's session id; or
 * with a ticket, if it changes to its keys at once. */
static void resumption(void **state)
{
    (void)state;
    SAYS_TLS("resumption  established ok 1-1 2-2 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 resumed\n",
             SAY(MESSAGES(HELLO(.session = 9))),
             HEAR(JOIN(MESSAGES(ANSWER(.session = 9)), CHANGE, SEALED(HANDSHAKE, 40))),
             SAY(JOIN(CHANGE, SEALED(HANDSHAKE, 40))));
    SAYS_TLS(
        "resumption  established ok 1-1 2-2 ms TLS 1.2 "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 resumed\n",
        SAY(MESSAGES(HELLO(.session = 0))),
        HEAR(JOIN(MESSAGES(ANSWER(.session = 0), of_type(TICKET)), CHANGE, SEALED(HANDSHAKE, 40))));
    SAYS_TLS(
        "handshake  established ok 1-1 2-2 ms TLS 1.2 "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:no\n",
        SAY(MESSAGES(HELLO(.session = 9))),
        HEAR(JOIN(MESSAGES(ANSWER(.session = 8), of_type(DONE)), CHANGE, SEALED(HANDSHAKE, 40))));
}

static void mutual(void **state)
{
    (void)state;
    SAYS_TLS("certificate CN=api.shop,O=Shop is:242c by:354b\n"
             "certificate CN=Shop Root,O=Shop is:354b\n"
             "certificate CN=caf\303\251 is:5bb2\n"
             "handshake  established ok 1-1 2-4 ms TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
             "mutual:yes shows:242c client:5bb2\n",
             SAY(MESSAGES(HELLO(0))),
             HEAR(MESSAGES(ANSWER(0), CHAIN("server", "root"), of_type(SERVER_KEYS),
                           of_type(REQUEST), of_type(DONE))),
             SAY(JOIN(MESSAGES(CHAIN("client"), of_type(CLIENT_KEYS), of_type(VERIFY)), CHANGE,
                      SEALED(HANDSHAKE, 40))),
             HEAR(JOIN(CHANGE, SEALED(HANDSHAKE, 40))));
    SAYS_TLS("handshake  established ok 1-1 2-4 ms TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
             "mutual:asked\n",
             SAY(MESSAGES(HELLO(0))), HEAR(MESSAGES(ANSWER(0), of_type(REQUEST), of_type(DONE))),
             SAY(JOIN(MESSAGES(NO_CHAIN, of_type(CLIENT_KEYS)), CHANGE, SEALED(HANDSHAKE, 40))),
             HEAR(JOIN(CHANGE, SEALED(HANDSHAKE, 40))));
}

#define HELLO_13 HELLO(.versions = {0x0304, 0x0303}, .session = 5, .name = "api.shop")
#define ANSWER_13 MESSAGES(ANSWER(.version = 0x0304, .session = 5))
#define FLIGHT_13 JOIN(ANSWER_13, CHANGE, SEALED(DATA, 90), SEALED(DATA, 53))
#define FINISHED_13 JOIN(CHANGE, SEALED(DATA, 53))
#define OF_13 " TLS 1.3 TLS_AES_128_GCM_SHA256"

/* In TLS 1.3 the answer ends with what had come when the client sent its Finished; the record that
 * follows says that the server is content. */
static void handshake_13(void **state)
{
    (void)state;
    SAYS_TLS("handshake api.shop established ok 1-1 2-3 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(ANSWER_13), HEAR(JOIN(CHANGE, SEALED(DATA, 90), SEALED(DATA, 53))),
             SAY(FINISHED_13), WAITS(50), SAY(SEALED(DATA, 200)), HEAR(SEALED(DATA, 255)),
             HEAR(SEALED(DATA, 19)));
    SAYS_TLS("resumption api.shop established ok 1-1 2-2 ms" OF_13 " resumed\n",
             SAY(MESSAGES(HELLO_13)),
             HEAR(JOIN(MESSAGES(ANSWER(.version = 0x0304, .psk = true)), SEALED(DATA, 90))),
             SAY(FINISHED_13), HEAR(SEALED(DATA, 255)));
    /* Nobody says more, and it ends in order, or by a time-out. */
    SAYS_TLS("handshake api.shop established ok 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(FINISHED_13), ENDS(TO_SERVER), ENDS(TO_CLIENT));
    SAYS_TLS("handshake api.shop established ok 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(FINISHED_13), TIMES_OUT(60000));
    SAYS_TLS("handshake api.shop established ok 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(FINISHED_13), CLOSES(CLOSE_RESET_BY_CLIENT));
}

static void retry(void **state)
{
    (void)state;
    SAYS_TLS("handshake api.shop established ok 1-1 2-4 ms" OF_13 " retried\n",
             SAY(MESSAGES(HELLO_13)),
             HEAR(JOIN(MESSAGES(ANSWER(.version = 0x0304, .retry = true)), CHANGE)),
             SAY(JOIN(CHANGE, MESSAGES(HELLO_13))), HEAR(FLIGHT_13), SAY(SEALED(DATA, 53)),
             HEAR(SEALED(DATA, 255)));
}

/* Data that comes with the ClientHello is no Finished; what has the length of an alert may be data
 * then. */
static void early_data(void **state)
{
    (void)state;
    SAYS_TLS("resumption  established ok 1-1 2-2 ms" OF_13 " resumed\n",
             SAY(JOIN(MESSAGES(HELLO(.versions = {0x0304}, .early_data = true)), CHANGE,
                      SEALED(DATA, 19))),
             HEAR(JOIN(MESSAGES(ANSWER(.version = 0x0304, .psk = true)), SEALED(DATA, 90))),
             SAY(JOIN(SEALED(DATA, 21), SEALED(DATA, 53))), HEAR(SEALED(DATA, 19)));
}

/* Whoever gets an alert is to blame; an error of its sender's own is the sender's. */
static void alerts(void **state)
{
    (void)state;
    SAYS_TLS("handshake  protocol_version client_error 1-1 2-2 ms offers TLS 1.0\n",
             SAY(MESSAGES(HELLO(.version = 0x0301))), HEAR(alert(2, 70)));
    SAYS_TLS("handshake  internal_error server_error 1-1 2-2 ms offers TLS 1.2\n",
             SAY(MESSAGES(HELLO(0))), HEAR(alert(2, 80)));
    SAYS_TLS("certificate CN=old.shop is:57fa\n"
             "handshake  certificate_expired server_error 1-1 2-2 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:no shows:57fa\n",
             SAY(MESSAGES(HELLO(0))), HEAR(MESSAGES(ANSWER(0), CHAIN("weak"), of_type(DONE))),
             SAY(alert(2, 45)), ENDS(TO_SERVER), ENDS(TO_CLIENT));
    SAYS_TLS(
        "certificate CN=caf\303\251 is:5bb2\n"
        "handshake  unknown_ca client_error 1-1 2-4 ms TLS 1.2 "
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:yes client:5bb2\n",
        SAY(MESSAGES(HELLO(0))), HEAR(MESSAGES(ANSWER(0), of_type(REQUEST), of_type(DONE))),
        SAY(JOIN(MESSAGES(CHAIN("client"), of_type(CLIENT_KEYS)), CHANGE, SEALED(HANDSHAKE, 40))),
        HEAR(alert(2, 48)));
    SAYS_TLS("handshake  alert 200 client_error 1-1 2-2 ms offers TLS 1.2\n",
             SAY(MESSAGES(HELLO(0))), HEAR(alert(2, 200)));
    SAYS_TLS("handshake  close_notify cancelled 1-1 0-0 ms offers TLS 1.2\n",
             SAY(MESSAGES(HELLO(0))), SAY(alert(1, 0)));
}

/* A warning ends nothing: here that the server does not know the name. */
static void warnings(void **state)
{
    (void)state;
    SAYS_TLS("handshake  established ok 1-1 2-3 ms TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
             "mutual:no\n",
             SAY(MESSAGES(HELLO(0))), HEAR(alert(1, 112)),
             HEAR(JOIN(MESSAGES(ANSWER(0), of_type(DONE)), CHANGE, SEALED(HANDSHAKE, 40))));
}

/* A sealed alert shows by its length: before the client's Finished there is nothing as short, and
 * what the server says first is longer, unless it says nothing more. */
static void sealed_alerts(void **state)
{
    (void)state;
    SAYS_TLS("handshake api.shop alert server_error 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(JOIN(CHANGE, SEALED(DATA, 19))), ENDS(TO_SERVER));
    SAYS_TLS("handshake api.shop alert client_error 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13),
             SAY(JOIN(CHANGE, SEALED(DATA, 90), SEALED(DATA, 53), SEALED(DATA, 100))),
             HEAR(SEALED(DATA, 19)), ENDS(TO_CLIENT), ENDS(TO_SERVER));
    SAYS_TLS("handshake api.shop established ok 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(FINISHED_13), HEAR(SEALED(DATA, 19)), HEAR(SEALED(DATA, 30)));
    SAYS_TLS("handshake api.shop established ok 1-1 2-2 ms" OF_13 "\n", SAY(MESSAGES(HELLO_13)),
             HEAR(FLIGHT_13), SAY(JOIN(FINISHED_13, SEALED(DATA, 19))), HEAR(SEALED(DATA, 19)));
}

/* Messages are spread over records as one likes. */
static void fragments(void **state)
{
    (void)state;
    struct bytes hello = HELLO(.name = "api.shop"), chain = CHAIN("server", "root");
    struct bytes hello_in_three =
        JOIN(tls_record(HANDSHAKE, bytes_first(hello, 1)),
             tls_record(HANDSHAKE, bytes_first(bytes_after(hello, 1), 40)),
             tls_record(HANDSHAKE, bytes_after(hello, 41)));
    struct bytes answer = JOIN(ANSWER(0), chain, of_type(DONE));
    struct bytes answer_in_three =
        JOIN(tls_record(HANDSHAKE, bytes_first(answer, 100)),
             tls_record(HANDSHAKE, bytes_first(bytes_after(answer, 100), 300)),
             tls_record(HANDSHAKE, bytes_after(answer, 400)));
    SAYS_TLS("certificate CN=api.shop,O=Shop is:242c by:354b\n"
             "certificate CN=Shop Root,O=Shop is:354b\n"
             "handshake api.shop established ok 1-1 2-3 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:no shows:242c\n",
             SAY(hello_in_three), HEAR(answer_in_three), HEAR(JOIN(CHANGE, SEALED(HANDSHAKE, 40))));
}

/* Of a message past 16 KiB the beginning is read, which is enough of a chain, but not of a hello.
 */
static void long_messages(void **state)
{
    (void)state;
    struct bytes rest = tls_message(
        11, JOIN(tls_hex("005000"), tls_hex("00029d"), tls_der("server"), tls_noise(19808)));
    struct bytes hello = HELLO(.name = "api.shop", .padding = 20000);
    SAYS_TLS("certificate CN=api.shop,O=Shop is:242c\n"
             "handshake  unknown 1-2 3-0 ms offers  unreadable shows:242c\n",
             SAY(tls_record(HANDSHAKE, bytes_first(hello, 16000))),
             SAY(tls_record(HANDSHAKE, bytes_after(hello, 16000))),
             HEAR(tls_record(HANDSHAKE, bytes_first(rest, 16384))),
             HEAR(tls_record(HANDSHAKE, bytes_after(rest, 16384))), ENDS(TO_SERVER));
    assert_int_equal(script_counters()->shed, 2);
}

static void strange_hellos(void **state)
{
    (void)state;
    SAYS_TLS("handshake  unanswered 1-1 0-0 ms offers  unreadable\n",
             SAY(MESSAGES(tls_message(1, JOIN(tls_hex("0303"), tls_noise(5))))));
    SAYS_TLS("handshake front.shop unanswered 1-1 0-0 ms offers TLS 1.3 ech\n",
             SAY(MESSAGES(
                 HELLO(.name = "front.shop", .versions = {0x2a2a, 0x0303, 0x0304}, .ech = true))));
    SAYS_TLS("handshake \\xff\\x1b.shop unanswered 1-1 0-0 ms offers TLS 1.2\n",
             SAY(MESSAGES(HELLO(.name = "\xff\x1b.Shop"))));
}

/* A hello in the form of SSL 2, answered in TLS and in SSL 2; and SSL 3. */
static void old_versions(void **state)
{
    (void)state;
    struct bytes ssl2 = tls_hex("802b 01 0301 0012 0000 0010 00002f 000035 00000a 010080 0700c0 "
                                "030080 00112233445566778899aabbccddeeff");
    SAYS_TLS("handshake  established ok 1-1 2-2 ms TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA "
             "mutual:no\n",
             SAY(ssl2),
             HEAR(JOIN(MESSAGES(ANSWER(.version = 0x0301, .cipher = 0x2f), of_type(DONE)), CHANGE,
                       SEALED(HANDSHAKE, 40))));
    SAYS_TLS("handshake  established ok 1-1 2-2 ms SSL 2 TLS_NULL_WITH_NULL_NULL\n", SAY(ssl2),
             HEAR(JOIN(tls_hex("8004 04 000000"), tls_noise(3000))), SAY(tls_noise(50)));
    SAYS_TLS("handshake  established ok 1-1 2-2 ms SSL 3 TLS_RSA_WITH_RC4_128_MD5 mutual:no\n",
             SAY(MESSAGES(HELLO(.version = 0x0300, .ciphers = {4}))),
             HEAR(JOIN(MESSAGES(ANSWER(.version = 0x0300, .cipher = 4), of_type(DONE)), CHANGE,
                       SEALED(HANDSHAKE, 40))));
}

static void endings(void **state)
{
    (void)state;
    SAYS_TLS("handshake  unanswered 1-1 0-0 ms offers TLS 1.2\n", SAY(MESSAGES(HELLO(0))),
             CLOSES(CLOSE_ORDERLY));
    SAYS_TLS("handshake  timeout 1-1 0-0 ms offers TLS 1.2\n", SAY(MESSAGES(HELLO(0))),
             TIMES_OUT(60000));
    SAYS_TLS("handshake  reset 1-1 2-0 ms TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n",
             SAY(MESSAGES(HELLO(0))), HEAR(MESSAGES(ANSWER(0))), CLOSES(CLOSE_RESET_BY_SERVER));
}

struct probe {
    const char *what;
    struct bytes to_server, to_client;
    bool midstream;
    enum guess guess;
};

static void check_probes(const struct probe *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct opening opening = {.to_server = rows[i].to_server,
                                  .to_client = rows[i].to_client,
                                  .midstream = rows[i].midstream};
        if (tls->probe(&opening) != rows[i].guess)
            fail_msg("%s: %d", rows[i].what, tls->probe(&opening));
    }
}

/* A hello is known by its first bytes; in the middle it takes three proofs: headers in a row, or
 * records that end where what was sent does. */
static void probes(void **state)
{
    (void)state;
    struct bytes none = {0}, hello = MESSAGES(HELLO(0)), answer = MESSAGES(ANSWER(0));
    struct bytes small = SEALED(DATA, 60), cut = bytes_first(SEALED(DATA, 9000), 1460);
    struct bytes three = JOIN(small, small, small), two = JOIN(small, small);
    struct bytes http = bytes_of_text("GET / HTTP/1.1\r\n");
    const struct probe rows[] = {
        {"a hello", hello, none, false, GUESS_YES},
        {"the front of one", bytes_first(hello, 11), none, false, GUESS_YES},
        {"less of it", bytes_first(hello, 10), none, false, GUESS_MORE},
        {"one byte", bytes_first(hello, 1), none, false, GUESS_MORE},
        {"a hello of SSL 2", tls_hex("802e 01 0301"), none, false, GUESS_MORE},
        {"the server first", none, http, false, GUESS_NO},
        {"the answer only", none, answer, false, GUESS_YES},
        {"an alert", tls_record(ALERT, tls_hex("0228")), none, false, GUESS_NO},
        {"data", three, none, false, GUESS_NO},
        {"text", http, none, false, GUESS_NO},
        {"a hello in the middle", hello, none, true, GUESS_YES},
        {"its answer in the middle", none, answer, true, GUESS_YES},
        {"three records", three, none, true, GUESS_YES},
        {"three records of the server", none, three, true, GUESS_YES},
        {"two that end there", two, none, true, GUESS_YES},
        {"two, and more", JOIN(small, cut), none, true, GUESS_MORE},
        {"one on either side", small, cut, true, GUESS_YES},
        {"one that does not end", cut, none, true, GUESS_MORE},
        {"one, then text", JOIN(small, http), none, true, GUESS_NO},
        {"text in the middle", http, http, true, GUESS_NO},
    };
    check_probes(rows, sizeof rows / sizeof *rows);
}

#define JOINS_TLS(expected, ...)                                                                   \
    TELLS_WITH(SHOW_TLS | SHOW_TIMES | JOINED, tls, expected, __VA_ARGS__)

/* Joined in the middle it is TLS, and nothing more; but an answer that is still to come tells what
 * the server has chosen. */
static void joined(void **state)
{
    (void)state;
    JOINS_TLS("", SAY(SEALED(DATA, 60)), HEAR(tls_noise(700)), HEAR(SEALED(DATA, 300)),
              SAY(SEALED(ALERT, 26)));
    assert_int_equal(script_counters()->given_up, 0);
    struct step answer = HEAR(MESSAGES(ANSWER(0), CHAIN("server"), of_type(DONE)));
    struct step keys = SAY(JOIN(MESSAGES(of_type(CLIENT_KEYS)), CHANGE, SEALED(HANDSHAKE, 40)));
    struct script script = {
        tls, (const struct step[]){answer, keys, HEAR(JOIN(CHANGE, SEALED(HANDSHAKE, 40)))}, 3,
        SHOW_TLS | SHOW_TIMES};
    script_tells(&script, "certificate CN=api.shop,O=Shop is:242c\n"
                          "handshake  established ok 0-0 1-3 ms TLS 1.2 "
                          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:no shows:242c\n");
}

/* A hole inside a record whose beginning was seen costs that record's messages only. */
static void holes(void **state)
{
    (void)state;
    struct bytes chain = MESSAGES(CHAIN("server"));
    SAYS_TLS("handshake  established ok gap 1-1 2-6 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 mutual:no\n",
             SAY(MESSAGES(HELLO(0))), HEAR(JOIN(MESSAGES(ANSWER(0)), bytes_first(chain, 100))),
             LOSES(TO_CLIENT, 300), HEAR(bytes_after(chain, 400)), HEAR(MESSAGES(of_type(DONE))),
             HEAR(JOIN(CHANGE, SEALED(HANDSHAKE, 40))));
    SAYS_TLS("resumption  established ok gap 1-3 4-4 ms TLS 1.2 "
             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 resumed unreadable\n",
             SAY(bytes_first(MESSAGES(HELLO(0)), 20)), LOSES(TO_SERVER, 10),
             SAY(bytes_after(MESSAGES(HELLO(0)), 30)),
             HEAR(JOIN(MESSAGES(ANSWER(0)), CHANGE, SEALED(HANDSHAKE, 40))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(full_handshake, find), cmocka_unit_test_setup(resumption, find),
        cmocka_unit_test_setup(mutual, find),         cmocka_unit_test_setup(handshake_13, find),
        cmocka_unit_test_setup(retry, find),          cmocka_unit_test_setup(early_data, find),
        cmocka_unit_test_setup(alerts, find),         cmocka_unit_test_setup(warnings, find),
        cmocka_unit_test_setup(sealed_alerts, find),  cmocka_unit_test_setup(fragments, find),
        cmocka_unit_test_setup(long_messages, find),  cmocka_unit_test_setup(strange_hellos, find),
        cmocka_unit_test_setup(old_versions, find),   cmocka_unit_test_setup(endings, find),
        cmocka_unit_test_setup(probes, find),         cmocka_unit_test_setup(joined, find),
        cmocka_unit_test_setup(holes, find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
