/* amqp_method.h - the methods of AMQP 0-9-1 (amqp.org; RabbitMQ's amqp0-9-1.extended.xml): who
 * sends them, what answers them, and where in their arguments the name is that they are about. */
#pragma once

#include "base/bytes.h"

/* Class and method, as on the wire. */
#define AMQP_METHOD(class, method) ((uint32_t)(class) << 16 | (uint32_t)(method))

enum amqp_id {
    AMQP_START = AMQP_METHOD(10, 10),
    AMQP_OPEN = AMQP_METHOD(10, 40),
    AMQP_OPEN_OK = AMQP_METHOD(10, 41),
    AMQP_CLOSE = AMQP_METHOD(10, 50),
    AMQP_CLOSE_OK = AMQP_METHOD(10, 51),
    AMQP_BLOCKED = AMQP_METHOD(10, 60),
    AMQP_UNBLOCKED = AMQP_METHOD(10, 61),
    AMQP_CHANNEL_OPEN = AMQP_METHOD(20, 10),
    AMQP_CHANNEL_FLOW = AMQP_METHOD(20, 20),
    AMQP_CHANNEL_FLOW_OK = AMQP_METHOD(20, 21),
    AMQP_CHANNEL_CLOSE = AMQP_METHOD(20, 40),
    AMQP_CHANNEL_CLOSE_OK = AMQP_METHOD(20, 41),
    AMQP_CONSUME = AMQP_METHOD(60, 20),
    AMQP_CONSUME_OK = AMQP_METHOD(60, 21),
    AMQP_CANCEL = AMQP_METHOD(60, 30),
    AMQP_CANCEL_OK = AMQP_METHOD(60, 31),
    AMQP_PUBLISH = AMQP_METHOD(60, 40),
    AMQP_RETURN = AMQP_METHOD(60, 50),
    AMQP_DELIVER = AMQP_METHOD(60, 60),
    AMQP_GET = AMQP_METHOD(60, 70),
    AMQP_GET_OK = AMQP_METHOD(60, 71),
    AMQP_GET_EMPTY = AMQP_METHOD(60, 72),
    AMQP_ACK = AMQP_METHOD(60, 80),
    AMQP_NACK = AMQP_METHOD(60, 120),
    AMQP_CONFIRM_SELECT = AMQP_METHOD(85, 10),
    AMQP_CONFIRM_SELECT_OK = AMQP_METHOD(85, 11),
};

enum amqp_sender { AMQP_CLIENT = 1, AMQP_SERVER = 2, AMQP_BOTH = 3 };

struct amqp_method {
    uint32_t id;
    const char *name;        /* "queue.declare"; of class basic without the class: "publish" */
    enum amqp_sender sender; /* who may send it */
    uint32_t answer;         /* what a server answers it with; 0: nothing, or it is no request */
    bool ticket;             /* the arguments begin with 16 bits that are reserved, */
    uint8_t names;           /* then come so many short strings, what it is about first, */
    int8_t no_wait;          /* and then bits, of which this one says that there is no answer; -1 */
};

/* NULL if there is no such method. */
const struct amqp_method *amqp_method(uint32_t id);

/* What a request is about, and whether it wants an answer. */
struct amqp_request {
    struct bytes name[3]; /* of those that it has */
    bool no_wait;
};

/* False: the arguments are not all here. */
bool amqp_read_request(const struct amqp_method *m, struct bytes arguments,
                       struct amqp_request *ret);

/* A string of at most 255 bytes. */
static inline struct bytes amqp_short_string(struct cursor *c)
{
    return cursor_take(c, cursor_u8(c));
}
