/* amqp_method.c - see amqp_method.h. */
#include "decode/amqp_method.h"

#define REQUEST(class, method, answer, name, ticket, names, no_wait)                               \
    {                                                                                              \
        AMQP_METHOD(class, method), name, AMQP_CLIENT, AMQP_METHOD(class, answer), ticket, names,  \
            no_wait                                                                                \
    }
#define OTHER(class, method, name, sender)                                                         \
    {                                                                                              \
        AMQP_METHOD(class, method), name, sender, 0, false, 0, -1                                  \
    }

/* In the order of their numbers. */
static const struct amqp_method methods[] = {
    OTHER(10, 10, "connection.start", AMQP_SERVER),
    OTHER(10, 11, "connection.start-ok", AMQP_CLIENT),
    OTHER(10, 20, "connection.secure", AMQP_SERVER),
    OTHER(10, 21, "connection.secure-ok", AMQP_CLIENT),
    OTHER(10, 30, "connection.tune", AMQP_SERVER),
    OTHER(10, 31, "connection.tune-ok", AMQP_CLIENT),
    OTHER(10, 40, "connection.open", AMQP_CLIENT),
    OTHER(10, 41, "connection.open-ok", AMQP_SERVER),
    {AMQP_CLOSE, "connection.close", AMQP_BOTH, AMQP_CLOSE_OK, false, 0, -1},
    OTHER(10, 51, "connection.close-ok", AMQP_BOTH),
    OTHER(10, 60, "connection.blocked", AMQP_SERVER),
    OTHER(10, 61, "connection.unblocked", AMQP_SERVER),
    REQUEST(10, 70, 71, "connection.update-secret", false, 0, -1),
    OTHER(10, 71, "connection.update-secret-ok", AMQP_SERVER),
    REQUEST(20, 10, 11, "channel.open", false, 0, -1),
    OTHER(20, 11, "channel.open-ok", AMQP_SERVER),
    {AMQP_CHANNEL_FLOW, "channel.flow", AMQP_BOTH, AMQP_CHANNEL_FLOW_OK, false, 0, -1},
    OTHER(20, 21, "channel.flow-ok", AMQP_BOTH),
    {AMQP_CHANNEL_CLOSE, "channel.close", AMQP_BOTH, AMQP_CHANNEL_CLOSE_OK, false, 0, -1},
    OTHER(20, 41, "channel.close-ok", AMQP_BOTH),
    REQUEST(30, 10, 11, "access.request", false, 0, -1),
    OTHER(30, 11, "access.request-ok", AMQP_SERVER),
    REQUEST(40, 10, 11, "exchange.declare", true, 2, 4),
    OTHER(40, 11, "exchange.declare-ok", AMQP_SERVER),
    REQUEST(40, 20, 21, "exchange.delete", true, 1, 1),
    OTHER(40, 21, "exchange.delete-ok", AMQP_SERVER),
    REQUEST(40, 30, 31, "exchange.bind", true, 3, 0),
    OTHER(40, 31, "exchange.bind-ok", AMQP_SERVER),
    REQUEST(40, 40, 51, "exchange.unbind", true, 3, 0),
    OTHER(40, 51, "exchange.unbind-ok", AMQP_SERVER),
    REQUEST(50, 10, 11, "queue.declare", true, 1, 4),
    OTHER(50, 11, "queue.declare-ok", AMQP_SERVER),
    REQUEST(50, 20, 21, "queue.bind", true, 3, 0),
    OTHER(50, 21, "queue.bind-ok", AMQP_SERVER),
    REQUEST(50, 30, 31, "queue.purge", true, 1, 0),
    OTHER(50, 31, "queue.purge-ok", AMQP_SERVER),
    REQUEST(50, 40, 41, "queue.delete", true, 1, 2),
    OTHER(50, 41, "queue.delete-ok", AMQP_SERVER),
    REQUEST(50, 50, 51, "queue.unbind", true, 3, -1),
    OTHER(50, 51, "queue.unbind-ok", AMQP_SERVER),
    REQUEST(60, 10, 11, "qos", false, 0, -1),
    OTHER(60, 11, "qos-ok", AMQP_SERVER),
    REQUEST(60, 20, 21, "consume", true, 2, 3),
    OTHER(60, 21, "consume-ok", AMQP_SERVER),
    {AMQP_CANCEL, "cancel", AMQP_BOTH, AMQP_CANCEL_OK, false, 1, 0},
    OTHER(60, 31, "cancel-ok", AMQP_BOTH),
    {AMQP_PUBLISH, "publish", AMQP_CLIENT, 0, true, 2, -1},
    OTHER(60, 50, "return", AMQP_SERVER),
    OTHER(60, 60, "deliver", AMQP_SERVER),
    REQUEST(60, 70, 71, "get", true, 1, -1),
    OTHER(60, 71, "get-ok", AMQP_SERVER),
    OTHER(60, 72, "get-empty", AMQP_SERVER),
    OTHER(60, 80, "ack", AMQP_BOTH),
    OTHER(60, 90, "reject", AMQP_CLIENT),
    OTHER(60, 100, "recover-async", AMQP_CLIENT),
    REQUEST(60, 110, 111, "recover", false, 0, -1),
    OTHER(60, 111, "recover-ok", AMQP_SERVER),
    OTHER(60, 120, "nack", AMQP_BOTH),
    REQUEST(85, 10, 11, "confirm.select", false, 0, 0),
    OTHER(85, 11, "confirm.select-ok", AMQP_SERVER),
    REQUEST(90, 10, 11, "tx.select", false, 0, -1),
    OTHER(90, 11, "tx.select-ok", AMQP_SERVER),
    REQUEST(90, 20, 21, "tx.commit", false, 0, -1),
    OTHER(90, 21, "tx.commit-ok", AMQP_SERVER),
    REQUEST(90, 30, 31, "tx.rollback", false, 0, -1),
    OTHER(90, 31, "tx.rollback-ok", AMQP_SERVER),
};

const struct amqp_method *amqp_method(uint32_t id)
{
    size_t low = 0, high = sizeof methods / sizeof *methods;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (methods[middle].id == id)
            return &methods[middle];
        if (methods[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool amqp_read_request(const struct amqp_method *m, struct bytes arguments,
                       struct amqp_request *ret)
{
    struct amqp_request r = {.no_wait = false};
    struct cursor c = cursor_over(arguments);
    cursor_skip(&c, m->ticket ? 2 : 0);
    for (uint8_t i = 0; i < m->names; i++)
        r.name[i] = amqp_short_string(&c);
    if (m->no_wait >= 0)
        r.no_wait = cursor_u8(&c) >> m->no_wait & 1;
    if (c.starved)
        return false;
    *ret = r;
    return true;
}
