/* tls_make.h - records and messages of TLS, made of what a test wants to be in them. The bytes live
 * until tls_make_anew(). */
#pragma once

#include "script.h"

void tls_make_anew(void);

/* One after another; ends with a view of length 0. */
struct bytes tls_join(const struct bytes *parts);
#define JOIN(...) tls_join((const struct bytes[]){__VA_ARGS__, {0}})

struct bytes tls_record(uint8_t type, struct bytes content);
struct bytes tls_message(uint8_t type, struct bytes body);

/* So many bytes of no meaning. */
struct bytes tls_noise(size_t len);

/* Hexadecimal digits; spaces pass. */
struct bytes tls_hex(const char *digits);

struct made_hello {
    uint16_t version;     /* 0: TLS 1.2; the fixed field */
    uint16_t versions[3]; /* supported_versions; none: the extension is not there */
    uint16_t ciphers[4];  /* none: 0x1301 and 0xc02f */
    const char *name;     /* SNI; NULL: none */
    const char *alpn[3];
    uint8_t session; /* the first byte of a session id of 32; 0: there is none */
    bool early_data, ech;
    size_t padding; /* so many bytes of an extension */
};
struct bytes tls_client_hello(const struct made_hello *h); /* the message */
#define HELLO(...) tls_client_hello(&(struct made_hello){__VA_ARGS__})

struct made_answer {
    uint16_t version; /* 0: TLS 1.2; chosen */
    uint16_t cipher;  /* 0: 0xc02f, or 0x1301 */
    uint8_t session;
    const char *alpn;
    bool retry, psk;
};
struct bytes tls_server_hello(const struct made_answer *h); /* the message */
#define ANSWER(...) tls_server_hello(&(struct made_answer){__VA_ARGS__})

/* A file of tests/decode/certificates, and the message that shows some; ends with NULL. */
struct bytes tls_der(const char *name);
struct bytes tls_chain(const char *const *names);
#define CHAIN(...) tls_chain((const char *const[]){__VA_ARGS__, NULL})
#define NO_CHAIN tls_chain((const char *const[]){NULL})

/* Steps of a script. */
struct step tls_says(struct bytes b);
struct step tls_hears(struct bytes b);
