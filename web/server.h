/* server.h - HTTP on a socket: the only part that knows the HTTP library.
 *
 * Reads requests, refuses what guard.h says, asks one function for the answer and sends it with the
 * headers that every answer has. Answers on threads of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "web/answer.h"
#include "web/listen.h"
#include "web/protection.h"

enum {
    SERVER_THREADS = 4,             /* a slow question holds up a fourth of the connections */
    SERVER_REQUEST_MAX = 16 * 1024, /* bytes of a request's head */
    SERVER_IDLE_S = 30,             /* a kept-alive connection without a byte */
};

struct server;

/* Fills the answer; called from several threads. */
typedef void server_handler(void *context, const struct request *r, struct answer *a);

/* `listening` is kept until server_stop(), its socket is taken; `protection` (NULL: none) and
 * `context` are kept. */
struct server *server_start(struct listening *listening, const struct protection *protection,
                            server_handler *handler, void *context, struct err *err);

/* To be called about once a second: closes connections that are overdue. */
void server_sweep(struct server *s);

/* Every stream has to answer STREAM_END from now on, and to have been woken. NULL is fine. */
void server_stop(struct server *s);
