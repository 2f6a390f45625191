/* reader.h - what becomes of a flow's bytes: it finds out which protocol they are, and then hands
 * them to the flow's connection.
 *
 * With the handshake seen, the first bytes of the connection decide, both directions together.
 * Usually the first segment is enough and nothing is copied; else up to EARLY_MAX bytes a
 * direction are kept until it is clear, and then replayed in the order of their arrival. A flow
 * joined in its middle, or one that lost bytes before it was clear, gets a new try with each
 * segment that does not go on from the ones kept. When nobody claims the bytes they are only
 * counted from then on; the first of them are shown to the labeller, if there is one, for a word to
 * call the flow by. A decoder that claims a flow later has the last word.
 */
#pragma once

#include "decode/flow.h"

enum {
    EARLY_MAX = 2048,        /* opening bytes kept, each direction */
    EARLY_PIECES_MAX = 32,   /* and arrival times; later ones share the last */
    SEGMENTS_TRIED_MAX = 64, /* of a flow joined in its middle */
    UNSIDED_TRIED_MAX = 8,   /* of them, while nothing says who is client */
    DATAGRAMS_TRIED_MAX = 4,
};

struct reader {
    struct conn_shared conn;
    struct stream_shared stream; /* its cap covers early bytes too */
    struct direction *direction;
    struct lookups *lookups;
    struct labeller *labeller; /* or NULL */
};

/* Where in the capture the bytes are: the context of the calls below. */
struct place {
    struct reader *reader;
    struct flow *flow;
    unsigned side; /* that sent them */
    struct moment moment;
};

/* Finds the name that the client of the flow had asked for when the flow began, if it is known by
 * now. */
void reader_name(struct reader *r, struct flow *f);

/* The other end is the client. Only before anything is read. */
void reader_turn(struct reader *r, struct flow *f);

/* A stream's way to the reader; `at` is kept as long as the result is used. */
struct stream_out reader_out(struct place *at);

/* Those of both streams, by side. */
struct both {
    struct place at[2];
    struct stream_out out[2];
};
void reader_both(struct reader *r, struct flow *f, struct moment m, struct both *ret);

/* One datagram, of which the snapshot length cut `cut` bytes off. */
void reader_datagram(struct place *at, struct bytes in, uint32_t cut);

/* The next bytes in order. `at` is a struct place. */
void reader_bytes(void *at, uint64_t arrived_ns, struct bytes in);
void reader_gap(void *at, uint64_t len, bool cut);
void reader_missing(void *at, uint64_t len);
void reader_end(void *at); /* FIN */

/* The sender repeated bytes that were seen already. */
void reader_retransmitted(const struct place *at);

/* No more will come: the bytes that are kept are those of the protocol that they may be, if nothing
 * but a guess says which side is which. */
void reader_guess(struct reader *r, struct flow *f, struct moment m);

/* Puts the flow's connection away if nothing is open on it. It wakes when bytes come. */
void reader_rest(struct flow *f);

/* What the client calls the server, as conn_host(), whether the connection rests or not. */
const char *reader_host(const struct flow *f);

/* The flow is over: what its connection has open ends. What is to be reported of it still can be.
 */
void reader_finish(struct reader *r, struct flow *f, struct moment m, enum conn_close why);

/* Frees the connection, and what the reader kept for it. */
void reader_close(struct reader *r, struct flow *f);
