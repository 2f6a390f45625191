/* gzip.h - gzip (RFC 1952) of whole answers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether an Accept-Encoding header (RFC 9110, 12.5.3; NULL = absent) admits gzip. */
bool gzip_accepted(const char *accept_encoding);

/* Both return memory given to the caller (free()), or NULL when memory is short or, for unpack, the
 * data is damaged or longer than `max` unpacked. */
void *gzip_pack(const void *at, size_t len, size_t *ret_len);
void *gzip_unpack(const void *at, size_t len, size_t max, size_t *ret_len);
