/* gzip.c - zlib, in one call each way. */
#include "web/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { WINDOW_BITS_GZIP = 15 + 16, LEVEL = 3, MEMORY_LEVEL = 8 };

/* The weight of a coding is zero: ";q=0", ";q=0.000", with spaces where they may be. */
static bool weight_is_zero(const char *parameters, size_t len)
{
    const char *q = memchr(parameters, '=', len);
    return q && strtod(q + 1, NULL) <= 0;
}

bool gzip_accepted(const char *accept_encoding)
{
    const char *at = accept_encoding ? accept_encoding : "";
    while (*at) {
        at += strspn(at, " \t,");
        size_t len = strcspn(at, ",");
        size_t name = strcspn(at, " \t,;");
        bool gzip = (name == 4 && strncasecmp(at, "gzip", 4) == 0) ||
                    (name == 6 && strncasecmp(at, "x-gzip", 6) == 0) || (name == 1 && *at == '*');
        if (gzip && name > 0)
            return !weight_is_zero(at + name, len - name);
        at += len;
    }
    return false;
}

void *gzip_pack(const void *at, size_t len, size_t *ret_len)
{
    z_stream z = {0};
    if (len > UINT32_MAX / 2 || deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_BITS_GZIP, MEMORY_LEVEL,
                                             Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t room = deflateBound(&z, len);
    void *packed = malloc(room);
    if (packed) {
        z.next_in = (Bytef *)(uintptr_t)at; /* zlib only reads it */
        z.avail_in = (uInt)len;
        z.next_out = packed;
        z.avail_out = (uInt)room;
        if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
            free(packed);
            packed = NULL;
        }
        *ret_len = z.total_out;
    }
    deflateEnd(&z);
    return packed;
}

void *gzip_unpack(const void *at, size_t len, size_t max, size_t *ret_len)
{
    z_stream z = {0};
    if (len > UINT32_MAX || max > UINT32_MAX || inflateInit2(&z, WINDOW_BITS_GZIP) != Z_OK)
        return NULL;
    void *plain = malloc(max);
    if (plain) {
        z.next_in = (Bytef *)(uintptr_t)at;
        z.avail_in = (uInt)len;
        z.next_out = plain;
        z.avail_out = (uInt)max;
        if (inflate(&z, Z_FINISH) != Z_STREAM_END) {
            free(plain);
            plain = NULL;
        }
        *ret_len = z.total_out;
    }
    inflateEnd(&z);
    return plain;
}
