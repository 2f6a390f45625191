/* quic_initial.c - see quic_initial.h. */
#include "decode/quic_initial.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "decode/tls_digest.h"

enum { SECRET = 32, SAMPLE = 16, TAG = 16, NUMBER_MAX = 4, LABEL_MAX = 64 };

/* What the versions differ in. */
struct dialect {
    uint32_t version;
    uint8_t salt[20];
    const char *key, *iv, *header; /* labels */
};

static const struct dialect dialects[] = {
    {QUIC_VERSION_1,
     {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
     "tls13 quic key",
     "tls13 quic iv",
     "tls13 quic hp"},
    {QUIC_VERSION_2,
     {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
     "tls13 quicv2 key",
     "tls13 quicv2 iv",
     "tls13 quicv2 hp"},
};

static const struct dialect *dialect_of(uint32_t version)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (dialects[i].version == version)
            return &dialects[i];
    return NULL;
}

static OSSL_PARAM octets(const char *name, struct bytes b)
{
    static const uint8_t nothing;
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)(b.len ? b.at : &nothing),
                                             b.len);
}

/* One half of HKDF with SHA-256 (RFC 5869): `more` is the salt or the info. */
static bool hkdf(EVP_KDF_CTX *kdf, int mode, struct bytes key, const char *what, struct bytes more,
                 uint8_t *out, size_t len)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        octets(OSSL_KDF_PARAM_KEY, key),
        octets(what, more),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX_reset(kdf);
    return EVP_KDF_derive(kdf, out, len, params) == 1;
}

/* HKDF-Expand-Label without a context (RFC 8446, 7.1). */
static bool expand(EVP_KDF_CTX *kdf, const uint8_t secret[SECRET], const char *label, uint8_t *out,
                   size_t len)
{
    uint8_t info[LABEL_MAX] = {0, (uint8_t)len, (uint8_t)strlen(label)};
    memcpy(info + 3, label, info[2]);
    return hkdf(kdf, EVP_KDF_HKDF_MODE_EXPAND_ONLY, bytes_of(secret, SECRET), OSSL_KDF_PARAM_INFO,
                bytes_of(info, 3U + info[2] + 1U), out, len);
}

static bool derive_key(EVP_KDF_CTX *kdf, const struct dialect *d, const uint8_t initial[SECRET],
                       const char *whose, struct quic_key *ret)
{
    uint8_t secret[SECRET];
    return expand(kdf, initial, whose, secret, SECRET) &&
           expand(kdf, secret, d->key, ret->key, sizeof ret->key) &&
           expand(kdf, secret, d->iv, ret->iv, sizeof ret->iv) &&
           expand(kdf, secret, d->header, ret->header, sizeof ret->header);
}

bool quic_derive(uint32_t version, struct bytes dcid, struct quic_keys *ret)
{
    const struct dialect *d = dialect_of(version);
    if (!d)
        return false;
    tls_library_ready();
    uint8_t initial[SECRET];
    EVP_KDF *algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *kdf = EVP_KDF_CTX_new(algorithm);
    ret->version = version;
    bool derived = kdf &&
                   hkdf(kdf, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, dcid, OSSL_KDF_PARAM_SALT,
                        bytes_of(d->salt, sizeof d->salt), initial, SECRET) &&
                   derive_key(kdf, d, initial, "tls13 client in", &ret->by[TO_SERVER]) &&
                   derive_key(kdf, d, initial, "tls13 server in", &ret->by[TO_CLIENT]);
    EVP_KDF_CTX_free(kdf);
    EVP_KDF_free(algorithm);
    return derived;
}

/* What hides the first byte and the packet number. */
static bool make_mask(EVP_CIPHER_CTX *cipher, const struct quic_key *k, const uint8_t *sample,
                      uint8_t mask[SAMPLE])
{
    int len;
    return EVP_EncryptInit_ex(cipher, EVP_aes_128_ecb(), NULL, k->header, NULL) == 1 &&
           EVP_EncryptUpdate(cipher, mask, &len, sample, SAMPLE) == 1;
}

/* The header is authenticated as it was before its protection. */
static bool add_header(EVP_CIPHER_CTX *cipher, const struct quic_packet *p, uint8_t first,
                       const uint8_t *number, int number_len)
{
    int len;
    return EVP_DecryptUpdate(cipher, NULL, &len, &first, 1) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &len, p->all.at + 1, (int)p->number_at - 1) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &len, number, number_len) == 1;
}

static bool unseal(EVP_CIPHER_CTX *cipher, const uint8_t *key, const uint8_t *nonce)
{
    return EVP_DecryptInit_ex(cipher, EVP_aes_128_gcm(), NULL, key, nonce) == 1;
}

/* Packet numbers of Initial packets are small: those on the wire are whole. */
static bool open_with(EVP_CIPHER_CTX *cipher, const struct quic_key *k, const struct quic_packet *p,
                      uint8_t *room, struct bytes *ret)
{
    const uint8_t *at = p->all.at + p->number_at;
    uint8_t mask[SAMPLE], number[NUMBER_MAX], nonce[sizeof k->iv], tag[TAG];
    if (!make_mask(cipher, k, at + NUMBER_MAX, mask))
        return false;
    uint8_t first = p->all.at[0] ^ (mask[0] & 0x0f);
    int number_len = (first & 3) + 1, len = 0, rest = 0;
    memcpy(nonce, k->iv, sizeof nonce);
    for (int i = 0; i < number_len; i++) {
        number[i] = at[i] ^ mask[1 + i];
        nonce[(int)sizeof nonce - number_len + i] ^= number[i];
    }
    struct bytes sealed = bytes_after(p->all, p->number_at + (size_t)number_len);
    size_t payload = sealed.len - TAG;
    memcpy(tag, sealed.at + payload, TAG);
    bool opened = unseal(cipher, k->key, nonce) &&
                  add_header(cipher, p, first, number, number_len) &&
                  EVP_DecryptUpdate(cipher, room, &len, sealed.at, (int)payload) == 1 &&
                  EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
                  EVP_DecryptFinal_ex(cipher, room + len, &rest) == 1;
    *ret = bytes_of(room, payload);
    return opened;
}

bool quic_open(const struct quic_keys *keys, enum dir dir, const struct quic_packet *p,
               uint8_t room[QUIC_PAYLOAD_MAX], struct bytes *ret)
{
    if (p->type != QUIC_INITIAL || p->version != keys->version)
        return false;
    size_t protected_len = p->all.len - p->number_at;
    if (protected_len < NUMBER_MAX + SAMPLE || protected_len > QUIC_PAYLOAD_MAX)
        return false;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    bool opened = cipher && open_with(cipher, &keys->by[dir], p, room, ret);
    EVP_CIPHER_CTX_free(cipher);
    return opened;
}
