/* kafka_topics.h - which topics a request is about, in words of bounded variety: "orders, stock,
 * +3" are the first two by name and how many there are besides. A topic has the same text wherever
 * it comes up, so that it can be followed from its producers to its consumers.
 *
 * A fetch session (KIP-227) says only what changes: what it is about is remembered. Requests since
 * Fetch 13 and Produce 13 give ids instead of names, which answers to Metadata tell. */
#pragma once

#include "base/bytes.h"

enum {
    KAFKA_NAME_MAX = 80,     /* bytes of a topic's text; with two of them an operation is full */
    KAFKA_DISTINCT_MAX = 24, /* topics of a request that are told apart */
    KAFKA_SESSION_MAX = 32,  /* topics of a session that are remembered */
    KAFKA_IDS_MAX = 128,     /* topics of a connection whose ids are */
    KAFKA_ID = 16,
};

/* Of one request; zero is none. */
struct kafka_topics {
    uint32_t known[KAFKA_DISTINCT_MAX]; /* hashes of those counted */
    uint32_t count;
    bool cut;                      /* a name was too long */
    char first[2][KAFKA_NAME_MAX]; /* in order of names */
};

void kafka_topics_add(struct kafka_topics *t, const char *text);

/* "orders, stock, +3", or "" if there is none. */
void kafka_topics_text(const struct kafka_topics *t, char *text, size_t size);

struct kafka_session {
    uint32_t len;
    struct {
        uint64_t partitions; /* a bit each; those 64 apart share one */
        char text[KAFKA_NAME_MAX];
    } topic[KAFKA_SESSION_MAX];
};

/* A partition of a topic joins the session, or leaves it; a topic stays while a partition does. */
void kafka_session_add(struct kafka_session *s, const char *text, int64_t partition);
void kafka_session_drop(struct kafka_session *s, const char *text, int64_t partition);

struct kafka_ids; /* NULL is empty */

/* Remembers a topic's id; the oldest makes room. Returns the table, which may have moved: given, to
 * be freed with free(). */
struct kafka_ids *kafka_ids_learn(struct kafka_ids *ids, struct bytes id, const char *text);

/* Writes the text of the topic with this id, or if it is not known "{topic Zl3Vn2kQ}", of which the
 * last are the first 8 of the letters that Kafka writes the id with. */
void kafka_ids_text(const struct kafka_ids *ids, struct bytes id, char text[KAFKA_NAME_MAX]);
