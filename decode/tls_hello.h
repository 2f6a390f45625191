/* tls_hello.h - what ClientHello and ServerHello say (RFC 8446, 4.1; RFC 5246, 7.4.1; appendix E.2
 * for the form of SSL 2). Pure: views into the message, borrowed. */
#pragma once

#include "base/bytes.h"

enum { TLS_SSL2_HELLO_MAX = 1024 };

/* Values that are sent to keep the other side used to what it does not know (RFC 8701). */
static inline bool tls_is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

struct tls_client_hello {
    uint16_t version;        /* as the fixed field says, */
    uint16_t version_most;   /* and the greatest that is offered */
    struct bytes random;     /* 32 bytes; of SSL 2's form none */
    struct bytes session_id; /* to be resumed, or to be echoed */
    struct bytes ciphers;    /* two bytes each, of SSL 2's form three */
    struct bytes extensions; /* a type of two bytes, a length of two, the content; well-formed */
    struct bytes server_name;
    struct bytes alpn;       /* a list: a length of one byte, a name */
    struct bytes signatures; /* algorithms, two bytes each */
    bool has_server_name;    /* the extension is there */
    bool has_early_data;
    bool has_ech;
    bool is_ssl2; /* of that form */
};

/* The body of the message. False: it makes no sense. */
bool tls_read_client_hello(struct bytes body, struct tls_client_hello *ret);

/* The length of a record with a CLIENT-HELLO in the form of SSL 2 that begins here: 0 if it is
 * none. Five bytes are enough to tell. */
size_t tls_ssl2_hello_len(struct bytes in);

/* The whole record. */
bool tls_read_ssl2_hello(struct bytes record, struct tls_client_hello *ret);

struct tls_server_hello {
    uint16_t version; /* chosen */
    uint16_t cipher;
    struct bytes random; /* 32 bytes */
    struct bytes session_id;
    struct bytes alpn; /* chosen; empty: none, or to be told encrypted */
    bool is_retry;     /* it is a HelloRetryRequest */
    bool has_psk;      /* a key from before was accepted */
};

bool tls_read_server_hello(struct bytes body, struct tls_server_hello *ret);

/* The next name of an ALPN list, which moves on. */
bool tls_next_alpn(struct cursor *list, struct bytes *ret);

/* The name chosen, out of the body of EncryptedExtensions; empty: none. */
struct bytes tls_chosen_alpn(struct bytes body);

/* The next certificate of the body of a Certificate message, of TLS 1.3 or not. One that is cut off
 * is not handed out. */
struct cursor tls_certificates(struct bytes body, bool is_13);
bool tls_next_certificate(struct cursor *list, bool is_13, struct bytes *ret);
