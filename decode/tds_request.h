/* tds_request.h - what a client of SQL Server asks for: the text of a batch, the procedure that is
 * called, and of the procedures that prepare and execute statements the statement ([MS-TDS] 2.2.6).
 */
#pragma once

#include "decode/decoder.h"
#include "decode/statements.h"
#include "decode/tds_packet.h"

enum { TDS_REQUEST_MAX = 7 * 1024 }; /* of a message so much is read */

/* Beside an exchange. Of a statement that is being prepared, what it will be when executed. */
struct tds_asked {
    uint8_t type;     /* of the message */
    bool is_prepared; /* the number in the answer is the statement's, told below */
    char method[sizeof((struct exchange *)0)->method];
    char operation[sizeof((struct exchange *)0)->operation];
};

/* Puts the contents of a message's packets, as far as they are here and there is room, one behind
 * the other at `to`. Returns how many bytes of `in` those packets take, the last of which may not
 * all be here; 0: more is needed. `ret_ends`: with them the message ends; `ret_whole`: and all of
 * it is in `ret_body`. */
int64_t tds_gather(struct bytes in, uint8_t *to, struct bytes *ret_body, bool *ret_ends,
                   bool *ret_whole);

/* Tells what the message asks. Text is made in `room`, of OPENED_MAX bytes, in which `body` may lie
 * behind the first OPENED_MAX - TDS_REQUEST_MAX. */
void tds_tell_request(struct statements **statements, struct exchange *x, enum tds_type type,
                      struct bytes body, bool whole, uint8_t *room);

/* The answer has brought the number of a statement. */
void tds_prepared(struct statements **statements, struct exchange *x, uint32_t id);

/* Is this a request, though nobody knows whether one begins here? For YES it must have the headers
 * of TDS 7.2 and later, and behind them what there must be. */
enum guess tds_is_surely_request(struct bytes in);
