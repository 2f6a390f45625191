/* conn.h - one connection that a decoder has claimed: keeps what the decoder has not consumed, lets
 * bodies and holes inside bodies pass, pairs requests with responses, and emits exchanges.
 *
 * A message's last byte is seen when all its bytes are: its time is the latest of the arrival
 * times of the bytes up to it in that direction. */
#pragma once

#include "decode/counters.h"
#include "decode/decoder.h"
#include "decode/keylog.h"
#include "decode/sink.h"

struct open;

/* An exchange and what its decoder keeps beside it. */
struct exchange_room {
    struct exchange x;
    _Alignas(8) uint8_t state[EXCHANGE_STATE_MAX];
};

/* What the connections of one worker share. Kept by the connections. The owner sets the first four
 * and the two limits; the rest starts as zero and belongs to the connections. */
struct conn_shared {
    struct sink sink;
    struct decode_counters *counters;
    const struct key_source *keys; /* NULL: there are none */
    struct hpack_memo *memo;       /* NULL: there is none */
    size_t unread_bytes;           /* held by all connections now */
    size_t unread_bytes_max; /* past it, the connection that wants more is given up (counted) */
    size_t open;             /* exchanges open on all connections now */
    size_t open_max;         /* past it, the oldest of all is emitted as unknown (counted) */
    struct open *oldest, *newest; /* of those open: see struct open */
    size_t conns;
    struct open *spare;      /* open exchanges for reuse; freed when the last connection ends */
    struct conn *spare_conn; /* likewise; see conn_rest.h */
    struct exchange_room scratch; /* what is written here goes nowhere */
    uint8_t opened[OPENED_MAX];   /* see conn_opened() */
};

/* Who talks to whom; copied. `notes` are set on every exchange. */
struct conn_ends {
    struct address client_address, server_address;
    uint16_t client_port, server_port;
    uint32_t tenant;
    uint32_t notes;
    const char *asked; /* see struct exchange; kept; NULL for "" */
};

/* NULL when memory is short. `shared` is kept. `resync`: start at the first segment that begins a
 * message, as after a gap (a connection joined in its middle). */
struct conn *conn_new(struct conn_shared *shared, const struct decoder *decoder,
                      const struct conn_ends *ends, bool resync);

/* The place in the capture that later calls happen at. `number` is packet.number. */
struct moment {
    uint64_t now_ns; /* of the packet being handled */
    uint64_t number;
    bool skewed; /* the bytes are stamped before those that they answer, and are taken to have come
                    with them */
};

/* The next bytes of a stream, in order, which arrived at `arrived_ns` (before now_ns if they were
 * held for an earlier byte). Borrowed. */
void conn_bytes(struct conn *c, enum dir dir, struct moment m, uint64_t arrived_ns,
                struct bytes in);

/* One datagram, of which the snapshot length cut `cut` bytes off. Borrowed. */
void conn_datagram(struct conn *c, enum dir dir, struct moment m, struct bytes in, uint32_t cut);

/* The next `len` bytes of the stream were never captured. `note` says why: NOTE_GAP, NOTE_TRUNCATED
 * or NOTE_ONE_WAY. */
void conn_gap(struct conn *c, enum dir dir, struct moment m, uint64_t len, enum note note);

/* Bytes of an open message were seen a second time: sets NOTE_RETRANSMITTED on the open exchanges.
 */
void conn_retransmitted(struct conn *c, enum dir dir);

/* The sender will send no more (FIN). A message that lasts until the close ends here, and now:
 * until then its receiver could not know that it was whole. */
void conn_eof(struct conn *c, enum dir dir, struct moment m);

enum conn_close {
    CLOSE_ORDERLY,         /* both sides have finished */
    CLOSE_RESET_BY_CLIENT, /* open exchanges: cancelled */
    CLOSE_RESET_BY_SERVER, /* open exchanges: reset */
    CLOSE_IDLE,            /* nothing for a long time: a request without an answer is a timeout */
    CLOSE_UNSEEN, /* it is over, or was evicted, and nobody saw how: unanswered, or unknown if half
                   * answered */
    CLOSE_CAPTURE_ENDED, /* likewise, but it may well go on */
};

/* Emits what is open, with the outcome that `why` says. NULL is fine. */
void conn_finish(struct conn *c, struct moment m, enum conn_close why);

/* Frees the connection; what is open is forgotten. NULL is fine. */
void conn_free(struct conn *c);

/* Both. */
void conn_close(struct conn *c, struct moment m, enum conn_close why);

/* Do only one side's packets reach the tap? Then what is not answered is not known to be. NULL is
 * fine. */
void conn_set_one_way(struct conn *c, bool one_way);

/* Requests sent and not yet answered whole, of whose answer nothing has come for longer than
 * `limit_ns`, end as timeouts now; what arrives for them later is passed over. Calls made of
 * messages may be silent for as long as their client said, or like; but what a loss has touched,
 * and nothing was heard of since, ends as unknown. NULL is fine. */
void conn_time_out(struct conn *c, struct moment m, uint64_t limit_ns);

/* Exchanges whose client said how long it would wait end as timeouts when that has passed, and of
 * which nothing has come for DEADLINE_GRACE_NS since: until then a reset or a late status may tell
 * more. Cheap if no deadline has passed. True: there were some. NULL is fine. */
#define DEADLINE_GRACE_NS UINT64_C(1000000000)
bool conn_end_overdue(struct conn *c, struct moment m);

/* What the bytes are now: the decoder, or NULL when it was given up, or when the protocol that
 * follows an Upgrade or CONNECT is not known (then conn_wants_classify() is true, and the owner
 * feeds the bytes to classify() and answers with conn_set_decoder()). */
const struct decoder *conn_decoder(const struct conn *c);

/* Was it given up on trial (decoder.doubtful)? It has told nothing then. */
bool conn_is_disproved(const struct conn *c);

bool conn_wants_classify(const struct conn *c);
void conn_set_decoder(struct conn *c, const struct decoder *decoder);

/* What it is to be reported as, static; NULL: not known yet. */
const char *conn_protocol(const struct conn *c);

/* What its client calls the server: the host of its first exchange that has one; of TLS, or else of
 * what is inside, if that can be read. "": none has yet. NULL is fine. Borrowed, until the
 * connection ends. */
const char *conn_host(struct conn *c);

/* Is there an exchange on it, or has there been one since it was last reported? */
bool conn_has_begun(const struct conn *c);

/* Does it carry many exchanges at once? Then conn_open_calls() hands each that is open to the sink,
 * and conn_report() adds what the connection knows of itself to a report. NULL is fine. */
bool conn_is_multiplexed(const struct conn *c);
void conn_open_calls(struct conn *c);
void conn_report(struct conn *c, struct flow_report *r);

/* Moves what it counted of troubles into a report; conn_report() does that too. NULL is fine. */
void conn_report_troubles(struct conn *c, struct flow_report *r);

/* Bytes of memory the connection holds. */
size_t conn_memory(const struct conn *c);
