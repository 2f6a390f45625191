/* wrapping.h - what is around packets, as the outermost headers of a frame tell it. */
#pragma once

#include "capture/frame.h"
#include "doctor/facts.h"

/* The outermost tunnel of a frame from which one was taken off: "VXLAN", "ERSPAN II"; "tunnel" if
 * it has no name here. Static. `outside` leaves all of them on. */
const char *wrapping_of(const struct frame *frame, const struct frame_options *outside);

/* Does a fragment carry a piece of a tunnel's packet, as far as it shows? */
bool wrapping_is_carrier(const struct packet *fragment);

/* Does a datagram look like a tunnel that was not taken off? `kind` is NULL if not. */
struct tunnel_suspected wrapping_suspect(const struct packet *p);

/* Is it what every network has: ARP, LLDP, spanning tree; ICMP, routing protocols? */
bool wrapping_is_common(enum unread_what what, uint16_t number);

/* "MPLS", "IPsec (ESP)"; NULL if it has no name here. Static. */
const char *wrapping_unread_name(const struct unread *u);
