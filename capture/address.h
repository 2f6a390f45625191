/* address.h - IP addresses, all of one size. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* An IPv4 address is held in its IPv4-mapped form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so that
 * all code compares, hashes and orders 16 bytes. All zero means "none". */
struct address {
    uint8_t byte[16];
};

enum { ADDRESS_TEXT_MAX = 46 }; /* INET6_ADDRSTRLEN */

static inline struct address address_v4(const uint8_t *four)
{
    struct address a = {.byte = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.byte + 12, four, 4);
    return a;
}

static inline struct address address_v6(const uint8_t *sixteen)
{
    struct address a;
    memcpy(a.byte, sixteen, 16);
    return a;
}

static inline bool address_is_v4(const struct address *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(a->byte, mapped, sizeof mapped) == 0;
}

static inline int address_compare(const struct address *a, const struct address *b)
{
    return memcmp(a->byte, b->byte, sizeof a->byte);
}

static inline bool address_equal(const struct address *a, const struct address *b)
{
    return address_compare(a, b) == 0;
}

static inline bool address_is_none(const struct address *a)
{
    static const struct address none;
    return address_equal(a, &none);
}

/* "10.0.0.1" or "2001:db8::1" (RFC 5952); "" for none. `size` is at least ADDRESS_TEXT_MAX. */
void address_to_text(const struct address *a, char *text, size_t size);

/* The reverse. Returns false, and leaves `ret_address` alone, if `text` is no address. */
bool address_from_text(const char *text, struct address *ret_address);
