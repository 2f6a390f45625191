/* name.h - address and port to service name, from evidence with a rank.
 *
 * What the DNS gave to an address holds for all its ports, and for it as a client; see name_dns.h.
 * A server is, for a client that calls it by a host name, the service of that name; for one that
 * does not, and as a client, it is the one that it is called most. Of an address whose ports have
 * different names, the client is the address.
 *
 * The user may say of an address that only host names count, whatever others call it: its name is
 * then NAME_BY_HOST. */
#pragma once

#include "base/hash.h"
#include "graph/delta.h"
#include "graph/given.h"

#define NAME_BY_HOST "*"

struct names;

struct names *names_new(const struct hash_key *key);
void names_free(struct names *n);

/* A window begins at `now_ns`, which decides what of the DNS still holds. */
void names_at(struct names *n, uint64_t now_ns);

/* Takes in the evidence of one window. A host that is itself an address, or empty, is no evidence.
 * The port is cut off a host ("cart:8080" -> "cart"). */
void names_learn(struct names *n, const struct name_delta *name);

/* Names that somebody gives, sealed and taken, in place of those before them. They hold in all
 * tenants. NULL: none. */
void names_set_given(struct names *n, enum name_source source, struct given *given);

/* One more name, canonical, for one address. False: there is no room. */
bool names_give(struct names *n, const struct address *a, enum name_source source,
                const char *name);

/* What a source that is given says of a place, whatever else there is; NULL: nothing. Borrowed
 * until names are given anew. Port 0: the address as a client. */
const char *names_given(const struct names *n, enum name_source source, const struct address *a,
                        uint16_t port);

/* What was said of a service, by the best source that says anything; NULL: nothing. Borrowed until
 * names are given anew. */
const struct given_label *names_label(const struct names *n, const char *service);

struct named {
    char name[NAME_TEXT_MAX]; /* names_address() if nothing better is known */
    enum name_source source;
    bool ambiguous; /* NAME_ADDRESS, since it has several names */
};

/* The address as text; of a tenant, "10.0.0.1@vlan5": another's is another service. */
void names_address(const struct address *a, uint32_t tenant, char name[NAME_TEXT_MAX]);

/* port 0: the address as a client. */
struct named names_of(const struct names *n, const struct address *a, uint16_t port,
                      uint32_t tenant);

/* By what a client calls a server, as struct edge_key has it: the name that it had asked for, or,
 * `by_host`, the name in the host of what it sent; "": neither was seen. */
struct call_name {
    const char *name; /* borrowed */
    bool by_host;
};

/* The address as a server of a client that calls it so. By host it is the service of that name if
 * no better source names the address; "cart" is short for "cart.shop" if that port has been called
 * so too, and by no other name that it might be short for. A host that is not among the names that
 * were learned for the port counts as none. `n` may be NULL. */
struct named names_of_server(const struct names *n, const struct address *a, uint16_t port,
                             uint32_t tenant, struct call_name called);

/* Changes whenever names are given anew; 0: none ever were. */
uint64_t names_given_version(const struct names *n);

/* Changes whenever an answer of names_of() may have changed. */
uint64_t names_version(const struct names *n);
