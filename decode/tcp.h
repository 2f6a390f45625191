/* tcp.h - what a TCP packet does to its flow (RFC 9293): handshake, data, close.
 *
 * A SYN with another sequence number than the one seen before starts a new flow at once, whatever
 * state the old one was in: ports are reused. So do STRAYS_MAX segments in a row that cannot belong
 * to the flow, which is what a reuse looks like whose SYN was not captured. */
#pragma once

#include "decode/lifecycle.h"

enum { STRAYS_MAX = 8 };

void tcp_packet(struct lifecycle *l, const struct packet *p);

/* Packet time has reached m.now_ns: gives up holes that are overdue. */
void tcp_check_holes(struct lifecycle *l, struct flow *f, struct moment m);
