/* dns_exchange.h - what messages of the DNS mean for the exchanges of their connection, whatever
 * carries them.
 *
 * Question and answer are paired by id and question (name, type and class). A question that is
 * repeated while its answer is awaited is the same exchange. Questions to a group (mDNS, RFC 6762;
 * LLMNR, RFC 4795) are answered by whoever knows, from another address: they are exchanges of
 * protocols of their own, of which it is not known what became of them. */
#pragma once

#include "decode/dns_message.h"

/* Takes one message of `len` bytes, of which `in` are here. False: it is none that makes sense on
 * this connection, and nothing was done. */
bool dns_take(struct conn *c, enum dir dir, enum transport over, struct bytes in, size_t len);
