/* udp.h - what a datagram does to its flow. The client is the sender of the first one, unless known
 * listeners or the ports say otherwise. */
#pragma once

#include "decode/lifecycle.h"

void udp_packet(struct lifecycle *l, const struct packet *p);
