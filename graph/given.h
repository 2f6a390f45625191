/* given.h - names that somebody gives to addresses: the user's file, a dump of Kubernetes,
 * hosts(5).
 *
 * A rule holds for the addresses of a network, on some ports or on all. Of several that fit the
 * narrowest counts: that of the longest prefix, then that of the fewest ports, then the one that
 * was given last. */
#pragma once

#include "graph/delta.h"
#include "graph/networks.h"

enum { GIVEN_RULES_MAX = 1 << 18 };

/* What is said of a service. */
struct given_label {
    char name[NAME_TEXT_MAX];
    char group[GIVEN_TEXT_MAX]; /* "": none */
    char tags[GIVEN_TEXT_MAX];  /* "eu,team-a"; "": none */
};

struct given_rule {
    struct network network;
    uint16_t port_first, port_last; /* 0 to 65535: whatever the address does, as a client too */
    uint32_t label, number;         /* for given.c */
};

struct given;

/* NULL when memory is short. */
struct given *given_new(void);
void given_free(struct given *g); /* NULL is fine */

/* Adds a rule; the texts of `label` are canonical (base/text.h), and copied. A later label of the
 * same name replaces group and tags, if it has any. False: the table is full, or memory is short.
 */
bool given_add(struct given *g, const struct given_rule *rule, const struct given_label *label);

/* All rules are there. Must be called before the calls below. */
void given_seal(struct given *g);

/* The label of the rule for this place; NULL: there is none. Port 0: the address as a client; then
 * rules for ports count too, where they agree on one name. Borrowed. */
const struct given_label *given_find(const struct given *g, const struct address *a, uint16_t port);

/* What was said of the service of this name; NULL: nothing. Borrowed. */
const struct given_label *given_label(const struct given *g, const char *name);

/* The rules in no order; `i` below given_rules(). */
size_t given_rules(const struct given *g);
const struct given_rule *given_rule(const struct given *g, size_t i);
