/* frame.c - see frame.h.
 *
 * Each layer takes its header off the front of what is left and passes the rest on, so that a
 * layer may contain any other. Nothing is written to the packet before the last header is read. */
#include "capture/frame.h"

#include <byteswap.h>
#include <netinet/in.h>
#include <pcap/dlt.h>

enum {
    VLAN_TAGS_MAX = 8,        /* provider, customer and a few that mirrors add */
    IPV6_EXTENSIONS_MAX = 10, /* RFC 8200, 4.1 recommends at most 7 */
    ETHERNET_BYTES = 14,
    VLAN_TAG_BYTES = 4,
    COOKED_V1_BYTES = 16,
    COOKED_V2_BYTES = 20,
    FAMILY_BYTES = 4,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    EXTENSION_BYTES = 8, /* the shortest; longer ones in steps of 8, AH of 4 */
    TCP_BYTES = 20,
    TCP_READ_BYTES = 16, /* as far as the window, the last field that is used */
    UDP_BYTES = 8,
    TUNNELS_MAX = 4, /* one within the other */
    GRE_BYTES = 4,
    GRE_FIELD_BYTES = 4, /* checksum, key and sequence number, each if its flag is set */
    ERSPAN_2_BYTES = 8,
    ERSPAN_3_BYTES = 12,
    ERSPAN_3_SUBHEADER_BYTES = 8,
};

/* Where reading has got to. */
struct layers {
    const struct frame *frame;
    const struct frame_options *options;
    struct cursor bytes;      /* captured, from here to the end of the layer */
    size_t length;            /* the same on the wire: at least as many */
    const uint8_t *ip;        /* the innermost IP header */
    const uint8_t *ip_end;    /* of what was captured of its packet */
    const uint8_t *from, *to; /* its addresses */
    bool is_v6;
    bool unbounded; /* it gave no length */
    uint8_t ttl;    /* from here on as in struct packet */
    uint8_t tunnels;
    uint16_t ip_id;
    uint16_t vlan;
    uint32_t tunnel_id;
    uint64_t link;
};

static enum frame_verdict read_ethertype(struct layers *l, uint16_t ethertype,
                                         struct packet *packet);
static enum frame_verdict read_typed_link(struct layers *l, size_t header, size_t type_at,
                                          struct packet *packet);

static inline uint16_t be16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t be32_at(const uint8_t *at)
{
    return (uint32_t)be16_at(at) << 16 | be16_at(at + 2);
}

/* The next `len` bytes, at least one, or NULL if they were not captured. */
static inline const uint8_t *take(struct layers *l, size_t len)
{
    struct bytes taken = cursor_take(&l->bytes, len);
    if (!taken.len)
        return NULL;
    l->length -= len;
    return taken.at;
}

/* Why take() had no header of `len` bytes: only a snapshot makes a frame longer than it looks. */
static enum frame_verdict lacks(const struct layers *l, size_t len)
{
    return len <= l->length ? FRAME_HEADERS_CUT : FRAME_MALFORMED;
}

/* The layer ends `len` bytes from here: what follows is padding. */
static inline void end_layer(struct layers *l, size_t len)
{
    l->length = len;
    if ((size_t)(l->bytes.end - l->bytes.at) > len)
        l->bytes.end = l->bytes.at + len;
}

static inline void write_ip(const struct layers *l, uint8_t protocol, struct packet *packet)
{
    packet->time_ns = l->frame->time_ns;
    packet->source = l->is_v6 ? address_v6(l->from) : address_v4(l->from);
    packet->destination = l->is_v6 ? address_v6(l->to) : address_v4(l->to);
    packet->source_port = packet->destination_port = 0;
    packet->protocol = protocol;
    packet->tcp_flags = 0;
    packet->interface = l->frame->interface;
    packet->tenant = 0;
    packet->sequence = packet->acknowledged = packet->window = 0;
    packet->payload = bytes_of(l->bytes.at, (size_t)(l->bytes.end - l->bytes.at));
    packet->cut = (uint32_t)(l->length - packet->payload.len);
    packet->wire_bytes = l->frame->length;
    packet->copy = false;
    packet->ttl = l->ttl;
    packet->tunnels = l->tunnels;
    packet->ip_id = l->ip_id;
    packet->vlan = l->vlan;
    packet->tunnel_id = l->tunnel_id;
    packet->link = l->link;
    packet->ip = bytes_of(l->ip, (size_t)(l->ip_end - l->ip));
}

static inline void write_ports(const uint8_t *ports, struct packet *packet)
{
    packet->source_port = be16_at(ports);
    packet->destination_port = be16_at(ports + 2);
}

/* Options, checksum and urgent pointer may be cut off: a snapshot of 64 bytes often ends there. */
static enum frame_verdict read_tcp(struct layers *l, struct packet *packet)
{
    if (l->length < TCP_BYTES)
        return FRAME_MALFORMED;
    const uint8_t *tcp = take(l, TCP_READ_BYTES);
    if (!tcp)
        return FRAME_HEADERS_CUT;
    size_t header = (size_t)(tcp[12] >> 4) * 4;
    if (header < TCP_BYTES || header - TCP_READ_BYTES > l->length)
        return FRAME_MALFORMED;
    size_t unread = header - TCP_READ_BYTES, captured = cursor_left(&l->bytes);
    cursor_skip(&l->bytes, unread < captured ? unread : captured);
    l->length -= unread;
    write_ip(l, IPPROTO_TCP, packet);
    write_ports(tcp, packet);
    packet->sequence = be32_at(tcp + 4);
    packet->acknowledged = be32_at(tcp + 8);
    packet->tcp_flags = tcp[13];
    packet->window = be16_at(tcp + 14);
    return FRAME_PACKET;
}

/* A datagram may be shorter than its IP packet, never longer (RFC 768). */
static enum frame_verdict read_udp(struct layers *l, struct packet *packet)
{
    const uint8_t *udp = take(l, UDP_BYTES);
    if (!udp)
        return lacks(l, UDP_BYTES);
    size_t length = be16_at(udp + 4);
    if (length == 0 && l->unbounded)
        length = l->length + UDP_BYTES; /* RFC 2675, 4 */
    if (length < UDP_BYTES || length - UDP_BYTES > l->length)
        return FRAME_MALFORMED;
    end_layer(l, length - UDP_BYTES);
    write_ip(l, IPPROTO_UDP, packet);
    write_ports(udp, packet);
    return FRAME_PACKET;
}

/* What a switch puts before a mirrored frame (draft-foschini-erspan): nothing in type I, which has
 * no sequence number either; type III may have a further header. */
static enum frame_verdict read_erspan(struct layers *l, size_t header, struct packet *packet)
{
    const uint8_t *erspan = header ? take(l, header) : NULL;
    if (header && !erspan)
        return lacks(l, header);
    bool subheader = header == ERSPAN_3_BYTES && erspan[11] & 1;
    if (subheader && !take(l, ERSPAN_3_SUBHEADER_BYTES))
        return lacks(l, ERSPAN_3_SUBHEADER_BYTES);
    return read_typed_link(l, ETHERNET_BYTES, 12, packet);
}

/* GRE (RFC 2784, RFC 2890): a packet, an Ethernet frame, or one that a switch mirrors to us. */
static enum frame_verdict read_gre(struct layers *l, struct packet *packet)
{
    enum { CHECKSUM = 0x8000, KEY = 0x2000, SEQUENCE = 0x1000, VERSION = 0x0007 };
    const uint8_t *gre = take(l, GRE_BYTES);
    if (!gre)
        return lacks(l, GRE_BYTES);
    uint16_t flags = be16_at(gre), inner = be16_at(gre + 2);
    size_t fields = (size_t)(!!(flags & CHECKSUM) + !!(flags & KEY) + !!(flags & SEQUENCE));
    if (flags & VERSION || l->tunnels == TUNNELS_MAX || l->options->no_decap) {
        write_ip(l, IPPROTO_GRE, packet);
        return FRAME_OTHER_IP;
    }
    l->tunnels++;
    if (fields && !take(l, fields * GRE_FIELD_BYTES))
        return lacks(l, fields * GRE_FIELD_BYTES);
    switch (inner) {
    case 0x6558: /* transparent Ethernet bridging */
        return read_typed_link(l, ETHERNET_BYTES, 12, packet);
    case 0x88be:
        return read_erspan(l, flags & SEQUENCE ? ERSPAN_2_BYTES : 0, packet);
    case 0x22eb:
        return read_erspan(l, ERSPAN_3_BYTES, packet);
    default:
        return read_ethertype(l, inner, packet);
    }
}

static enum frame_verdict read_transport(struct layers *l, uint8_t protocol, struct packet *packet)
{
    if (protocol == IPPROTO_TCP)
        return read_tcp(l, packet);
    if (protocol == IPPROTO_UDP)
        return read_udp(l, packet);
    if (protocol == IPPROTO_GRE)
        return read_gre(l, packet);
    write_ip(l, protocol, packet);
    return FRAME_OTHER_IP;
}

static enum frame_verdict read_ipv4(struct layers *l, struct packet *packet)
{
    size_t rest = l->length;
    const uint8_t *ip = take(l, IPV4_BYTES);
    if (!ip)
        return lacks(l, IPV4_BYTES);
    size_t header = (size_t)(ip[0] & 0xf) * 4, total = be16_at(ip + 2);
    l->unbounded = total == 0;
    if (l->unbounded)
        total = rest;
    if (ip[0] >> 4 != 4 || header < IPV4_BYTES || total < header)
        return FRAME_MALFORMED;
    end_layer(l, total - IPV4_BYTES);
    if (header > IPV4_BYTES && !take(l, header - IPV4_BYTES))
        return FRAME_HEADERS_CUT;
    l->ip = ip;
    l->ip_end = l->bytes.end;
    l->from = ip + 12;
    l->to = ip + 16;
    l->is_v6 = false;
    l->ttl = ip[8];
    l->ip_id = be16_at(ip + 4);
    if (be16_at(ip + 6) & 0x3fff) { /* "more fragments" or an offset */
        write_ip(l, ip[9], packet);
        return FRAME_FRAGMENT;
    }
    return read_transport(l, ip[9], packet);
}

static inline bool is_ipv6_extension(uint8_t protocol)
{
    return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
           protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH || protocol == IPPROTO_FRAGMENT;
}

/* Steps over one extension header and says in `protocol` what follows it. */
static enum frame_verdict read_ipv6_extension(struct layers *l, uint8_t *protocol)
{
    const uint8_t *extension = take(l, EXTENSION_BYTES);
    if (!extension)
        return lacks(l, EXTENSION_BYTES);
    size_t more = (size_t)extension[1] * 8;
    if (*protocol == IPPROTO_FRAGMENT) {
        if (be16_at(extension + 2) & 0xfff9) /* an offset or "more fragments" */
            return FRAME_FRAGMENT;
        more = 0;
    }
    if (*protocol == IPPROTO_AH) /* RFC 4302, 2.2: in words of 4 bytes, less 2 */
        more = (size_t)extension[1] * 4;
    if (more && !take(l, more))
        return lacks(l, more);
    *protocol = extension[0];
    return FRAME_PACKET;
}

static enum frame_verdict read_ipv6(struct layers *l, struct packet *packet)
{
    const uint8_t *ip = take(l, IPV6_BYTES);
    if (!ip)
        return lacks(l, IPV6_BYTES);
    if (ip[0] >> 4 != 6)
        return FRAME_MALFORMED;
    size_t payload = be16_at(ip + 4);
    l->unbounded = payload == 0;
    if (!l->unbounded)
        end_layer(l, payload);
    l->ip = ip;
    l->ip_end = l->bytes.end;
    l->from = ip + 8;
    l->to = ip + 24;
    l->is_v6 = true;
    l->ttl = ip[7];
    l->ip_id = 0;
    uint8_t protocol = ip[6];
    for (int i = 0; i < IPV6_EXTENSIONS_MAX && is_ipv6_extension(protocol); i++) {
        enum frame_verdict verdict = read_ipv6_extension(l, &protocol);
        if (verdict == FRAME_FRAGMENT)
            write_ip(l, protocol, packet);
        if (verdict != FRAME_PACKET)
            return verdict;
    }
    return read_transport(l, protocol, packet);
}

static inline bool is_vlan_tag(uint16_t ethertype)
{
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 || ethertype == 0x9200;
}

/* What an EtherType announces, after any VLAN tags (IEEE 802.1Q, 9.6). */
static enum frame_verdict read_ethertype(struct layers *l, uint16_t ethertype,
                                         struct packet *packet)
{
    for (int i = 0; i < VLAN_TAGS_MAX && is_vlan_tag(ethertype); i++) {
        const uint8_t *tag = take(l, VLAN_TAG_BYTES);
        if (!tag)
            return lacks(l, VLAN_TAG_BYTES);
        l->vlan = be16_at(tag) & 0xfff;
        ethertype = be16_at(tag + 2);
    }
    if (ethertype == 0x0800)
        return read_ipv4(l, packet);
    if (ethertype == 0x86dd)
        return read_ipv6(l, packet);
    return FRAME_NOT_IP;
}

/* The two addresses of an Ethernet header, mixed to tell pairs apart. */
static inline uint64_t mix_addresses(const uint8_t *ethernet)
{
    uint64_t first, rest = 0;
    memcpy(&first, ethernet, sizeof first);
    memcpy(&rest, ethernet + sizeof first, 12 - sizeof first);
    return (first ^ rest << 32) * 0x9e3779b97f4a7c15U ^ rest;
}

/* A link layer of `header` bytes with an EtherType at `type_at`. */
static enum frame_verdict read_typed_link(struct layers *l, size_t header, size_t type_at,
                                          struct packet *packet)
{
    const uint8_t *link = take(l, header);
    if (!link)
        return lacks(l, header);
    l->vlan = 0;
    l->link = header == ETHERNET_BYTES ? mix_addresses(link) : 0;
    return read_ethertype(l, be16_at(link + type_at), packet);
}

/* Four bytes of the capturing system's AF_INET or AF_INET6. DLT_NULL has them in the byte order
 * of that system, DLT_LOOP in network order; no family is that large, so the order shows. */
static enum frame_verdict read_family(struct layers *l, struct packet *packet)
{
    const uint8_t *link = take(l, FAMILY_BYTES);
    if (!link)
        return lacks(l, FAMILY_BYTES);
    uint32_t family = be32_at(link);
    if (family > UINT16_MAX)
        family = bswap_32(family);
    switch (family) {
    case 2: /* all systems */
        return read_ipv4(l, packet);
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        return read_ipv6(l, packet);
    default:
        return FRAME_NOT_IP;
    }
}

static enum frame_verdict read_raw(struct layers *l, struct packet *packet)
{
    if (!cursor_left(&l->bytes))
        return lacks(l, 1);
    switch (l->bytes.at[0] >> 4) {
    case 4:
        return read_ipv4(l, packet);
    case 6:
        return read_ipv6(l, packet);
    default:
        return FRAME_MALFORMED;
    }
}

enum frame_verdict frame_parse(const struct frame *frame, const struct frame_options *options,
                               struct packet *ret_packet)
{
    struct layers l;
    l.frame = frame;
    l.options = options;
    l.bytes = cursor_over(bytes_of(frame->data, frame->captured));
    l.length = frame->length;
    l.tunnels = 0;
    l.vlan = 0;
    l.tunnel_id = 0;
    l.link = 0;
    switch (frame->link_type) {
    case DLT_EN10MB:
        return read_typed_link(&l, ETHERNET_BYTES, 12, ret_packet);
    case DLT_LINUX_SLL:
        return read_typed_link(&l, COOKED_V1_BYTES, 14, ret_packet);
    case DLT_LINUX_SLL2:
        return read_typed_link(&l, COOKED_V2_BYTES, 0, ret_packet);
    case DLT_RAW:
        return read_raw(&l, ret_packet);
    case DLT_IPV4:
        return read_ipv4(&l, ret_packet);
    case DLT_IPV6:
        return read_ipv6(&l, ret_packet);
    case DLT_NULL:
    case DLT_LOOP:
        return read_family(&l, ret_packet);
    default:
        return FRAME_NOT_IP;
    }
}

enum frame_verdict frame_parse_rebuilt(const struct packet *fragment, struct bytes ip,
                                       const struct frame_options *options,
                                       struct packet *ret_packet)
{
    struct frame frame = {
        .time_ns = fragment->time_ns,
        .captured = (uint32_t)ip.len,
        .length = (uint32_t)ip.len,
        .data = ip.at,
        .link_type = DLT_RAW,
        .interface = fragment->interface,
    };
    struct layers l;
    l.frame = &frame;
    l.options = options;
    l.bytes = cursor_over(ip);
    l.length = ip.len;
    l.tunnels = fragment->tunnels;
    l.vlan = fragment->vlan;
    l.tunnel_id = fragment->tunnel_id;
    l.link = fragment->link;
    return read_raw(&l, ret_packet);
}

void frame_count(struct capture_counters *counters, const struct frame *frame,
                 enum frame_verdict verdict, const struct packet *packet)
{
    counters->frames++;
    counters->bytes += frame->length;
    switch (verdict) {
    case FRAME_PACKET:
        counters->packets++;
        counters->truncated += packet->cut != 0;
        return;
    case FRAME_NOT_IP:
        counters->not_ip++;
        return;
    case FRAME_OTHER_IP:
        counters->other_ip++;
        return;
    case FRAME_FRAGMENT:
        counters->fragments++;
        return;
    case FRAME_HEADERS_CUT:
        counters->headers_cut++;
        return;
    case FRAME_MALFORMED:
        counters->malformed++;
        return;
    }
}

bool frame_knows_link_type(int link_type)
{
    switch (link_type) {
    case DLT_EN10MB:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
        return true;
    default:
        return false;
    }
}
