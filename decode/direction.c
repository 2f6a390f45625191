/* direction.c - see direction.h. */
#include "decode/direction.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decode/decoder.h"

enum {
    WAYS = 4,
    SETS = 2048,
    SYSTEM_PORTS = 1024,
};

struct known {
    struct endpoint endpoint;
    uint32_t learned; /* when, in events of the table; 0 = entry unused */
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

static bool listens(const struct direction *d, const struct endpoint *e)
{
    const struct known *set = d->known[set_of(d, e)];
    for (unsigned i = 0; i < WAYS; i++)
        if (set[i].learned && memcmp(&set[i].endpoint, e, sizeof *e) == 0)
            return true;
    return false;
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

static int server_by_known_port(const struct endpoint ends[2])
{
    return only_one(is_port_of_a_protocol(ends[0].port), is_port_of_a_protocol(ends[1].port));
}

static int server_by_port(const struct endpoint ends[2])
{
    int server = server_by_known_port(ends);
    if (server >= 0 || ends[0].protocol != IPPROTO_TCP)
        return server;
    return only_one(ends[0].port < ends[1].port, ends[1].port < ends[0].port);
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

void direction_learn(struct direction *d, const struct endpoint *server)
{
    struct known *set = d->known[set_of(d, server)], *oldest = set;
    d->events++;
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].learned && memcmp(&set[i].endpoint, server, sizeof *server) == 0) {
            set[i].learned = d->events;
            return;
        }
        if (set[i].learned < oldest->learned)
            oldest = &set[i];
    }
    *oldest = (struct known){.endpoint = *server, .learned = d->events};
}

bool direction_is_told(const struct direction *d, const struct endpoint ends[2])
{
    return only_one(listens(d, &ends[0]), listens(d, &ends[1])) >= 0 ||
           server_by_known_port(ends) >= 0;
}

unsigned direction_guess(const struct direction *d, const struct endpoint ends[2], unsigned first)
{
    int server = only_one(listens(d, &ends[0]), listens(d, &ends[1]));
    if (server < 0)
        server = server_by_port(ends);
    return server < 0 ? first : (unsigned)server ^ 1U;
}
