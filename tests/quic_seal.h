/* quic_seal.h - makes Initial packets of QUIC, the other way round than decode/quic_initial.h opens
 * them. Of numbers of frames and lengths only those of two bytes are made. */
#pragma once

#include <openssl/evp.h>
#include <stdlib.h>

#include "decode/quic_initial.h"

enum { QUIC_SEALED_MAX = 16383, QUIC_SEAL_TAG = 16 };

struct quic_header {
    uint32_t version;
    struct bytes dcid, scid, token;
    uint32_t number;
    unsigned number_len; /* 1 to 4 */
};

static inline void quic_must(bool worked)
{
    if (!worked)
        abort();
}

static inline size_t quic_put(uint8_t *out, size_t at, struct bytes b)
{
    if (b.len)
        memcpy(out + at, b.at, b.len);
    return at + b.len;
}

static inline size_t quic_put_two(uint8_t *out, size_t at, size_t number)
{
    out[at] = (uint8_t)(0x40 | number >> 8);
    out[at + 1] = (uint8_t)number;
    return at + 2;
}

static inline size_t quic_put_header(const struct quic_header *h, size_t sealed_len, uint8_t *out)
{
    size_t at = 1;
    out[0] = (uint8_t)((h->version == QUIC_VERSION_2 ? 0xd0 : 0xc0) | (h->number_len - 1));
    for (int shift = 24; shift >= 0; shift -= 8)
        out[at++] = (uint8_t)(h->version >> shift);
    out[at++] = (uint8_t)h->dcid.len;
    at = quic_put(out, at, h->dcid);
    out[at++] = (uint8_t)h->scid.len;
    at = quic_put(out, at, h->scid);
    out[at++] = (uint8_t)h->token.len; /* up to 63 */
    at = quic_put(out, at, h->token);
    at = quic_put_two(out, at, h->number_len + sealed_len);
    for (unsigned i = h->number_len; i-- > 0;)
        out[at++] = (uint8_t)(h->number >> 8 * i);
    return at;
}

/* Returns its length. `payload` is filled up so that there is enough to take a sample of. */
static inline size_t quic_seal(const struct quic_keys *keys, enum dir dir,
                               const struct quic_header *h, struct bytes payload, uint8_t *out)
{
    const struct quic_key *k = &keys->by[dir];
    uint8_t plain[QUIC_SEALED_MAX] = {0}, nonce[12], mask[16];
    size_t len = payload.len < 4 ? 4 : payload.len;
    size_t at = quic_put_header(h, len + QUIC_SEAL_TAG, out), number_at = at - h->number_len;
    int n;
    quic_put(plain, 0, payload);
    memcpy(nonce, k->iv, sizeof nonce);
    for (int i = 0; i < 4; i++)
        nonce[11 - i] ^= (uint8_t)(h->number >> 8 * i);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    quic_must(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, k->key, nonce) == 1 &&
              EVP_EncryptUpdate(c, NULL, &n, out, (int)at) == 1 &&
              EVP_EncryptUpdate(c, out + at, &n, plain, (int)len) == 1 &&
              EVP_EncryptFinal_ex(c, out + at + len, &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, QUIC_SEAL_TAG, out + at + len) == 1 &&
              EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, k->header, NULL) == 1 &&
              EVP_EncryptUpdate(c, mask, &n, out + number_at + 4, sizeof mask) == 1);
    EVP_CIPHER_CTX_free(c);
    out[0] ^= mask[0] & 0x0f;
    for (unsigned i = 0; i < h->number_len; i++)
        out[number_at + i] ^= mask[1 + i];
    return at + len + QUIC_SEAL_TAG;
}
