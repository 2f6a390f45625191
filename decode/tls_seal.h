/* tls_seal.h - what protects records of TLS 1.2 and 1.3: keys out of secrets, and records opened
 * with them (RFC 8446, 5.2 and 7; RFC 5246, 6.3; RFC 5288, RFC 6655, RFC 7905). By OpenSSL.
 *
 * Of TLS 1.2 only suites that authenticate as they encrypt (AEAD). */
#pragma once

#include "decode/keylog.h"
#include "decode/tls_record.h"

struct tls_suite {
    const char *algorithm; /* as OpenSSL calls it; static; NULL: none that is known here */
    uint8_t key_len, tag_len;
    bool sha384;     /* else SHA-256 */
    bool is_counter; /* GCM or CCM: TLS 1.2 sends half of the nonce along */
    bool is_ccm;
    bool is_13;
};

/* False: the records of this suite cannot be opened. */
bool tls_suite_of(uint16_t version, uint16_t cipher, struct tls_suite *ret);

/* So much longer is a record's content than what it holds; the type of TLS 1.3 included. */
size_t tls_suite_overhead(const struct tls_suite *s);

/* Length of the secrets of TLS 1.3. */
size_t tls_suite_secret_len(const struct tls_suite *s);

enum { TLS_KEY_MAX = 32, TLS_NONCE_BYTES = 12 };

struct tls_key {
    uint8_t key[TLS_KEY_MAX];
    uint8_t iv[TLS_NONCE_BYTES]; /* of is_counter and TLS 1.2, its first four bytes */
};

/* Those of one direction of TLS 1.3, */
bool tls_key_of_traffic(const struct tls_suite *s, const uint8_t *secret, struct tls_key *ret);

/* the secret behind it, to which KeyUpdate changes, */
bool tls_next_traffic(const struct tls_suite *s, const uint8_t *secret, uint8_t *ret);

/* and those of both of TLS 1.2: by the client, by the server. */
bool tls_keys_of_master(const struct tls_suite *s, const uint8_t *master,
                        const uint8_t *client_random, const uint8_t *server_random,
                        struct tls_key ret[2]);

/* One key, ready for use. Zero is none. */
struct tls_seal {
    void *context; /* owned */
    struct tls_suite suite;
    struct tls_key key;
};

bool tls_seal_set(struct tls_seal *s, const struct tls_suite *suite, const struct tls_key *key);
void tls_seal_free(struct tls_seal *s); /* wipes it */

/* Opens the record with this number; `header` is its five bytes. Returns the length of what is
 * written to `to`, which has room for `content.len`; -1: it is not what was sealed with this key
 * under this number. */
int tls_seal_open(struct tls_seal *s, uint64_t number, const uint8_t *header, struct bytes content,
                  uint8_t *to);
