/* connections.h - the open sockets and how long each may go on waiting.
 *
 * HTTP timeouts count from the last byte, so a client that sends a byte now and then could hold a
 * connection for ever. Here each has a deadline for its whole request and for its whole answer. */
#pragma once

#include <stdint.h>

enum {
    CONNECTIONS_MAX = 64,
    REQUEST_MAX_S = 20, /* from opening, or from the last answer, to the end of the next head */
    ANSWER_MAX_S = 60,  /* from there to the last byte of the answer */
};

struct connections;
struct connection;

struct connections *connections_new(void); /* NULL when memory is short */
void connections_free(struct connections *c);

/* All of these may be called from any thread. NULL when the table is full: such a connection has no
 * deadline. */
struct connection *connections_opened(struct connections *c, int fd, uint64_t now_s);
void connections_asks(struct connections *c, struct connection *one, uint64_t now_s);
void connections_answered(struct connections *c, struct connection *one, uint64_t now_s);
void connections_streams(struct connections *c, struct connection *one); /* no deadline */
void connections_closed(struct connections *c, struct connection *one);  /* before close(fd) */

/* Shuts down those that are overdue; returns how many. */
unsigned connections_sweep(struct connections *c, uint64_t now_s);
