/* dns_message.h - one message of the DNS (RFC 1035, 4; RFC 6891 for OPT).
 *
 * Nothing is copied: a name is a place in the message that was found good when it was read, and can
 * be walked again. Names are read as servers read them: a compression pointer may lead anywhere in
 * the message, but only so many follow each other, and a name has at most 255 bytes. So every walk
 * ends. */
#pragma once

#include "decode/decoder.h"

enum {
    DNS_HEADER = 12,
    DNS_NAME_MAX = 255, /* bytes of a name without compression, the root's included */
    DNS_LABEL_MAX = 63,
    DNS_JUMPS_MAX = 20,      /* compression pointers in one name */
    DNS_NAME_TEXT_MAX = 1024 /* a name as text, each byte escaped */
};

enum dns_flag {
    DNS_RESPONSE = 0x8000,
    DNS_OPCODE = 0x7800,
    DNS_AUTHORITATIVE = 0x0400,
    DNS_TRUNCATED = 0x0200,
    DNS_RECURSION_AVAILABLE = 0x0080,
    DNS_RESERVED = 0x0040,
    DNS_RCODE = 0x000f,
};

enum dns_opcode { DNS_QUERY = 0, DNS_NOTIFY = 4, DNS_UPDATE = 5 };

enum dns_type {
    DNS_A = 1,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_OPT = 41,
    DNS_SVCB = 64,
    DNS_HTTPS = 65,
    DNS_IXFR = 251,
    DNS_AXFR = 252,
};

enum { DNS_IN = 1 };

struct dns_header {
    uint16_t id, flags;
    uint16_t questions, answers, authorities, additionals;
};

/* Borrows the message. */
struct dns_name {
    struct bytes whole;
    size_t at;     /* in `whole` */
    uint64_t hash; /* equal names have the same, wherever they stand, and whatever their capitals */
};

struct dns_question {
    struct dns_name name;
    uint16_t type, class;
};

struct dns_record {
    struct dns_name owner;
    uint16_t type, class;
    uint32_t ttl;
    struct bytes data;
};

/* Reads a message from front to back. Sticky like its cursor: once a read has failed, so does every
 * later one. */
struct dns_reader {
    struct bytes whole;
    struct cursor c;
    struct dns_header header;
    bool bad; /* it failed, and no bytes behind those that are here could change that */
};

/* Begins to read, with the header. */
bool dns_read_header(struct dns_reader *r, struct bytes whole);
bool dns_read_question(struct dns_reader *r, struct dns_question *ret);
bool dns_read_record(struct dns_reader *r, struct dns_record *ret);

static inline unsigned dns_opcode(uint16_t flags)
{
    return (unsigned)(flags & DNS_OPCODE) >> 11;
}

/* The name that stands `skip` bytes into the data of a record, and ends in it. False: there is
 * none. */
bool dns_name_in(const struct dns_record *record, size_t skip, struct dns_name *ret);

/* How many bytes it takes where it stands. */
size_t dns_name_len(const struct dns_name *name);

/* Capitals do not matter (RFC 4343). */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);

/* In lower case, without a dot at its end; the root is ".". Dots and backslashes in labels are
 * escaped by a backslash, bytes that do not print as \DDD (RFC 4343, 2.1). `size` is at least
 * DNS_NAME_TEXT_MAX. */
void dns_name_text(const struct dns_name *name, char *text, size_t size);

/* Is this a message from its header to the last of its `len` bytes, of which `in` are here? A
 * `response`, or not. GUESS_MORE: as far as it is here. */
enum guess dns_check(struct bytes in, size_t len, bool response);

/* "A", "AAAA", ... of a query type; "TYPE65280" without a name (RFC 3597). */
enum { DNS_WORD_MAX = 16 };
void dns_type_text(uint16_t type, char text[DNS_WORD_MAX]);

/* "NOERROR", "NXDOMAIN", ...; "RCODE3841" without a name. */
void dns_rcode_text(unsigned rcode, char text[DNS_WORD_MAX]);
enum outcome dns_rcode_outcome(unsigned rcode);

/* "NOTIFY", ... */
void dns_opcode_text(unsigned opcode, char text[DNS_WORD_MAX]);
