/* statements.h - the prepared statements of one connection: what was asked when they were prepared,
 * by the name or number that later requests use instead.
 *
 * Few are kept; at the cap the one not used for longest goes. What is used and not known here (it
 * was prepared before the capture, or has gone) is told as "{statement ID}" by who asks. */
#pragma once

#include "base/bytes.h"
#include "decode/exchange.h"

enum { STATEMENTS_MAX = 256 }; /* of one connection */

struct statements; /* NULL is one that holds nothing */

/* Remembers what `x` asks (method, operation, path, fingerprint) as that statement's; one of that
 * id is replaced. Allocates; without memory the statement stays unknown. */
void statements_put(struct statements **s, uint64_t id, const struct exchange *x);

/* Fills these fields of `x` in. False: it is not known, and `x` is as it was. */
bool statements_get(struct statements *s, uint64_t id, struct exchange *x);

void statements_drop(struct statements *s, uint64_t id);

/* Forgets them all, and frees what `s` points to. */
void statements_free(struct statements **s);

/* The id of a statement that has a name instead of a number. Of the empty name too. */
uint64_t statements_id(struct bytes name);
