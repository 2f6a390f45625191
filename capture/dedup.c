/* dedup.c - see dedup.h.
 *
 * Packets of the last moments are kept as a hash each, in buckets of a few; in a full bucket the
 * one that was seen longest ago makes room, at worst a copy of it will pass. */
#include "capture/dedup.h"

#include <netinet/in.h>
#include <stdlib.h>

enum {
    BUCKET_ENTRIES = 4,
    BUCKETS = 4096,
    SIGHTINGS_MAX = 4, /* places that are told apart, of one packet */
    COUNT_MAX = 240,   /* sightings at one place; from there they are counted down together... */
    COUNT_STEP = 120,  /* ...by a multiple of any number of copies that is told apart */
    COPIES_MAX = 4,    /* of a packet at one place */
    PATHS = 4096,
    LEARNED_MAX = 1024, /* packets of a path, at which its figures are halved */
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    HASHED_MAX = 64,      /* bytes behind the IP header */
    TCP_CHECKSUM_AT = 16, /* in the header behind that of IP */
    UDP_CHECKSUM_AT = 6,
    SAMPLES = 64,        /* in one period, while asleep */
    REPEATED_LEAST = 4,  /* of these, to wake */
    REPEATED_SHARE = 16, /* awake: one packet in so many is enough to stay so */
};

struct sighting {
    uint16_t path; /* see path_of(); 0: none */
    uint8_t ttl;
    uint8_t count;
};

struct entry {
    uint64_t hash;
    uint64_t last_ns; /* packet time of the latest sighting */
    struct sighting sighting[SIGHTINGS_MAX];
};
_Static_assert(sizeof(struct entry) == 32, "a bucket is two lines of cache");

/* What is known of one vantage. */
struct path {
    uint16_t path;                  /* 0: nothing */
    uint16_t seen;                  /* packets that were new */
    uint16_t again[COPIES_MAX - 1]; /* of these, those that came a second, third, fourth time */
    uint16_t spare;
    uint32_t last; /* part of the hash of the latest that came again */
};

struct dedup {
    struct hash_key key;
    bool asleep;
    uint32_t looked, copies, repeated; /* in this period */
    struct path path[PATHS];
    struct entry entry[BUCKETS][BUCKET_ENTRIES];
};

struct dedup *dedup_new(const struct hash_key *key)
{
    struct dedup *d = calloc(1, sizeof *d);
    if (d)
        d->key = *key;
    return d;
}

void dedup_free(struct dedup *d)
{
    free(d);
}

bool dedup_is_awake(const struct dedup *d)
{
    return !d->asleep;
}

static inline uint64_t mix(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15U;
    return x ^ x >> 32;
}

/* What is around the packet, in 16 bits that are not 0. */
static uint16_t path_of(const struct packet *p)
{
    uint64_t around = mix(p->link ^ ((uint64_t)p->tunnel_id << 32 | p->vlan));
    around = mix(around ^ ((uint64_t)p->interface << 8 | p->tunnels));
    uint16_t path = (uint16_t)(around >> 20);
    return path ? path : 1;
}

/* One packet in 2^DEDUP_SAMPLE_BITS, by what all its copies agree in. */
static inline bool is_sampled(const struct packet *p)
{
    uint64_t what = (uint64_t)p->sequence << 32 | p->acknowledged;
    if (p->protocol != IPPROTO_TCP && p->payload.len >= sizeof what)
        memcpy(&what, p->payload.at, sizeof what);
    what += (uint64_t)p->ip_id << 32 | (uint32_t)p->source_port << 16 | p->destination_port;
    return what * 0x9e3779b97f4a7c15U >> (64 - DEDUP_SAMPLE_BITS) == 0;
}

/* What copies agree in. Checksums are left out: where an adapter is to fill them in they are not
 * there yet. The length is in the IP header; what lies behind the first bytes is not looked at,
 * since snapshots end at different places. What is of two tenants is not the same. */
static uint64_t hash_of(const struct dedup *d, const struct packet *p)
{
    uint8_t same[IPV6_BYTES + HASHED_MAX];
    bool v4 = p->ip.at[0] >> 4 == 4;
    size_t header = v4 ? IPV4_BYTES : IPV6_BYTES;
    size_t room = header + HASHED_MAX, len = p->ip.len < room ? p->ip.len : room;
    uint8_t *behind = same + header;
    memcpy(same, p->ip.at, len);
    if (v4) {
        same[1] = same[8] = same[10] = same[11] = 0;
    } else {
        same[0] &= 0xf0;
        same[1] &= 0x0f;
        same[7] = 0;
    }
    bool plain = v4 ? same[0] == 0x45 && !(same[6] & 0x1f) && !same[7] : same[6] == p->protocol;
    if (plain && p->protocol == IPPROTO_TCP && len >= header + TCP_CHECKSUM_AT + 2)
        behind[TCP_CHECKSUM_AT] = behind[TCP_CHECKSUM_AT + 1] = 0;
    else if (plain && p->protocol == IPPROTO_UDP && len >= header + UDP_CHECKSUM_AT + 2)
        behind[UDP_CHECKSUM_AT] = behind[UDP_CHECKSUM_AT + 1] = 0;
    struct hash_key of_tenant = {{d->key.word[0], d->key.word[1] ^ p->tenant}};
    return hash_bytes(&of_tenant, same, len);
}

/* Was it seen within the window? Time may go back a little between interfaces. */
static inline bool is_recent(const struct entry *e, uint64_t now_ns)
{
    return e->last_ns && now_ns - e->last_ns + DEDUP_WINDOW_NS <= 2 * DEDUP_WINDOW_NS;
}

/* The entry of a packet that was seen; or one made anew. */
static struct entry *find(struct dedup *d, uint64_t hash, uint64_t now_ns)
{
    struct entry *bucket = d->entry[hash % BUCKETS], *oldest = bucket;
    for (struct entry *e = bucket; e < bucket + BUCKET_ENTRIES; e++) {
        if (e->hash == hash && is_recent(e, now_ns))
            return e;
        if (e->last_ns < oldest->last_ns)
            oldest = e;
    }
    *oldest = (struct entry){.hash = hash};
    return oldest;
}

/* The place of the packet among those of its entry; NULL when it is one too many. */
static struct sighting *find_sighting(struct entry *e, uint16_t path, uint8_t ttl)
{
    for (struct sighting *s = e->sighting; s < e->sighting + SIGHTINGS_MAX; s++) {
        if (!s->path)
            *s = (struct sighting){.path = path, .ttl = ttl};
        if (s->path == path && s->ttl == ttl)
            return s;
    }
    return NULL;
}

/* What is known of a path; NULL if nothing is, yet. */
static struct path *find_path(struct dedup *d, uint16_t path)
{
    struct path *known = &d->path[path % PATHS];
    if (known->path == path)
        return known;
    known->seen /= 2; /* two paths share a place: the busier has it */
    if (known->seen)
        return NULL;
    *known = (struct path){.path = path};
    return known;
}

/* A series of packets that are all alike, as some senders of metrics have it, is no evidence of
 * copies: what came again counts if it differs from what came again before. */
static void learn(struct dedup *d, const struct sighting *s, uint64_t hash)
{
    struct path *known = find_path(d, s->path);
    unsigned nth = s->count;
    if (!known || nth > COPIES_MAX)
        return;
    if (nth > 1) {
        bool another = known->last != (uint32_t)hash || nth > 2;
        known->again[nth - 2] = (uint16_t)(known->again[nth - 2] + another);
        known->last = (uint32_t)hash;
        return;
    }
    if (++known->seen < LEARNED_MAX)
        return;
    known->seen /= 2;
    for (unsigned i = 0; i < COPIES_MAX - 1; i++)
        known->again[i] /= 2;
}

/* How often the vantage shows every packet, as far as is known. */
static unsigned copies_at(const struct dedup *d, uint16_t path)
{
    const struct path *known = &d->path[path % PATHS];
    unsigned copies = 1;
    if (known->path != path || known->seen < DEDUP_LEARN)
        return 1;
    while (copies < COPIES_MAX && 2 * known->again[copies - 1] >= known->seen)
        copies++;
    return copies;
}

/* How often a packet was sent, by what was seen of it at one place. */
static unsigned sent(const struct dedup *d, const struct sighting *s)
{
    unsigned copies = copies_at(d, s->path);
    return (s->count + copies - 1) / copies;
}

static unsigned most_sent(const struct dedup *d, const struct entry *e)
{
    unsigned most = 0;
    for (const struct sighting *s = e->sighting; s < e->sighting + SIGHTINGS_MAX && s->path; s++) {
        unsigned times = sent(d, s);
        most = times > most ? times : most;
    }
    return most;
}

/* Counts all down alike, so that which place is ahead of the others stays. */
static void count_down(struct entry *e)
{
    for (struct sighting *s = e->sighting; s < e->sighting + SIGHTINGS_MAX; s++)
        s->count = (uint8_t)(s->count > COUNT_STEP ? s->count - COUNT_STEP : 0);
}

static enum dedup_verdict judge(struct dedup *d, const struct packet *p, bool certain)
{
    uint64_t hash = hash_of(d, p);
    struct entry *e = find(d, hash, p->time_ns);
    unsigned before = e->last_ns ? most_sent(d, e) : 0;
    struct sighting *s = find_sighting(e, path_of(p), p->ttl);
    e->last_ns = p->time_ns ? p->time_ns : 1;
    if (!s)
        return DEDUP_COPY;
    s->count++;
    learn(d, s, hash);
    enum dedup_verdict verdict = DEDUP_FIRST;
    if (before && (certain || sent(d, s) <= before))
        verdict = DEDUP_COPY;
    else if (s->count > 1 && copies_at(d, s->path) == 1)
        verdict = DEDUP_UNCERTAIN;
    if (s->count >= COUNT_MAX)
        count_down(e);
    return verdict;
}

/* Awake: nothing came twice for long enough. Asleep: something does. */
static void turn(struct dedup *d)
{
    if (d->asleep)
        d->asleep = !d->copies && d->repeated < REPEATED_LEAST;
    else
        d->asleep = !d->copies && d->repeated < d->looked / REPEATED_SHARE;
    d->looked = d->copies = d->repeated = 0;
}

/* Does what is sent again differ? Nobody repeats a SYN within the window (RFC 6298, 2.1). */
static inline bool is_certain(const struct packet *p, bool is_fragment)
{
    return is_fragment || p->ip_id || (p->protocol == IPPROTO_TCP && p->tcp_flags & TCP_SYN);
}

enum dedup_verdict dedup_packet(struct dedup *d, const struct packet *p, bool is_fragment)
{
    if (!p->ip.len || (d->asleep && !is_fragment && !is_sampled(p)))
        return DEDUP_FIRST;
    enum dedup_verdict verdict = judge(d, p, is_certain(p, is_fragment));
    d->looked++;
    d->copies += verdict == DEDUP_COPY;
    d->repeated += verdict == DEDUP_UNCERTAIN;
    if (d->asleep ? d->copies || d->looked == SAMPLES : d->looked == DEDUP_SLEEP)
        turn(d);
    return verdict;
}
