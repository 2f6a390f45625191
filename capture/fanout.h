/* fanout.h - packet sockets that share what an interface receives (packet(7), PACKET_FANOUT). */
#pragma once

#include "base/err.h"
#include "base/hash.h"

/* Makes a group of the sockets: each frame goes to one of them, to the n-th that for which
 * spread_packet() and spread_fragment() say n, as far as the kernel can tell. A kernel that does
 * not take our program spreads by a hash of its own (PACKET_FANOUT_HASH). Before this each socket
 * got every frame. Needs no right. `interface` is for the message. */
bool fanout_join(const int *fd, unsigned fd_len, const struct hash_key *key, const char *interface,
                 struct err *err);
