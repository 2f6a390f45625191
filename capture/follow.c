/* follow.c - see follow.h. */
#include "capture/follow.h"

/* The sum of both ends' hashes does not depend on their order. It must have nothing to do with
 * capture/spread.h: a worker would else have all that is followed, or nothing. */
static uint64_t hash_of_end(const struct hash_key *key, const struct address *a, uint16_t port)
{
    uint64_t word[2];
    memcpy(word, a->byte, sizeof word);
    uint64_t h = (word[0] ^ key->word[0]) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 32 ^ word[1] ^ port) * (key->word[1] | 1);
    return h ^ h >> 29;
}

bool follow_is_chosen(const struct hash_key *key, unsigned level, const struct address address[2],
                      const uint16_t port[2])
{
    if (!level)
        return true;
    uint64_t h = hash_of_end(key, &address[0], port[0]) + hash_of_end(key, &address[1], port[1]);
    h = (h ^ h >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
    return h >> (64 - level) == 0;
}

bool follow_packet(const struct hash_key *key, unsigned level, const struct packet *p)
{
    const struct address address[2] = {p->source, p->destination};
    const uint16_t port[2] = {p->source_port, p->destination_port};
    return follow_is_chosen(key, level, address, port);
}
