/* networks.c - see networks.h. */
#include "graph/networks.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>

#include "base/bytes.h"

static const char *const built_in[] = {
    "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", /* RFC 1918 */
    "100.64.0.0/10",                                     /* RFC 6598, carrier-grade NAT */
    "169.254.0.0/16", "fe80::/10",                       /* link-local */
    "127.0.0.0/8",    "::1",                             /* loopback */
    "fc00::/7",                                          /* RFC 4193 */
};

void networks_init(struct networks *n)
{
    n->network_len = 0;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        bool added = networks_add(n, built_in[i], NULL);
        assert(added);
        (void)added;
    }
}

/* Reads the digits after the slash: 0 to `most`. */
static bool read_prefix(const char *text, unsigned most, unsigned *ret_bits)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long bits = strtoul(text, &end, 10);
    if (*end || bits > most)
        return false;
    *ret_bits = (unsigned)bits;
    return true;
}

bool network_read(const char *text, struct network *ret)
{
    char address_text[ADDRESS_TEXT_MAX];
    size_t len = strcspn(text, "/");
    if (len >= sizeof address_text)
        return false;
    bytes_to_text(address_text, sizeof address_text, bytes_of(text, len));

    struct network network;
    if (!address_from_text(address_text, &network.address))
        return false;
    bool v4 = address_is_v4(&network.address);
    unsigned most = v4 ? 32 : 128, bits = most;
    if (text[len] == '/' && !read_prefix(text + len + 1, most, &bits))
        return false;
    network.prefix_bits = (uint8_t)(bits + 128 - most);
    *ret = network;
    return true;
}

bool networks_add(struct networks *n, const char *text, struct err *err)
{
    struct network network;
    if (!network_read(text, &network))
        return err_set(err, "\"%s\" is no network: write it like 10.1.0.0/16 or 2001:db8::/32",
                       text);
    return networks_open(n, &network) ||
           err_set(err, "too many networks: \"%s\" is one more than %d", text, NETWORKS_MAX);
}

bool networks_open(struct networks *n, const struct network *network)
{
    if (n->network_len == NETWORKS_MAX)
        return false;
    n->network[n->network_len++] = *network;
    return true;
}

/* Half an address as a number, its first bit the highest. */
static uint64_t half_of(const struct address *a, size_t half)
{
    uint64_t value;
    memcpy(&value, a->byte + 8 * half, sizeof value);
    return be64toh(value);
}

/* Do the first `bits` of the two agree? */
static bool same_prefix(const struct address *a, const struct address *b, unsigned bits)
{
    uint64_t high = half_of(a, 0) ^ half_of(b, 0), low = half_of(a, 1) ^ half_of(b, 1);
    if (bits <= 64)
        return !bits || high >> (64 - bits) == 0;
    return !high && low >> (128 - bits) == 0;
}

bool networks_hold(const struct networks *n, const struct address *a)
{
    if (address_is_none(a))
        return false;
    for (size_t i = 0; i < n->network_len; i++)
        if (same_prefix(&n->network[i].address, a, n->network[i].prefix_bits))
            return true;
    return false;
}
