/* decoder.h - the interface between decode/ and one protocol in decode/proto/.
 *
 * To add a protocol: write decode/proto/NAME.c, which exports `const struct decoder
 * NAME_decoder` and nothing else, and add X(NAME) to the list in decoders.c.
 *
 * A decoder runs on one thread at a time. It never blocks, logs, or allocates per packet. Bad
 * input is not an error: feed returns DECODE_LOST and the framework counts it. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"
#include "decode/flow_report.h"

enum dir { TO_SERVER, TO_CLIENT };     /* also the index of every per-direction array */
enum transport { OVER_TCP, OVER_UDP }; /* over UDP, feed sees exactly one datagram */
enum guess { GUESS_NO, GUESS_MORE, GUESS_YES };

/* The opening bytes of a connection, or of a place where decoding starts anew; either side may be
 * empty. */
struct opening {
    struct bytes to_server, to_client;
    bool midstream; /* the bytes need not be the connection's first */
    bool unsided;   /* and which side is which is a guess that the bytes should confirm */
    uint32_t cut;   /* of a datagram: bytes behind these that the snapshot length cut off */
};

#define DECODE_MORE                                                                                \
    ((int64_t)0) /* the message is not all here yet: show it again. Of a datagram to               \
                  * the client: nobody has asked for it yet */
#define DECODE_LOST ((int64_t)-1) /* this is not the start of a message */
#define DECODE_REST INT64_MAX     /* the message lasts until the connection closes */

struct name_answer; /* sink.h */
struct conn;        /* one client, one server, both directions; see the calls below */
struct key_source;  /* keylog.h */
struct hpack_memo;  /* hpack_memo.h */

struct decoder {
    const char *name; /* "http": in the log, the database and the page; static */
    enum transport transport;
    uint16_t ports[4]; /* where to look first; a hint, never proof; zero-terminated if fewer */
    size_t state_size; /* zeroed bytes per connection, from conn_state(); freed for you */
    bool multiplexed;  /* many exchanges at once, paired by key */

    /* Other protocols may begin like this one: the connection is on trial until both sides have
     * sent a message of it. Nothing is told of it before; if something else comes instead, what
     * was taken for exchanges is forgotten, and the connection is given up. */
    bool doubtful;

    /* Is this the protocol? Pure: depends on nothing but `opening`. */
    enum guess (*probe)(const struct opening *opening);

    /* `in` starts where a message starts. Returns the length of that message, or one of the
     * DECODE_ values. The length may exceed in.len: the rest then passes by unseen, which is
     * how a large body costs nothing and a hole inside it does no harm. Over UDP, `in` is one
     * datagram, which passes by as a whole; what is no message of the protocol stands alone, too,
     * and what has been heard before is none the worse for it. */
    int64_t (*feed)(struct conn *c, enum dir dir, struct bytes in);

    /* `len` bytes that were not part of a body passing by were never captured, or are of no use
     * without those behind them; they begin where feed was last shown them. 0: none are missing,
     * but feed has answered DECODE_LOST. Returns, like feed, the length of what begins with the
     * missing bytes and is to pass by unseen, if it is known; else DECODE_LOST. Then the open
     * exchanges that the loss can have touched end as unknown, or are marked where they are paired
     * by key, and feed is tried at each later segment until it stops answering DECODE_LOST.
     * Optional: without it, state is zeroed, and the place is lost. */
    int64_t (*gap)(struct conn *c, enum dir dir, uint64_t len);

    /* Time has passed, or (`last`) the connection is about to end: what waits for something that
     * does not come by on the wire is looked at again. Optional. */
    void (*poll)(struct conn *c, bool last);

    /* Adds what it knows to a report on the connection. Optional. */
    void (*report)(struct conn *c, struct flow_report *r);

    /* What `state` is like when all messages that began are whole, but for a connection that was
     * not understood from its beginning: with nothing open it may be put away then, and begin
     * anew from this (conn_rest.h). Optional. */
    const void *at_rest;

    /* Releases what `state` points to, not `state`. Optional: most decoders own nothing. */
    void (*free)(void *state);
};

/* All decoders, in the order they are probed; ends with NULL. */
extern const struct decoder *const decoders[];

/* The one with this name; NULL if there is none. */
const struct decoder *decoder_named(const char *name);

/* What a decoder may call. None of these fails: when a table is full the framework evicts,
 * counts, and hands out a scratch exchange that goes nowhere. */

void *conn_state(struct conn *c);

/* When the first of the bytes being fed came: capture clock, nanoseconds. */
uint64_t conn_now_ns(const struct conn *c);

/* When it is: the time of the packet, or of the tick, that is being handled. */
uint64_t conn_clock_ns(const struct conn *c);

/* Is feed being shown bytes of which nobody knows where in a message they are? So it is until feed
 * has once returned a length: at a join in the middle, and after a loss. */
bool conn_is_lost(const struct conn *c, enum dir dir);

/* Bytes behind those being fed that belong to their datagram, but were cut off by the snapshot
 * length. */
uint32_t conn_cut(const struct conn *c);

/* Where the server is. */
const struct address *conn_server(const struct conn *c, uint16_t *ret_port);

/* What the connection is reported as; static. Until it is called a multiplexed connection has no
 * name, and afterwards it keeps the first. Others are called as their decoder is. */
void conn_name(struct conn *c, const char *protocol);

bool conn_is_named(const struct conn *c, const char *protocol);

/* Part of a message was longer than a limit allows, and is passed over: counted. */
void conn_shed(struct conn *c);

/* So many fields of a message were left out, or cut, because of a limit: counted. */
void conn_shortened(struct conn *c, uint32_t fields);

#define KEY_IN_ORDER UINT64_MAX /* the key of protocols that answer in the order of asking */

/* A message starts with the bytes being fed. TO_SERVER this opens an exchange, zeroed but for the
 * addresses and times; TO_CLIENT it finds the one opened with the same key (the oldest open one,
 * for KEY_IN_ORDER) and notes the answer's first byte; an answer without a request is counted as
 * stray, and is written to a scratch exchange. The pointer is good until feed returns. */
struct exchange *conn_begin(struct conn *c, enum dir dir, uint64_t key);

/* The exchange of a message begun in an earlier feed and not ended since; TO_CLIENT, the one that
 * the answer in progress, else the next answer, with this key belongs to. NULL if there is none.
 * The bytes of the message being fed count for the exchange begun or found last. */
struct exchange *conn_find(struct conn *c, enum dir dir, uint64_t key);

/* That message ends with the last byte of the message being fed (whose length feed is about to
 * return); TO_CLIENT this emits the exchange, with the outcome set on it; of multiplexed protocols
 * when the request has ended as well. */
void conn_end(struct conn *c, enum dir dir, uint64_t key);

/* That message lasts until its sender closes, and ends then; feed tells the lengths of its parts.
 * Of answers given in the order of asking. */
void conn_end_with_close(struct conn *c, enum dir dir);

/* Zeroed bytes beside an exchange that conn_begin() and the like have handed out, for the decoder's
 * own use; they live as long as it does. */
enum { EXCHANGE_STATE_MAX = 512 };
void *exchange_state(struct exchange *x);

/* Its answer, if there is one, is not to be seen on this connection: it ends with its request, as
 * it stands. Of those paired by key. */
void conn_expect_no_answer(struct conn *c, uint64_t key);

/* The exchange with this key; charges it with nothing. NULL if there is none. */
struct exchange *conn_peek(struct conn *c, uint64_t key);

/* All that are open, in the order of their beginning: the first after `x`, or with NULL the first.
 */
struct exchange *conn_next(struct conn *c, const struct exchange *x);

/* The server announces the answer to a request that nobody sent; its fields are in the message
 * being fed. An exchange whose request is whole. */
struct exchange *conn_promise(struct conn *c, uint64_t key);

/* The message being fed is part of an exchange whose beginning was not seen. It is open from here
 * on, and counted as a stray answer in the end instead of being emitted. */
struct exchange *conn_adopt(struct conn *c, uint64_t key);

/* The exchange ends here and now, whatever of it was still to come; if its answer is whole, with
 * the outcome that it has. Nothing happens if there is none with this key. */
void conn_abort(struct conn *c, uint64_t key, enum outcome outcome);

/* What has come of that answer is all of it, as only what is being fed now shows. The exchange is
 * emitted, with the outcome set on it, by conn_abort() or when the connection ends. */
void conn_answer_was_whole(struct conn *c, uint64_t key);

/* What was taken for an exchange is none: it is forgotten as if it had never begun. */
void conn_withdraw(struct conn *c, uint64_t key);

/* A further message of a streaming call, which goes to the sink; see there. */
void conn_message(struct conn *c, struct exchange *x, uint64_t gap_ns);

/* How long the client is willing to wait for this exchange is known now (x->deadline_ns). */
void conn_expect(struct conn *c, const struct exchange *x);

/* With conn_become(): the exchange with this key goes on in the next protocol; if there is none, so
 * does the one that is being answered, under this key, and the present one says nothing of its
 * answer. */
void conn_carry(struct conn *c, uint64_t key);

/* A certificate was shown: does whoever is told of it know it already? */
bool conn_knows_certificate(struct conn *c, const struct fingerprint *f,
                            const struct fingerprint *issued_by);
void conn_tell_certificate(struct conn *c, const struct certificate *certificate);

/* Where secrets are to be asked for; NULL: there are none. Kept by the connection. */
const struct key_source *conn_keys(const struct conn *c);

/* Where header blocks are remembered; NULL: they are not. */
struct hpack_memo *conn_memo(struct conn *c);

/* A record did not open with the key that there is for it: counted. */
void conn_undecrypted(struct conn *c);

/* How many bytes of the stream came before those being fed, whether they were seen or not; and how
 * many there are by now. */
uint64_t conn_place(const struct conn *c);
uint64_t conn_total(const struct conn *c, enum dir dir);

/* How many bytes from this place of the message being fed on, which is part of what feed was shown,
 * came at one time, which is written to `ret_ns`. */
size_t conn_fed_run(const struct conn *c, size_t at, uint64_t *ret_ns);

/* Room for what a message holds once it is opened; shared by all, and good until feed or poll
 * returns. */
enum { OPENED_MAX = 18 * 1024 };
uint8_t *conn_opened(struct conn *c);

/* The connection carries another one, of which these are the next bytes: what it speaks is found
 * out as at the start of a connection, and its exchanges are noted as NOTE_DECRYPTED. */
void conn_inner_bytes(struct conn *c, enum dir dir, uint64_t arrived_ns, struct bytes in);

/* Of the one inside the next `len` bytes were lost. */
void conn_inner_gap(struct conn *c, enum dir dir, uint64_t len);
#define GAP_UNKNOWN (UINT64_MAX / 4) /* nobody knows how many */

/* Adds bytes to those that wait until they can be opened. False: there is no room for so many, at
 * most CONN_HELD_MAX. */
enum { CONN_HELD_MAX = 256 * 1024 };
bool conn_hold(struct conn *c, struct bytes in);

/* Takes them all out and hands them to `each`, for as long as that takes some from the front: it
 * returns how many, or 0. */
void conn_release(struct conn *c, size_t (*each)(void *ctx, struct conn *c, struct bytes in),
                  void *ctx);

/* All that was said on the one inside so far has been handed on. */
void conn_inner_caught_up(struct conn *c);

/* Writes wire text into a field of an exchange in canonical form, noting NOTE_TRUNCATED on it when
 * cut. Use with sizeof the field. */
void exchange_text(struct exchange *x, char *field, size_t size, struct bytes raw);

/* An answer to a question on this connection says which name an address has. `a` needs no tenant.
 */
void conn_learned(struct conn *c, struct name_answer *a);

/* What follows the message being fed is another protocol (STARTTLS, Upgrade, CONNECT), in both
 * directions. NULL: find out which, as at the start of a connection. The present decoder is freed
 * when feed returns; exchanges that are open stay open and end with the connection. */
void conn_become(struct conn *c, const struct decoder *next);

/* What is spoken here, also in TLS if that follows: a name that is static. Whoever does not say is
 * taken at the name of his protocol. And what that is, of TLS that followed; NULL: none did. */
void conn_speaks(struct conn *c, const char *protocol);
const char *conn_spoken(const struct conn *c);
