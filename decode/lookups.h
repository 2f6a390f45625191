/* lookups.h - which name each client last asked the DNS for, of those that an address has.
 *
 * It is told of every datagram that may be of the DNS, in the order of the capture, and of those
 * that other workers handle too: then all workers know the same. An answer counts if it answers a
 * question that was seen, before it or, as mirrors may show the two, 5 ms after it: between the
 * same ends, with the same id and question. Whoever cannot see a client's questions cannot make it
 * call an address by another name. (What comes over TCP teaches nothing here: nobody but the worker
 * of its connection has it in order.)
 *
 * Names live as long as somebody holds them. Tables have fixed sizes; in a full one the oldest
 * entry makes room. */
#pragma once

#include "base/hash.h"
#include "capture/packet.h"

enum { LOOKUPS_MAX = 100000 }; /* pairs of client and address */

struct lookups;
struct asked_name;

/* NULL when memory is short. `key` is copied. */
struct lookups *lookups_new(const struct hash_key *key);
void lookups_free(struct lookups *l); /* no name may be held; NULL is fine */

/* May the packet teach something? Says no to nearly all that do not. */
bool lookups_may_learn(const struct packet *p);

/* Returns how many pairs were forgotten to make room. */
unsigned lookups_learn(struct lookups *l, const struct packet *p);

/* The name by which `client` knew `server` at `now_ns`, held for the caller; NULL if there is none,
 * or if it has learned a later one since. */
struct asked_name *lookups_hold(struct lookups *l, uint32_t tenant, const struct address *client,
                                const struct address *server, uint64_t now_ns);
void lookups_release(struct lookups *l, struct asked_name *name); /* NULL is fine */

/* "" for NULL. */
const char *asked_name_text(const struct asked_name *name);
