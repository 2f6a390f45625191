/* other_ip.h - packets of IP protocols that nobody decodes: ICMP, SCTP, ESP, IGMP... Between two
 * addresses (and ports, of SCTP) they are one flow, of which packets and bytes are counted. Its
 * protocol is "icmp", "esp"..., or "ip-253" where the number has no name here. */
#pragma once

#include "decode/lifecycle.h"

void other_ip_packet(struct lifecycle *l, const struct packet *p);
