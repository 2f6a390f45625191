/* link.h - what the link layer of a frame says, besides what it carries: for whom it is. */
#pragma once

#include "capture/frame.h"
#include "capture/interface.h"

enum addressee {
    LINK_TO_MANY, /* broadcast and multicast */
    LINK_FROM_US,
    LINK_TO_US,
    LINK_TO_OTHERS, /* or not known */
};

/* `mac` is that of the interface; all zero: not known, nothing is ours then. Cooked frames of Linux
 * say it themselves. */
enum addressee link_addressee(const struct frame *frame, const uint8_t mac[MAC_BYTES]);

/* The EtherType of an Ethernet frame behind its VLAN tags; 0 if there is none. */
uint16_t link_ethertype(const struct frame *frame);
