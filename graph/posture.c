/* posture.c - see posture.h.
 *
 * Versions: RFC 6176, RFC 7568, RFC 8996. Ciphers: RFC 9325, 4.1 and 4.2. Keys and signatures:
 * RFC 9325, 4.5. */
#include "graph/posture.h"

#include <stddef.h>
#include <string.h>

enum {
    RSA_BITS_LEAST = 2048,
    EC_BITS_LEAST = 224,
    NEAR_S = 30 * 24 * 3600,
    NEAR_PART = 3, /* of certificates that live shortly */
};

struct weakness {
    const char *part, *why;
};

bool posture_is_sealed(const char *protocol)
{
    return strcmp(protocol, "tls") == 0 || strcmp(protocol, "quic") == 0;
}

/* The first whose part is in the text. */
static const char *find(const struct weakness *list, size_t len, const char *text)
{
    for (size_t i = 0; i < len; i++)
        if (strstr(text, list[i].part))
            return list[i].why;
    return NULL;
}

const char *posture_of_version(const char *version)
{
    static const struct weakness list[] = {
        {"SSL 2", "SSL 2 is broken"},         {"SSL 3", "SSL 3 is broken (POODLE)"},
        {"TLS 1.0", "TLS 1.0 is deprecated"}, {"TLS 1.1", "TLS 1.1 is deprecated"},
        {"draft", "a draft of TLS 1.3"},
    };
    return find(list, sizeof list / sizeof *list, version);
}

/* The names of TLS 1.3 tell of no exchange of keys, for that is always a fresh one. */
static const char *posture_of_key_exchange(const char *cipher)
{
    static const struct weakness list[] = {
        {"TLS_RSA_WITH_", "no forward secrecy: keys are sent under the server's RSA key"},
        {"TLS_RSA_PSK_", "no forward secrecy: keys are sent under the server's RSA key"},
        {"TLS_DH_RSA_", "no forward secrecy: Diffie-Hellman with fixed keys"},
        {"TLS_DH_DSS_", "no forward secrecy: Diffie-Hellman with fixed keys"},
        {"TLS_ECDH_", "no forward secrecy: Diffie-Hellman with fixed keys"},
    };
    return find(list, sizeof list / sizeof *list, cipher);
}

const char *posture_of_cipher(const char *cipher)
{
    static const struct weakness list[] = {
        {"_anon_", "nobody proves who they are"},
        {"_WITH_NULL_", "not encrypted"},
        {"TLS_SHA256_SHA256", "not encrypted"},
        {"TLS_SHA384_SHA384", "not encrypted"},
        {"TLS_NULL_", "not encrypted"},
        {"_EXPORT", "keys made weak for export"},
        {"_RC4_", "RC4 is broken"},
        {"_RC2_", "RC2 is broken"},
        {"_DES_", "DES is broken"},
        {"_DES40_", "DES is broken"},
        {"_3DES_", "blocks of 64 bits (SWEET32)"},
        {"_IDEA_", "blocks of 64 bits (SWEET32)"},
        {"_MD5", "MD5 is broken"},
    };
    const char *why = find(list, sizeof list / sizeof *list, cipher);
    return why ? why : posture_of_key_exchange(cipher);
}

const char *posture_of_key(const char *key, uint32_t bits)
{
    if (strcmp(key, "DSA") == 0)
        return "a DSA key";
    if (bits && strncmp(key, "RSA", 3) == 0 && bits < RSA_BITS_LEAST)
        return "an RSA key of less than 2048 bits";
    if (bits && strcmp(key, "EC") == 0 && bits < EC_BITS_LEAST)
        return "an EC key of less than 224 bits";
    return NULL;
}

const char *posture_of_signature(const char *signature)
{
    static const struct weakness list[] = {
        {"md2", "signed with MD2"},    {"md4", "signed with MD4"},    {"md5", "signed with MD5"},
        {"sha1", "signed with SHA-1"}, {"SHA1", "signed with SHA-1"},
    };
    return find(list, sizeof list / sizeof *list, signature);
}

enum validity posture_of_validity(uint64_t not_before_s, uint64_t not_after_s, uint64_t now_s)
{
    if (!not_after_s)
        return VALIDITY_UNKNOWN;
    if (now_s > not_after_s)
        return VALIDITY_OVER;
    if (now_s < not_before_s)
        return VALIDITY_TO_COME;
    uint64_t near_s = (not_after_s - not_before_s) / NEAR_PART;
    if (near_s > NEAR_S)
        near_s = NEAR_S;
    return not_after_s - now_s <= near_s ? VALIDITY_NEAR_ITS_END : VALIDITY_FINE;
}
