/* test_dubbo.c - decode/proto/dubbo.c: conversations in Dubbo 2, and what is told of them. */
#include "decode/classify.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder dubbo_decoder;
static const struct decoder *const dubbo = &dubbo_decoder;

#define ID(n) "\0\0\0\0\0\0\0" n
#define HEAD(flags, status, n, size) "\xda\xbb" flags status ID(n) "\0\0\0" size
/* "2.0.2", a service, its version, "add", that it takes a text, and that text. */
#define CART                                                                                       \
    "\5"                                                                                           \
    "2.0.2"                                                                                        \
    "\x14"                                                                                         \
    "com.shop.CartService"                                                                         \
    "\5"                                                                                           \
    "0.0.0"                                                                                        \
    "\3"                                                                                           \
    "add"                                                                                          \
    "\x12"                                                                                         \
    "Ljava/lang/String;"                                                                           \
    "\4"                                                                                           \
    "4111"                                                                                         \
    "Z"
#define CALLS(n)                                                                                   \
    HEAD("\xc2", "\0", n, "\x45")                                                                  \
    CART "\4"                                                                                      \
         "xxxxxx"
#define ANSWERS(n)                                                                                 \
    HEAD("\2", "\x14", n, "\7")                                                                    \
    "\x91"                                                                                         \
    "\5"                                                                                           \
    "hello"
#define FAILS(n, status)                                                                           \
    HEAD("\2", status, n, "\5")                                                                    \
    "\4"                                                                                           \
    "4111"
#define BEATS HEAD("\xe2", "\0", "\x77", "\1") "N"
#define BEATEN HEAD("\x22", "\x14", "\x77", "\1") "N"

static void calls(void **state)
{
    (void)state;
    assert_int_equal(sizeof CART - 1 + 7, 0x45);
    TELLS_WITH(SHOW_GRPC, dubbo, "call  OK ok dubbo com.shop.CartService/add -1  0+0\n",
               SAYS(CALLS("\1")), HEARS(ANSWERS("\1")));
    TELLS_WITH(SHOW_BYTES, dubbo, "call  OK ok 85+23 bytes\n", SAYS(CALLS("\1")),
               HEARS(ANSWERS("\1")));
    /* The number says what is answered. */
    TELLS(dubbo, "call  OK ok\ncall  SERVICE_ERROR server_error\n", SAYS(CALLS("\1") CALLS("\2")),
          HEARS(ANSWERS("\2") FAILS("\1", "\x46") ANSWERS("\7")));
    assert_int_equal(script_counters()->stray_answers, 1);
}

static void errors(void **state)
{
    (void)state;
    TELLS(dubbo,
          "call  SERVICE_EXCEPTION server_error\ncall  SERVICE_EXCEPTION server_error\n"
          "call  OK ok\ncall  SERVER_TIMEOUT timeout\ncall  BAD_REQUEST client_error\n"
          "call  SERVICE_NOT_FOUND client_error\n"
          "call  SERVER_THREADPOOL_EXHAUSTED_ERROR server_error\n",
          SAYS(CALLS("\1")), HEARS(HEAD("\2", "\x14", "\1", "\3") "\x90xx"), SAYS(CALLS("\1")),
          HEARS(HEAD("\2", "\x14", "\1", "\3") "\x93xx"), SAYS(CALLS("\1")),
          HEARS(HEAD("\2", "\x14", "\1", "\1") "\x95"), SAYS(CALLS("\1")),
          HEARS(FAILS("\1", "\x1f")), SAYS(CALLS("\1")), HEARS(FAILS("\1", "\x28")),
          SAYS(CALLS("\1")), HEARS(FAILS("\1", "\x3c")), SAYS(CALLS("\1")),
          HEARS(FAILS("\1", "\x64")));
}

/* Heartbeats of both sides are none of it; and who calls without an answer gets none. */
static void others(void **state)
{
    (void)state;
    TELLS(dubbo, "oneway  ok\ncall  OK ok\n", SAYS(BEATS), HEARS(BEATEN),
          SAYS(HEAD("\x82", "\0", "\5", "\x3e") CART), HEARS(BEATS), SAYS(BEATEN CALLS("\6")),
          HEARS(ANSWERS("\6")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void serializations(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, dubbo,
               "call  OK ok dubbo com.shop.Cart:1.2.0/add -1  0+0\n"
               "call  SERVICE_EXCEPTION server_error dubbo com.shop.Cart/add -1  0+0\n"
               "call  OK ok dubbo com.shop.Cart:1.0.0/sendAll -1  0+0\n"
               "call  OK ok unknown-fields dubbo {unknown protobuf} -1  0+0\n"
               "call  OK ok dubbo shop/Cart/remove -1  0+0\n"
               "call  OK ok unknown-fields dubbo {unknown hessian2} -1  0+0\n",
               SAYS(HEAD("\xc2", "\0", "\1", "\x22") "\5"
                                                     "2.0.2"
                                                     "0\15"
                                                     "com.shop.Cart"
                                                     "S\0\5"
                                                     "1.2.0"
                                                     "\3"
                                                     "add"
                                                     "N"),
               HEARS(ANSWERS("\1")),
               SAYS(HEAD("\xc6", "\0", "\1",
                         "\x29") "\"2.0.2\"\n\"com.shop.Cart\"\nnull\n\"add\"\r\n\"\"\n{}\n"),
               HEARS(HEAD("\6", "\x14", "\1", "\4") "0\n{}"),
               SAYS(HEAD("\xc8", "\0", "\1", "\x20") "2.8.\xb4"
                                                     "com.shop.Car\xf4"
                                                     "1.0.\xb0"
                                                     "sendAl\xec"
                                                     "\1\2"),
               HEARS(HEAD("\10", "\x14", "\1", "\1") "\2"),
               SAYS(HEAD("\xd6", "\0", "\1", "\4") "xxxx"),
               HEARS(HEAD("\x16", "\x14", "\1", "\1") "\0"),
               SAYS(HEAD("\xc2", "\0", "\1", "\x30") "\5"
                                                     "2.0.2"
                                                     "\11"
                                                     "shop/Cart"
                                                     "N"
                                                     "\7"
                                                     "$invoke"
                                                     "\16"
                                                     "Ljava/lang/Str"
                                                     "\6"
                                                     "remove"
                                                     "N"),
               HEARS(ANSWERS("\1")),
               SAYS(HEAD("\xc2", "\0", "\1", "\x18") "\5"
                                                     "2.0.2"
                                                     "\4"
                                                     "4 11"
                                                     "N"
                                                     "\3"
                                                     "add"
                                                     "NNNNNNNN"),
               HEARS(ANSWERS("\1")));
}

static void losses(void **state)
{
    (void)state;
    /* In arguments, in the names, in a value. */
    TELLS(dubbo, "call  OK ok gap\n", SAYS(HEAD("\xc2", "\0", "\1", "\x45") CART),
          LOSES(TO_SERVER, 7), HEARS(ANSWERS("\1")));
    TELLS_WITH(SHOW_GRPC, dubbo,
               "call  OK ok gap unknown-fields dubbo {unknown hessian2} -1  0+0\n"
               "call  OK ok dubbo com.shop.CartService/add -1  0+0\n",
               SAYS(HEAD("\xc2", "\0", "\1", "\x45") "\5"
                                                     "2.0.2"),
               LOSES(TO_SERVER, 63), HEARS(ANSWERS("\1")), SAYS(CALLS("\2")), HEARS(ANSWERS("\2")));
    TELLS(dubbo, "call  unknown gap\ncall  OK ok\n", SAYS(CALLS("\1")),
          HEARS(HEAD("\2", "\x14", "\1", "\7")), LOSES(TO_CLIENT, 7), SAYS(CALLS("\2")),
          HEARS(ANSWERS("\2")));
    TELLS(dubbo, "call  OK ok\ncall  unknown gap\n", SAYS(CALLS("\1")), LOSES(TO_CLIENT, 23),
          SAYS(CALLS("\2")), HEARS(ANSWERS("\2")), CLOSES(CLOSE_ORDERLY));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, dubbo, "call  OK ok\n", SAYS(CALLS("\1")), HEARS(ANSWERS("\1")));
    TELLS_WITH(JOINED, dubbo, "call  OK ok\n", HEARS(ANSWERS("\1")), SAYS(CALLS("\2")),
               HEARS(ANSWERS("\2")));
}

static enum guess probe(struct step asks, struct step answers, bool midstream)
{
    struct opening o = {.to_server = bytes_of(asks.bytes, asks.len),
                        .to_client = bytes_of(answers.bytes, answers.len),
                        .midstream = midstream};
    return dubbo->probe(&o);
}

static void recognised(void **state)
{
    (void)state;
    assert_int_equal(probe(SAYS(CALLS("\1")), HEARS(""), false), GUESS_YES);
    assert_int_equal(probe(SAYS(""), HEARS(ANSWERS("\1")), true), GUESS_YES);
    assert_int_equal(probe(SAYS(BEATS), HEARS(BEATEN), true), GUESS_MORE);
    assert_int_equal(probe(SAYS(BEATS CALLS("\1")), HEARS(BEATEN), false), GUESS_YES);
    assert_int_equal(probe(SAYS(BEATS), HEARS(ANSWERS("\1")), true), GUESS_YES);
    assert_int_equal(probe(SAYS(ANSWERS("\1")), HEARS(CALLS("\1")), true),
                     GUESS_NO); /* the wrong way round */
    assert_int_equal(probe(SAYS("\xda\xbb"), HEARS(""), false), GUESS_MORE);
    assert_int_equal(probe(SAYS("\xda\xbb\xc1\0"), HEARS(""), false), GUESS_NO);
    assert_int_equal(probe(SAYS("\xda\xbb\xc2\1"), HEARS(""), false), GUESS_NO);
    assert_int_equal(probe(SAYS("\xda\xbb\xc2\0" ID("\1") "\x7f\0\0\0"), HEARS(""), false),
                     GUESS_NO);
    assert_int_equal(probe(SAYS("\xda\xbb\xe2\0" ID("\1") "\0\1\0\0"), HEARS(""), false), GUESS_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),      cmocka_unit_test(errors), cmocka_unit_test(others),
        cmocka_unit_test(joined),     cmocka_unit_test(losses), cmocka_unit_test(serializations),
        cmocka_unit_test(recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
