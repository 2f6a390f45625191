/* deltas.h - windows to be written, described in a few lines, and what they come back as. */
#pragma once

#include "store/query.h"
#include "store/store.h"

#define SECOND_NS UINT64_C(1000000000)
#define MS_NS UINT64_C(1000000)

enum { WINDOW_S = 5, ROOM = 64 };

struct address address_of(const char *text); /* "" is none */

/* An empty window of five seconds, with room for a few rows, or for `room` edges and twice as many
 * of what belongs to them. delta_free() frees it. */
struct delta window_at(uint64_t start_s);
struct delta window_with_room(uint64_t start_s, size_t room);

/* Adds an edge, of protocol http and seen in the window's first second, and returns it. Edges come
 * in order of client. Client "" is external. */
struct edge_delta *window_edge(struct delta *d, const char *client, const char *server,
                               uint16_t port);
/* Adds an operation of the edge added last. */
struct operation_delta *window_operation(struct delta *d, const char *name);

/* Adds a connection of the edge added last: from that port, begun at `began_s`, on which `calls`
 * ended in the window. Connections of an edge come in order of their beginning. */
struct connection_delta *window_connection(struct delta *d, uint16_t client_port, uint64_t began_s,
                                           uint64_t calls);
/* Adds a call of the edge added last that is open at the window's end; `began_s` 0: begun before
 * the capture. */
struct open_call_delta *window_open_call(struct delta *d, uint16_t client_port, uint32_t stream_id,
                                         uint64_t began_s);

/* `count` requests of 100 bytes, each answered with 1000 after `duration_ns`, half of it without a
 * byte. 0: no answer, so nothing was timed. */
void asked(struct tallied *t, enum outcome outcome, uint64_t count, uint64_t duration_ns);

/* Writes a window, and frees it. */
void written(struct store *s, struct delta *d, const struct names *names);

/* The same, of one edge from 10.0.0.1 to 10.0.0.2:80 with ten requests of 1 ms. */
void written_plain(struct store *s, uint64_t start_s);

/* Answers, or the test fails with the reason. */
struct range all_of(struct query *q);
struct edge_rows edges_of(struct query *q, struct range r);
struct service_rows services_of(struct query *q, struct range r);

/* "client>server:port requests" of each edge, in order, with spaces between. Borrowed until the
 * next call. */
const char *told(struct query *q);

/* Adds an exchange that was kept, for these reasons (bits of enum kept_for), of the edge added
 * last. Its operation is `x->operation`. */
struct sample_delta *window_sample(struct delta *d, const struct exchange *x, uint32_t kept);

/* An answered GET of http that began `at_ms` after `start_s`, and took `took_ms`; 0: no answer. */
struct exchange exchange_at(uint64_t start_s, uint64_t at_ms, uint64_t took_ms, const char *path);
