/* test_fastcgi.c - decode/proto/fastcgi.c: conversations of FastCGI, and what is told of them. */
#include "decode/classify.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder fastcgi_decoder;
static const struct decoder *const fastcgi = &fastcgi_decoder;

#define RECORD(type, id, len, padding) "\1" type "\0" id "\0" len padding "\0"
#define BEGIN(id) RECORD("\1", id, "\x08", "\0") "\0\1\0\0\0\0\0\0"
#define PARAMS(id, len, pairs) RECORD("\4", id, len, "\0") pairs RECORD("\4", id, "\0", "\0")
#define NO_STDIN(id) RECORD("\5", id, "\0", "\0")
#define GET(id)                                                                                    \
    PARAMS(id, "\x36", "\x0e\3REQUEST_METHODGET\x0b\x0aREQUEST_URI/a?hunter2\x04\6HTTPignore")
#define STDOUT(id, len, text) RECORD("\6", id, len, "\0") text
#define END(id, status) RECORD("\3", id, "\x08", "\0") "\0\0\0\0" status "\0\0\0"
#define OK(id) STDOUT(id, "\x0f", "X: y\r\n\r\nStatus:") END(id, "\0")

static void one_by_one(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_BYTES, fastcgi, "GET /a 200 ok 94+39 bytes\nGET /a 404 client_error 94+50 bytes\n",
        SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")), HEARS(OK("\1")), SAYS(BEGIN("\1") GET("\1")),
        SAYS(NO_STDIN("\1")), HEARS(STDOUT("\1", "\x1a", "X: y\nstatus: 404 No\n\nbody!")),
        HEARS(END("\1", "\0")));
}

#define PART(len, padding, pairs) RECORD("\4", "\1", len, padding) pairs
#define HOST "\x09\x0cHTTP_HOSTshop.example"
#define TRACE "\x10\x37HTTP_TRACEPARENT00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define IDS "\x11\2HTTP_X_REQUEST_ID17\x14\x0aHTTP_X_FORWARDED_FOR10.0.0.1,x"
/* Names and values are cut into records anywhere, and longer ones have lengths of four bytes. */
static void parameters(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_IDS, fastcgi,
               "POST shop.example/cart 200 ok 4bf92f3577b34da6a3ce929d0e0e4736 "
               "00f067aa0ba902b7 17 10.0.0.1\n",
               SAYS(BEGIN("\1") PART("\x0a", "\6", "\x0b\5SERVER_Nnothin")
                        PART("\x13", "\0", "AMEother\x0e\4REQUEST_M")
                            PART("\x23", "\0", "ETHODPOST\x0b\x0aSCRIPT_NAME/index.cgi\x80\0\0")
                                PART("\x76", "\0", "\x0c\x80\0\0\5DOCUMENT_URI/cart" HOST TRACE)
                                    PART("\x35", "\0", IDS) PART("\0", "\0", "")
                                        RECORD("\5", "\1", "\5", "\3") "helloxxx" NO_STDIN("\1")),
               HEARS(OK("\1")));
}

static void ends(void **state)
{
    (void)state;
    TELLS(fastcgi,
          "GET /a OVERLOADED server_error\nGET /a server_error\nGET /a cancelled\nGET /a 302 ok\n"
          "GET /a 500 server_error\n",
          SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")), HEARS(END("\1", "\2")),
          SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")),
          HEARS(RECORD("\7", "\1", "\4", "\4") "oopsxxxx" END("\1", "\0")),
          SAYS(BEGIN("\1") GET("\1") RECORD("\2", "\1", "\0", "\0")), HEARS(END("\1", "\0")),
          SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")),
          HEARS(STDOUT("\1", "\x0f", "Location: /x\n\nx") END("\1", "\0")),
          SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")),
          HEARS(STDOUT("\1", "\4", "Stat") STDOUT("\1", "\x0a", "us:500\r\n\r\n") END("\1", "\0")));
    TELLS(fastcgi, "GET_VALUES  OK ok\nGET_VALUES  UNKNOWN_TYPE client_error\n",
          SAYS(RECORD("\x09", "\0", "\0", "\0")), HEARS(RECORD("\x0a", "\0", "\0", "\0")),
          SAYS(RECORD("\x09", "\0", "\0", "\0")), HEARS(RECORD("\x0b", "\0", "\0", "\0")));
}

static void at_once(void **state)
{
    (void)state;
    TELLS(fastcgi, "GET /a 200 ok\nGET /a 200 ok\n",
          SAYS(BEGIN("\1") BEGIN("\2") GET("\2") GET("\1") NO_STDIN("\1") NO_STDIN("\2")),
          HEARS(OK("\2") OK("\1")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void losses(void **state)
{
    (void)state;
    /* in a body */
    TELLS(fastcgi, "GET /a 200 ok gap\n", SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")),
          HEARS(STDOUT("\1", "\x40", "X: y\n\n")), LOSES(TO_CLIENT, 58), HEARS(END("\1", "\0")));
    /* in parameters, and in a head */
    TELLS(fastcgi, "  200 ok gap\nGET /a unknown gap\nGET /a 200 ok\n",
          SAYS(BEGIN("\1") RECORD("\4", "\1", "\x30", "\0") "\x0e\3REQUEST"), LOSES(TO_SERVER, 39),
          SAYS(RECORD("\4", "\1", "\0", "\0") NO_STDIN("\1")), HEARS(OK("\1")),
          SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")), HEARS(STDOUT("\1", "\x40", "X: y\n")),
          LOSES(TO_CLIENT, 59), HEARS(END("\1", "\0")), SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")),
          HEARS(OK("\1")));
    /* what comes later may be better */
    TELLS(fastcgi, " /a 200 ok gap\n",
          SAYS(BEGIN("\1") RECORD("\4", "\1", "\x50", "\0") "\x0b\4SERVER_NAMEshop"
                                                            "\x0b\2REQUEST_URI/a"),
          LOSES(TO_SERVER, 48), SAYS(RECORD("\4", "\1", "\0", "\0") NO_STDIN("\1")),
          HEARS(OK("\1")));
    TELLS_WITH(JOINED, fastcgi, "GET /a 200 ok\n", SAYS("of a body"), HEARS("of another"),
               HEARS(STDOUT("\1", "\1", "x")), HEARS(END("\1", "\0")),
               SAYS(BEGIN("\1") GET("\1") NO_STDIN("\1")), HEARS(OK("\1")));
}

static enum guess guess(struct bytes to_server, struct bytes to_client, bool midstream)
{
    struct opening opening = {
        .to_server = to_server, .to_client = to_client, .midstream = midstream};
    return fastcgi_decoder.probe(&opening);
}

static void openings(void **state)
{
    (void)state;
#define GUESS(to_server, to_client, midstream)                                                     \
    guess(bytes_of(to_server, sizeof(to_server) - 1), bytes_of(to_client, sizeof(to_client) - 1),  \
          midstream)
    assert_int_equal(GUESS(BEGIN("\1"), "", false), GUESS_YES);
    assert_int_equal(GUESS(BEGIN("\1"), "of a body", true), GUESS_YES);
    assert_int_equal(GUESS(BEGIN("\1"), "HTTP/1.1", false), GUESS_NO);
    assert_int_equal(GUESS("\1\1\0\1\0\x08\0\0\0\1", "", false), GUESS_MORE);
    assert_int_equal(GUESS("\1\1\0\1\0\x08\0\0\0\4\0\0\0\0\0\0", "", false), GUESS_NO);
    assert_int_equal(GUESS("\1\1\0\1\0\x08\0\0\0\1\0\0\1\0\0\0", "", false), GUESS_NO);
    assert_int_equal(GUESS("\1\1\0\1\0\x09\0\0", "", false), GUESS_NO);
    assert_int_equal(GUESS("\1\1\0\0\0\x08\0\0", "", false), GUESS_NO);
    assert_int_equal(GUESS(NO_STDIN("\1"), "", true), GUESS_NO);
    assert_int_equal(GUESS(OK("\1"), BEGIN("\1"), true), GUESS_NO); /* the wrong way round */
    assert_int_equal(GUESS("", OK("\1"), true), GUESS_MORE);
    assert_int_equal(GUESS("", OK("\1"), false), GUESS_NO);
    assert_int_equal(GUESS(RECORD("\x09", "\0", "\0", "\0"), "", false), GUESS_MORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one), cmocka_unit_test(parameters), cmocka_unit_test(ends),
        cmocka_unit_test(at_once),    cmocka_unit_test(losses),     cmocka_unit_test(openings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
