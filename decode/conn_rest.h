/* conn_rest.h - a connection between two requests, put away.
 *
 * Most connections are kept alive and silent. Of one on which nothing is open, in a protocol that
 * says so (decoder.at_rest), little need be remembered; the rest is made anew, exactly as it was,
 * when the connection goes on. */
#pragma once

#include "decode/conn.h"

/* What is remembered; the owner knows the ends. Zeroed: there is none. */
struct conn_rest {
    char *host;     /* owned: what conn_host() says; NULL for "" */
    uint32_t ended; /* exchanges that have; not 0, so that this tells whether there is one */
    uint16_t notes; /* of its ends */
    bool asks_ahead;
    uint8_t decoder; /* index in decoders[] */
};

/* May its connections rest at all? */
bool conn_may_rest(const struct conn *c);

/* Puts the connection away: it is freed, and what is remembered given. `latest_ns` says when each
 * side's latest byte came, as the owner will say again. False: it cannot be, and stays. */
bool conn_rest(struct conn *c, const uint64_t latest_ns[2], struct conn_rest *ret_rest);

/* Makes it anew; `rest` is taken, and zeroed. NULL when memory is short: then it is gone.
 * ends->notes need not be set. `latest_ns` by enum dir. */
struct conn *conn_wake(struct conn_shared *shared, struct conn_rest *rest, struct conn_ends *ends,
                       const uint64_t latest_ns[2]);

/* Forgets it, if there is one. */
void conn_rest_drop(struct conn_shared *shared, struct conn_rest *rest);

/* With the last connection, frees the one that is kept for reuse. */
void conn_free_spare(struct conn_shared *shared);
