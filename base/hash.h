/* hash.h - SipHash-1-3, keyed (Aumasson and Bernstein, 2012; the variant of Rust and Linux).
 *
 * Every table whose keys come from the wire uses it with a secret key, so that nobody outside
 * can choose keys that collide. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash_key {
    uint64_t word[2];
};

static inline uint64_t hash_rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void hash_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = hash_rotate(v[1], 13) ^ v[0], v[0] = hash_rotate(v[0], 32);
    v[2] += v[3], v[3] = hash_rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = hash_rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = hash_rotate(v[1], 17) ^ v[2], v[2] = hash_rotate(v[2], 32);
}

static inline uint64_t hash_bytes(const struct hash_key *key, const void *at, size_t len)
{
    const uint8_t *p = at;
    uint64_t v[4] = {
        key->word[0] ^ 0x736f6d6570736575U,
        key->word[1] ^ 0x646f72616e646f6dU,
        key->word[0] ^ 0x6c7967656e657261U,
        key->word[1] ^ 0x7465646279746573U,
    };
    size_t left = len;
    for (; left >= 8; left -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        v[3] ^= word;
        hash_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)len << 56;
    for (size_t i = 0; i < left; i++)
        last |= (uint64_t)p[i] << (8 * i);
    v[3] ^= last;
    hash_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        hash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
