/* memcached_binary.h - the header of Memcached's binary protocol (protocol-binary.txt of memcached;
 * BinaryProtocolRevamped), which is 24 bytes in either direction. */
#pragma once

#include "base/bytes.h"

enum { MEMCACHED_ASKS = 0x80, MEMCACHED_ANSWERS = 0x81 }; /* the first byte */
enum { MEMCACHED_HEADER = 24, MEMCACHED_BODY_MAX = 1 << 30 };

struct memcached_header {
    bool is_answer;
    uint8_t opcode;
    uint16_t key_len;
    uint8_t extras_len;
    uint16_t status; /* of an answer */
    uint32_t body_len;
    uint32_t opaque;
};

enum { MEMCACHED_STAT = 0x10, MEMCACHED_QUITQ = 0x17 }; /* opcodes that are special */

/* False: `in` does not begin with a header that can be one, as far as it goes (up to its 24 bytes).
 * With fewer, *ret says nothing. */
bool memcached_read_header(struct bytes in, struct memcached_header *ret);

/* "get" of 0x00, "getq" of 0x09; NULL of what is not known. Static. */
const char *memcached_opcode_name(uint8_t opcode);

/* Is it answered only if there is something to say? */
bool memcached_opcode_is_quiet(uint8_t opcode);

/* "OK", "KEY_ENOENT", ... as memcached.h calls them; "unknown". Static. */
const char *memcached_status_name(uint16_t status);
