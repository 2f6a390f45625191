/* follow.h - which connections are followed, when there are more packets than can be looked at.
 *
 * Whole connections or none: losing packets at random would spoil all of them. One in 2^level is
 * followed, chosen by a keyed hash of both ends, the same for both directions and for copies,
 * wherever they were taken. What is followed at a level is followed at every lower one too. */
#pragma once

#include "base/hash.h"
#include "capture/packet.h"

enum { FOLLOW_LEVEL_MAX = 8 };

/* Both ends, in any order; ports 0 where the protocol has none here. */
bool follow_is_chosen(const struct hash_key *key, unsigned level, const struct address address[2],
                      const uint16_t port[2]);

/* Is the packet's connection followed? */
bool follow_packet(const struct hash_key *key, unsigned level, const struct packet *p);
