/* test_amqp.c - decode/proto/amqp.c: conversations of AMQP 0-9-1, and what is told of them. */
#include "script.h"

#include "tests/check.h"

extern const struct decoder amqp_decoder;

/* Frames, as on the wire. */
#define HEADER "AMQP\000\000\011\001"
#define START                                                                                      \
    "\001\000\000\000\000\000\034\000\012\000\012\000\011\000\000"                                 \
    "\000\000\000\000\000\005PLAIN\000\000\000\005en_US\316"
/* user and password in it */
#define START_OK                                                                                   \
    "\001\000\000\000\000\000&\000\012\000\013\000\000\000\000"                                    \
    "\005PLAIN\000\000\000\016\000guest\000hunter2\005en_US\316"
#define TUNE                                                                                       \
    "\001\000\000\000\000\000\014\000\012\000\036\007\377\000\002"                                 \
    "\000\000\000<\316"
#define TUNE_OK                                                                                    \
    "\001\000\000\000\000\000\014\000\012\000\037\007\377\000\002"                                 \
    "\000\000\000<\316"
/* virtual host / */
#define OPEN "\001\000\000\000\000\000\010\000\012\000(\001/\000\000\316"
#define OPEN_OK "\001\000\000\000\000\000\005\000\012\000)\000\316"
#define REFUSED                                                                                    \
    "\001\000\000\000\000\000-\000\012\0002\001\223\042ACCESS_REF"                                 \
    "USED - Login was refused\000\000\000\000\316"
#define CLOSE_OK "\001\000\000\000\000\000\004\000\012\0003\316"
#define CHANNEL_OPEN "\001\000\001\000\000\000\005\000\024\000\012\000\316"
#define CHANNEL_OPEN_OK                                                                            \
    "\001\000\001\000\000\000\010\000\024\000\013\000\000\000\000"                                 \
    "\316"
/* by the client */
#define CHANNEL_CLOSE                                                                              \
    "\001\000\001\000\000\000\016\000\024\000(\000\310\003bye\000"                                 \
    "\000\000\000\316"
#define CHANNEL_CLOSE_OK "\001\000\001\000\000\000\004\000\024\000)\316"
/* queue jobs-7 */
#define DECLARE                                                                                    \
    "\001\000\001\000\000\000\022\0002\000\012\000\000\006jobs-7"                                  \
    "\000\000\000\000\000\316"
/* queue jobs */
#define DECLARE_NO_WAIT                                                                            \
    "\001\000\001\000\000\000\020\0002\000\012\000\000\004jobs"                                    \
    "\020\000\000\000\000\316"
#define DECLARE_OK                                                                                 \
    "\001\000\001\000\000\000\023\0002\000\013\006jobs-7\000\000"                                  \
    "\000\003\000\000\000\000\316"
/* exchange on channel 2 */
#define DECLARE_2                                                                                  \
    "\001\000\002\000\000\000\030\000(\000\012\000\000\006events"                                  \
    "\005topic\002\000\000\000\000\316"
#define DECLARE_2_OK "\001\000\002\000\000\000\004\000(\000\013\316"
/* events/order.17.created */
#define PUBLISH                                                                                    \
    "\001\000\001\000\000\000\037\000<\000(\000\000\006events\020"                                 \
    "order.17.created\000\316"
/* the default exchange, queue jobs */
#define PUBLISH_QUEUE                                                                              \
    "\001\000\001\000\000\000\015\000<\000(\000\000\000\004jobs"                                   \
    "\000\316"
#define PUBLISH_MANDATORY                                                                          \
    "\001\000\001\000\000\000\025\000<\000(\000\000\006events\006"                                 \
    "nobody\001\316"
/* to an exchange that there is not */
#define PUBLISH_LOST                                                                               \
    "\001\000\001\000\000\000\016\000<\000(\000\000\004lost\001x"                                  \
    "\000\316"
/* of 5 bytes */
#define MESSAGE                                                                                    \
    "\002\000\001\000\000\000\016\000<\000\000\000\000\000\000"                                    \
    "\000\000\000\005\000\000\316\003\000\001\000\000\000\005hell"                                 \
    "o\316"
/* message */
#define EMPTY                                                                                      \
    "\002\000\001\000\000\000\016\000<\000\000\000\000\000\000"                                    \
    "\000\000\000\000\000\000\316"
/* of a message of 1000 bytes */
#define HEAD_1000                                                                                  \
    "\002\000\001\000\000\000\016\000<\000\000\000\000\000\000"                                    \
    "\000\000\003\350\000\000\316"
/* 500 bytes come */
#define HALF "\003\000\001\000\000\001\364"
#define SELECT "\001\000\001\000\000\000\005\000U\000\012\000\316"
#define SELECT_OK "\001\000\001\000\000\000\004\000U\000\013\316"
#define ACK_1                                                                                      \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\001\000\316"
#define ACK_2                                                                                      \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\002\000\316"
/* and all before */
#define ACK_TO_3                                                                                   \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\003\001\316"
#define ACK_ALL                                                                                    \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\000\001\316"
#define NACK_2                                                                                     \
    "\001\000\001\000\000\000\015\000<\000x\000\000\000\000\000"                                   \
    "\000\000\002\000\316"
/* never published */
#define ACK_9                                                                                      \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\011\000\316"
/* events/nobody */
#define RETURN                                                                                     \
    "\001\000\001\000\000\000\035\000<\0002\0018\010NO_ROUTE\006e"                                 \
    "vents\006nobody\316"
/* queue jobs-7, tag t1 */
#define CONSUME                                                                                    \
    "\001\000\001\000\000\000\025\000<\000\024\000\000\006jobs-7"                                  \
    "\002t1\000\000\000\000\000\316"
/* the server makes the tag */
#define CONSUME_UNNAMED                                                                            \
    "\001\000\001\000\000\000\023\000<\000\024\000\000\006jobs-7"                                  \
    "\000\000\000\000\000\000\316"
/* tag t1 */
#define CONSUME_OK "\001\000\001\000\000\000\007\000<\000\025\002t1\316"
/* tag t1 */
#define CANCEL "\001\000\001\000\000\000\010\000<\000\036\002t1\000\316"
#define CANCEL_OK "\001\000\001\000\000\000\007\000<\000\037\002t1\316"
/* to t1 */
#define DELIVER                                                                                    \
    "\001\000\001\000\000\000(\000<\000<\002t1\000\000\000\000"                                    \
    "\000\000\000\001\000\006events\020order.18.created\316"
/* to t1 */
#define REDELIVER                                                                                  \
    "\001\000\001\000\000\000\030\000<\000<\002t1\000\000\000\000"                                 \
    "\000\000\000\002\001\000\006jobs-7\316"
#define CLIENT_ACK                                                                                 \
    "\001\000\001\000\000\000\015\000<\000P\000\000\000\000\000"                                   \
    "\000\000\001\000\316"
/* queue jobs-7 */
#define GET                                                                                        \
    "\001\000\001\000\000\000\016\000<\000F\000\000\006jobs-7\001"                                 \
    "\316"
#define GET_OK                                                                                     \
    "\001\000\001\000\000\000\031\000<\000G\000\000\000\000\000"                                   \
    "\000\000\003\000\000\006jobs-7\000\000\000\002\316"
#define GET_EMPTY "\001\000\001\000\000\000\005\000<\000H\000\316"
/* of the publish to lost */
#define NOT_FOUND                                                                                  \
    "\001\000\001\000\000\0006\000\024\000(\001\224+NOT_FOUND - n"                                 \
    "o exchange 'lost' in vhost '/'\000<\000(\316"
/* of queue.declare */
#define PRECONDITION                                                                               \
    "\001\000\001\000\000\000;\000\024\000(\001\2260PRECONDITION_"                                 \
    "FAILED - inequivalent arg 'hunter2'\0002\000\012\316"
/* by an operator */
#define FORCED                                                                                     \
    "\001\000\000\000\000\000%\000\012\0002\001@\032CONNECTION_FO"                                 \
    "RCED - closed\000\000\000\000\316"
#define HEARTBEAT "\010\000\000\000\000\000\000\316"
#define BLOCKED                                                                                    \
    "\001\000\000\000\000\000\022\000\012\000<\015low on memory"                                   \
    "\316"
#define UNBLOCKED "\001\000\000\000\000\000\004\000\012\000=\316"
#define COMMIT "\001\000\001\000\000\000\004\000Z\000\024\316"
#define COMMIT_OK "\001\000\001\000\000\000\004\000Z\000\025\316"
/* a header that announces 2 bytes, */
#define EMPTY_OF_2                                                                                 \
    "\002\000\001\000\000\000\016\000<\000\000\000\000\000\000"                                    \
    "\000\000\000\002\000\000\316"
/* and 5 of them */
#define MESSAGE_BODY "\003\000\001\000\000\000\005hello\316"

static const struct decoder *const amqp = &amqp_decoder;

/* Until the connection is open is one exchange, whose answer is that it is. */
static void connect_and_ask(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_TIMES, amqp,
               "connect  OK ok 1-6 7-7 ms amqp connect -1  0+0\n"
               "channel.open  OK ok 8-8 9-9 ms amqp channel.open -1  0+0\n"
               "queue.declare  OK ok 10-10 11-11 ms amqp queue.declare jobs-* -1  0+0\n"
               "tx.commit  OK ok 12-12 13-13 ms amqp tx.commit -1  0+0\n"
               "channel.close  OK ok 14-14 15-15 ms amqp channel.close -1  0+0\n",
               SAYS(HEADER), HEARS(START), SAYS(START_OK), HEARS(TUNE), SAYS(TUNE_OK), SAYS(OPEN),
               HEARS(OPEN_OK), SAYS(CHANNEL_OPEN), HEARS(CHANNEL_OPEN_OK), SAYS(DECLARE),
               HEARS(DECLARE_OK), SAYS(COMMIT), HEARS(COMMIT_OK), SAYS(CHANNEL_CLOSE),
               HEARS(CHANNEL_CLOSE_OK));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void refusals(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, amqp, "connect  403 client_error 54+89 bytes 1-0 4-4 ms\n",
               SAYS(HEADER), HEARS(START), SAYS(START_OK), HEARS(REFUSED), SAYS(CLOSE_OK));
    TELLS(amqp, "connect  version client_error\n", SAYS(HEADER), HEARS("AMQP\0\0\11\1"));
    TELLS(amqp, "connect  version client_error\n", SAYS(HEADER), HEARS("AMQP\0\1\0\0"));
    TELLS(amqp, "connect  reset\n", SAYS(HEADER), HEARS(START), SAYS(START_OK),
          CLOSES(CLOSE_RESET_BY_SERVER));
}

/* Without confirms a publish ends with its last byte, and nobody knows more of it. */
static void publishes(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, amqp,
               "publish  ok 74+0 bytes amqp publish events/order.*.created -1  1+0\n"
               "publish  ok 56+0 bytes amqp publish jobs -1  1+0\n"
               "publish  ok 61+0 bytes amqp publish events/order.*.created -1  1+0\n",
               SAYS(PUBLISH MESSAGE), SAYS(PUBLISH_QUEUE MESSAGE), SAYS(PUBLISH EMPTY));
}

/* Frames of channels come between each other, heartbeats between all of them. */
static void channels(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, amqp,
               "exchange.declare  OK ok amqp exchange.declare events -1  0+0\n"
               "publish  ok amqp publish events/order.*.created -1  1+0\n"
               "get  empty ok amqp get jobs-* -1  0+0\n",
               SAYS(PUBLISH), SAYS(DECLARE_2 HEARTBEAT), HEARS(HEARTBEAT DECLARE_2_OK),
               SAYS(MESSAGE GET), HEARS(GET_EMPTY));
}

/* From the publish to the acknowledgement of its tag, or of a later one and all before. */
static void confirms(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_TIMES, amqp,
               "confirm.select  OK ok 1-1 2-2 ms\npublish  ack ok 3-3 5-5 ms\n"
               "publish  nack server_error 4-4 6-6 ms\npublish  ack ok 7-7 8-8 ms\n"
               "publish  ack ok 9-9 11-11 ms\npublish  ack ok 10-10 11-11 ms\n",
               SAYS(SELECT), HEARS(SELECT_OK), SAYS(PUBLISH MESSAGE), SAYS(PUBLISH_QUEUE MESSAGE),
               HEARS(ACK_1), HEARS(NACK_2), SAYS(PUBLISH EMPTY), HEARS(ACK_TO_3),
               SAYS(PUBLISH MESSAGE), SAYS(PUBLISH MESSAGE), HEARS(ACK_9 ACK_ALL));
    TELLS_WITH(SHOW_TIMES, amqp,
               "confirm.select  OK ok 1-1 3-3 ms\npublish  ack ok 2-2 4-4 ms\n"
               "publish  ack ok 2-2 4-4 ms\npublish  ack ok 2-2 4-4 ms\n",
               SAYS(SELECT), SAYS(PUBLISH EMPTY PUBLISH_QUEUE MESSAGE PUBLISH EMPTY),
               HEARS(SELECT_OK), HEARS(ACK_TO_3));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* What nobody wanted comes back before it is acknowledged; without confirms, by itself. */
static void returns(void **state)
{
    (void)state;
    TELLS(amqp,
          "confirm.select  OK ok\npublish  ack ok\npublish  312 client_error\npublish  ack ok\n",
          SAYS(SELECT), HEARS(SELECT_OK),
          SAYS(PUBLISH MESSAGE PUBLISH_MANDATORY MESSAGE PUBLISH MESSAGE),
          HEARS(ACK_1 RETURN MESSAGE ACK_TO_3));
    TELLS_WITH(
        SHOW_GRPC, amqp,
        "publish  ok amqp publish events/nobody -1  1+0\n"
        "return  312 client_error pushed amqp return events/nobody -1 server-streaming 0+0\n",
        SAYS(PUBLISH_MANDATORY MESSAGE), HEARS(RETURN MESSAGE));
}

/* Told of the exchange that it is about, if that is still open. */
static void closes(void **state)
{
    (void)state;
    TELLS(amqp,
          "confirm.select  OK ok\npublish  404 client_error\npublish  unanswered\n"
          "publish  unanswered\n",
          SAYS(SELECT), HEARS(SELECT_OK), SAYS(PUBLISH MESSAGE PUBLISH_LOST MESSAGE PUBLISH EMPTY),
          HEARS(NOT_FOUND), SAYS(CHANNEL_CLOSE_OK));
    TELLS(amqp, "queue.declare  406 client_error\nqueue.declare  OK ok\n", SAYS(DECLARE),
          HEARS(PRECONDITION), SAYS(CHANNEL_CLOSE_OK), SAYS(DECLARE), HEARS(DECLARE_OK));
    TELLS_WITH(
        SHOW_GRPC, amqp,
        "publish  ok amqp publish lost/x -1  1+0\n"
        "channel.close  404 client_error pushed amqp channel.close publish -1 server-streaming "
        "0+0\n"
        "connection.close  320 server_error pushed amqp connection.close -1 server-streaming 0+0\n",
        SAYS(PUBLISH_LOST MESSAGE), HEARS(NOT_FOUND), SAYS(CHANNEL_CLOSE_OK), HEARS(FORCED));
}

/* The consumer's edge has the text of the publisher's; where it is from is its path. */
static void deliveries(void **state)
{
    (void)state;
    TELLS_WITH(
        SHOW_GRPC, amqp,
        "consume  OK ok amqp consume jobs-* -1  0+0\n"
        "deliver jobs-* ok pushed amqp deliver events/order.*.created -1 server-streaming 0+1\n"
        "deliver jobs-* redelivered ok pushed amqp deliver jobs-* -1 server-streaming 0+1\n"
        "cancel  OK ok amqp cancel jobs-* -1  0+0\n",
        SAYS(CONSUME), HEARS(CONSUME_OK DELIVER MESSAGE), SAYS(CLIENT_ACK), HEARS(REDELIVER EMPTY),
        SAYS(CLIENT_ACK CANCEL), HEARS(CANCEL_OK));
    TELLS(amqp, "consume  OK ok\ndeliver jobs-* ok pushed\n", SAYS(CONSUME_UNNAMED),
          HEARS(CONSUME_OK), HEARS(DELIVER MESSAGE));
    TELLS(amqp, "deliver  ok unknown-fields pushed\n", HEARS(DELIVER MESSAGE));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void gets(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, amqp, "get  OK ok 22+68 bytes\nget  empty ok 22+13 bytes\n", SAYS(GET),
               HEARS(GET_OK MESSAGE), SAYS(GET), HEARS(GET_EMPTY));
}

static void no_answer_wanted(void **state)
{
    (void)state;
    TELLS(amqp, "queue.declare  ok\nqueue.declare  OK ok\n", SAYS(DECLARE_NO_WAIT), SAYS(DECLARE),
          HEARS(DECLARE_OK));
}

static void notices(void **state)
{
    (void)state;
    TELLS(amqp,
          "connection.blocked  blocked server_error pushed\nconnection.unblocked  OK ok pushed\n",
          HEARS(BLOCKED), HEARS(HEARTBEAT UNBLOCKED));
}

/* Bodies pass by unseen; a hole elsewhere costs what it touches, and the tags that follow. */
static void losses(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES, amqp, "publish  ok gap 1077+0 bytes\nqueue.declare  OK ok 26+27 bytes\n",
               SAYS(PUBLISH HEAD_1000 HALF), LOSES(TO_SERVER, 500), SAYS("\316" HALF),
               LOSES(TO_SERVER, 500), SAYS("\316"), SAYS(DECLARE), HEARS(DECLARE_OK));
    TELLS(amqp,
          "confirm.select  OK ok\npublish  unknown gap\npublish  unknown gap\npublish  ack ok gap\n"
          "queue.declare  OK ok\n",
          SAYS(SELECT), HEARS(SELECT_OK), SAYS(PUBLISH MESSAGE), SAYS(PUBLISH),
          LOSES(TO_SERVER, 100), SAYS(PUBLISH MESSAGE), HEARS(ACK_1), HEARS(ACK_TO_3),
          SAYS(DECLARE), HEARS(DECLARE_OK));
    TELLS(amqp,
          "deliver  unknown gap unknown-fields pushed\nqueue.declare  unknown gap\nget  empty ok\n",
          SAYS(DECLARE), HEARS(DELIVER), LOSES(TO_CLIENT, 40), SAYS(GET), HEARS(GET_EMPTY));
}

/* Of a publisher that waits for each acknowledgement the tags are known again after the next one;
 * unless it is for more than was sent. */
static void tags_after_a_loss(void **state)
{
    (void)state;
    TELLS(amqp,
          "confirm.select  OK ok\npublish  ack ok\npublish  unknown gap\npublish  ack ok\n"
          "publish  ack ok\npublish  unknown gap\n",
          SAYS(SELECT), HEARS(SELECT_OK), SAYS(PUBLISH EMPTY), HEARS(ACK_1), LOSES(TO_SERVER, 61),
          SAYS(PUBLISH EMPTY), HEARS(ACK_2), SAYS(PUBLISH EMPTY), HEARS(ACK_TO_3),
          SAYS(PUBLISH EMPTY), HEARS(ACK_9 ACK_ALL), SAYS(PUBLISH EMPTY));
    TELLS(amqp,
          "confirm.select  OK ok\npublish  ack ok\npublish  ack ok\npublish  unknown gap\n"
          "publish  unknown gap\n",
          SAYS(SELECT), HEARS(SELECT_OK), SAYS(PUBLISH EMPTY PUBLISH EMPTY), HEARS(ACK_1 ACK_2),
          LOSES(TO_SERVER, 61), SAYS(PUBLISH EMPTY), HEARS(ACK_TO_3), SAYS(PUBLISH EMPTY));
    TELLS(amqp, "publish  unknown gap\npublish  ack ok\n", LOSES(TO_SERVER, 13),
          HEARS(SELECT_OK ACK_ALL), SAYS(PUBLISH EMPTY), HEARS(ACK_1), SAYS(PUBLISH EMPTY),
          HEARS(ACK_2));
}

/* Unless it may be that its answers are not seen, what is open as a channel closes is over. */
static void one_side(void **state)
{
    (void)state;
    TELLS(amqp, "get  empty ok\nqueue.declare  unanswered\n", SAYS(DECLARE), SAYS(GET),
          HEARS(GET_EMPTY), SAYS(CHANNEL_CLOSE_OK));
    TELLS(amqp, "queue.declare  timeout\n", SAYS(DECLARE), SAYS(CHANNEL_CLOSE_OK),
          CLOSES(CLOSE_IDLE));
}

/* From the first frame that is a method; a message whose method was not seen is nobody's. */
static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, amqp, "publish  ok\nqueue.declare  OK ok\n", SAYS("tail of a body\316"),
               SAYS(PUBLISH MESSAGE), HEARS(ACK_9), SAYS(DECLARE), HEARS(DECLARE_OK));
    TELLS_WITH(JOINED, amqp, "get  empty ok\n", SAYS(HEARTBEAT), HEARS(HEARTBEAT), SAYS(GET),
               HEARS(GET_EMPTY));
    assert_int_equal(script_counters()->stray_answers, 0);
    TELLS_WITH(JOINED, amqp, "", HEARS(DECLARE_OK));
    assert_int_equal(script_counters()->stray_answers, 1);
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(amqp, "", SAYS(PUBLISH), SAYS("\11\0\1\0\0\0\0\316"));
    TELLS(amqp, "", SAYS(PUBLISH EMPTY "\1\0\1\0\0\0\4\0\74\0\50\0"));
    TELLS(amqp, "", SAYS("\1\0\1\0\0\0\5\0\62\0\12\0\316")); /* arguments cut short */
    TELLS(amqp, "", SAYS("\1\0\1\0\0\0\4\0\144\0\12\316"));  /* no such class */
    TELLS(amqp, "", HEARS(PUBLISH));
    TELLS(amqp, "", SAYS(PUBLISH EMPTY_OF_2 MESSAGE_BODY));
    TELLS(amqp, "publish  unknown\npublish  ok\n", SAYS(PUBLISH PUBLISH MESSAGE));
    TELLS(amqp, "", SAYS(MESSAGE), HEARS(MESSAGE));
    TELLS(amqp, "publish  ok\n", SAYS(PUBLISH EMPTY "\3\0\1\0\0\0\1x\0"), SAYS("\3\0\1"));
    TELLS(amqp, "", SAYS("\10\0\0\0\0\0\0\0"), HEARS("\10\0\0\0\0\0\0\0"));
}

static void other_version(void **state)
{
    (void)state;
    TELLS(amqp, "", SAYS("AMQP\3\1\0\0"),
          HEARS("AMQP\3\1\0\0"
                "\0\0\0\77\2\1\0\0\0"),
          SAYS("\0\0\0\32\2\1\0\0\0"));
    assert_int_equal(script_counters()->lost, 0);
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
        {WIRE(HEADER), WIRE(""), false, false, GUESS_YES},
        {WIRE(HEADER), WIRE(START), false, false, GUESS_YES},
        {WIRE(HEADER), WIRE("HTTP/1.1 400 Bad Request\r\n"), false, false, GUESS_NO},
        {WIRE("AMQP"), WIRE(""), false, false, GUESS_MORE},
        {WIRE("AMQP\0\1\0\0"), WIRE(""), false, false, GUESS_YES},
        {WIRE("AMQP\0\0\12\1"), WIRE(""), false, false, GUESS_NO},
        {WIRE(PUBLISH), WIRE(""), false, false, GUESS_NO},
        {WIRE(PUBLISH), WIRE(""), true, false, GUESS_YES},
        {WIRE(PUBLISH), WIRE(""), true, true, GUESS_YES},
        {WIRE(""), WIRE(PUBLISH), true, true, GUESS_NO},
        {WIRE(""), WIRE(DELIVER), true, true, GUESS_YES},
        {WIRE("in a body"), WIRE(DELIVER), true, true, GUESS_YES},
        {WIRE("in a body"), WIRE(HEARTBEAT), true, true, GUESS_NO},
        {WIRE(HEARTBEAT), WIRE(HEARTBEAT), true, true, GUESS_MORE},
        {WIRE(HEARTBEAT GET), WIRE(""), true, true, GUESS_YES},
        {WIRE(CLIENT_ACK), WIRE(""), true, true, GUESS_MORE},
        {WIRE(CLIENT_ACK), WIRE(""), true, false, GUESS_YES},
        {WIRE("\1\0\1\0\0\0\4\0\74\0\50"), WIRE(""), true, false, GUESS_MORE},
        {WIRE("\1\0\1\0\0\0\4\0\74\0\50\0"), WIRE(""), true, false, GUESS_NO},
        {WIRE("\1\0\1"), WIRE(""), true, false, GUESS_MORE},
        {WIRE("\4\0\1"), WIRE(""), true, false, GUESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream,
                            .unsided = rows[i].unsided};
        if (amqp->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(amqp->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_and_ask),
        cmocka_unit_test(refusals),
        cmocka_unit_test(publishes),
        cmocka_unit_test(channels),
        cmocka_unit_test(confirms),
        cmocka_unit_test(returns),
        cmocka_unit_test(closes),
        cmocka_unit_test(deliveries),
        cmocka_unit_test(gets),
        cmocka_unit_test(no_answer_wanted),
        cmocka_unit_test(notices),
        cmocka_unit_test(losses),
        cmocka_unit_test(joined),
        cmocka_unit_test(nonsense),
        cmocka_unit_test(other_version),
        cmocka_unit_test(recognition),
        cmocka_unit_test(tags_after_a_loss),
        cmocka_unit_test(one_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
