/* kafka_check.h - is it Kafka? Every message has its length in front, and no other mark: so what
 * proves a request is that its fields fit, and what proves an answer is that it repeats the number
 * of a request. */
#pragma once

#include "base/bytes.h"

enum {
    KAFKA_REQUEST_HEAD = 14, /* length, key, version, correlation id, length of the client's id */
    KAFKA_ANSWER_HEAD = 8,   /* length, correlation id */
    KAFKA_SIZE_MAX = (1 << 27) - 1, /* brokers take 100 MB; so that the first byte decides */
};

enum kafka_proof {
    KAFKA_NOT,   /* it is none */
    KAFKA_SHORT, /* too little of it is here */
    KAFKA_WEAK,  /* could be one, and much else */
    KAFKA_FAIR,  /* key, version and client fit */
    KAFKA_SURE,  /* and so does what it says */
};

struct kafka_head {
    uint32_t size; /* bytes behind these 4 */
    uint16_t key, version;
    uint32_t correlation;
};

/* Reads what a request begins with. KAFKA_FAIR if that much fits. */
enum kafka_proof kafka_request_head(struct bytes in, struct kafka_head *ret);

/* Does a request begin with the first byte? */
enum kafka_proof kafka_check_request(struct bytes in);

/* Is one of these answers to one of these requests? Each view begins with a message. */
bool kafka_check_answers(struct bytes requests, struct bytes answers);

/* Does the first of each not fit together? */
bool kafka_check_mismatch(struct bytes requests, struct bytes answers);

/* Can the name of a topic be this? */
bool kafka_is_topic(struct bytes name);

/* Can the name of a mechanism of SASL be this? */
bool kafka_is_mechanism(struct bytes name);
