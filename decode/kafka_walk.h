/* kafka_walk.h - reads a message of Kafka field by field, as its bytes come, by a layout
 * (kafka_api.h). What is not asked for passes by unseen, however long: of records only the head of
 * each batch is looked at. Nothing is kept but the place. */
#pragma once

#include "base/bytes.h"

enum {
    KAFKA_DEPTH_MAX = 5,     /* of arrays in each other */
    KAFKA_TOPIC_MAX = 255,   /* Kafka allows 249 */
    KAFKA_BATCH_HEAD = 61,   /* of the present format, up to its count of records */
    KAFKA_MESSAGE_HEAD = 18, /* of formats before that, up to the attributes */
};

struct kafka_walk {
    const char *at; /* the next field's letter; "" or NULL: nothing more is to be read */
    struct {
        const char *begin; /* behind the bracket */
        uint32_t left;     /* elements, with the one at hand */
    } loop[KAFKA_DEPTH_MAX];
    uint32_t left;    /* bytes of the message; 0: there is no message */
    uint32_t records; /* bytes of batches that come next */
    uint32_t tags;    /* fields with tags that come next */
    uint8_t depth;
    bool flexible;
    bool tagged;   /* the number of those is what comes next */
    bool untagged; /* what they belonged to has been passed */
};

/* What comes next in a message. */
struct kafka_field {
    char kind;         /* its letter, of those that say something: a e r E P T U M F K G, and
                        * B: a batch of records; 0: nothing of interest */
    bool compressed;   /* of B */
    uint32_t len;      /* bytes that it takes up; may be more than were shown */
    int64_t number;    /* of a e r E P G; of B how many records */
    struct bytes text; /* of T M K; of U */
    struct bytes id;   /* of M */
};

enum kafka_step {
    KAFKA_FIELD, /* one was read */
    KAFKA_MORE,  /* it is not all there */
    KAFKA_END,   /* nothing more is to be read; what is left of the message may pass by */
    KAFKA_WRONG, /* likewise, for what is there cannot be it */
};

/* A message of `left` bytes begins. `tagged`: with fields with tags. */
struct kafka_walk kafka_walk_begin(const char *layout, uint32_t left, bool flexible, bool tagged);

/* Reads the field that `in` begins with, of which `left` is taken. */
enum kafka_step kafka_walk(struct kafka_walk *w, struct bytes in, struct kafka_field *ret);
