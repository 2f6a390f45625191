/* test_redis.c - decode/proto/redis.c: conversations with Redis, and what is told of them. */
#include "decode/classify.h"
#include "script.h"

#include "tests/check.h"

extern const struct decoder redis_decoder;
static const struct decoder *const redis = &redis_decoder;

#define GET "*2\r\n$3\r\nGET\r\n$8\r\nuser:123\r\n"
#define SET "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$6\r\nsecret\r\n"
#define PING "*1\r\n$4\r\nPING\r\n"

static void one_by_one(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, redis,
               "GET  OK ok 27+11 bytes\nSET  OK ok 32+5 bytes\nGET  nil ok 27+5 bytes\n", SAYS(GET),
               HEARS("$5\r\nhello\r\n"), SAYS(SET), HEARS("+OK\r\n"), SAYS(GET), HEARS("$-1\r\n"));
}

static void pipelined(void **state)
{
    (void)state;
    TELLS(redis, "GET  OK ok\nSET  OK ok pipelined\nPING  OK ok pipelined\n", SAYS(GET SET PING),
          HEARS("$1\r\nx\r\n+OK\r\n+PONG\r\n"));
}

static void errors(void **state)
{
    (void)state;
    TELLS(redis,
          "GET  WRONGTYPE client_error\nGET  ERR client_error\nGET  LOADING server_error\n"
          "GET  MOVED ok\nGET  SYNTAX client_error\nGET  ERR client_error\n",
          SAYS(GET), HEARS("-WRONGTYPE Operation against a key\r\n"), SAYS(GET),
          HEARS("-ERR unknown command 'x', with args beginning with: 'secret'\r\n"), SAYS(GET),
          HEARS("-LOADING Redis is loading the dataset in memory\r\n"), SAYS(GET),
          HEARS("-MOVED 3999 127.0.0.1:6381\r\n"), SAYS(GET), HEARS("!14\r\nSYNTAX invalid\r\n"),
          SAYS(GET), HEARS("-my own words\r\n"));
}

/* Arrays in arrays, nil and empty ones among them; maps; numbers of all kinds. */
static void aggregates(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_BYTES, redis,
        "GET  OK ok 27+54 bytes\nGET  OK ok 27+4 bytes\nGET  nil ok 27+5 bytes\nPING  OK ok 14+38 "
        "bytes\n",
        SAYS(GET),
        HEARS("*4\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n*-1\r\n*1\r\n*2\r\n$-1\r\n-ERR inside\r\n"),
        SAYS(GET), HEARS("*0\r\n"), SAYS(GET), HEARS("*-1\r\n"), SAYS(PING),
        HEARS("%2\r\n+a\r\n,1.5\r\n+b\r\n~2\r\n#t\r\n(123456789\r\n"));
}

/* What is told beside a value is no value. */
static void attributes(void **state)
{
    (void)state;
    TELLS(redis, "GET  OK ok\nPING  OK ok\n", SAYS(GET),
          HEARS("|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+x\r\n:1\r\n:2\r\n"), SAYS(PING),
          HEARS("+PONG\r\n"));
}

static void transactions(void **state)
{
    (void)state;
    TELLS(redis, "MULTI  OK ok\nSET  QUEUED ok\nEXEC  OK ok\n", SAYS("*1\r\n$5\r\nMULTI\r\n"),
          HEARS("+OK\r\n"), SAYS(SET), HEARS("+QUEUED\r\n"), SAYS("*1\r\n$4\r\nEXEC\r\n"),
          HEARS("*1\r\n+OK\r\n"));
}

/* Names are told, and the parts of those that have some; nothing else ever is. */
static void names(void **state)
{
    (void)state;
    TELLS(redis,
          "CONFIG GET  OK ok\nCLIENT SETNAME  OK ok\nJSON.GET  OK ok\nunknown  ERR client_error\n"
          "AUTH  OK ok\n",
          SAYS("*3\r\n$6\r\nconfig\r\n$3\r\nget\r\n$1\r\n*\r\n"), HEARS("*0\r\n"),
          SAYS("*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\nx\r\n"), HEARS("+OK\r\n"),
          SAYS("*2\r\n$8\r\nJSON.GET\r\n$1\r\nk\r\n"), HEARS("$2\r\n{}\r\n"),
          SAYS("*1\r\n$7\r\nhunter2\r\n"), HEARS("-ERR unknown command\r\n"),
          SAYS("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n"), HEARS("+OK\r\n"));
}

static void typed_by_hand(void **state)
{
    (void)state;
    TELLS(redis, "PING  OK ok\nINFO  OK ok\n", SAYS("PING\r\n"), HEARS("+PONG\r\n"),
          SAYS("info server\r\n"), HEARS("$5\r\nredis\r\n"));
}

/* One answer for each channel; messages are nobody's, before and behind them. */
static void subscriptions(void **state)
{
    (void)state;
    TELLS(
        redis, "SUBSCRIBE  OK ok\nPING  OK ok\nUNSUBSCRIBE  OK ok\n",
        SAYS("*3\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n$1\r\nb\r\n"),
        HEARS("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$"
              "2\r\nhi\r\n"
              "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"),
        HEARS("*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$2\r\nhi\r\n"), SAYS(PING),
        HEARS("*2\r\n$4\r\npong\r\n$0\r\n\r\n"), SAYS("*1\r\n$11\r\nUNSUBSCRIBE\r\n"),
        HEARS("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n"
              ":0\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* RESP 3 pushes may come at any time. */
static void pushes(void **state)
{
    (void)state;
    TELLS(redis, "GET  OK ok\n", SAYS(GET),
          HEARS(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n$1\r\nv\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void waiting(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, redis,
               "BLPOP  nil ok redis BLPOP -1 server-streaming 0+0\n"
               "XREAD  OK ok redis XREAD -1 server-streaming 0+0\n"
               "XREAD  OK ok redis XREAD -1  0+0\n",
               SAYS("*3\r\n$5\r\nBLPOP\r\n$1\r\nk\r\n$1\r\n5\r\n"), HEARS("*-1\r\n"),
               SAYS("*6\r\n$5\r\nXREAD\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$"
                    "1\r\n$\r\n"),
               HEARS("*0\r\n"),
               SAYS("*4\r\n$5\r\nXREAD\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n0\r\n"),
               HEARS("*0\r\n"));
}

/* After MONITOR come lines, after PSYNC a snapshot and what is written from then on. */
static void streams(void **state)
{
    (void)state;
    TELLS(redis, "MONITOR  OK ok\n", SAYS("*1\r\n$7\r\nMONITOR\r\n"), HEARS("+OK\r\n"),
          HEARS("+1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS(redis, "PSYNC  OK ok\n", SAYS("*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n"),
          HEARS("+FULLRESYNC 8de1787ba490483314a4d30f1c628bc5025eb761 1\r\n"),
          HEARS("$5\r\nREDIS*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n"), SAYS("*1\r\n$8\r\nREPLCONF\r\n"));
    assert_int_equal(script_counters()->stray_answers, 0);
    assert_int_equal(script_counters()->lost, 0);
}

/* Values pass by unseen: a hole in one does no harm, a hole elsewhere costs what it touches. */
static void losses(void **state)
{
    (void)state;
    TELLS(redis, "SET  OK ok gap\nGET  OK ok\n", SAYS("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000\r\n"),
          LOSES(TO_SERVER, 1000), SAYS("\r\n"), HEARS("+OK\r\n"), SAYS(GET), HEARS("$1\r\nv\r\n"));
    TELLS(redis, "GET  unknown gap\nPING  OK ok\n", SAYS(GET), LOSES(TO_CLIENT, 7), WAITS(100),
          SAYS(PING), HEARS("+PONG\r\n"));
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(redis, "", SAYS(GET), HEARS("hello\r\n"));
    TELLS(redis, "GET  OK unknown\n", SAYS(GET),
          HEARS("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"));
    TELLS(redis, "", SAYS("*9999999\r\n"));
    TELLS(redis, "", SAYS("*0\r\n"));
}

static void recognition(void **state)
{
    (void)state;
    static const struct {
        struct bytes to_server, to_client;
        bool midstream;
        enum guess guess;
    } rows[] = {
#define WIRE(text) {(const uint8_t *)text, sizeof(text) - 1}
        {WIRE(GET), WIRE(""), false, GUESS_YES},
        {WIRE(GET), WIRE("$1\r\nv\r\n"), false, GUESS_YES},
        {WIRE(GET), WIRE("HTTP/1.1 400 Bad Request\r\n"), false, GUESS_NO},
        {WIRE("*2\r\n$3\r\nGE"), WIRE(""), false, GUESS_MORE},
        {WIRE("*"), WIRE(""), false, GUESS_MORE},
        {WIRE("*2\r\n:3\r\n"), WIRE(""), false, GUESS_NO},
        {WIRE("*1\r\n$5\r\nhello\r\n"), WIRE(""), false, GUESS_YES}, /* HELLO is a command */
        {WIRE("*1\r\n$6\r\nworlds\r\n"), WIRE(""), true, GUESS_NO},
        {WIRE("*1\r\n$3\r\n\1\2\3\r\n"), WIRE(""), false, GUESS_NO},
        {WIRE("PING\r\n"), WIRE(""), false, GUESS_YES},
        {WIRE("PING\r\n"), WIRE(""), true, GUESS_MORE},
        {WIRE("PING\r\n"), WIRE("+PONG\r\n"), true, GUESS_YES},
        {WIRE("PING\r\n"), WIRE("PONG\r\n"), true, GUESS_NO}, /* NATS */
        {WIRE("GET / HTTP/1.1\r\n"), WIRE(""), false, GUESS_NO},
        {WIRE(""), WIRE("+OK\r\n"), true, GUESS_MORE},
        {WIRE(""), WIRE("SSH-2.0-x\r\n"), true, GUESS_NO},
        {WIRE(""), WIRE(":-9223372036854775808\r\n"), true, GUESS_MORE},
        {WIRE(""), WIRE(":nineteen characters\r\n"), true, GUESS_NO},
        {WIRE(""), WIRE("+OK POP3 server ready\r\n"), false, GUESS_NO},
        {WIRE("* 7 bytes"), WIRE(""), false, GUESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream};
        if (redis->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(redis->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one),    cmocka_unit_test(pipelined),
        cmocka_unit_test(errors),        cmocka_unit_test(aggregates),
        cmocka_unit_test(attributes),    cmocka_unit_test(transactions),
        cmocka_unit_test(names),         cmocka_unit_test(typed_by_hand),
        cmocka_unit_test(subscriptions), cmocka_unit_test(pushes),
        cmocka_unit_test(waiting),       cmocka_unit_test(streams),
        cmocka_unit_test(losses),        cmocka_unit_test(nonsense),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
