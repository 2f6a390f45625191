/* packets.h - packets for tests, written as text. */
#pragma once

#include "capture/packet.h"

/* "10.0.0.1:40000 > 10.0.0.2:80 SA seq 1 ack 2 len 3 cut 4 ttl 5 vlan 6 tunnel 7 link 8 port 9 id
 * 10 copy": flags (S, A, F, R) and what follows the ends may be left out; the time to live is 64,
 * and a tunnel's packet has one taken off. UDP where the word "udp" is. Static bytes of payload, of
 * which the first few are `says` if that is not NULL. */
struct packet packet_of(const char *text, const char *says, size_t says_len);
