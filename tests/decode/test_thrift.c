/* test_thrift.c - decode/proto/thrift.c: conversations in Thrift, and what is told of them. */
#include "decode/classify.h"
#include "decode/thrift_walk.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder thrift_decoder;
static const struct decoder *const thrift = &thrift_decoder;

/* Binary, without frames; a number of one byte. */
#define MESSAGE(type, name_len, name, number) "\x80\1\0" type "\0\0\0" name_len name "\0\0\0" number
#define ADDS(number) MESSAGE("\1", "\3", "add", number) TEXT("\0\1", "\4", "4111") "\0"
#define ADDED(number) MESSAGE("\2", "\3", "add", number) "\x08\0\0\0\0\0\5\0"
#define GETS(number) MESSAGE("\1", "\3", "get", number) "\0"
#define GOT(number) MESSAGE("\2", "\3", "get", number) TEXT("\0\0", "\4", "4111") "\0"
#define TEXT(id, len, text) "\x0b" id "\0\0\0" len text
#define FRAME(len) "\0\0\0" len

static void calls(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, thrift,
               "call  OK ok thrift add -1  0+0\ncall  OK ok thrift get -1  0+0\n"
               "oneway  ok thrift log -1  0+0\ncall  OK ok thrift Cart:add -1  0+0\n"
               "call  OK ok thrift clear -1  0+0\n",
               SAYS(ADDS("\1")), HEARS(ADDED("\1")), SAYS(GETS("\2")), HEARS(GOT("\2")),
               SAYS(MESSAGE("\4", "\3", "log", "\3") "\0"),
               SAYS(MESSAGE("\1", "\10", "Cart:add", "\4") "\0"), HEARS(ADDED("\4")),
               SAYS(MESSAGE("\1", "\5", "clear", "\5") "\0"),
               HEARS(MESSAGE("\2", "\5", "clear", "\5") "\0"));
    TELLS_WITH(SHOW_BYTES, thrift, "call  OK ok 27+23 bytes\n", SAYS(ADDS("\1")),
               HEARS(ADDED("\1")));
}

/* Everything that may be in a struct. */
static const char all[] = "\2\0\1\1"
                          "\3\0\2\xff"
                          "\4\0\3"
                          "DDDDDDDD"
                          "\6\0\4"
                          "SS"
                          "\x0a\0\5"
                          "LLLLLLLL"
                          "\x10\0\6"
                          "UUUUUUUUUUUUUUUU"
                          "\x0c\0\7"
                          "\x0c\0\1"
                          "\0" TEXT("\0\2", "\2", "hi") "\0" /* structs */
                                                        "\x0d\0\10"
                                                        "\x0b\x08"
                                                        "\0\0\0\2"
                                                        "\0\0\0\1"
                                                        "a"
                                                        "1111"
                                                        "\0\0\0\0"
                                                        "2222" /* maps */
                                                        "\x0d\0\11"
                                                        "\x08\x06"
                                                        "\0\0\0\2"
                                                        "1111"
                                                        "22"
                                                        "1111"
                                                        "22"
                                                        "\x0d\0\11"
                                                        "\x08\x0c"
                                                        "\0\0\0\1"
                                                        "1111"
                                                        "\0"
                                                        "\x0d\0\12"
                                                        "\0\0"
                                                        "\0\0\0\0"
                                                        "\x0e\0\13"
                                                        "\x08"
                                                        "\0\0\0\2"
                                                        "11112222" /* sets, lists */
                                                        "\x0f\0\14"
                                                        "\x0f"
                                                        "\0\0\0\2"
                                                        "\x0b"
                                                        "\0\0\0\1"
                                                        "\0\0\0\1"
                                                        "x"
                                                        "\3"
                                                        "\0\0\0\0"
                                                        "\x0f\0\15"
                                                        "\x0c"
                                                        "\0\0\0\2"
                                                        "\0"
                                                        "\2\0\1\1"
                                                        "\0"
                                                        "\0";

static void walks(void **state)
{
    (void)state;
    struct thrift_walk w = thrift_walk_begin();
    struct thrift_field field;
    size_t at = 0;
    while (w.depth) {
        int64_t len = thrift_walk(&w, bytes_of(all + at, sizeof all - 1 - at), &field);
        assert_true(len > 0);
        at += (size_t)len;
    }
    assert_int_equal(at, sizeof all - 1);
    TELLS(thrift, "call  OK ok\ncall  OK ok\n",
          ((struct step){STEP_BYTES, TO_SERVER, MESSAGE("\1", "\3", "add", "\1"), 15, 0, 0}),
          ((struct step){STEP_BYTES, TO_SERVER, all, sizeof all - 1, 0, 0}), SAYS(GETS("\2")),
          HEARS(ADDED("\1") GOT("\2")));
}

static void errors(void **state)
{
    (void)state;
    TELLS(thrift,
          "call  EXCEPTION client_error\ncall  UNKNOWN_METHOD client_error\n"
          "call  INTERNAL_ERROR server_error\ncall  TApplicationException unknown\n",
          SAYS(GETS("\1")),
          HEARS(MESSAGE("\2", "\3", "get", "\1") "\x0c\0\1" TEXT("\0\1", "\4", "4111") "\0\0"),
          SAYS(GETS("\1")),
          HEARS(MESSAGE("\3", "\3", "get", "\1") TEXT("\0\1", "\4", "4111") "\x08\0\2\0\0\0\1\0"),
          SAYS(GETS("\1")), HEARS(MESSAGE("\3", "\3", "get", "\1") "\x08\0\2\0\0\0\6\0"),
          SAYS(GETS("\1")), HEARS(MESSAGE("\3", "\3", "get", "\1") "\0"));
}

static void frames(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, thrift,
               "call  OK ok thrift add -1  0+0\ncall  EXCEPTION client_error thrift get -1  0+0\n"
               "call  INTERNAL_ERROR server_error thrift get -1  0+0\n"
               "oneway  ok thrift log -1  0+0\n",
               SAYS(FRAME("\x1b") ADDS("\1")), HEARS(FRAME("\x17") ADDED("\1")),
               SAYS(FRAME("\x10") GETS("\1")),
               HEARS(FRAME("\x14") MESSAGE("\2", "\3", "get", "\1") "\x0c\0\1\0\0"),
               SAYS(FRAME("\x10") GETS("\1")),
               HEARS(FRAME("\x22") MESSAGE("\3", "\3", "get", "\1")
                         TEXT("\0\1", "\4", "4111") "\x08\0\2\0\0\0\6\0"),
               SAYS(FRAME("\x10") MESSAGE("\4", "\3", "log", "\1") "\0"));
    /* Compact. */
    TELLS_WITH(SHOW_GRPC, thrift,
               "call  OK ok thrift add -1  0+0\ncall  OK ok thrift add -1  0+0\n"
               "call  EXCEPTION client_error thrift add -1  0+0\n"
               "call  TIMEOUT timeout thrift add -1  0+0\n",
               SAYS(FRAME("\x0d") "\x82\x21\x81\1\3"
                                  "add"
                                  "\x18\2hi\0"),
               HEARS(FRAME("\x0d") "\x82\x41\x81\1\3"
                                   "add"
                                   "\5\0\2\0\0"),
               SAYS(FRAME("\x08") "\x82\x21\1\3"
                                  "add"
                                  "\0"),
               HEARS(FRAME("\x08") "\x82\x41\1\3"
                                   "add"
                                   "\0"),
               SAYS(FRAME("\x08") "\x82\x21\1\3"
                                  "add"
                                  "\0"),
               HEARS(FRAME("\x0a") "\x82\x41\1\3"
                                   "add"
                                   "\x1c\0\0"),
               SAYS(FRAME("\x08") "\x82\x21\1\3"
                                  "add"
                                  "\0"),
               HEARS(FRAME("\x0e") "\x82\x61\1\3"
                                   "add"
                                   "\x18\2hi\x15\x18\0"));
    /* THeader is passed over. */
    TELLS(thrift, "call  OK ok\n",
          SAYS(FRAME("\x10") "\x0f\xff\0\0\0\0\0\1\0\1\2\0\0\0xx" FRAME("\x10") GETS("\1")),
          HEARS(FRAME("\x1b") GOT("\1")));
}

/* Calls of one number are told apart by their names, and answered in turn. */
static void at_once(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, thrift,
               "call  OK ok thrift get -1  0+0\ncall  OK ok thrift add -1  0+0\n",
               SAYS(ADDS("\0") GETS("\0")), HEARS(GOT("\0") ADDED("\0")));
    TELLS(thrift, "call  OK ok\ncall  EXCEPTION client_error\n", SAYS(GETS("\0") GETS("\0")),
          HEARS(GOT("\0") MESSAGE("\2", "\3", "get", "\0") "\x0c\0\1\0\0" GOT("\7")));
    assert_int_equal(script_counters()->stray_answers, 1);
}

static void losses(void **state)
{
    (void)state;
    /* In a value; of a whole answer, after which the number comes again. */
    TELLS(thrift, "call  OK ok gap\n", SAYS(GETS("\1")),
          HEARS(MESSAGE("\2", "\3", "get", "\1") TEXT("\0\0", "\x64", "4111")),
          LOSES(TO_CLIENT, 96), HEARS("\0"));
    TELLS_WITH(SHOW_GRPC, thrift,
               "call  unknown gap thrift get -1  0+0\ncall  OK ok thrift get -1  0+0\n",
               SAYS(GETS("\0")), LOSES(TO_CLIENT, 27), SAYS(GETS("\0")), HEARS(GOT("\0")));
}

static enum guess probe(struct step asks, struct step answers, bool midstream)
{
    struct opening o = {.to_server = bytes_of(asks.bytes, asks.len),
                        .to_client = bytes_of(answers.bytes, answers.len),
                        .midstream = midstream};
    return thrift->probe(&o);
}

static void recognised(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, thrift, "call  OK ok\n", SAYS(GETS("\1")), HEARS(GOT("\1")));
    assert_int_equal(probe(SAYS(GETS("\1")), SAYS(""), false), GUESS_YES);
    assert_int_equal(probe(SAYS(FRAME("\x10") GETS("\1")), SAYS(""), false), GUESS_YES);
    assert_int_equal(probe(SAYS(""), SAYS(GOT("\1")), true), GUESS_YES);
    assert_int_equal(probe(SAYS(""), SAYS(GOT("\1")), false), GUESS_NO);
    assert_int_equal(probe(SAYS(GOT("\1")), SAYS(GETS("\1")), true),
                     GUESS_NO); /* wrong way round */
    assert_int_equal(probe(SAYS("\x80\1\0\1\0\0\0\3"
                                "a b"),
                           SAYS(""), false),
                     GUESS_NO);
    assert_int_equal(probe(SAYS("\x80\1\0\1\0\1\0\3"
                                "add"),
                           SAYS(""), false),
                     GUESS_NO);
    assert_int_equal(probe(SAYS("\0\0\0\5\x80\1\0\1\0"), SAYS(""), false), GUESS_NO);
    assert_int_equal(probe(SAYS("\0\0\0\x20\0\3\0\0\0\0\0\1"), SAYS(""), false), GUESS_NO);
    assert_int_equal(probe(SAYS("\0\0"), SAYS(""), false), GUESS_MORE);
    /* What cannot be a struct. */
    TELLS(thrift, "call  OK ok\ncall  unknown\n", SAYS(GETS("\1")), HEARS(GOT("\1")),
          SAYS(MESSAGE("\1", "\3", "get", "\2") "\x7f\0\1\0"), CLOSES(CLOSE_ORDERLY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),      cmocka_unit_test(walks),   cmocka_unit_test(errors),
        cmocka_unit_test(frames),     cmocka_unit_test(at_once), cmocka_unit_test(losses),
        cmocka_unit_test(recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
