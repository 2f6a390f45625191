/* tls_handshake.h - what the records of a handshake mean: one exchange, of key TLS_HANDSHAKE_KEY.
 *
 * The request is the ClientHello, the answer all that the server sends until the handshake is over
 * on its side. Up to TLS 1.2 that is its Finished, which is the first record behind its
 * ChangeCipherSpec. In TLS 1.3 it is sealed, like the certificates: it has come by when the client
 * sends its first sealed record, and the answer ends with what the server had sent by then. What
 * the server thinks of that record, in which the client may have proved who it is, shows in the one
 * it sends next; until then the exchange stays open. */
#pragma once

#include "decode/decoder.h"
#include "decode/keylog.h"
#include "decode/tls_hello.h"
#include "decode/tls_record.h"

enum { TLS_HANDSHAKE_KEY = 0, TLS_SESSION_ID_MAX = 32 };

struct tls_handshake {
    struct tls_messages messages[2];
    bool begun;        /* the client has said something */
    bool answering;    /* the server has, */
    bool unasked;      /* without having been asked, as far as was seen */
    bool retried;      /* it has asked for another ClientHello */
    bool answered;     /* it has said ServerHello: */
    bool is_13;        /* of TLS 1.3, */
    bool is_full;      /* it has sent more than belongs to a resumption; before TLS 1.3 */
    bool early_data;   /* the client may send data before the handshake is over */
    bool ssl2;         /* the ClientHello had the form of SSL 2 */
    bool sealed[2];    /* this side has changed to its keys; before TLS 1.3 */
    bool settled;      /* in TLS 1.3: the client has answered, which leaves the server's opinion */
    bool suspect;      /* what the server sent then has the length of an alert */
    bool closing;      /* so has what the client sent last */
    bool over;         /* nothing that comes can matter */
    uint8_t alert_len; /* of a sealed alert */
    uint32_t sealed_records[2]; /* of TLS 1.3, until it is settled */
    uint8_t session[TLS_SESSION_ID_MAX], session_len;
    /* What keys depend on, of those that have said hello. */
    bool has_random[2];
    uint16_t version, cipher;
    uint8_t random[2][TLS_RANDOM_BYTES];
};

void tls_handshake_free(struct tls_handshake *h);

/* The record that is being fed is: */

/* of messages in the clear; `content` is all of it; */
void tls_handshake_messages(struct tls_handshake *h, struct conn *c, enum dir dir,
                            struct bytes content);

/* the same, but it was not captured whole, and is to pass by; */
void tls_handshake_hole(struct tls_handshake *h, struct conn *c, enum dir dir);

/* of messages that were sealed with the keys of the handshake of TLS 1.3, and have been opened; */
void tls_handshake_opened(struct tls_handshake *h, struct conn *c, enum dir dir,
                          struct bytes content);

/* a ClientHello in the form of SSL 2, or the answer to one in SSL 2; */
void tls_handshake_ssl2_hello(struct tls_handshake *h, struct conn *c, struct bytes record);
void tls_handshake_ssl2_answer(struct tls_handshake *h, struct conn *c);

/* ChangeCipherSpec; */
void tls_handshake_change(struct tls_handshake *h, enum dir dir);

/* an alert in the clear; */
void tls_handshake_alert(struct tls_handshake *h, struct conn *c, enum dir dir,
                         struct bytes content);

/* sealed; of this type and length. */
void tls_handshake_sealed(struct tls_handshake *h, struct conn *c, enum dir dir,
                          const struct tls_record *r);
