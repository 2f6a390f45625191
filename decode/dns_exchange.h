/* dns_exchange.h - what messages of the DNS mean for the exchanges of their connection, whatever
 * carries them.
 *
 * Question and answer are paired by id and question (name, type and class). A question that is
 * repeated while its answer is awaited is the same exchange. Questions to a group (mDNS, RFC 6762;
 * LLMNR, RFC 4795) are answered by whoever knows, from another address: they are exchanges of
 * protocols of their own, of which it is not known what became of them. */
#pragma once

#include "decode/dns_message.h"

enum dns_taken {
    DNS_TAKEN,
    DNS_SENSELESS, /* it is no message that makes sense on this connection; nothing was done */
    DNS_EARLY,     /* a datagram answers what was not asked, as yet; nothing was done */
};

/* Takes one message of `len` bytes, of which `in` are here. */
enum dns_taken dns_take(struct conn *c, enum dir dir, enum transport over, struct bytes in,
                        size_t len);
