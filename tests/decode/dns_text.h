/* dns_text.h - messages of the DNS in pieces, to be written one behind the other:
 *
 *     "\0\1" ASKS ONE CART A                                 id 1: the address of cart.shop?
 *     "\0\1" ANSWERED("\3") ONE CART A                       it does not exist
 *     "\0\1" ANSWERED("\0") ONE_AND("\1") CART A AT_CART     it is 10.0.0.1, for a second
 */
#pragma once

#define ASKS "\1\0"
#define ANSWERED(rcode) "\x81" rcode

#define ONE "\0\1\0\0\0\0\0\0"                       /* a question and nothing else, */
#define ONE_AND(answers) "\0\1\0" answers "\0\0\0\0" /* and this many answers */

#define CART "\4cart\4shop\0"
#define DB "\2db\4shop\0"
#define PRINTERS "\5_http\4_tcp\5local\0"
#define A "\0\1\0\1"
#define AAAA "\0\34\0\1"

/* Of the name at the front of the message: an address. */
#define AT_CART "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\12\0\0\1"
