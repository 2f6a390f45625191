/* postgresql_message.h - messages of PostgreSQL's protocol 3 (PostgreSQL, Documentation, 55.7): a
 * letter, a length that counts itself, and a body. Whether bytes are one is told by all of its
 * structure, since letters and lengths alone are soon met elsewhere. */
#pragma once

#include "base/bytes.h"
#include "decode/decoder.h"

enum {
    POSTGRESQL_HEADER = 5,
    POSTGRESQL_LENGTH_MAX = 0x3fffffff,
    POSTGRESQL_SSL_CODE = 80877103, /* in place of a version, in messages without a letter */
    POSTGRESQL_GSS_CODE = 80877104,
    POSTGRESQL_CANCEL_CODE = 80877102,
    POSTGRESQL_PROOF = 4, /* so much evidence proves the protocol, */
    POSTGRESQL_PLACE = 2, /* and so much, where a message begins in it */
};

/* The length of the message that begins here, header and all; 0: its header is not all here; or
 * DECODE_LOST: no message is like that. */
int64_t postgresql_length(struct bytes in);

/* How much `in` says for being messages from this side, one after the other from its first byte on:
 * looked at until it is `enough`. -1: it is none. */
int postgresql_evidence(enum dir dir, struct bytes in, int enough);

/* Reads the message that begins here, of whose body the first `seen` bytes are wanted, or all if
 * there are fewer. 1; or DECODE_MORE until they are here; or DECODE_LOST. */
int64_t postgresql_read(struct bytes in, size_t seen, struct bytes *ret_body, int64_t *ret_len);

/* After a loss only what can be nothing else is believed to be the beginning of a message: 1, or
 * DECODE_MORE, or DECODE_LOST. */
int64_t postgresql_find(enum dir dir, struct bytes in);

/* Is this the start of a connection: StartupMessage, CancelRequest or a request for encryption?
 * Whole, or so far. */
enum guess postgresql_guess_start(struct bytes in);

/* What it asks for: one of the codes above, or a version of 3.x as major * 65536 + minor; 0 if it
 * is none of them, or its first 8 bytes are not here. */
uint32_t postgresql_start_code(struct bytes in);

/* The text at the front that ends in a zero, which is skipped too. Starves the cursor if there is
 * no end. */
struct bytes postgresql_text(struct cursor *c);

/* The field of an ErrorResponse or NoticeResponse, by its letter; empty if it is not there. `body`
 * may be cut. */
struct bytes postgresql_error_field(struct bytes body, uint8_t letter);
