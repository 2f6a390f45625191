/* mysql_packet.h - single packets of MySQL's protocol, as bytes.
 *
 * A packet is a length of 24 bits, a number that counts the packets of one conversation (both
 * directions together, from 0 and modulo 256), and so many bytes. One of MYSQL_LEN_MAX bytes goes
 * on in the next. (MySQL's internals manual, "Client/Server Protocol"; MariaDB's knowledge base,
 * "Clients & Server Protocol".) */
#pragma once

#include "base/bytes.h"

enum {
    MYSQL_HEADER = 4,
    MYSQL_LEN_MAX = 0xffffff,
    MYSQL_HEAD = 24, /* of what a server says so many bytes tell all that is told here */
};

/* What a server and a client can do (the flags that matter here). */
enum {
    MYSQL_IS_MYSQL = 1U << 0, /* not MariaDB; what a client of either sets is its own affair */
    MYSQL_COMPRESS = 1U << 5,
    MYSQL_PROTOCOL_41 = 1U << 9,
    MYSQL_SSL = 1U << 11,
    MYSQL_DEPRECATE_EOF = 1U << 24,
    MYSQL_ZSTD = 1U << 26,
    MYSQL_QUERY_ATTRIBUTES = 1U << 27,
    MYSQL_COMPRESSES = MYSQL_COMPRESS | MYSQL_ZSTD,
};

/* What a server says first of all. */
enum {
    MYSQL_SAYS_OK = 0x00,
    MYSQL_SAYS_MORE_DATA = 0x01, /* while a client logs in */
    MYSQL_SAYS_NEXT_FACTOR = 0x02,
    MYSQL_SAYS_GREETING = 0x0a,
    MYSQL_SAYS_SEND_FILE = 0xfb,
    MYSQL_SAYS_END = 0xfe, /* EOF; while a client logs in, that it is to use another method */
    MYSQL_SAYS_ERROR = 0xff,
};

enum {
    MYSQL_MORE_RESULTS = 1 << 3,
    MYSQL_HAS_CURSOR = 1 << 6,
};

enum { MYSQL_ERROR_PROGRESS = 0xffff }; /* of MariaDB: no error, but how far it is */

struct mysql_packet {
    uint32_t len;
    uint8_t number;
    struct bytes body; /* as much of it as is here */
};

/* False: not all of the header is here. */
bool mysql_packet(struct bytes in, struct mysql_packet *ret);

/* Of OK, or of the end of rows: flags of the server's state. 0 if they are not there. */
uint16_t mysql_status(const struct mysql_packet *p);

/* Is it the end of something, rows or columns? (And not a row that begins with a very long value.)
 */
bool mysql_is_end(const struct mysql_packet *p);

/* An end that is not also an OK: as servers send it behind columns too. */
bool mysql_is_plain_end(const struct mysql_packet *p);

/* The error's number, and its state of five letters; that is empty if there is none. False: it is
 * no error. */
bool mysql_error(const struct mysql_packet *p, uint16_t *ret_number, struct bytes *ret_state);

/* How many columns a result has, and whether their definitions follow. False: it says no such
 * thing. */
bool mysql_columns(const struct mysql_packet *p, uint32_t *ret_columns, bool *ret_defined);

/* A length-encoded number. NULL (0xfb) and 0xff are none: the cursor starves. */
uint64_t mysql_number(struct cursor *c);

/* A server's greeting; tells what it can do. */
bool mysql_greeting(const struct mysql_packet *p, uint32_t *ret_capabilities);

/* A server that turns a client away says so instead. */
bool mysql_is_refusal(const struct mysql_packet *p);

/* How a client asks for TLS, or logs in: says what both can do. `p` has at least
 * MYSQL_LOGIN_HEAD bytes, if it is so long. */
enum { MYSQL_LOGIN_HEAD = 32 };
bool mysql_login(const struct mysql_packet *p, uint32_t *ret_capabilities);

/* Where in the body of a COM_QUERY (behind the command) its text begins: there may be attributes in
 * front. `known` says that `capabilities` are. The body's length: it cannot be told. */
size_t mysql_query_text(struct bytes body, uint32_t capabilities, bool known);
