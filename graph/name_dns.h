/* name_dns.h - the names by which clients asked the DNS for one address, and which of them it has.
 *
 * A name holds until nobody who asked may use it any more. The one that was asked for last is the
 * address's name: so an address that was given to another service is called by the new name as
 * soon as somebody asks for that. If then somebody asks for the old one again, and still gets the
 * address, it has both, and which is meant only those who asked can tell. A name that has expired
 * is still better than none. */
#pragma once

#include "graph/delta.h"

enum { DNS_NAMES_PER_ADDRESS_MAX = 16 };

/* Zeroed is empty. */
struct dns_names {
    struct dns_name {
        char name[NAME_TEXT_MAX];
        uint64_t first_ns, last_ns; /* answers, since it last had expired */
        uint64_t until_ns;
    } * name; /* owned */
    uint32_t len, room;
};

void dns_names_free(struct dns_names *d);

/* Takes in the evidence of a window under the name `text`. `left` names may be added to this and
 * others; at a cap, that which was asked for longest ago makes room. */
void dns_names_learn(struct dns_names *d, const struct name_delta *evidence, const char *text,
                     size_t *left);

struct dns_choice {
    const char *name; /* borrowed; NULL: none */
    bool ambiguous;   /* none, because there are several */
};

struct dns_choice dns_names_choose(const struct dns_names *d, uint64_t now_ns);
