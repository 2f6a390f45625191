/* spread.h - which of several readers a packet goes to.
 *
 * The same for both directions of a flow, and for its copies, wherever they were taken. It is
 * little arithmetic, so that the kernel can do it too, as a program in classic BPF: what a packet
 * socket is handed by that program is then, but for what comes in tunnels or in fragments of them,
 * what is meant for its reader. Keyed, so that nobody outside can aim at one reader. */
#pragma once

#include <linux/filter.h>

#include "base/hash.h"
#include "capture/packet.h"

/* By addresses and ports. `readers` is 1 or more. */
unsigned spread_packet(const struct hash_key *key, const struct packet *p, unsigned readers);

/* Of a fragment: by addresses alone, since only the first has ports. All fragments of a packet meet
 * at one reader. */
unsigned spread_fragment(const struct hash_key *key, const struct packet *p, unsigned readers);

enum { SPREAD_PROGRAM_MAX = 128 };

/* Writes the program, for a socket that gets whole frames, and returns its length. It finds TCP and
 * UDP in IPv4 and IPv6, behind up to two VLAN tags. */
uint16_t spread_program(const struct hash_key *key, struct sock_filter ret[SPREAD_PROGRAM_MAX]);
