/* frame.h - a link-layer frame to the TCP or UDP packet inside it.
 *
 * Ethernet with any number of VLAN tags (IEEE 802.1Q, 802.1ad) up to a depth, raw IP, Linux cooked
 * v1 and v2, BSD loopback and null; IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers.
 * Checksums are not verified: offloading makes them wrong on capture hosts. Lengths come from the
 * IP header, so that padding of short frames is never taken for payload; an IPv4 total length or
 * IPv6 payload length of 0 (segmentation offload, RFC 2675) means "the rest of the frame".
 *
 * An IP length beyond the end of the frame is no contradiction: a snapshot length, or a switch
 * that slices what it mirrors, cut the packet. What is missing of the payload is `cut`; a packet
 * whose ports or TCP flags are missing is FRAME_HEADERS_CUT.
 *
 * Tunnels (enum tunnel) are taken off, one within the other up to a depth. A tunnel over IP is
 * believed only if its header is as it has to be and what it carries parses as what it says;
 * otherwise, and beyond the depth, the outer packet stays what it is, so that nothing is lost. */
#pragma once

#include "capture/counters.h"
#include "capture/packet.h"

struct frame {
    uint64_t time_ns;    /* since 1970 UTC */
    uint32_t captured;   /* bytes at `data` */
    uint32_t length;     /* bytes on the wire; at least `captured` */
    const uint8_t *data; /* borrowed */
    int link_type;       /* DLT_* as in <pcap/dlt.h> */
    uint16_t interface;
};

enum tunnel {
    TUNNEL_MPLS, /* and MPLS in IP; carries IP, or Ethernet with or without control word */
    TUNNEL_PPPOE,
    TUNNEL_GRE,    /* version 0, NVGRE too */
    TUNNEL_ERSPAN, /* I, II and III */
    TUNNEL_VXLAN,  /* and VXLAN-GPE */
    TUNNEL_GENEVE,
    TUNNEL_IPIP, /* IPv4 or IPv6 in either */
    TUNNEL_GTP,  /* GTP-U, user data */
    TUNNEL_NSH,
    TUNNELS,
};

extern const char *const frame_tunnel_names[TUNNELS + 1]; /* "mpls"; the last is NULL */

enum { TUNNEL_PORTS_MAX = 16, TUNNEL_DEPTH_MAX = 8 };

/* UDP ports, besides those that are assigned. */
struct tunnel_ports {
    uint16_t port[TUNNEL_PORTS_MAX];
    uint16_t len;
};

/* All zero: every tunnel is taken off. */
struct frame_options {
    uint32_t left_on; /* 1 << enum tunnel: what these carry is not looked into */
    struct tunnel_ports vxlan, geneve;
    bool tenants;          /* fill in packet.tenant, as in tenant.h */
    struct mirror *mirror; /* is told the numbers that mirrored frames bear, also by the first of
                              the fragments of one; may be NULL */
};

enum frame_verdict {
    FRAME_PACKET,
    FRAME_NOT_IP,
    FRAME_OTHER_IP, /* neither TCP nor UDP: no ports */
    FRAME_FRAGMENT, /* not the whole IP packet; an IPv6 atomic fragment (RFC 6946) is none */
    FRAME_HEADERS_CUT,
    FRAME_MALFORMED,
};

/* Reads the headers. Payload stays where it is: `ret_packet->payload` points into the frame.
 * Sets all of `ret_packet` but `number` for FRAME_PACKET, and for FRAME_OTHER_IP and
 * FRAME_FRAGMENT all but that and what a transport header would say; else leaves it alone. More
 * VLAN tags than the limit are FRAME_NOT_IP, more IPv6 extension headers FRAME_OTHER_IP. */
enum frame_verdict frame_parse(const struct frame *frame, const struct frame_options *options,
                               struct packet *ret_packet);

/* As frame_parse(), for an IP packet put together from fragments, the last of which to arrive was
 * `fragment`: time, interface and what was around it are taken from there. `wire_bytes` is then
 * the length of `ip`. A mirror is not told: it was, by the first fragment. */
enum frame_verdict frame_parse_rebuilt(const struct packet *fragment, struct bytes ip,
                                       const struct frame_options *options,
                                       struct packet *ret_packet);

/* Counts a frame and its verdict. `packet` is not looked at unless the verdict is FRAME_PACKET. */
void frame_count(struct capture_counters *counters, const struct frame *frame,
                 enum frame_verdict verdict, const struct packet *packet);

/* Is `link_type` one that frame_parse() knows? */
bool frame_knows_link_type(int link_type);
