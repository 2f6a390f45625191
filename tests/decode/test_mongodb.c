/* test_mongodb.c - decode/proto/mongodb.c: conversations with MongoDB, and what is told of them. */
#include "decode/classify.h"
#include "mongodb_talk.h"

#include "tests/check.h"

extern const struct decoder mongodb_decoder;
static const struct decoder *const mongodb = &mongodb_decoder;

#define L(n) ((int64_t)(n))

static struct step find(int id)
{
    return asks(id, 0, "s{s}s", "find", "orders", "filter", "card", "4111-1111", "$db", "shop");
}

static struct step found(int id, int response_to)
{
    return answers(id, response_to, 0, "{[{s}}ls}d", "cursor", "firstBatch", "0", "card", "4111",
                   "id", L(0), "ns", "shop.orders", "ok", 1.0);
}

static struct step fine(int id, int response_to)
{
    return answers(id, response_to, 0, "d", "ok", 1.0);
}

static void by_collection(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mongodb,
        "find  OK ok mongodb find shop.orders -1  0+0\n"
        "insert  OK ok mongodb insert shop.orders -1  3+0\n"
        "ping  OK ok mongodb ping -1  0+0\n"
        "aggregate  OK ok mongodb aggregate shop -1  0+0\n"
        "getMore  OK ok mongodb getMore shop.log_* -1  0+0\n"
        "createUser  OK ok mongodb createUser -1  0+0\n",
        find(1), found(50, 1),
        asks(2, 0, "sbsK", "insert", "orders", "ordered", 1, "$db", "shop", "documents", 300),
        answers(51, 2, 0, "id", "n", 3, "ok", 1.0), asks(3, 0, "is", "ping", 1, "$db", "admin"),
        fine(52, 3),
        asks(4, 0, "i[{{}}}s", "aggregate", 1, "pipeline", "0", "$match", "$db", "shop"),
        fine(53, 4),
        asks(5, 0, "lss", "getMore", L(77), "collection", "log_20240131", "$db", "shop"),
        answers(54, 5, MSG_CHECKSUM, "i", "ok", 1),
        asks(6, MSG_CHECKSUM, "sss", "createUser", "alice", "pwd", "hunter2", "$db", "admin"),
        fine(55, 6));
    TELLS_WITH(SHOW_BYTES, mongodb, "ping  OK ok 51+38 bytes\n",
               asks(3, 0, "is", "ping", 1, "$db", "admin"), fine(52, 3));
}

/* Sections in whatever order, and values of all kinds in front of what is looked for. */
static void elements(void **state)
{
    (void)state;
    static const char odd[] = "\x7f\0\0\0\7\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0"
                              "\1\x0d\0\0\0ops\0\5\0\0\0\0"
                              "\0\x5c\0\0\0"
                              "\2find\0\2\0\0\0c\0"
                              "\7o\0OOOOOOOOOOOO"
                              "\6u\0"
                              "\x0an\0"
                              "\xffk\0"
                              "\x0br\0a.*b\0i\0"
                              "\x11t\0TTTTTTTT"
                              "\x13s\0SSSSSSSSSSSSSSSS"
                              "\2$db\0\2\0\0\0s\0";
    struct step step = {STEP_BYTES, TO_SERVER, odd, sizeof odd, 0, 0};
    TELLS_WITH(SHOW_GRPC, mongodb, "find  OK ok mongodb find s.c -1  0+0\n", step, fine(1, 7));
}

static void errors(void **state)
{
    (void)state;
    TELLS(mongodb,
          "find  Unauthorized client_error\nfind  NotWritablePrimary server_error\n"
          "find  66666 client_error\ninsert  DuplicateKey client_error\n"
          "insert  WriteConcernFailed server_error\nupdate  DuplicateKey client_error\n",
          find(1),
          answers(50, 1, 0, "dsis", "ok", 0.0, "errmsg", "not alice", "code", 13, "codeName",
                  "Unauthorized"),
          find(2),
          answers(51, 2, 0, "dsis", "ok", 0.0, "errmsg", "x", "code", 10107, "codeName",
                  "NotWritablePrimary"),
          find(3), answers(52, 3, 0, "dsi", "ok", 0.0, "errmsg", "x", "code", 66666),
          asks(4, 0, "ss", "insert", "c", "$db", "s"),
          answers(53, 4, 0, "i[{iis}{ii}}d", "n", 0, "writeErrors", "0", "index", 0, "code", 11000,
                  "errmsg", "dup key: alice", "1", "index", 1, "code", 121, "ok", 1.0),
          asks(5, 0, "ss", "insert", "c", "$db", "s"),
          answers(54, 5, 0, "i{iss}d", "n", 1, "writeConcernError", "code", 64, "codeName",
                  "WriteConcernFailed", "errmsg", "waiting", "ok", 1.0),
          asks(6, 0, "ss", "update", "c", "$db", "s"),
          answers(55, 6, 0, "i[{i}}{is}d", "n", 0, "writeErrors", "0", "code", 11000,
                  "writeConcernError", "code", 64, "codeName", "WriteConcernFailed", "ok", 1.0));
}

/* Written and forgotten. */
static void unanswered(void **state)
{
    (void)state;
    TELLS(mongodb, "insert  ok\nfind  OK ok\n",
          asks(1, MSG_MORE_TO_COME, "sss", "insert", "c", "$db", "s", "writeConcern", "w0"),
          find(2), found(50, 2));
}

static void several_at_once(void **state)
{
    (void)state;
    TELLS(mongodb, "ping  OK ok\nfind  OK ok\n", find(1), asks(2, 0, "is", "ping", 1, "$db", "a"),
          fine(50, 2), found(51, 1));
    TELLS(mongodb, "find  OK ok\n", find(1), fine(50, 7), found(51, 1));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* A hello that is answered again and again. */
static void exhaust(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mongodb,
        "hello  OK ok mongodb hello -1 server-streaming 0+3 2-4 ms\n"
        "ping  OK ok mongodb ping -1  0+0\n",
        asks(1, MSG_EXHAUST_ALLOWED, "iis", "hello", 1, "maxAwaitTimeMS", 10000, "$db", "admin"),
        answers(50, 1, MSG_MORE_TO_COME, "d", "ok", 1.0),
        answers(51, 50, MSG_MORE_TO_COME, "d", "ok", 1.0), answers(52, 51, 0, "d", "ok", 1.0),
        asks(2, 0, "is", "ping", 1, "$db", "a"), fine(53, 2));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Cursors that wait for documents, as far as it shows. */
static void waiting(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mongodb,
        "find  OK ok mongodb find s.c -1  0+0\n"
        "getMore  OK ok mongodb getMore s.c -1 server-streaming 0+0\n"
        "aggregate  OK ok mongodb aggregate s.c -1  0+0\n"
        "getMore  OK ok mongodb getMore s.c -1 server-streaming 0+0\n"
        "getMore  OK ok mongodb getMore s.c -1  0+0\n"
        "getMore  OK ok mongodb getMore s.c -1 server-streaming 0+0\n",
        asks(1, 0, "sbs", "find", "c", "tailable", 1, "$db", "s"),
        answers(50, 1, 0, "{[}l}d", "cursor", "firstBatch", "id", L(77), "ok", 1.0),
        asks(2, 0, "lss", "getMore", L(77), "collection", "c", "$db", "s"), fine(51, 2),
        asks(3, 0, "s[{{}}}s", "aggregate", "c", "pipeline", "0", "$changeStream", "$db", "s"),
        answers(52, 3, 0, "{l[}}d", "cursor", "id", L(78), "firstBatch", "ok", 1.0),
        asks(4, 0, "lss", "getMore", L(78), "collection", "c", "$db", "s"), fine(53, 4),
        asks(5, 0, "lss", "getMore", L(79), "collection", "c", "$db", "s"), fine(54, 5),
        asks(6, 0, "lsis", "getMore", L(79), "collection", "c", "maxTimeMS", 500, "$db", "s"),
        fine(55, 6));
}

static void older(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, mongodb,
        "isMaster  OK ok mongodb isMaster -1  0+0\n"
        "count  NamespaceNotFound client_error mongodb count shop.orders -1  0+0\n"
        "query  OK ok mongodb query shop.orders -1  0+2\n"
        "query  BadValue client_error mongodb query shop.orders -1  0+0\n"
        "insert  ok mongodb insert shop.orders -1  0+0\n",
        asks_older(1, OP_QUERY, 0, "admin.$cmd", "i{s}", "isMaster", 1, "client", "name", "x"),
        replies(1, 8, L(0), 1, "bd", "ismaster", 1, "ok", 1.0),
        asks_older(2, OP_QUERY, 0, "shop.$cmd", "{s}{s}", "$query", "count", "orders",
                   "$readPreference", "mode", "secondary"),
        replies(2, 0, L(0), 1, "di", "ok", 0.0, "code", 26),
        asks_older(3, OP_QUERY, 0, "shop.orders", "s", "card", "4111"),
        replies(3, 0, L(0), 2, "s", "card", "4111"),
        asks_older(4, OP_QUERY, 0, "shop.orders", "s", "$bad", "4111"),
        replies(4, REPLY_FAILED, L(0), 1, "si", "$err", "4111?", "code", 2),
        asks_older(5, OP_INSERT, 0, "shop.orders", "s", "card", "4111"));
}

/* What is compressed is said to be, and no more. */
static void compression(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mongodb,
               "{compressed}  unknown compressed mongodb {compressed} -1  0+0\n"
               "{compressed}  unknown compressed mongodb {compressed} -1  0+0\n"
               "find  unknown compressed mongodb find shop.orders -1  0+0\n",
               compressed(1, 0, TO_SERVER), compressed(50, 1, TO_CLIENT),
               compressed(2, 0, TO_SERVER), find(3), compressed(51, 3, TO_CLIENT));
}

static void losses(void **state)
{
    (void)state;
    struct step big = asks(1, 0, "sxs", "insert", "c", "documents", 900, "$db", "s");
    struct step answer =
        answers(50, 1, 0, "sd", "note", "some text that is long enough", "ok", 1.0);
    TELLS_WITH(SHOW_GRPC, mongodb, "insert  OK ok gap mongodb insert s.c -1  1+0\n",
               first_of(big, 200), LOSES(TO_SERVER, 300), rest_of(big, 500),
               answers(50, 1, 0, "id", "n", 1, "ok", 1.0));
    /* a hole in what says how it went */
    TELLS(mongodb, "find  unknown gap\nping  OK ok\n", find(1), first_of(answer, 30),
          LOSES(TO_CLIENT, answer.len - 30), asks(2, 0, "is", "ping", 1, "$db", "a"), fine(51, 2));
    /* behind which there may be an error, or its name */
    struct step half = answers(50, 1, 0, "d[{i}}", "ok", 1.0, "writeErrors", "0", "code", 11000);
    TELLS(mongodb, "find  unknown gap\n", find(1), first_of(half, 37),
          LOSES(TO_CLIENT, half.len - 37));
    half = answers(50, 1, 0, "di", "ok", 0.0, "code", 13);
    TELLS(mongodb, "find  unknown gap\n", find(1), first_of(half, 37),
          LOSES(TO_CLIENT, half.len - 37));
    /* and one over the end of a message */
    TELLS(mongodb, "find  unknown gap\nping  OK ok\n", find(1), first_of(answer, 30),
          LOSES(TO_CLIENT, answer.len), SAYS(""), asks(2, 0, "is", "ping", 1, "$db", "a"),
          fine(51, 2), WAITS(1), CLOSES(CLOSE_ORDERLY));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, mongodb, "find  OK ok\n", found(49, 1), find(2), found(50, 2));
}

static void nonsense(void **state)
{
    (void)state;
    /* lengths that do not fit, of a document, an element, a section */
    TELLS(mongodb, "unknown  OK ok\nfind  OK ok\n",
          SAYS("\x1a\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0\xff\xff\xff\x7f\0"), find(2),
          fine(49, 1), fine(50, 2));
    TELLS(
        mongodb, "find  unknown\n", find(1),
        HEARS(
            "\x23\0\0\0\1\0\0\0\1\0\0\0\xdd\7\0\0\0\0\0\0\0\x0e\0\0\0\2ok\0\xff\xff\xff\x7f\0\0"));
    TELLS(mongodb, "", find(1), HEARS("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert_int_equal(script_counters()->given_up, 1);
}

static enum guess guess(struct step to_server, struct step to_client, bool midstream)
{
    struct opening o = {.to_server = bytes_of(to_server.bytes, to_server.len),
                        .to_client = bytes_of(to_client.bytes, to_client.len),
                        .midstream = midstream};
    return mongodb->probe(&o);
}

static void recognition(void **state)
{
    (void)state;
    struct step none = SAYS("");
    assert_int_equal(guess(find(1), none, false), GUESS_YES);
    assert_int_equal(guess(first_of(find(1), 22), none, false), GUESS_MORE);
    assert_int_equal(guess(find(1), found(50, 1), false), GUESS_YES);
    assert_int_equal(guess(find(1), HEARS("HTTP/1.1 400 Bad Request\r\n"), false), GUESS_NO);
    assert_int_equal(guess(found(50, 1), none, true), GUESS_NO); /* it is the other side's */
    assert_int_equal(guess(none, found(50, 1), true), GUESS_YES);
    assert_int_equal(guess(SAYS("xxxxxxxxxxxxxxxxxxxxxxxxx"), found(50, 1), true), GUESS_YES);
    assert_int_equal(guess(none, found(50, 1), false), GUESS_NO);
    assert_int_equal(guess(compressed(1, 0, TO_SERVER), none, false), GUESS_YES);
    assert_int_equal(
        guess(asks_older(1, OP_QUERY, 0, "admin.$cmd", "i", "isMaster", 1), none, false),
        GUESS_YES);
    assert_int_equal(guess(SAYS("\x3c\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\1\0\0"), none, false),
                     GUESS_MORE);
    assert_int_equal(
        guess(SAYS("\x3c\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\4\0\0\0\0\x27\0\0\0\2"), none, false),
        GUESS_NO);
    /* TLS and LDAP, as soon as it shows */
    assert_int_equal(guess(SAYS("\x16\3\1\0\5\1\0\0\1"), none, false), GUESS_NO);
    assert_int_equal(guess(SAYS("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"), none, false), GUESS_NO);
    assert_int_equal(guess(SAYS("GET / HTTP/1.1\r\n\r\n"), none, false), GUESS_NO);
    assert_int_equal(guess(SAYS("*1\r\n$4\r\nPING\r\n"), none, false), GUESS_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_collection),   cmocka_unit_test(elements),
        cmocka_unit_test(errors),          cmocka_unit_test(unanswered),
        cmocka_unit_test(several_at_once), cmocka_unit_test(exhaust),
        cmocka_unit_test(waiting),         cmocka_unit_test(older),
        cmocka_unit_test(compression),     cmocka_unit_test(losses),
        cmocka_unit_test(joined),          cmocka_unit_test(nonsense),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
