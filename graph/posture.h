/* posture.h - is what protects a connection still good enough? Pure functions, the same for command
 * line, page and export. Each answers why not, in a few words, or NULL: nothing is wrong, or it is
 * not known. The answers are static. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* By the names of decode/tls_facts.h: "TLS 1.0", "TLS_RSA_WITH_RC4_128_SHA". */
const char *posture_of_version(const char *version);
const char *posture_of_cipher(const char *cipher);

/* Is a protocol of an edge nothing else, whether or not its handshake was seen? "tls", "quic". */
bool posture_is_sealed(const char *protocol);

/* "RSA", 1024; "sha1WithRSAEncryption". */
const char *posture_of_key(const char *key, uint32_t bits);
const char *posture_of_signature(const char *signature);

enum validity {
    VALIDITY_UNKNOWN,
    VALIDITY_FINE,
    VALIDITY_NEAR_ITS_END, /* 30 days, or a third of its life if that is shorter */
    VALIDITY_OVER,
    VALIDITY_TO_COME,
};

/* Both ends in seconds since 1970, 0: not known. */
enum validity posture_of_validity(uint64_t not_before_s, uint64_t not_after_s, uint64_t now_s);
