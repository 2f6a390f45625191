/* test_mqtt.c - decode/proto/mqtt.c: conversations of MQTT, and what is told of them. */
#include "script.h"

#include "tests/check.h"

extern const struct decoder mqtt_decoder;

/* Packets, as on the wire. */
/* 3.1.1, with user and password */
#define CONNECT                                                                                    \
    "\020#\000\004MQTT\004\302\000<\000\010client-7\000\004user"                                   \
    "\000\007hunter2"
#define CONNECT_5                                                                                  \
    "\020$\000\004MQTT\005\302\000<\000\000\010client-7\000\004us"                                 \
    "er\000\007hunter2"
#define CONNECT_31                                                                                 \
    "\020%\000\006MQIsdp\003\302\000<\000\010client-7\000\004user"                                 \
    "\000\007hunter2"
#define CONNACK " \002\000\000"
#define CONNACK_5 " \003\000\000\000"
/* not authorized */
#define REFUSED " \002\000\005"
#define BUSY_5 " \003\000\211\000"
/* shop/orders/17 */
#define PUBLISH "0\025\000\016shop/orders/17hello"
/* QoS 1, id 7 */
#define PUBLISH_1 "2\027\000\016shop/orders/17\000\007hello"
#define PUBLISH_1_AGAIN ":\027\000\016shop/orders/17\000\007hello"
/* QoS 2, id 8 */
#define PUBLISH_2 "4\015\000\004jobs\000\010hello"
/* QoS 1, id 9 */
#define PUBLISH_9 "2\015\000\004jobs\000\011hello"
/* QoS 1, id 7; of 1000 bytes, none of which are here */
#define PUBLISH_1000 "2\360\007\000\004jobs\000\007"
#define PUBACK_7 "@\002\000\007"
#define PUBACK_9 "@\002\000\011"
/* version 5 */
#define PUBACK_7_QUOTA "@\003\000\007\227"
#define PUBACK_7_NOBODY "@\004\000\007\020\000"
#define PUBREC_8 "P\002\000\010"
#define PUBREL_8 "b\002\000\010"
#define PUBCOMP_8 "p\002\000\010"
#define PUBREC_8_REFUSED "P\003\000\010\207"
#define RETAINED "1\025\000\016shop/orders/18hello"
/* QoS 1, id 1, sent before */
#define DELIVER_1 ":\027\000\016shop/orders/18\000\001hello"
/* shop/orders/19 is alias 1 */
#define ALIASED "0\031\000\016shop/orders/19\003#\000\001hello"
#define BY_ALIAS "0\013\000\000\003#\000\001hello"
/* id 3, of three */
#define SUBSCRIBE                                                                                  \
    "\202\033\000\003\000\011shop/+/17\001\000\006jobs/#\001\000"                                  \
    "\001x\001"
/* id 3 */
#define SUBSCRIBE_5                                                                                \
    "\202\032\000\003\002\013\001\000\011shop/+/17\001\000\006job"                                 \
    "s/#\001"
#define SUBACK "\220\005\000\003\000\001\002"
/* the second */
#define SUBACK_REFUSED "\220\005\000\003\000\200\002"
#define SUBACK_5_REFUSED "\220\005\000\003\000\001\207"
/* id 4 */
#define UNSUBSCRIBE "\242\015\000\004\000\011shop/+/17"
#define UNSUBACK "\260\002\000\004"
/* there was none */
#define UNSUBACK_5 "\260\004\000\004\000\021"
#define PINGREQ "\300\000"
#define PINGRESP "\320\000"
#define DISCONNECT "\340\000"
#define SHUTTING_DOWN "\340\002\213\000"
#define MALFORMED "\340\002\201\000"
/* again */
#define AUTH "\360\002\031\000"
#define AUTH_ON "\360\002\030\000"
#define AUTH_OK "\360\002\000\000"

static const struct decoder *const mqtt = &mqtt_decoder;

static void connections(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_BYTES | SHOW_TIMES, mqtt, "connect  OK ok 37+4 bytes 1-1 2-2 ms\n",
               SAYS(CONNECT), HEARS(CONNACK), SAYS(PINGREQ), HEARS(PINGRESP), SAYS(DISCONNECT));
    TELLS(mqtt, "connect  not-authorized client_error\n", SAYS(CONNECT), HEARS(REFUSED));
    TELLS(mqtt, "connect  bad-client-id client_error\n", SAYS(CONNECT_31), HEARS("\40\2\0\2"));
    TELLS(mqtt, "connect  server-busy server_error\n", SAYS(CONNECT_5), HEARS(BUSY_5));
    TELLS(mqtt, "connect  OK ok\nauth  OK ok\n", SAYS(CONNECT_5), HEARS(AUTH_ON), SAYS(AUTH_ON),
          HEARS(CONNACK_5), SAYS(AUTH), HEARS(AUTH_ON), SAYS(AUTH_ON), HEARS(AUTH_OK));
    TELLS(mqtt, "connect  reset\n", SAYS(CONNECT), CLOSES(CLOSE_RESET_BY_SERVER));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* Over with the last byte, with the acknowledgement, or with the second. */
static void publishes(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES | SHOW_TIMES, mqtt,
               "publish  ok 23+0 bytes 1-1 0-0 ms mqtt publish shop/orders/* -1  1+0\n"
               "publish  OK ok 25+4 bytes 2-2 4-4 ms mqtt publish shop/orders/* -1  1+0\n"
               "publish  OK ok 15+8 bytes 3-3 5-7 ms mqtt publish jobs -1  1+0\n",
               SAYS(PUBLISH), SAYS(PUBLISH_1), SAYS(PUBLISH_2), HEARS(PUBACK_7), HEARS(PUBREC_8),
               SAYS(PUBREL_8), HEARS(PUBCOMP_8));
    TELLS(mqtt, "publish  OK ok retransmitted\npublish  OK ok\n", SAYS(PUBLISH_1),
          SAYS(PUBLISH_1_AGAIN), HEARS(PUBACK_7), SAYS(PUBLISH_1_AGAIN), HEARS(PUBACK_7));
    TELLS(mqtt, "publish  unknown\npublish  OK ok\n", SAYS(PUBLISH_1), SAYS(PUBLISH_1),
          HEARS(PUBACK_7));
    TELLS(mqtt, "publish  OK ok\npublish  unanswered\n", SAYS(PUBLISH_1 PUBLISH_9), HEARS(PUBACK_9),
          SAYS(DISCONNECT));
    assert_int_equal(script_counters()->stray_answers, 0);
}

static void refusals(void **state)
{
    (void)state;
    TELLS(mqtt,
          "publish  quota-exceeded client_error\npublish  no-subscribers ok\n"
          "publish  not-authorized client_error\n",
          SAYS(PUBLISH_1), HEARS(PUBACK_7_QUOTA), SAYS(PUBLISH_1), HEARS(PUBACK_7_NOBODY),
          SAYS(PUBLISH_2), HEARS(PUBREC_8_REFUSED));
    TELLS_WITH(SHOW_GRPC, mqtt,
               "disconnect  shutting-down server_error pushed mqtt disconnect -1 server-streaming "
               "0+0\n",
               HEARS(SHUTTING_DOWN));
    TELLS(mqtt, "disconnect  malformed-packet server_error\n", SAYS(MALFORMED));
    TELLS(mqtt, "connect  shutting-down server_error\n", SAYS(CONNECT_5), HEARS(SHUTTING_DOWN));
}

/* What a broker sends has the text of what was sent to it; the acknowledgement is not timed. */
static void deliveries(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC | SHOW_BYTES, mqtt,
               "deliver  retained ok pushed 0+23 bytes mqtt deliver shop/orders/* -1 "
               "server-streaming 0+1\n"
               "deliver  redelivered ok pushed 0+25 bytes mqtt deliver shop/orders/* -1 "
               "server-streaming 0+1\n"
               "deliver  ok pushed 0+15 bytes mqtt deliver jobs -1 server-streaming 0+1\n",
               HEARS(RETAINED), HEARS(DELIVER_1), SAYS("\100\2\0\1"), HEARS(PUBLISH_2),
               SAYS(PUBREC_8), HEARS(PUBREL_8), SAYS(PUBCOMP_8));
    assert_int_equal(script_counters()->stray_answers, 0);
}

/* An id is one thing of the client's and another of the server's. */
static void ids(void **state)
{
    (void)state;
    TELLS(mqtt, "deliver  ok pushed\npublish  OK ok\n", SAYS(PUBLISH_1), HEARS(PUBLISH_1),
          SAYS(PUBACK_7), HEARS(PUBACK_7));
}

static void subscriptions(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mqtt,
               "connect  OK ok mqtt connect -1  0+0\n"
               "subscribe  OK ok mqtt subscribe shop/+/* -1  0+0\n"
               "subscribe  unspecified-error server_error mqtt subscribe shop/+/* -1  0+0\n"
               "unsubscribe  OK ok mqtt unsubscribe shop/+/* -1  0+0\n",
               SAYS(CONNECT), HEARS(CONNACK), SAYS(SUBSCRIBE), HEARS(SUBACK), SAYS(SUBSCRIBE),
               HEARS(SUBACK_REFUSED), SAYS(UNSUBSCRIBE), HEARS(UNSUBACK));
    TELLS_WITH(SHOW_GRPC, mqtt,
               "subscribe  not-authorized client_error mqtt subscribe shop/+/* -1  0+0\n",
               SAYS(SUBSCRIBE_5), HEARS(SUBACK_5_REFUSED));
    TELLS(mqtt, "connect  OK ok\nunsubscribe  no-subscription ok\n", SAYS(CONNECT_5),
          HEARS(CONNACK_5), SAYS("\242\16\0\4\0\0\11shop/+/17"), HEARS(UNSUBACK_5));
}

/* Each side has its own; one that was set before we could see is unknown. */
static void aliases(void **state)
{
    (void)state;
    TELLS_WITH(SHOW_GRPC, mqtt,
               "connect  OK ok mqtt connect -1  0+0\n"
               "publish  ok mqtt publish shop/orders/* -1  1+0\n"
               "publish  ok mqtt publish shop/orders/* -1  1+0\n"
               "deliver  ok unknown-fields pushed mqtt deliver {unknown} -1 server-streaming 0+1\n",
               SAYS(CONNECT_5), HEARS(CONNACK_5), SAYS(ALIASED), SAYS(BY_ALIAS), HEARS(BY_ALIAS));
    TELLS_WITH(SHOW_GRPC, mqtt,
               "connect  OK ok mqtt connect -1  0+0\n"
               "publish  ok mqtt publish shop/orders/* -1  1+0\n"
               "publish  ok unknown-fields mqtt publish {unknown} -1  1+0\n",
               SAYS(CONNECT_5), HEARS(CONNACK_5), SAYS(ALIASED), LOSES(TO_SERVER, 20),
               SAYS(BY_ALIAS));
}

/* Payloads pass by unseen. After other losses packets are found again where they make sense. */
static void losses(void **state)
{
    (void)state;
    TELLS(mqtt, "publish  OK ok gap\npublish  OK ok\n", SAYS(PUBLISH_1000), LOSES(TO_SERVER, 1000),
          HEARS(PUBACK_7), SAYS(PUBLISH_9), HEARS(PUBACK_9));
    TELLS(mqtt, "publish  OK ok gap\npublish  OK ok\n", SAYS(PUBLISH_1), LOSES(TO_SERVER, 100),
          HEARS(PUBACK_7), SAYS("xyzxyzxyzxyz"), SAYS("\"}"), SAYS(PUBLISH_9), HEARS(PUBACK_9));
    TELLS(mqtt, "publish  OK ok\npublish  unknown gap\n", SAYS(PUBLISH_1), LOSES(TO_CLIENT, 4),
          SAYS(PUBLISH_9), HEARS(PUBACK_9), TIMES_OUT(90000));
}

static void joined(void **state)
{
    (void)state;
    TELLS_WITH(JOINED, mqtt, "publish  OK ok\ndeliver  ok pushed\n", SAYS("tail of a payload"),
               HEARS(PINGRESP), SAYS(PUBLISH_1), HEARS(PUBACK_7 PUBLISH));
    TELLS_WITH(JOINED, mqtt, "", HEARS(PUBACK_7));
    assert_int_equal(script_counters()->stray_answers, 1);
}

static void nonsense(void **state)
{
    (void)state;
    TELLS(mqtt, "", SAYS(PUBLISH_1 "\60\377\377\377\377\1"), TIMES_OUT(90000));
    TELLS(mqtt, "", SAYS("\66\5\0\1a\0\1"));    /* QoS 3 */
    TELLS(mqtt, "", SAYS("\60\5\0\1+xx"));      /* no topic */
    TELLS(mqtt, "", SAYS("\60\3\0\4a"));        /* longer than the packet */
    TELLS(mqtt, "", SAYS("\62\4\0\1a\0"));      /* no id */
    TELLS(mqtt, "", SAYS("\202\6\0\1\0\1a\3")); /* no such option */
    TELLS(mqtt, "", SAYS("\300\1x"), HEARS("\320\1x"));
    TELLS(mqtt, "", SAYS(CONNACK), HEARS(SUBSCRIBE));
    TELLS(mqtt, "", SAYS("\60\200\0"));
    TELLS(mqtt, "", SAYS("\20\0"), SAYS("\100\1\1"));
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
        {WIRE(CONNECT), WIRE(""), false, false, GUESS_YES},
        {WIRE(CONNECT_5), WIRE(CONNACK_5), false, false, GUESS_YES},
        {WIRE(CONNECT_31), WIRE(""), true, true, GUESS_YES},
        {WIRE(CONNECT), WIRE("HTTP/1.1 400 Bad Request\r\n"), false, false, GUESS_NO},
        {WIRE("\20\44\0\4MQ"), WIRE(""), false, false, GUESS_MORE},
        {WIRE("\20\44\0\4MQTX\4\0\0\0"), WIRE(""), false, false, GUESS_NO},
        {WIRE("\20\14\0\4MQTT\7\2\0\74\0\0"), WIRE(""), false, false, GUESS_NO},
        {WIRE("\20\14\0\4MQTT\4\3\0\74\0\0"), WIRE(""), false, false, GUESS_NO},
        {WIRE(""), WIRE(CONNECT), false, false, GUESS_NO},
        {WIRE(PUBLISH), WIRE(""), false, false, GUESS_NO},
        {WIRE(PUBLISH), WIRE(""), true, false, GUESS_MORE},
        {WIRE(PUBLISH PUBLISH PUBLISH), WIRE(""), true, false, GUESS_YES},
        {WIRE(PUBLISH PUBLISH PUBLISH), WIRE(""), true, true, GUESS_MORE},
        {WIRE(PUBLISH PUBLISH PINGREQ), WIRE(""), true, true, GUESS_YES},
        {WIRE(PUBLISH_1), WIRE(PUBACK_7), true, false, GUESS_YES},
        {WIRE(PUBLISH_1), WIRE(PUBACK_7), true, true, GUESS_MORE},
        {WIRE(PUBLISH_1), WIRE(PUBACK_9), true, false, GUESS_MORE},
        {WIRE(SUBSCRIBE), WIRE(SUBACK), true, true, GUESS_YES},
        {WIRE(SUBACK), WIRE(SUBSCRIBE), true, true, GUESS_NO},
        {WIRE(PINGREQ), WIRE(PINGRESP), true, true, GUESS_YES},
        {WIRE(PINGREQ), WIRE("hello"), true, false, GUESS_NO},
        {WIRE("\60\14\2\1\1\140\7\2\1\3\4\0\200\0"), WIRE(""), true, false, GUESS_NO}, /* LDAP */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opening o = {.to_server = rows[i].to_server,
                            .to_client = rows[i].to_client,
                            .midstream = rows[i].midstream,
                            .unsided = rows[i].unsided};
        if (mqtt->probe(&o) != rows[i].guess)
            print_error("row %zu\n", i);
        assert_int_equal(mqtt->probe(&o), rows[i].guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections), cmocka_unit_test(publishes),
        cmocka_unit_test(refusals),    cmocka_unit_test(deliveries),
        cmocka_unit_test(ids),         cmocka_unit_test(subscriptions),
        cmocka_unit_test(aliases),     cmocka_unit_test(losses),
        cmocka_unit_test(joined),      cmocka_unit_test(nonsense),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
