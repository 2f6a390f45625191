/* networks.h - which addresses are inside: RFC 1918, RFC 6598, link-local, loopback, fc00::/7 and
 * what the user adds. */
#pragma once

#include "base/err.h"
#include "capture/address.h"

enum { NETWORKS_MAX = 256 };

struct network {
    struct address address;
    uint8_t prefix_bits; /* of 128 */
};

struct networks {
    struct network network[NETWORKS_MAX];
    size_t network_len;
};

void networks_init(struct networks *n); /* the built-in ones */

/* Reads "10.1.0.0/16" or "2001:db8::/32" or an address; bits behind the prefix may be set. */
bool network_read(const char *text, struct network *ret);

/* Adds "10.1.0.0/16" or "2001:db8::/32" or an address. */
bool networks_add(struct networks *n, const char *text, struct err *err);

bool networks_open(struct networks *n, const struct network *network); /* false: there is no room */

bool networks_hold(const struct networks *n, const struct address *a);
