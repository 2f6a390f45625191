/* name.h - address and port to service name, from evidence with a rank.
 *
 * A server that clients call by one host name is that service; the address of a server is, as a
 * client, the service that all its ports agree on. An address with several host names on one port
 * keeps the one asked for most (virtual hosts become services of their own later). */
#pragma once

#include "base/hash.h"
#include "graph/delta.h"

struct names;

struct names *names_new(const struct hash_key *key);
void names_free(struct names *n);

/* Takes in the evidence of one window. A host that is itself an address, or empty, is no evidence.
 * The port is cut off a host ("cart:8080" -> "cart"). */
void names_learn(struct names *n, const struct name_delta *name);

/* A name the user (or /etc/hosts) gives to an address. */
void names_give(struct names *n, const struct address *a, enum name_source source,
                const char *name);

struct named {
    char name[NAME_TEXT_MAX]; /* names_address() if nothing better is known */
    enum name_source source;
};

/* The address as text; of a tenant, "10.0.0.1@vlan5": another's is another service. */
void names_address(const struct address *a, uint32_t tenant, char name[NAME_TEXT_MAX]);

/* port 0: the address as a client. */
struct named names_of(const struct names *n, const struct address *a, uint16_t port,
                      uint32_t tenant);

/* Changes whenever an answer of names_of() may have changed. */
uint64_t names_version(const struct names *n);
