/* fake_query.h - a database for tests that is nothing but arrays: it takes the place of
 * store/query.c when a test is linked. */
#pragma once

#include "store/query.h"

struct query {
    uint64_t version;
    struct range history; /* {0, 0}: empty */
    const char *fails;    /* every question fails, with this text; NULL: none */
    const struct edge_row *edge;
    size_t edge_len;
    const struct service_row *service;
    size_t service_len;
    const struct operation_row *operation;
    size_t operation_len;
    const struct event_row *event;
    size_t event_len;
    const struct backend_row *backend;
    size_t backend_len;
    const struct connection_row *connection;
    size_t connection_len;
    const struct open_call_row *open_call;
    size_t open_call_len;
    const struct insight_row *insight;
    size_t insight_len;
    const struct relay_row *relay;
    size_t relay_len;
    const struct name_row *name;
    size_t name_len;
    const int64_t *member; /* of any node of a grouping */
    size_t member_len;
    const struct tls_row *tls;
    size_t tls_len;
    struct health_row health;
    enum grouping grouping;   /* of the last question about the graph */
    enum series_of series_of; /* of the last question for many series at once, */
    int series_asked;         /* and how many such there were */
    struct range asked;       /* the range of the last question about edges */
};

/* A minute of a small shop: web calls cart and pay, pay is ill, cart keeps its things in redis. The
 * rows are static, the handle is the caller's. */
struct query shop(void);

/* One edge; times in ms. */
struct edge_row edge_of(int64_t id, const char *client, const char *server, double rate_per_s,
                        uint64_t p95_ms);
