/* packet.h - BOUNDARY: what capture/ hands to decode/: the innermost IP packet of a frame. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "capture/address.h"

/* The flags of the TCP header (RFC 9293, 3.1). */
enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
};

struct packet {
    uint64_t time_ns; /* when the frame passed the tap: capture clock, since 1970 UTC */
    uint64_t number;  /* place of the frame in the capture, from 1; orders what workers produce */
    struct address source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol;      /* IPPROTO_TCP, IPPROTO_UDP or another, which has no ports here */
    uint8_t tcp_flags;     /* enum tcp_flag; else 0 */
    uint16_t interface;    /* which source it came from, in the order of the command line */
    uint32_t tenant;       /* VLAN or tunnel id when configured to tell networks apart, else 0 */
    uint32_t sequence;     /* of the first payload byte (of the SYN itself if SYN is set) */
    uint32_t acknowledged; /* next byte the sender expects; valid if TCP_ACK is set */
    uint32_t window;       /* as in the header, not scaled */
    struct bytes payload;  /* what was captured of it; borrowed */
    uint32_t cut;          /* payload bytes after `payload` that the snapshot length cut off */
    uint32_t wire_bytes;   /* length of the frame on the wire */
    bool copy;             /* seen before: to be counted and nothing else */
    bool unfollowed;       /* of a connection that is left out (capture/follow.h) */

    /* By what a copy of the packet can be told from the packet sent again: */
    uint8_t ttl;        /* time to live, or hop limit, of the innermost IP header */
    uint8_t tunnels;    /* taken off */
    uint16_t ip_id;     /* IPv4 identification; IPv6: 0 */
    uint16_t vlan;      /* id of the VLAN tag next to the innermost IP header; 0: none */
    uint32_t tunnel_id; /* VNI, GRE key, ERSPAN session or TEID of the innermost; 0: none */
    uint64_t link;      /* the innermost pair of MAC addresses, hashed; 0: none */
    struct bytes ip;    /* the innermost IP packet as captured, its header first; borrowed */
};
