/* direction.c - see direction.h. */
#include "decode/direction.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decode/decoder.h"

enum {
    WAYS = 4,
    SETS = 2048,
    POPULAR = 3, /* flows with an endpoint, and at most one with the other, that make it a server */
    SYSTEM_PORTS = 1024,
};

struct known {
    struct endpoint endpoint;
    const char *protocol; /* NULL if not known */
    uint32_t learned;     /* when, in events of the table; 0 = entry unused */
    uint16_t flows;       /* guessed about, so far; saturates */
    bool listens;
};

struct direction {
    struct hash_key key;
    uint32_t events;
    struct known known[SETS][WAYS];
};

static size_t set_of(const struct direction *d, const struct endpoint *e)
{
    return hash_bytes(&d->key, e, sizeof *e) % SETS;
}

static const struct known *find(const struct direction *d, const struct endpoint *e)
{
    const struct known *set = d->known[set_of(d, e)];
    for (unsigned i = 0; i < WAYS; i++)
        if (set[i].learned && memcmp(&set[i].endpoint, e, sizeof *e) == 0)
            return &set[i];
    return NULL;
}

static bool says_less(const struct known *a, const struct known *b)
{
    if (a->listens != b->listens)
        return b->listens;
    return a->learned < b->learned;
}

static struct known *find_or_add(struct direction *d, const struct endpoint *e)
{
    struct known *set = d->known[set_of(d, e)];
    struct known *spare = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].learned && memcmp(&set[i].endpoint, e, sizeof *e) == 0) {
            set[i].learned = ++d->events;
            return &set[i];
        }
        if (says_less(&set[i], spare))
            spare = &set[i];
    }
    *spare = (struct known){.endpoint = *e, .learned = ++d->events};
    return spare;
}

static bool is_port_of_a_protocol(uint16_t port)
{
    if (port < SYSTEM_PORTS)
        return true;
    for (const struct decoder *const *d = decoders; *d; d++)
        for (unsigned i = 0; i < 4; i++)
            if (port == (*d)->ports[i])
                return true;
    return false;
}

/* The only one of two that a claim is true of, or -1. */
static int only_one(bool first, bool second)
{
    if (first == second)
        return -1;
    return first ? 0 : 1;
}

static int server_by_fame(const struct direction *d, const struct endpoint ends[2])
{
    bool listens[2];
    uint16_t flows[2];
    for (unsigned side = 0; side < 2; side++) {
        const struct known *k = find(d, &ends[side]);
        listens[side] = k && k->listens;
        flows[side] = k ? k->flows : 0;
    }
    int server = only_one(listens[0], listens[1]);
    if (server >= 0)
        return server;
    return only_one(flows[0] >= POPULAR && flows[1] <= 1, flows[1] >= POPULAR && flows[0] <= 1);
}

static int server_by_port(const struct endpoint ends[2])
{
    int server = only_one(is_port_of_a_protocol(ends[0].port), is_port_of_a_protocol(ends[1].port));
    if (server >= 0 || ends[0].protocol != IPPROTO_TCP)
        return server;
    return only_one(ends[0].port < ends[1].port, ends[1].port < ends[0].port);
}

static void note_flow(struct direction *d, const struct endpoint *e)
{
    struct known *k = find_or_add(d, e);
    if (k->flows < UINT16_MAX)
        k->flows++;
}

struct direction *direction_new(const struct hash_key *key)
{
    struct direction *d = calloc(1, sizeof *d);
    if (d)
        d->key = *key;
    return d;
}

void direction_free(struct direction *d)
{
    free(d);
}

void direction_learn(struct direction *d, const struct endpoint *server, const char *protocol)
{
    struct known *k = find_or_add(d, server);
    k->listens = true;
    if (protocol)
        k->protocol = protocol;
}

const char *direction_protocol(const struct direction *d, const struct endpoint *server)
{
    const struct known *k = find(d, server);
    return k ? k->protocol : NULL;
}

unsigned direction_guess(struct direction *d, const struct endpoint ends[2], unsigned first)
{
    int server = server_by_fame(d, ends);
    if (server < 0)
        server = server_by_port(ends);
    note_flow(d, &ends[0]);
    note_flow(d, &ends[1]);
    return server < 0 ? first : (unsigned)server ^ 1U;
}
