/* test_kafka.c - decode/proto/kafka.c: conversations with Kafka, and what is told of them. */
#include "decode/classify.h"
#include "kafka_talk.h"

#include "tests/check.h"

extern const struct decoder kafka_decoder;
static const struct decoder *const kafka = &kafka_decoder;

enum {
    PRODUCE = 0,
    FETCH = 1,
    METADATA = 3,
    OFFSET_COMMIT = 8,
    OFFSET_FETCH = 9,
    JOIN_GROUP = 11,
    HEARTBEAT = 12,
    SASL_HANDSHAKE = 17,
    API_VERSIONS = 18,
    SASL_AUTHENTICATE = 36,
    GZIP = 1,
    CONTROL = 32,
};

#define L(n) ((int64_t)(n))

/* acks, timeout, one topic with one partition of so many records */
static struct step produce(int correlation, int acks, const char *topic, int records)
{
    return asks(PRODUCE, 7, correlation, "shiisiiB", NULL, acks, 1500, 1, topic, 1, 0, records, 0,
                7 * records);
}

static struct step produced(int correlation, const char *topic, int error)
{
    return answers(correlation, "isiihllli", 1, topic, 1, 0, error, L(0), L(-1), L(0), 0);
}

/* Of version 4, which knows no sessions. */
static struct step fetch(int correlation, const char *topic)
{
    return asks(FETCH, 4, correlation, "iiiibisiili", -1, 500, 1, 1000, 0, 1, topic, 1, 0, L(0),
                1000);
}

static struct step fetched(int correlation, const char *topic, int error, int records)
{
    return answers(correlation, "iisiihlliB", 0, 1, topic, 1, 0, error, L(5), L(5), 0, records, 0,
                   7 * records);
}

static void by_topic(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Produce  OK ok kafka Produce orders -1  3+0\n"
               "Fetch  OK ok kafka Fetch orders -1 server-streaming 0+3\n",
               produce(1, -1, "orders", 3), produced(1, "orders", 0), fetch(2, "orders"),
               fetched(2, "orders", 0, 3));
    TELLS_WITH(SHOW_BYTES, kafka, "Produce  OK ok 131+58 bytes\n", produce(1, -1, "orders", 3),
               produced(1, "orders", 0));
}

/* Variable lengths, and tagged fields behind every part, of which some are there. */
static void flexible(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "ApiVersions  OK ok kafka ApiVersions -1  0+0\n"
               "Produce  OK ok kafka Produce orders -1  2+0\n"
               "Fetch  UNKNOWN_TOPIC_OR_PARTITION client_error kafka Fetch orders, stock -1 "
               "server-streaming 0+4\n",
               asks(API_VERSIONS, 3, 1, "vSSv", 0, "librdkafka", "2.0.2", 0),
               answers(1, "hvhhhviv", 0, 2, 0, 0, 9, 0, 0, 0),
               asks(PRODUCE, 9, 2, "vShivSviCvvbbbvv", 0, NULL, -1, 1500, 2, "orders", 2, 0, 2, 0,
                    14, 1, 7, 2, 1, 1, 0, 0),
               answers(2, "vvSvihlllvSvviv", 0, 2, "orders", 2, 0, 0, L(0), L(-1), L(0), 1, NULL, 0,
                       0, 0, 0),
               asks(FETCH, 12, 3, "viiiibiivSviililivvSviililivvvSv", 0, -1, 500, 1, 1000, 0, 0, -1,
                    3, "stock", 2, 0, -1, L(0), -1, L(0), 1000, 0, 0, "orders", 2, 0, -1, L(0), -1,
                    L(0), 1000, 0, 0, 1, "", 0),
               answers(3, "vihivSvihlllvllviCvvSvihlllviCvvv", 0, 0, 0, 0, 3, "stock", 2, 0, 0,
                       L(9), L(9), L(0), 2, L(1), L(2), 0, -1, 3, 0, 21, 0, 0, "orders", 2, 0, 3,
                       L(9), L(9), L(0), 0, -1, 1, 0, 7, 0, 0, 0));
}

static void several_topics(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Produce  OK ok kafka Produce a.in, b, +2 -1  4+0\n"
               "Produce  OK ok kafka Produce orders-*, reply.* -1  2+0\n",
               asks(PRODUCE, 2, 1, "hiisiiBsiiBsiiBsiiB", 1, 100, 4, "d", 1, 0, 1, 0, 7, "b", 1, 0,
                    1, 0, 7, "c", 1, 0, 1, 0, 7, "a.in", 1, 0, 1, 0, 7),
               answers(1, "ii", 0, 0),
               asks(PRODUCE, 2, 2, "hiisiiBsiiB", 1, 100, 2,
                    "reply.3f2a9c1b-0001-4a5b-8c9d-0123456789ab", 1, 0, 1, 0, 7, "orders-20240131",
                    1, 0, 1, 0, 7),
               answers(2, "ii", 0, 0));
}

/* Answers come in the order of asking; but it is the number that says to whom they belong. */
static void multiplexed(void **state)
{
    (void)state;
    TELLS(kafka, "Heartbeat  OK ok\nProduce  OK ok\n", produce(7, 1, "a", 1),
          asks(HEARTBEAT, 0, 8, "siss", "g", 1, "m", NULL), answers(8, "h", 0),
          produced(7, "a", 0));
    TELLS(kafka, "Produce  OK ok\n", produce(7, 1, "a", 1), answers(6, "h", 0),
          produced(7, "a", 0));
    assert_int_equal(script_counters()->stray_answers, 1);
}

/* One that has a number again which is still open: the answer is taken for the later one's. */
static void number_again(void **state)
{
    (void)state;
    TELLS(kafka, "Produce  unknown\nHeartbeat  OK ok\n", produce(7, 1, "a", 1),
          asks(HEARTBEAT, 0, 7, "sis", "g", 1, "m"), answers(7, "h", 0));
}

/* With acks=0 nothing is answered. */
static void unanswered(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, kafka,
        "Produce  ok kafka Produce clicks -1  5+0\nProduce  OK ok kafka Produce clicks -1  1+0\n",
        produce(1, 0, "clicks", 5), produce(2, 1, "clicks", 1), produced(2, "clicks", 0));
}

static void errors(void **state)
{
    (void)state;
    TELLS(kafka,
          "Produce  NOT_LEADER_OR_FOLLOWER server_error\nProduce  TOPIC_AUTHORIZATION_FAILED "
          "client_error\nProduce  UNKNOWN_SERVER_ERROR server_error\nProduce  999 unknown\n"
          "Heartbeat  REBALANCE_IN_PROGRESS ok\n",
          produce(1, 1, "a", 1), produced(1, "a", 6), produce(2, 1, "a", 1), produced(2, "a", 29),
          produce(3, 1, "a", 1), produced(3, "a", -1), produce(4, 1, "a", 1), produced(4, "a", 999),
          asks(HEARTBEAT, 1, 5, "sis", "g", 1, "m"), answers(5, "ih", 0, 27));
    /* the error is in the second topic's second partition, behind records */
    TELLS(kafka,
          "OffsetCommit  UNKNOWN_MEMBER_ID client_error\nOffsetFetch  COORDINATOR_NOT_AVAILABLE "
          "server_error\nFetch  OFFSET_OUT_OF_RANGE client_error\n",
          asks(OFFSET_COMMIT, 2, 1, "sisli", "g", 1, "m", L(-1), 0),
          answers(1, "isiihsiihih", 2, "a", 1, 0, 0, "b", 2, 0, 0, 1, 25),
          asks(OFFSET_FETCH, 3, 2, "si", "g", 0),
          answers(2, "iisiilshh", 0, 1, "a", 1, 0, L(1), "", 0, 15), fetch(3, "a"),
          answers(3, "iisiihlliBihlli", 0, 1, "a", 2, 0, 0, L(5), L(5), 0, 1, 0, 7, 1, 1, L(0),
                  L(0), 0, 0));
}

/* A request that says how it is signed on, and bytes that nobody may see. */
static void authentication(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, kafka,
        "SaslHandshake  OK ok kafka SaslHandshake PLAIN -1  0+0\n"
        "SaslAuthenticate  SASL_AUTHENTICATION_FAILED client_error kafka SaslAuthenticate -1  "
        "0+0\n",
        asks(SASL_HANDSHAKE, 1, 1, "s", "PLAIN"), answers(1, "his", 0, 1, "PLAIN"),
        asks(SASL_AUTHENTICATE, 0, 2, "is", 2, ""), answers(2, "hsi", 58, "secret", 0));
    TELLS(kafka, "SaslHandshake  OK ok\nHeartbeat  OK ok\n",
          asks(SASL_HANDSHAKE, 0, 1, "s", "PLAIN"), answers(1, "hi", 0, 0),
          SAYS("\0\0\0\x0e\0alice\0hunter2"), HEARS("\0\0\0\0"),
          asks(HEARTBEAT, 0, 2, "sis", "g", 1, "m"), answers(2, "h", 0));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void waiting(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "JoinGroup  MEMBER_ID_REQUIRED ok kafka JoinGroup -1 server-streaming 0+0\n",
               asks(JOIN_GROUP, 2, 1, "si", "g", 1000), answers(1, "ihi", 0, 79, 0));
}

static void compressed(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Produce  OK ok compressed kafka Produce a -1  1000+0\n"
               "Produce  OK ok kafka Produce a -1  0+0\nProduce  OK ok compressed kafka Produce a "
               "-1  2+0\n",
               asks(PRODUCE, 7, 1, "shiisiiB", NULL, 1, 1500, 1, "a", 1, 0, 1000, GZIP, 30),
               produced(1, "a", 0),
               asks(PRODUCE, 7, 2, "shiisiiB", NULL, 1, 1500, 1, "a", 1, 0, 1, CONTROL, 7),
               produced(2, "a", 0),
               asks(PRODUCE, 1, 3, "hiisiiimm", 1, 1500, 1, "a", 1, 0, 62, GZIP, 5, 0, 5),
               answers(3, "isiihli", 1, "a", 1, 0, 0, L(0), 0));
}

/* Brokers fetch from each other; what they fetch is no consumer's business. */
static void replication(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Fetch  OK ok kafka Fetch {replication} -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch {replication} -1 server-streaming 0+0\n",
               asks(FETCH, 4, 1, "iiiibisiili", 2, 500, 1, 1000, 0, 1, "a", 1, 0, L(0), 1000),
               answers(1, "ii", 0, 0),
               asks(FETCH, 15, 2, "viiibiivvSvvvilv", 0, 500, 1, 1000, 0, 0, -1, 1, 1, "", 1, 1, 13,
                    4, L(9), 0),
               answers(2, "vihivv", 0, 0, 0, 0, 1, 0));
}

/* Of version 7: session and epoch, a topic with a partition each, and what is given up. */
static struct step in_session(int correlation, int epoch, const char *adds, const char *drops)
{
    if (adds && drops)
        return asks(FETCH, 7, correlation, "iiiibiiisiilliisii", -1, 500, 1, 1000, 0, epoch ? 5 : 0,
                    epoch, 1, adds, 1, 0, L(0), L(0), 1000, 1, drops, 1, 0);
    if (adds)
        return asks(FETCH, 7, correlation, "iiiibiiisiillii", -1, 500, 1, 1000, 0, epoch ? 5 : 0,
                    epoch, 1, adds, 1, 0, L(0), L(0), 1000, 0);
    return asks(FETCH, 7, correlation, "iiiibiiii", -1, 500, 1, 1000, 0, 5, epoch, 0, 0);
}

static struct step nothing_new(int correlation)
{
    return answers(correlation, "ihii", 0, 0, 5, 0);
}

static void sessions(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Fetch  OK ok kafka Fetch a -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch a -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch a, b -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch b, c -1 server-streaming 0+0\n"
               "Fetch  FETCH_SESSION_ID_NOT_FOUND ok kafka Fetch b, c -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch d -1 server-streaming 0+0\n",
               in_session(1, 0, "a", NULL), nothing_new(1), in_session(2, 1, NULL, NULL),
               nothing_new(2), in_session(3, 2, "b", NULL), nothing_new(3),
               in_session(4, 3, "c", "a"), nothing_new(4), in_session(5, 4, NULL, NULL),
               answers(5, "ihii", 0, 70, 0, 0), in_session(6, 0, "d", NULL), nothing_new(6));
    /* of a session that began before, only what is said is known */
    TELLS_WITH(SHOW_GRPC | JOINED, kafka,
               "Fetch  OK ok kafka Fetch -1 server-streaming 0+0\n"
               "Fetch  OK ok kafka Fetch b -1 server-streaming 0+0\n",
               in_session(2, 7, NULL, NULL), nothing_new(2), in_session(3, 8, "b", NULL),
               nothing_new(3));
}

/* By id, which Metadata tells; one that it does not tell is shown by its beginning. */
static void topic_ids(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, kafka,
               "Metadata  LEADER_NOT_AVAILABLE server_error kafka Metadata -1  0+0\n"
               "Fetch  OK ok kafka Fetch orders, {topic CQkJCQkJ} -1 server-streaming 0+2\n",
               asks(METADATA, 12, 1, "vvuSvbbv", 0, 2, 0, "orders", 0, 0, 0, 0),
               answers(1, "viviSiSvSivhSubvhiiivivivvivv", 0, 0, 2, 1, "broker", 9092, NULL, 0, "c",
                       1, 2, 0, "orders", 7, 0, 2, 5, 0, -1, 0, 2, 1, 2, 1, 1, 0, 0, 0, 0),
               asks(FETCH, 13, 2, "viiiibiivuviililivvuviililivvvvv", 0, -1, 500, 1, 1000, 0, 0, -1,
                    3, 7, 2, 0, -1, L(0), -1, L(0), 1000, 0, 0, 9, 2, 0, -1, L(0), -1, L(0), 1000,
                    0, 0, 1, 1, 0),
               answers(2, "vihivuvihlllviCvvv", 0, 0, 0, 0, 2, 7, 2, 0, 0, L(9), L(9), L(0), 0, -1,
                       2, 0, 14, 0, 0, 0));
}

/* Records pass by unseen: a hole in them does no harm. A hole elsewhere costs what it touches. */
static void losses(void **state)
{
    (void)state;
    struct step whole = fetched(1, "a", 0, 100);
    TELLS_WITH(SHOW_GRPC, kafka,
               "Fetch  OK ok gap kafka Fetch a -1 server-streaming 0+100\n"
               "Heartbeat  OK ok kafka Heartbeat -1  0+0\n",
               fetch(1, "a"), first_of(whole, 200), LOSES(TO_CLIENT, 300), rest_of(whole, 500),
               asks(HEARTBEAT, 0, 2, "sis", "g", 1, "m"), answers(2, "h", 0));
    /* in the head of the answer: nobody knows its errors */
    TELLS_WITH(SHOW_GRPC, kafka,
               "Fetch  unknown gap kafka Fetch a -1 server-streaming 0+0\n"
               "Heartbeat  OK ok kafka Heartbeat -1  0+0\n",
               fetch(1, "a"), first_of(whole, 10), LOSES(TO_CLIENT, 30), rest_of(whole, 40),
               asks(HEARTBEAT, 0, 2, "sis", "g", 1, "m"), answers(2, "h", 0));
    /* over the end of one request and all of another */
    struct step request = fetch(1, "a");
    TELLS_WITH(SHOW_GRPC, kafka,
               "Fetch  OK ok gap kafka Fetch -1 server-streaming 0+1\n"
               "Heartbeat  OK ok kafka Heartbeat -1  0+0\n",
               first_of(request, 30), LOSES(TO_SERVER, request.len - 30 + 50),
               fetched(1, "a", 0, 1), asks(HEARTBEAT, 0, 3, "sis", "g", 1, "m"),
               answers(3, "h", 0));
    assert_int_equal(script_counters()->lost, 1);
}

/* An answer to what was asked before is nobody's, and none is made up for it. */
static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, kafka, "Heartbeat  OK ok\nProduce  OK ok\n", fetched(1, "a", 0, 2),
               asks(HEARTBEAT, 0, 2, "sis", "g", 1, "m"), answers(2, "h", 0),
               SAYS("rrrrrrrrrrrrrrrr"), produce(3, 1, "a", 1), produced(3, "a", 0));
}

static void nonsense(void **state)
{
    (void)state;
    /* arrays of more elements than there are bytes, texts longer than the message */
    TELLS(kafka, "Produce  unknown\nProduce  OK ok\n",
          asks(PRODUCE, 2, 1, "hii", 1, 100, 0x7fffffff), answers(1, "ish", 1, "a", 0x7fff),
          asks(PRODUCE, 2, 2, "hiih", 1, 100, 1, 0x7ff0), answers(2, "ii", 0, 0));
    TELLS(kafka, "Fetch  unknown\n", fetch(1, "a"),
          answers(1, "iisiihllii", 0, 1, "a", 1, 0, 0, L(1), L(1), 0, 0x7fffffff));
    /* a length of more bytes than one can have, however it comes */
    TELLS(kafka, "Fetch  unknown\n", asks(FETCH, 12, 1, "vv", 0, 0),
          answers(1, "vihibbbbbbbb", 0, 0, 0, 0, 128, 128, 128, 128, 128, 128, 1, 0));
    /* more records than fit */
    TELLS_WITH(SHOW_GRPC, kafka, "Produce  OK ok kafka Produce a -1  0+0\n",
               asks(PRODUCE, 7, 1, "shiisiiB", NULL, 1, 1500, 1, "a", 1, 0, 0x7fffffff, 0, 10),
               produced(1, "a", 0));
    TELLS(kafka, "", fetch(1, "a"), HEARS("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert_int_equal(script_counters()->given_up, 1);
}

/* What is newer than this program has a name and a time, and no outcome. */
static void newer(void **state)
{
    (void)state;
    TELLS(kafka, "{api 99}  unknown\nFetch  unknown\n", asks(99, 0, 1, "v", 0),
          answers(1, "vi", 0, 0), asks(FETCH, 21, 2, "vi", 0, 0), answers(2, "vi", 0, 0));
}

static enum guess guess(struct step to_server, struct step to_client, bool midstream)
{
    struct opening o = {.to_server = bytes_of(to_server.bytes, to_server.len),
                        .to_client = bytes_of(to_client.bytes, to_client.len),
                        .midstream = midstream};
    return kafka->probe(&o);
}

static void recognition(void **state)
{
    (void)state;
    struct step none = SAYS(""), versions = asks(API_VERSIONS, 3, 1, "vSSv", 0, "java", "3.0", 0);
    struct step beat = asks(HEARTBEAT, 0, 9, "sis", "g", 1, "m");
    assert_int_equal(guess(versions, none, false), GUESS_YES);
    assert_int_equal(guess(first_of(versions, 12), none, false), GUESS_MORE);
    assert_int_equal(guess(versions, HEARS("\0\0\0\x06\0\0\0\2\0\0"), false), GUESS_NO);
    assert_int_equal(guess(produce(1, 1, "a", 2), none, true), GUESS_YES);
    assert_int_equal(guess(produce(1, 2, "a", 2), none, true), GUESS_NO);
    assert_int_equal(guess(produce(1, 1, "a b", 2), none, true), GUESS_NO);
    assert_int_equal(guess(fetch(1, "a"), none, true), GUESS_YES);
    /* what does not prove itself waits for the answer */
    assert_int_equal(guess(beat, none, false), GUESS_MORE);
    assert_int_equal(guess(beat, none, true), GUESS_MORE);
    assert_int_equal(guess(beat, answers(9, "h", 0), false), GUESS_YES);
    assert_int_equal(guess(beat, answers(8, "h", 0), false), GUESS_NO);
    assert_int_equal(guess(beat, answers(8, "h", 0), true), GUESS_MORE);
    assert_int_equal(guess(none, answers(8, "h", 0), true), GUESS_MORE);
    assert_int_equal(guess(none, answers(8, "h", 0), false), GUESS_NO);
    assert_int_equal(guess(none, HEARS("HTTP/1.1 200"), true), GUESS_NO);
    /* an answer is no request, though its number may look like a key and a version */
    struct step answer = produced(1, "topic2", 0);
    assert_int_equal(guess(answer, none, true), GUESS_NO);
    assert_int_equal(
        guess(SAYS("\0\0\0\x4c\0\3\0\0user\0postgres\0database\0shop\0\0"), none, false), GUESS_NO);
    struct step zookeeper = SAYS("\0\0\0\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x75\x30\0\0\0\0\0\0\0\0"
                                 "\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_int_equal(guess(zookeeper, none, false), GUESS_NO);
    assert_int_equal(guess(SAYS("GET / HTTP/1.1\r\n\r\n"), none, false), GUESS_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_topic),       cmocka_unit_test(flexible),
        cmocka_unit_test(several_topics), cmocka_unit_test(multiplexed),
        cmocka_unit_test(number_again),   cmocka_unit_test(unanswered),
        cmocka_unit_test(errors),         cmocka_unit_test(authentication),
        cmocka_unit_test(waiting),        cmocka_unit_test(compressed),
        cmocka_unit_test(replication),    cmocka_unit_test(sessions),
        cmocka_unit_test(topic_ids),      cmocka_unit_test(losses),
        cmocka_unit_test(joined),         cmocka_unit_test(nonsense),
        cmocka_unit_test(newer),          cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
