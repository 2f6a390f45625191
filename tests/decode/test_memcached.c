/* test_memcached.c - decode/proto/memcached.c: conversations with Memcached, and what is told of
 * them. */
#include "decode/classify.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder memcached_decoder;
static const struct decoder *const memcached = &memcached_decoder;

static void one_by_one(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_BYTES, memcached,
        "get  VALUE ok 7+25 bytes\nget  END ok 7+5 bytes\nset  STORED ok 18+8 bytes\n"
        "gets  VALUE ok 14+49 bytes\nincr  OK ok 10+4 bytes\nincr  NOT_FOUND ok 10+11 bytes\n",
        SAYS("get k\r\n"), HEARS("VALUE k 0 5\r\nhello\r\nEND\r\n"), SAYS("get k\r\n"),
        HEARS("END\r\n"), SAYS("set k 0 60 2\r\nhi\r\n"), HEARS("STORED\r\n"),
        SAYS("gets one two\r\n"),
        HEARS("VALUE one 0 3 17\r\nEND\r\nVALUE two 0 1 18\r\nx\r\nEND\r\n"), SAYS("incr n 1\r\n"),
        HEARS("12\r\n"), SAYS("incr n 1\r\n"), HEARS("NOT_FOUND\r\n"));
}

static void pipelined(void **state)
{
    (void)state;
    TELLS(memcached, "get  END ok\ndelete  DELETED ok pipelined\ntouch  TOUCHED ok pipelined\n",
          SAYS("get a\r\ndelete a\r\ntouch a 60\r\n"), HEARS("END\r\nDELETED\r\nTOUCHED\r\n"));
}

/* A value passes by unseen, whatever is in it, and a hole in it does no harm. */
static void values(void **state)
{
    (void)state;
    TELLS(memcached, "set  STORED ok\nget  VALUE ok\n", SAYS("set k 0 0 7\r\nget k\r\n\r\n"),
          HEARS("STORED\r\n"), SAYS("get k\r\n"), HEARS("VALUE k 0 7\r\nEND\r\nab\r\nEND\r\n"));
    TELLS(memcached, "set  STORED ok gap\nget  VALUE ok gap\n", SAYS("set k 0 0 1000\r\n"),
          LOSES(TO_SERVER, 1000), SAYS("\r\n"), HEARS("STORED\r\n"), SAYS("get k\r\n"),
          HEARS("VALUE k 0 1000\r\n"), LOSES(TO_CLIENT, 1001), HEARS("\nEND\r\n"));
}

static void errors(void **state)
{
    (void)state;
    TELLS(memcached,
          "set  SERVER_ERROR server_error\nincr  CLIENT_ERROR client_error\nget  ERROR "
          "client_error\n",
          SAYS("set k 0 0 1\r\nx\r\n"), HEARS("SERVER_ERROR out of memory storing object\r\n"),
          SAYS("incr k 1\r\n"), HEARS("CLIENT_ERROR cannot increment non-numeric value\r\n"),
          SAYS("get k\r\n"), HEARS("ERROR\r\n"));
}

/* It ends with its request, before what was asked earlier. */
static void without_a_reply(void **state)
{
    (void)state;
    TELLS(memcached, "get  END ok\nset  ok\ndelete  ok\nget  VALUE ok\n", SAYS("get a\r\n"),
          HEARS("END\r\n"), SAYS("set a 0 0 1 noreply\r\nx\r\ndelete b noreply\r\n"),
          SAYS("get a\r\n"), HEARS("VALUE a 0 1\r\nx\r\nEND\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void lists(void **state)
{
    (void)state;
    TELLS(memcached, "stats  OK ok\nversion  VERSION ok\n", SAYS("stats\r\n"),
          HEARS("STAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\n"), SAYS("version\r\n"),
          HEARS("VERSION 1.6.18\r\n"));
    TELLS(memcached, "lru_crawler  OK ok\n", SAYS("lru_crawler metadump all\r\n"),
          HEARS("key=secret exp=-1\r\nkey=b exp=0\r\nEND\r\n"));
    TELLS(memcached, "version  VERSION ok\nwatch  OK ok\n", SAYS("version\r\n"),
          HEARS("VERSION 1\r\n"), SAYS("watch fetchers\r\n"), HEARS("OK\r\n"),
          HEARS("ts=1 gid=1 type=item_get key=secret\r\nEND\r\n"));
}

/* A key of each, more than a line is looked at of. */
static void many_keys(void **state)
{
    (void)state;
    enum { KEYS = 600 };
    char asks[KEYS * sizeof " key:000" + 16] = "get";
    for (int i = 0; i < KEYS; i++)
        strcat(asks, " key:000");
    strcat(asks, "\r\n");
    struct step steps[] = {SAYS("get k\r\n"),
                           HEARS("END\r\n"),
                           {STEP_BYTES, TO_SERVER, asks, strlen(asks), 0, 0},
                           HEARS("END\r\n")};
    script_tells(&(struct script){memcached, steps, 4, SHOW_BYTES},
                 "get  END ok 7+5 bytes\nget  END ok 4805+5 bytes\n");
}

/* Quiet ones are over when a later one is answered. */
static void meta(void **state)
{
    (void)state;
    TELLS(memcached, "mg  VA ok\nms  HD ok\nmg  EN ok\nmd  NF ok\nmn  MN ok\n", SAYS("mg k v\r\n"),
          HEARS("VA 2 f0\r\nhi\r\n"), SAYS("ms k 2 T60\r\nhi\r\n"), HEARS("HD\r\n"),
          SAYS("mg k v\r\n"), HEARS("EN\r\n"), SAYS("md k\r\n"), HEARS("NF\r\n"), SAYS("mn\r\n"),
          HEARS("MN\r\n"));
    TELLS(memcached, "mn  MN ok\nmg  EN ok\nmg  VA ok\nms  HD ok\nmn  MN ok pipelined\n",
          SAYS("mn\r\n"), HEARS("MN\r\n"),
          SAYS("mg a v O1 q\r\nmg b v O2 q\r\nms c 1 O3 q\r\nx\r\nmn\r\n"),
          HEARS("VA 1 O2\r\nx\r\nMN\r\n"));
    TELLS(memcached, "mn  MN ok\nmg  VA ok\nmg  EN ok\nmn  MN ok pipelined\n", SAYS("mn\r\n"),
          HEARS("MN\r\n"), SAYS("mg a v q\r\nmg b v q\r\nmn\r\n"), HEARS("VA 1\r\nx\r\nMN\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

#define ASK(opcode, key, extras, body, opaque, rest)                                               \
    "\x80" opcode "\0" key extras "\0\0\0\0\0\0" body "\0\0\0" opaque "\0\0\0\0\0\0\0\0" rest
#define TELL(opcode, key, extras, status, body, opaque, rest)                                      \
    "\x81" opcode "\0" key extras "\0\0" status "\0\0\0" body "\0\0\0" opaque                      \
    "\0\0\0\0\0\0\0\0" rest

static void binary(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, memcached,
               "get  OK ok 25+30 bytes\nset  OK ok 35+24 bytes\nget  KEY_ENOENT ok 25+33 bytes\n"
               "stat  OK ok 24+52 bytes\nversion  ENOMEM server_error 24+24 bytes\n",
               SAYS(ASK("\0", "\1", "\0", "\1", "\1", "k")),
               HEARS(TELL("\0", "\0", "\4", "\0", "\6", "\1", "\0\0\0\0hi")),
               SAYS(ASK("\1", "\1", "\10", "\13", "\2", "\0\0\0\0\0\0\0\0khi")),
               HEARS(TELL("\1", "\0", "\0", "\0", "\0", "\2", "")),
               SAYS(ASK("\0", "\1", "\0", "\1", "\3", "k")),
               HEARS(TELL("\0", "\0", "\0", "\1", "\11", "\3", "Not found")),
               SAYS(ASK("\20", "\0", "\0", "\0", "\4", "")),
               HEARS(TELL("\20", "\3", "\0", "\0", "\4", "\4", "pid1")
                         TELL("\20", "\0", "\0", "\0", "\0", "\4", "")),
               SAYS(ASK("\13", "\0", "\0", "\0", "\5", "")),
               HEARS(TELL("\13", "\0", "\0", "\x82", "\0", "\5", "")));
}

static void binary_quiet(void **state)
{
    (void)state;
    TELLS(memcached,
          "noop  OK ok\ngetkq  KEY_ENOENT ok\ngetkq  OK ok\nsetq  OK ok\nnoop  OK ok pipelined\n",
          SAYS(ASK("\12", "\0", "\0", "\0", "\1", "")),
          HEARS(TELL("\12", "\0", "\0", "\0", "\0", "\1", "")),
          SAYS(ASK("\15", "\1", "\0", "\1", "\2", "a") ASK("\15", "\1", "\0", "\1", "\3", "b")
                   ASK("\21", "\1", "\10", "\13", "\4", "\0\0\0\0\0\0\0\0khi")
                       ASK("\12", "\0", "\0", "\0", "\5", "")),
          HEARS(TELL("\15", "\1", "\4", "\0", "\7", "\3", "\0\0\0\0bhi")
                    TELL("\12", "\0", "\0", "\0", "\0", "\5", "")));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Which of the quiet ones lost bytes answered is not known. */
static void losses(void **state)
{
    (void)state;
    TELLS(memcached, "mn  MN ok\nmg  unknown gap\nmn  unknown gap pipelined\nget  unknown\n",
          SAYS("mn\r\n"), HEARS("MN\r\n"), SAYS("mg a v q\r\nmn\r\n"), LOSES(TO_CLIENT, 20),
          HEARS("xx\r\nMN\r\n"), SAYS("get a\r\n"), HEARS("END\r\n"));
    TELLS_WITH(JOINED, memcached, "set  unknown\nget  END ok\n",
               HEARS("-- of a value --\r\nEND\r\n"), SAYS("rest of one\r\n"),
               SAYS("set k 0 0 1\r\nx\r\n"), HEARS("STORED\r\n"), SAYS("get k\r\n"),
               HEARS("END\r\n"));
}

/* What the other side says may show that it was no Memcached. */
static void something_else(void **state)
{
    (void)state;
    TELLS(memcached, "", SAYS("set a 0 0 1\r\nx\r\n"), HEARS("+OK\r\n"), SAYS("get a\r\n"),
          HEARS("$1\r\nx\r\n"));
    TELLS(memcached, "", SAYS("quit\r\n"), HEARS("221 bye\r\n"));
    TELLS(memcached, "get  END ok\n", SAYS("get a\r\n"), HEARS("END\r\n"),
          SAYS("hunter2 is no command\r\n"), HEARS("ERROR\r\n"));
}

static enum guess guess(const char *to_server, const char *to_client, bool midstream)
{
    struct opening opening = {.to_server = bytes_of_text(to_server),
                              .to_client = bytes_of_text(to_client),
                              .midstream = midstream};
    return memcached_decoder.probe(&opening);
}

static void openings(void **state)
{
    (void)state;
    assert_int_equal(guess("set k 0 0 1\r\nx\r\n", "", false), GUESS_YES);
    assert_int_equal(guess("set k 0 0 1\r\nx\r\n", "STO", false), GUESS_MORE);
    assert_int_equal(guess("get k\r\n", "", false), GUESS_MORE);
    assert_int_equal(guess("get k\r\n", "END\r\n", false), GUESS_YES);
    assert_int_equal(guess("get k\r\n", "$1\r\nx\r\n", false), GUESS_NO);
    assert_int_equal(guess("get k\r\n", "+PONG\r\n", false), GUESS_NO);
    assert_int_equal(guess("se", "", false), GUESS_MORE);
    assert_int_equal(guess("stats\r\n", "OK 812\r\n", false), GUESS_NO);
    assert_int_equal(guess("stats\r\n", "STAT pid 1\r\n", false), GUESS_YES);
    assert_int_equal(guess("version\r\n", "VERSION 1\r\n", false), GUESS_YES);
    assert_int_equal(guess("quit\r\n", "221 bye\r\n", false), GUESS_NO);
    assert_int_equal(guess("set k 0 0 99999999999\r\n", "", false), GUESS_MORE);
    assert_int_equal(guess("set k 0 0 99999999999\r\n", "STORED\r\n", false), GUESS_NO);
    assert_int_equal(guess("set k 0 0 99999999999\r\n", "CLIENT_ERROR x\r\n", false), GUESS_YES);
    assert_int_equal(guess("set k\r 0 0 1\r\n", "", false), GUESS_NO);
    assert_int_equal(guess("GET / HTTP/1.1\r\n", "", false), GUESS_NO);
    assert_int_equal(guess("", "END\r\n", false), GUESS_NO);
    assert_int_equal(guess("", "END\r\n", true), GUESS_MORE);
    assert_int_equal(guess("", "220 hello\r\n", true), GUESS_NO);
    assert_int_equal(guess("set k 0 0 1\r\n", "of a value", true), GUESS_MORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one),      cmocka_unit_test(pipelined),
        cmocka_unit_test(values),          cmocka_unit_test(errors),
        cmocka_unit_test(without_a_reply), cmocka_unit_test(lists),
        cmocka_unit_test(many_keys),       cmocka_unit_test(meta),
        cmocka_unit_test(binary),          cmocka_unit_test(binary_quiet),
        cmocka_unit_test(losses),          cmocka_unit_test(something_else),
        cmocka_unit_test(openings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
