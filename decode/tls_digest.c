/* tls_digest.c - see tls_digest.h. */
#include "decode/tls_digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

void tls_library_ready(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

struct fingerprint tls_sha256(struct bytes in)
{
    static const uint8_t nothing;
    struct fingerprint f = {{0}};
    tls_library_ready();
    SHA256(in.len ? in.at : &nothing, in.len, f.byte);
    return f;
}
