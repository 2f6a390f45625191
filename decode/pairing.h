/* pairing.h - the open exchanges of one connection: which answer belongs to which request.
 *
 * With a key on both, they are paired by it, and a loss only marks what it can have touched: what
 * is heard of them later is still theirs. Protocols that answer in the order of asking are
 * paired by order, which is right as long as nothing was missed. After a loss (a hole, a place
 * that could not be understood, an answer that nobody asked for, a join in the middle) nobody
 * knows how many answers are still to come for requests that are no longer open. Then a pair is
 * only accepted from a quiet point: one request alone, asked while no answer was passing and
 * before its answer began, with an answer since bytes that may hold requests were passed over, on
 * a connection that was not seen to ask ahead. From that pair on order
 * is trusted again; all others in between end as unknown. A client that asks ahead gives no such
 * point, and its exchanges stay unknown until the connection ends.
 *
 * An exchange that was told (it timed out) stays in the queue, so that its late answer is not
 * taken for the answer to another. */
#pragma once

#include "decode/conn.h"

enum {
    OPEN_MAX = 1024,       /* exchanges open on one connection; past it, see pairing_ask() */
    OPEN_KEYED_MAX = 4096, /* likewise, of those paired by key */
    HELD_MAX = 16,         /* held back on trial: so many are proof enough */
};

struct open {
    union {
        struct exchange x;
        struct exchange_room room;
    };
    uint64_t key;
    struct open *next, *previous; /* in the order of asking */
    struct open *chain;           /* the next in its bucket */
    struct open *older, *newer;   /* of all connections, in the order of asking */
    struct pairing *pairing;      /* whose it is */
    uint64_t latest_ns;           /* when the latest byte of it came */
    uint32_t era;                 /* of the decoder that opened it */
    bool request_ended;
    bool told;     /* it has been emitted; what is still written to it goes nowhere */
    bool certain;  /* asked when order was to be trusted */
    bool lone;     /* asked when nothing was open and no answer was passing */
    bool ahead;    /* asked before the previous answer had begun */
    bool answered; /* whole; what is left of the request is still to come */
    bool touched;  /* bytes of its answer may be lost, and nobody knows whether its end was there */
    bool unseen;   /* it began before we could see: never emitted */
    bool untimed;  /* its answer is stamped before its request: the clock was put back */
    bool carried;  /* it goes on in the next era */
};

struct pairing {
    struct conn_shared *shared;
    const struct conn_ends *ends;
    struct open *first, *last;
    struct open **bucket;    /* of those with a key, by key; NULL while they are few */
    uint32_t buckets;        /* a power of two */
    struct open *charged[2]; /* whose the bytes now passing are; or NULL */
    struct open *ending[2];  /* which message ends with the bytes now passing; or NULL */
    struct open *answering;  /* whose the answer in progress is, of those answered in order */
    bool stray;              /* the answer in progress is nobody's */
    bool settled;            /* order is to be trusted */
    bool asks_ahead;         /* two requests came in one packet, or one was asked before the answer
                                to another had begun and both were answered; and since then, none
                                was answered that had waited its turn */
    bool unread_asks;        /* since the latest answer began, bytes of the client that start no
                                request, but may hold some, were passed over; set by the owner */
    uint64_t stray_ns;       /* when the latest answer that nobody asked for began */
    uint64_t due_ns;         /* no deadline of an exchange passes before; 0: there is none */
    uint32_t era;            /* counts decoders */
    uint32_t len;
    uint32_t ended;              /* emitted since somebody asked */
    uint32_t troubles[TROUBLES]; /* likewise, by enum trouble */
    char *host; /* owned: what the first exchange that did calls the server; NULL: none has yet */
    bool on_trial;     /* what is emitted is held back: see decoder.doubtful */
    bool contradicted; /* on trial, a side has sent what is not understood */
    struct open *held; /* those that are, the latest first */
    uint32_t held_len;
};

/* `ends` and `shared` are kept. */
void pairing_init(struct pairing *p, struct conn_shared *shared, const struct conn_ends *ends);

/* One connection less; after the last, frees what is kept for reuse. pairing_fini() does it. */
void pairing_leave(struct conn_shared *shared);

/* The trial is over: what was held back is emitted, as of now. */
void pairing_prove(struct pairing *p, struct moment m);

/* Or it is forgotten, and all that is open with it. */
void pairing_disprove(struct pairing *p);

/* Counts what could not be done, for the connection and for all. */
void pairing_trouble(struct pairing *p, enum trouble trouble, uint32_t count);

/* Releases what is open without emitting it. */
void pairing_fini(struct pairing *p);

/* A request begins, at `began_ns`, while the other side `is_answering` or not. NULL when there is
 * no room. At a cap what is open is evicted, counted: the oldest exchange, of this connection or,
 * at the cap on all, of any; of those with KEY_IN_ORDER all that are open there, because an answer
 * to one that is gone would be taken for the next one's. */
struct open *pairing_ask(struct pairing *p, struct moment m, uint64_t key, uint64_t began_ns,
                         bool is_answering);

/* The request with this key that has begun and not ended; or NULL. */
struct open *pairing_asking(const struct pairing *p, uint64_t key);

/* An answer begins: to which request? NULL: nobody's that is known. */
struct open *pairing_answer(struct pairing *p, struct moment m, uint64_t key, uint64_t began_ns);

/* What happened at `*ns` came after what happened at `earlier_ns`, whatever the stamps say: puts
 * them right if they are a little apart, or else the exchange is not timed. */
void pairing_follows(struct pairing *p, struct open *open, uint64_t earlier_ns, uint64_t *ns);

/* Whose the answer in progress is, else the next one; or NULL. */
struct open *pairing_answering(const struct pairing *p, uint64_t key);

/* The answer in progress ends with the message being fed. */
void pairing_answer_ends(struct pairing *p, uint64_t key);

/* The answer is whole: the exchange is emitted as it stands; of those paired by key, not before the
 * request has ended too, or been given up. */
void pairing_answered(struct pairing *p, struct moment m, struct open *open);

/* Emits the exchange with this outcome, unless that was done. It stays in the queue. */
void pairing_tell(struct pairing *p, struct moment m, struct open *open, enum outcome outcome);

/* Tells them all and empties the queue: with `outcome`, or with `half` those whose answer has
 * begun, or as unknown those that a loss has touched. */
void pairing_end(struct pairing *p, struct moment m, enum outcome outcome, enum outcome half);

/* A decoder lost its place in the bytes of one direction: what that can have touched is unknown.
 * Lost requests do not touch the ones that came before them whole. Those paired by key are
 * marked: `touched`. */
void pairing_lose(struct pairing *p, struct moment m, enum dir dir);

/* The exchange with this key; or NULL. */
struct open *pairing_keyed(const struct pairing *p, uint64_t key);

/* A new exchange that was not asked for by the bytes now being fed: nobody saw its beginning
 * (`unseen`), or the server promised it. NULL when there is no room. */
struct open *pairing_add(struct pairing *p, struct moment m, uint64_t key, bool unseen);

/* Ends it with this outcome, emitted unless that was done, or forgets it. */
void pairing_abort(struct pairing *p, struct moment m, struct open *open, enum outcome outcome);
void pairing_withdraw(struct pairing *p, struct open *open);

/* What its client calls its server, by the host of the first exchange that has one; "" if none has.
 * Borrowed, and the same ever after. */
const char *pairing_host(struct pairing *p);

/* Bytes of memory held beside the struct. */
size_t pairing_memory(const struct pairing *p);

/* Its client waits for x->deadline_ns, if it said so. */
void pairing_expect(struct pairing *p, const struct exchange *x);

/* Sets notes on all exchanges that are open. */
void pairing_note(struct pairing *p, uint32_t notes);

/* Sets NOTE_RETRANSMITTED on all exchanges that are open. */
void pairing_retransmitted(struct pairing *p);

/* It is found under another key from now on. */
void pairing_rekey(struct pairing *p, struct open *open, uint64_t key);

/* Another decoder goes on; but for those that are `carried`, exchanges of the one before it are not
 * found any more. */
void pairing_new_era(struct pairing *p);
