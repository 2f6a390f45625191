/* tls_seal.c - see tls_seal.h. */
#include "decode/tls_seal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <string.h>

#include "decode/tls_digest.h"
#include "decode/tls_facts.h"

enum {
    NONCE_SENT = 8, /* of TLS 1.2's counter modes */
    NONCE_KEPT = TLS_NONCE_BYTES - NONCE_SENT,
    AAD_12 = 13, /* number, type, version, length */
    KEY_BLOCK_MAX = 2 * (TLS_KEY_MAX + TLS_NONCE_BYTES),
    INFO_MAX = 64,
};

/* What the name of a suite says of its records. */
static const struct {
    const char *word;
    struct tls_suite suite;
} algorithms[] = {
    {"AES_128_GCM", {.algorithm = "AES-128-GCM", .key_len = 16, .tag_len = 16, .is_counter = true}},
    {"AES_256_GCM", {.algorithm = "AES-256-GCM", .key_len = 32, .tag_len = 16, .is_counter = true}},
    {"CHACHA20_POLY1305", {.algorithm = "ChaCha20-Poly1305", .key_len = 32, .tag_len = 16}},
    {"AES_128_CCM_8",
     {.algorithm = "AES-128-CCM", .key_len = 16, .tag_len = 8, .is_counter = true, .is_ccm = true}},
    {"AES_256_CCM_8",
     {.algorithm = "AES-256-CCM", .key_len = 32, .tag_len = 8, .is_counter = true, .is_ccm = true}},
    {"AES_128_CCM",
     {.algorithm = "AES-128-CCM",
      .key_len = 16,
      .tag_len = 16,
      .is_counter = true,
      .is_ccm = true}},
    {"AES_256_CCM",
     {.algorithm = "AES-256-CCM",
      .key_len = 32,
      .tag_len = 16,
      .is_counter = true,
      .is_ccm = true}},
};

bool tls_suite_of(uint16_t version, uint16_t cipher, struct tls_suite *ret)
{
    const char *name = tls_cipher_name(cipher);
    *ret = (struct tls_suite){0};
    if (!name || (version != TLS_1_2 && version != TLS_1_3))
        return false;
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms && !ret->algorithm; i++)
        if (strstr(name, algorithms[i].word))
            *ret = algorithms[i].suite;
    ret->sha384 = strstr(name, "SHA384");
    ret->is_13 = version == TLS_1_3;
    return ret->algorithm;
}

size_t tls_suite_overhead(const struct tls_suite *s)
{
    return s->tag_len + (s->is_13 ? 1U : s->is_counter ? NONCE_SENT : 0U);
}

size_t tls_suite_secret_len(const struct tls_suite *s)
{
    return s->sha384 ? 48 : 32;
}

static bool derive(const char *kdf, OSSL_PARAM *params, uint8_t *ret, size_t len)
{
    tls_library_ready();
    EVP_KDF *method = EVP_KDF_fetch(NULL, kdf, NULL);
    EVP_KDF_CTX *context = method ? EVP_KDF_CTX_new(method) : NULL;
    bool derived = context && EVP_KDF_derive(context, ret, len, params) > 0;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(method);
    return derived;
}

static OSSL_PARAM octets(const char *name, const void *at, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)at, len);
}

static OSSL_PARAM digest_of(const struct tls_suite *s)
{
    static char sha256[] = "SHA256", sha384[] = "SHA384";
    return OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, s->sha384 ? sha384 : sha256, 0);
}

/* HKDF-Expand-Label with an empty context. */
static bool expand(const struct tls_suite *s, const uint8_t *secret, const char *label,
                   uint8_t *ret, size_t len)
{
    uint8_t info[INFO_MAX];
    size_t label_len = strlen(label), at = 0;
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    info[at++] = 0;
    info[at++] = (uint8_t)len;
    info[at++] = (uint8_t)(6 + label_len);
    memcpy(info + at, "tls13 ", 6);
    memcpy(info + at + 6, label, label_len);
    at += 6 + label_len;
    info[at++] = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        digest_of(s),
        octets(OSSL_KDF_PARAM_KEY, secret, tls_suite_secret_len(s)),
        octets(OSSL_KDF_PARAM_INFO, info, at),
        OSSL_PARAM_construct_end(),
    };
    return derive("HKDF", params, ret, len);
}

bool tls_key_of_traffic(const struct tls_suite *s, const uint8_t *secret, struct tls_key *ret)
{
    return expand(s, secret, "key", ret->key, s->key_len) &&
           expand(s, secret, "iv", ret->iv, sizeof ret->iv);
}

bool tls_next_traffic(const struct tls_suite *s, const uint8_t *secret, uint8_t *ret)
{
    return expand(s, secret, "traffic upd", ret, tls_suite_secret_len(s));
}

bool tls_keys_of_master(const struct tls_suite *s, const uint8_t *master,
                        const uint8_t *client_random, const uint8_t *server_random,
                        struct tls_key ret[2])
{
    uint8_t block[KEY_BLOCK_MAX];
    size_t iv_len = s->is_counter ? NONCE_KEPT : TLS_NONCE_BYTES;
    size_t len = 2 * (s->key_len + iv_len);
    OSSL_PARAM params[] = {
        digest_of(s),
        octets(OSSL_KDF_PARAM_SECRET, master, TLS_SECRET_MAX),
        octets(OSSL_KDF_PARAM_SEED, "key expansion", 13),
        octets(OSSL_KDF_PARAM_SEED, server_random, TLS_RANDOM_BYTES),
        octets(OSSL_KDF_PARAM_SEED, client_random, TLS_RANDOM_BYTES),
        OSSL_PARAM_construct_end(),
    };
    if (!derive("TLS1-PRF", params, block, len))
        return false;
    for (size_t i = 0; i < 2; i++) {
        memcpy(ret[i].key, block + i * s->key_len, s->key_len);
        memcpy(ret[i].iv, block + 2 * s->key_len + i * iv_len, iv_len);
    }
    explicit_bzero(block, sizeof block);
    return true;
}

void tls_seal_free(struct tls_seal *s)
{
    EVP_CIPHER_CTX_free(s->context);
    explicit_bzero(s, sizeof *s);
}

bool tls_seal_set(struct tls_seal *s, const struct tls_suite *suite, const struct tls_key *key)
{
    tls_library_ready();
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, suite->algorithm, NULL);
    EVP_CIPHER_CTX *context = s->context ? s->context : EVP_CIPHER_CTX_new();
    s->context = context;
    s->suite = *suite;
    s->key = *key;
    bool set = cipher && context && EVP_DecryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, TLS_NONCE_BYTES, NULL) == 1 &&
               (suite->is_ccm || EVP_DecryptInit_ex2(context, NULL, key->key, NULL, NULL) == 1);
    EVP_CIPHER_free(cipher);
    return set;
}

static void put_number(uint8_t *to, uint64_t number)
{
    for (int i = 7; i >= 0; i--, number >>= 8)
        to[i] = (uint8_t)number;
}

/* Takes what was sent of it from the front of `content`. */
static void make_nonce(const struct tls_seal *s, uint64_t number, struct bytes *content,
                       uint8_t nonce[TLS_NONCE_BYTES])
{
    uint8_t counted[NONCE_SENT];
    memcpy(nonce, s->key.iv, TLS_NONCE_BYTES);
    if (!s->suite.is_13 && s->suite.is_counter) {
        memcpy(nonce + NONCE_KEPT, content->at, NONCE_SENT);
        *content = bytes_after(*content, NONCE_SENT);
        return;
    }
    put_number(counted, number);
    for (size_t i = 0; i < NONCE_SENT; i++)
        nonce[NONCE_KEPT + i] ^= counted[i];
}

/* What is authenticated besides; returns its length. */
static int make_aad(const struct tls_seal *s, uint64_t number, const uint8_t *header, size_t len,
                    uint8_t aad[AAD_12])
{
    if (s->suite.is_13) {
        memcpy(aad, header, TLS_RECORD_HEADER);
        return TLS_RECORD_HEADER;
    }
    put_number(aad, number);
    memcpy(aad + 8, header, 3);
    aad[11] = (uint8_t)(len >> 8);
    aad[12] = (uint8_t)len;
    return AAD_12;
}

/* CCM is told all lengths before it begins. */
static bool begin(struct tls_seal *s, const uint8_t *nonce, const uint8_t *tag, int len)
{
    EVP_CIPHER_CTX *context = s->context;
    int ignored;
    void *expected = (void *)(uintptr_t)tag;
    if (!s->suite.is_ccm)
        return EVP_DecryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, s->suite.tag_len, expected) == 1;
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, s->suite.tag_len, expected) == 1 &&
           EVP_DecryptInit_ex2(context, NULL, s->key.key, nonce, NULL) == 1 &&
           EVP_DecryptUpdate(context, NULL, &ignored, NULL, len) == 1;
}

int tls_seal_open(struct tls_seal *s, uint64_t number, const uint8_t *header, struct bytes content,
                  uint8_t *to)
{
    uint8_t nonce[TLS_NONCE_BYTES], aad[AAD_12];
    int wrote = 0, more = 0;
    size_t overhead = tls_suite_overhead(&s->suite) - s->suite.is_13;
    if (!s->context || content.len < overhead || (s->suite.is_ccm && content.len == overhead))
        return -1;
    make_nonce(s, number, &content, nonce);
    int len = (int)(content.len - s->suite.tag_len);
    int aad_len = make_aad(s, number, header, (size_t)len, aad);
    bool opened = begin(s, nonce, content.at + len, len) &&
                  EVP_DecryptUpdate(s->context, NULL, &more, aad, aad_len) == 1 &&
                  EVP_DecryptUpdate(s->context, to, &wrote, content.at, len) == 1 &&
                  (s->suite.is_ccm || EVP_DecryptFinal_ex(s->context, to + wrote, &more) == 1);
    return opened ? len : -1;
}
