/* conn_state.h - inside a connection: what conn.c, which shows bytes to the decoder, and
 * conn_exchange.c, which answers the decoder's calls, both know of it. */
#pragma once

#include "decode/conn.h"
#include "decode/pairing.h"
#include "decode/unread.h"

struct half {
    struct unread *unread;
    uint32_t misses;
    uint64_t total;     /* bytes of the stream so far, seen or not */
    uint64_t passing;   /* bytes of a known message still to pass by unseen, or DECODE_REST */
    uint64_t latest_ns; /* when the latest byte came, */
    uint64_t passed_ns; /* and the latest of those that the decoder is done with */
    bool resync;        /* looking for the start of a message */
    bool deaf;          /* and has stopped looking */
    bool ended;
    bool ends_with_close; /* so does the message being fed in parts */
    bool understood;      /* the decoder has taken something for a message */
};

struct conn {
    const struct decoder *decoder; /* NULL: given up, or to be classified */
    const struct decoder *next;    /* if `becoming` */
    void *state;
    struct conn_shared *shared;
    struct pairing pairing;
    struct half half[2];
    struct moment moment;
    const char *spoken; /* before TLS, and in it; NULL: not known, or none */
    const char *name;   /* what it is reported as, if the decoder has said so */
    uint32_t left_open; /* exchanges that were open as the capture ended */
    uint64_t front_ns;  /* when the first byte of what is being fed came */
    struct {
        const struct unread *unread; /* whose the bytes are; NULL: a segment's, */
        uint64_t arrived_ns;         /* which came then */
        size_t at;                   /* how far it is done with */
        uint32_t cut;                /* bytes that are missing behind a datagram */
        uint64_t place;              /* bytes of the stream that came before */
    } fed;
    uint64_t early_ns;  /* when the answer came that is unread since its question was not seen, */
    uint32_t early_cut; /* and how much of it the snapshot length cut off; of datagrams */
    bool becoming, wants_classify;
    bool changed; /* there is a new decoder, which has not been shown what is unread */
    bool client_ended_first;
    bool one_way; /* an answer that has not come may have passed unseen */
    bool is_inner;
    bool disproved;      /* given up while on trial */
    enum note gap_note;  /* why the latest hole is there; 0: there was none */
    struct inner *inner; /* owned; NULL: there is none */
    struct conn_ends ends;
};

/* The connection inside a connection, and what was said on it before it was clear what it is. */
struct inner {
    struct conn *conn; /* NULL: it is not clear yet */
    struct unread *early[2];
    struct unread *held; /* see conn_hold() */
    uint8_t tries;
    bool joined;  /* its first bytes were lost */
    bool nothing; /* that anyone knows */
};

/* The one inside; NULL if there is none. */
static inline struct conn *conn_inner(const struct conn *c)
{
    return c && c->inner ? c->inner->conn : NULL;
}

void conn_inner_free(struct conn *c);

/* How many of its exchanges wait for an answer. */
uint32_t conn_count_open(const struct conn *c);

/* Adds to what waits, as far as the cap on all connections allows; and drops it. */
bool conn_keep(struct conn_shared *shared, struct unread **u, struct bytes in, uint64_t arrived_ns);
void conn_drop(struct conn_shared *shared, struct unread **u);
