/* test_cassandra.c - decode/proto/cassandra.c: conversations in CQL's protocol, and what is told of
 * them. */
#include "cassandra_talk.h"
#include "decode/classify.h"

#include "tests/check.h"

extern const struct decoder cassandra_decoder;
static const struct decoder *const cassandra = &cassandra_decoder;

#define ID "\x9f\x86\xd0\x81\x88\x4c\x7d\x65\x9a\x2f\xea\xa0\xc5\x5a\xd0\x15"
#define ORDERS "SELECT * FROM shop.orders WHERE card = '4111-1111'"

static struct step query(int stream, const char *text)
{
    return asks(0, stream, CQL_QUERY, "Shb", text, 1, 0);
}

static struct step done(int stream)
{
    return answers(0, stream, CQL_RESULT, "i", CQL_VOID);
}

static struct step failed(int stream, unsigned code)
{
    return answers(0, stream, CQL_ERROR, "is", code, "no card 4111-1111");
}

static struct step prepared(int stream)
{
    return answers(0, stream, CQL_RESULT, "isiiiii", CQL_PREPARED, ID, 4, 0, 0, 4, 0);
}

static struct step executes(int stream)
{
    return asks(0, stream, CQL_EXECUTE, "shbhS", ID, 1, 1, 1, "4111-1111");
}

/* Rows of an int and a map of text, of one table. */
static struct step rows(int stream, unsigned flags, unsigned count, int size)
{
    return answers(flags, stream, CQL_RESULT,
                   "iiisssh"
                   "shhh"
                   "ix",
                   CQL_ROWS, 1, 2, "shop", "orders", "id", 9, "texts", 0x21, 13, 13, count, size);
}

static void greeting(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, cassandra,
               "OPTIONS  OK ok cassandra OPTIONS -1  0+0\n"
               "STARTUP  OK ok cassandra STARTUP -1  0+0\n"
               "AUTH_RESPONSE  BAD_CREDENTIALS client_error cassandra AUTH_RESPONSE -1  0+0\n"
               "AUTH_RESPONSE  OK ok cassandra AUTH_RESPONSE -1  0+0\n"
               "REGISTER  OK ok cassandra REGISTER -1  0+0\n"
               "USE USE shop OK ok cassandra USE shop -1  0+0\n",
               asks(0, 0, CQL_OPTIONS, ""),
               answers(0, 0, CQL_SUPPORTED, "hshs", 1, "CQL_VERSION", 1, "3.4.5"),
               asks(0, 1, CQL_STARTUP, "hss", 1, "CQL_VERSION", "3.0.0"),
               answers(0, 1, CQL_AUTHENTICATE, "s", "org.apache.PasswordAuthenticator"),
               asks(0, 2, CQL_AUTH_RESPONSE, "S", "alice hunter2"), failed(2, 0x100),
               asks(0, 2, CQL_AUTH_RESPONSE, "S", "alice hunter2"),
               answers(0, 2, CQL_AUTH_SUCCESS, "i", -1),
               asks(0, 3, CQL_REGISTER, "hs", 1, "STATUS_CHANGE"), answers(0, 3, CQL_READY, ""),
               answers(0, -1, CQL_EVENT, "ssbi", "STATUS_CHANGE", "UP", 4, 0), query(4, "USE shop"),
               answers(0, 4, CQL_RESULT, "is", CQL_SET_KEYSPACE, "shop"));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Statements by verb and table, rows counted behind whatever describes them. */
static void statements(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, cassandra,
        "SELECT SELECT * FROM shop.orders WHERE card = ? OK ok cassandra SELECT shop.orders "
        "-1  0+7\n"
        "UPDATE UPDATE stock USING ttl ? SET n = ? OK ok cassandra UPDATE stock -1  0+0\n"
        "SELECT SELECT a FROM t OK ok cassandra SELECT t -1  0+3\n"
        "CREATE KEYSPACE CREATE KEYSPACE shop WITH replication = { ? : ? } OK ok cassandra "
        "CREATE KEYSPACE shop -1  0+0\n",
        query(1, ORDERS), rows(1, 0, 7, 3000),
        query(2, "UPDATE stock USING TTL 60 SET n = 'hunter2'"), done(2),
        query(3, "SELECT a FROM t // hunter2"),
        answers(0, 3, CQL_RESULT, "iiiix", CQL_ROWS, 4, 1, 3, 50),
        query(4, "CREATE KEYSPACE shop WITH replication = {'class': 'Simple'}"),
        answers(0, 4, CQL_RESULT, "issss", CQL_SCHEMA_CHANGE, "CREATED", "KEYSPACE", "shop", ""));
}

static void errors(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, cassandra,
               "SELECT SELECT a FROM t SYNTAX_ERROR client_error cassandra SELECT t -1  0+0\n"
               "SELECT SELECT a FROM t UNAVAILABLE server_error cassandra SELECT t -1  0+0\n"
               "SELECT SELECT a FROM t OVERLOADED server_error cassandra SELECT t -1  0+0\n"
               "SELECT SELECT a FROM t READ_TIMEOUT timeout cassandra SELECT t -1  0+0\n"
               "SELECT SELECT a FROM t UNAUTHORIZED client_error cassandra SELECT t -1  0+0\n"
               "SELECT SELECT a FROM t 0x2600 client_error cassandra SELECT t -1  0+0\n"
               "  UNPREPARED ok unknown-fields cassandra {statement 9f86d081} -1  0+0\n"
               "STARTUP  PROTOCOL_ERROR ok cassandra STARTUP -1  0+0\n",
               query(1, "SELECT a FROM t"), failed(1, 0x2000), query(1, "SELECT a FROM t"),
               failed(1, 0x1000), query(1, "SELECT a FROM t"), failed(1, 0x1001),
               query(1, "SELECT a FROM t"),
               answers(CQL_WARNED | CQL_TRACED, 1, CQL_ERROR, "xhsis", 16, 1, "slow", 0x1200, "x"),
               query(1, "SELECT a FROM t"), failed(1, 0x2100), query(1, "SELECT a FROM t"),
               failed(1, 0x2600), executes(1), failed(1, 0x2500),
               asks(0, 1, CQL_STARTUP, "hss", 1, "CQL_VERSION", "3.0.0"), failed(1, 0x000a));
}

static void by_name(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, cassandra,
               "PREPARE INSERT INTO orders(a) VALUES (?) OK ok cassandra PREPARE INSERT orders -1 "
               " 0+0\n"
               "INSERT INSERT INTO orders(a) VALUES (?) OK ok cassandra INSERT orders -1  0+0\n"
               "BATCH  OK ok cassandra BATCH orders, shop.stock -1  4+0\n",
               asks(0, 1, CQL_PREPARE, "S", "INSERT INTO orders (a) VALUES (?)"), prepared(1),
               executes(2), done(2),
               asks(0, 3, CQL_BATCH,
                    "bh"
                    "bshS"
                    "bSh"
                    "bshS"
                    "bSh"
                    "hb",
                    0, 4, 1, ID, 1, "4111", 0, "UPDATE shop.stock SET n = 1 WHERE id = 'hunter2'",
                    0, 1, ID, 1, "4111", 0, "UPDATE shop.stock SET n = 2 WHERE id = 'hunter2'", 0,
                    1, 0),
               done(3));
    /* What is unknown stays so, and does not take up room without end. */
    TELLS_WITH(
        SHOW_GRPC, cassandra,
        "BATCH  OK ok truncated unknown-fields cassandra BATCH ta, tb, {statement 9f86d081}, "
        "tc, td, te -1  8+0\n",
        asks(0, 3, CQL_BATCH,
             "bh"
             "bSh"
             "bSh"
             "bsh"
             "bSh"
             "bSh"
             "bSh"
             "bSh"
             "bSh"
             "hb",
             1, 8, 0, "DELETE FROM ta", 0, 0, "DELETE FROM tb", 0, 1, ID, 0, 0, "DELETE FROM tc", 0,
             0, "DELETE FROM td", 0, 0, "DELETE FROM te", 0, 0, "DELETE FROM tf", 0, 0,
             "DELETE FROM tb", 0, 1, 0),
        done(3));
}

static void at_once(void **state)
{
    (void)state;
    TELLS(cassandra,
          "SELECT SELECT a FROM two OK ok\nSELECT SELECT a FROM one OK ok\n"
          "SELECT SELECT a FROM three OK ok\n",
          with(query(1, "SELECT a FROM one"), query(2, "SELECT a FROM two")),
          with(done(2), done(1)), done(77), query(2, "SELECT a FROM three"), done(2));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* What is compressed is told as that, with the kind that its head has. */
static void compressed(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, cassandra,
               "STARTUP  OK ok cassandra STARTUP -1  0+0\n"
               "  OK ok compressed cassandra QUERY {compressed} -1  0+0\n"
               "  ERROR unknown compressed cassandra EXECUTE {compressed} -1  0+0\n",
               asks(0, 1, CQL_STARTUP, "hssss", 2, "CQL_VERSION", "3.0.0", "COMPRESSION", "lz4"),
               answers(0, 1, CQL_READY, ""), asks(CQL_COMPRESSED, 1, CQL_QUERY, "ix", 100, 40),
               answers(CQL_COMPRESSED, 1, CQL_RESULT, "ix", 100, 40),
               asks(CQL_COMPRESSED, 1, CQL_EXECUTE, "ix", 100, 40),
               answers(CQL_COMPRESSED, 1, CQL_ERROR, "ix", 100, 40));
}

static struct step startup_5(bool compressed)
{
    return of_5(asks(0, 1, CQL_STARTUP, compressed ? "hssss" : "hss", compressed ? 2 : 1,
                     "CQL_VERSION", "3.0.0", "COMPRESSION", "lz4"));
}

/* Version 5: several messages in a segment, one in several segments. */
static void segments(void **state)
{
    (void)state;
    struct step ready = of_5(answers(0, 1, CQL_READY, ""));
    struct step large = of_5(rows(7, 0, 2, 300)), odd = of_5(query(7, ORDERS));
    TELLS_WITH(
        SHOW_GRPC, cassandra,
        "STARTUP  OK ok cassandra STARTUP -1  0+0\n"
        "SELECT SELECT a FROM one OK ok cassandra SELECT one -1  0+0\n"
        "SELECT SELECT a FROM two OK ok cassandra SELECT two -1  0+0\n"
        "SELECT SELECT * FROM shop.orders WHERE card = ? OK ok cassandra SELECT shop.orders -1  "
        "0+2\n",
        startup_5(false), ready,
        framed(with(of_5(query(1, "SELECT a FROM one")), of_5(query(2, "SELECT a FROM two")))),
        framed(with(of_5(done(1)), of_5(done(2)))), framed(odd), segment(large, 0, 200, false, -1),
        segment(large, 200, 100, false, -1), segment(large, 300, large.len - 300, false, -1));
    TELLS_WITH(SHOW_BYTES, cassandra,
               "STARTUP  OK ok 31+9 bytes\n"
               "SELECT SELECT * FROM shop.orders WHERE card = ? OK ok 76+378 bytes\n",
               startup_5(false), ready, framed(odd), segment(large, 0, 200, false, -1),
               segment(large, 200, large.len - 200, false, -1));
    TELLS(cassandra, "STARTUP  OK ok compressed\n", startup_5(true), ready,
          segment(odd, 0, odd.len, true, 4000), segment(ready, 0, ready.len, true, 0));
}

static void losses(void **state)
{
    (void)state;
    struct step head = query(1, ORDERS);
    struct step most = answers(0, 2, CQL_RESULT, "iiiix", CQL_ROWS, 4, 1, 3, 3000);
    head.len = 30;
    most.len -= 1500;
    /* In the text of a statement, and in rows. */
    TELLS(cassandra,
          "  OK ok gap unknown-fields\nSELECT SELECT a FROM t OK ok gap\n"
          "SELECT SELECT a FROM u OK ok\n",
          head, LOSES(TO_SERVER, 41), done(1), query(2, "SELECT a FROM t"), most,
          LOSES(TO_CLIENT, 1500), query(3, "SELECT a FROM u"), done(3));
}

static void lost_messages(void **state)
{
    (void)state;
    /* A request, and then an answer, that nobody saw. */
    TELLS(cassandra,
          "SELECT SELECT a FROM one OK ok\nSELECT SELECT a FROM three OK ok\n"
          "SELECT SELECT a FROM two unknown gap\n",
          query(1, "SELECT a FROM one"), done(1), query(2, "SELECT a FROM two"),
          LOSES(TO_CLIENT, 13), query(3, "SELECT a FROM three"), done(3), CLOSES(CLOSE_ORDERLY));
    /* Of segments those that are whole show where one is. */
    struct step part = of_5(query(9, ORDERS));
    TELLS(cassandra, "STARTUP  OK ok\nSELECT SELECT a FROM t OK ok\n", startup_5(false),
          of_5(answers(0, 1, CQL_READY, "")), LOSES(TO_SERVER, 100),
          segment(part, 10, 40, false, -1), framed(of_5(query(3, "SELECT a FROM t"))),
          framed(of_5(done(3))));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, cassandra, "SELECT SELECT a FROM t OK ok\n", query(3, "SELECT a FROM t"),
               done(3));
    TELLS_WITH(JOINED, cassandra, "SELECT SELECT a FROM t OK ok\n",
               framed(of_5(query(3, "SELECT a FROM t"))), framed(of_5(done(3))));
}

static enum guess probe(struct step to_server, struct step to_client, bool midstream)
{
    struct opening o = {.to_server = bytes_of(to_server.bytes, to_server.len),
                        .to_client = bytes_of(to_client.bytes, to_client.len),
                        .midstream = midstream};
    return cassandra->probe(&o);
}

static void recognised(void **state)
{
    (void)state;
    struct step none = {0}, options = asks(0, 5, CQL_OPTIONS, "");
    struct step supported = answers(0, 5, CQL_SUPPORTED, "hshs", 1, "CQL_VERSION", 1, "3.4.5");
    struct step query_5 = framed(of_5(query(3, "SELECT a FROM t")));
    assert_int_equal(probe(startup_5(false), none, false), GUESS_YES);
    assert_int_equal(probe(query(1, ORDERS), none, true), GUESS_YES);
    assert_int_equal(probe(none, done(1), true), GUESS_YES);
    assert_int_equal(probe(query_5, none, true), GUESS_YES);
    assert_int_equal(probe(options, none, false), GUESS_MORE);
    assert_int_equal(probe(options, supported, false), GUESS_YES);
    assert_int_equal(probe(asks(0, 6, CQL_OPTIONS, ""), supported, false), GUESS_MORE);
    assert_int_equal(probe(none, supported, false), GUESS_NO);
    assert_int_equal(probe(none, query_5, true), GUESS_NO); /* the wrong way round */
    assert_int_equal(probe(done(1), query(1, ORDERS), true), GUESS_NO);
    assert_int_equal(probe(query(1, "\1\2\3\4"), none, true), GUESS_NO);
    assert_int_equal(probe(SAYS("\4\0\0\1\7\0\0\0\20\0\0\1\0SELECT 1"), none, true), GUESS_NO);
    assert_int_equal(probe(SAYS("\3\0\0\23\16\340\0\0\0\0\0\1\0\10\0\13\0\0\0"), none, false),
                     GUESS_NO); /* a desktop, far away */
}

/* Lengths that say what cannot be. */
static void nonsense(void **state)
{
    (void)state;
    TELLS(cassandra, "SELECT SELECT a FROM t OK ok\nBATCH  OK ok truncated\n",
          query(3, "SELECT a FROM t"), done(3),
          asks(0, 4, CQL_BATCH, "bhbi", 0, 65535, 0, 0x7fffffff), done(4));
    TELLS(cassandra, "SELECT SELECT a FROM t OK ok\nSELECT SELECT a FROM u OK ok\n",
          query(3, "SELECT a FROM t"), done(3), query(4, "SELECT a FROM u"),
          answers(CQL_WARNED, 4, CQL_RESULT, "hhi", 65535, 65535, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeting), cmocka_unit_test(statements), cmocka_unit_test(errors),
        cmocka_unit_test(by_name),  cmocka_unit_test(at_once),    cmocka_unit_test(compressed),
        cmocka_unit_test(segments), cmocka_unit_test(losses),     cmocka_unit_test(lost_messages),
        cmocka_unit_test(joined),   cmocka_unit_test(recognised), cmocka_unit_test(nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
