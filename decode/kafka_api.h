/* kafka_api.h - what is to be known of Kafka's requests and errors by their numbers, and how the
 * parts of a message that are read are laid out (https://kafka.apache.org/protocol).
 *
 * A layout is a text, a letter a field:
 *
 *   b h i l u   1, 2, 4, 8, 16 bytes         s y   text, bytes; may be null
 *   [ ]         an array of what is between  ( )   likewise, of single fields, without tags
 *   I           an array of 4 bytes each
 *   e           an error code                a     acks
 *   r           the number of a replica      E     epoch of a fetch session
 *   T U         a topic by name, by id       M     a topic's name and id, which belong together
 *   P           the number of a partition    F     no field: the topics behind are given up
 *   R           batches of records           K     a mechanism of SASL
 *   c           the id of the client, which ends the head of a request
 *   G           fields with tags, of which that of the replica is read
 *
 * Where a layout ends, the rest of the message is not read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "decode/exchange.h"

enum kafka_key {
    KAFKA_PRODUCE = 0,
    KAFKA_FETCH = 1,
    KAFKA_METADATA = 3,
    KAFKA_JOIN_GROUP = 11,
    KAFKA_SYNC_GROUP = 14,
    KAFKA_SASL_HANDSHAKE = 17,
    KAFKA_API_VERSIONS = 18,
    KAFKA_SHARE_FETCH = 78,
    KAFKA_KEY_MAX = 150, /* no request has a greater one; those that are not known included */
};

struct kafka_api {
    const char *name;   /* "Produce", as Kafka's own documents write it */
    int8_t version_max; /* the latest of which the layout is known */
    int8_t flexible;    /* since which version lengths are variable, and fields have tags; or -1 */
};

/* NULL if there is none with this key that is known. */
const struct kafka_api *kafka_api(uint16_t key);

/* Of the API with this key: has the version variable lengths? */
bool kafka_is_flexible(uint16_t key, uint16_t version);

/* Could a request have this key and version? Of keys and versions newer than this program too. */
bool kafka_is_request(uint16_t key, uint16_t version);

/* May the answer be long in coming because it waits for something to happen? */
bool kafka_waits(uint16_t key);

/* How a request is laid out behind its correlation id (KAFKA_ONLY_CLIENT, if no more is known), and
 * an answer behind its head. An answer's is NULL if it is not known. */
#define KAFKA_ONLY_CLIENT "c"
const char *kafka_request_layout(uint16_t key, uint16_t version);
const char *kafka_answer_layout(uint16_t key, uint16_t version);

/* "OK", "NOT_LEADER_OR_FOLLOWER", ...; static; NULL of a code that is not known. */
const char *kafka_error_name(int16_t code);

/* Whose fault it is. What only says how to go on (REBALANCE_IN_PROGRESS) is OUTCOME_OK. */
enum outcome kafka_error_outcome(int16_t code);
