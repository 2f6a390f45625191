/* host.h - a host as clients write it (Host, :authority, TLS server name) to a service's name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Is the one name, "cart", short for the other, "cart.shop.example"? */
bool host_is_short_for(const char *name, const char *whole);

/* Writes the host without port and trailing dot and in small letters. Returns false, if it names no
 * service: an address, nothing, "localhost" (whatever the client reaches through a tunnel or port
 * forward), "external" (the word for clients outside), or characters that no host has. */
bool host_to_name(const char *host, char *name, size_t size);
