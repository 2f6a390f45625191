/* direction.h - who is client, when no handshake says so.
 *
 * Evidence in the order of its worth: an endpoint that was seen to accept connections; a port that
 * belongs to a protocol or below 1024; the lower port; and who spoke first. What the bytes say is
 * worth more than all of these but the first and is asked by the caller. Only handshakes teach,
 * since all workers are told of all of them: what one worker alone has seen must not decide, or the
 * answer would depend on how many there are. The table of endpoints has a fixed size; in a full set
 * the oldest entry makes room. */
#pragma once

#include "base/hash.h"
#include "capture/address.h"

/* Without padding, so that it can be hashed and compared as bytes. */
struct endpoint {
    struct address address;
    uint32_t tenant;
    uint16_t port;
    uint16_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
};

struct direction;

/* NULL when memory is short. `key` is copied. */
struct direction *direction_new(const struct hash_key *key);
void direction_free(struct direction *d); /* NULL is fine */

/* `server` accepted a connection. */
void direction_learn(struct direction *d, const struct endpoint *server);

/* Does something better than a guess say who is client: an end that listens, or a port that belongs
 * to a protocol or below 1024? */
bool direction_is_told(const struct direction *d, const struct endpoint ends[2]);

/* Which end of a new flow is the client, 0 or 1? `first` sent the first packet. */
unsigned direction_guess(const struct direction *d, const struct endpoint ends[2], unsigned first);
