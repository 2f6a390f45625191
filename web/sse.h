/* sse.h - server-sent events: one stream a page, told when the database changed.
 *
 * Nothing is queued. A client remembers the last version it was told, so that one which was slow
 * hears of the newest and of none in between. Events:
 *   event: version   data: {"version":N}    windows were added; the page asks for what it shows
 *   event: bye       the server stops */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "web/answer.h"

enum {
    SSE_CLIENTS_MAX = 32, /* past it, 503: the page then asks every few seconds instead */
    SSE_PING_S = 15,      /* how soon a client that vanished is noticed */
};

struct sse;

struct sse *sse_new(void);    /* NULL when memory is short */
void sse_free(struct sse *s); /* when all clients are gone */

/* Opens a stream, or answers 503. */
void sse_answer(struct sse *s, struct answer *a);

/* To be called about once a second, with the database's version. */
void sse_tick(struct sse *s, uint64_t version, uint64_t now_s);

/* Ends all streams, and waits up to half a second for them to have said so; later ones end at once.
 */
void sse_stop(struct sse *s);
