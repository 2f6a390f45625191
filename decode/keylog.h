/* keylog.h - secrets of sessions of TLS, as programs write them down for whoever debugs them (the
 * format of SSLKEYLOGFILE: draft-ietf-tls-keylogfile).
 *
 * Found by the random of the ClientHello. Past a cap the session goes that was told of first,
 * counted. What is forgotten is wiped. */
#pragma once

#include "base/bytes.h"
#include "base/hash.h"

enum { TLS_RANDOM_BYTES = 32, TLS_SECRET_MAX = 48 };

enum tls_secret_kind {
    SECRET_MASTER, /* up to TLS 1.2; the others are of TLS 1.3: */
    SECRET_CLIENT_HANDSHAKE,
    SECRET_SERVER_HANDSHAKE,
    SECRET_CLIENT_TRAFFIC,
    SECRET_SERVER_TRAFFIC,
    SECRET_KINDS,
};

struct tls_secrets {
    uint8_t len[SECRET_KINDS]; /* 0: it is not known */
    uint8_t secret[SECRET_KINDS][TLS_SECRET_MAX];
};

/* Where a decoder asks for secrets. `find` may be called from any worker's thread. */
struct key_source {
    bool (*find)(void *ctx, const uint8_t random[TLS_RANDOM_BYTES], struct tls_secrets *ret);
    void *ctx;
    bool complete; /* what is not there will not come */
};

struct keylog;

struct keylog_counters {
    uint64_t secrets;  /* that were read */
    uint64_t nonsense; /* lines that are none of the format */
    uint64_t evicted;  /* sessions */
};

/* Of at most `max` sessions. NULL when memory is short. Given to the caller. */
struct keylog *keylog_new(const struct hash_key *key, uint32_t max);
void keylog_free(struct keylog *k); /* NULL is fine */

/* The next bytes of a file, which may end within a line. Labels that are not known pass. */
void keylog_read(struct keylog *k, struct bytes in);

/* The file ends here, or another begins: a line without an end is one all the same. */
void keylog_end(struct keylog *k);

/* What is known of a session; false: nothing. */
bool keylog_find(const struct keylog *k, const uint8_t random[TLS_RANDOM_BYTES],
                 struct tls_secrets *ret);

const struct keylog_counters *keylog_counters(const struct keylog *k);
