/* amqp_channel.h - what is known of the channels of one connection of AMQP: which message is on its
 * way on each, what is asked, how publishes are numbered, and whose queue a consumer reads. */
#pragma once

#include "decode/subject.h"

enum {
    AMQP_CHANNELS_MAX = 2048, /* of a connection that are followed: RabbitMQ's own limit */
    AMQP_CONSUMERS_MAX = 256, /* likewise; of further ones the queue is not told */
};

/* A message on its way: a header follows the method, and then frames of its body. */
struct amqp_content {
    enum { AMQP_NO_CONTENT, AMQP_WANTS_HEADER, AMQP_WANTS_BODY } phase;
    uint64_t key;  /* of its exchange; 0: it has none */
    uint64_t left; /* bytes of its body that are to come */
};

struct amqp_channel {
    struct amqp_content content[2]; /* by direction */
    uint64_t next;                  /* number of what is begun next; publishes with a tag apart */
    uint64_t next_tag, unconfirmed; /* of publishes, 0: none has one; and no lower one is open */
    uint32_t asked, answered;       /* requests: how many there were, and how many are done with */
    uint16_t number;
    bool used;
    enum {
        AMQP_TAGS_NONE,
        AMQP_TAGS_LOST,
        AMQP_TAGS_KNOWN
    } tags;          /* does the server acknowledge
publishes, and is it known how they are numbered? */
    bool waiting;    /* a publish has been sent since the latest acknowledgement */
    bool asks_ahead; /* a publish was sent before the one in front of it was acknowledged */
};

struct amqp_consumer {
    uint64_t id;
    char queue[SUBJECT_MAX];
};

/* Zero is a valid start. */
struct amqp_channels {
    struct amqp_channel *table; /* open addressing; NULL while there are none */
    uint32_t len, room;         /* room: a power of 2 */
    struct amqp_consumer *consumers;
    uint32_t consumers_len,
        consumers_next; /* where the next goes once there are as many as can be */
};

/* The one with this number, made if need be. NULL: there are too many, or there is no memory. */
struct amqp_channel *amqp_channel(struct amqp_channels *all, uint16_t number);

/* It is opened, or closed: nothing is known of it. */
void amqp_channel_reset(struct amqp_channel *channel);

/* Which queue the consumer with this tag reads; "" if that is not known. */
void amqp_consumer_put(struct amqp_channels *all, uint16_t channel, struct bytes tag,
                       const char *queue);
const char *amqp_consumer_queue(const struct amqp_channels *all, uint16_t channel,
                                struct bytes tag);

/* Frees what `all` points to. */
void amqp_channels_free(struct amqp_channels *all);
