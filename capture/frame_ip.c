/* frame_ip.c - IPv4 and IPv6, what they carry: TCP, UDP, tunnels or anything else. */
#include <netinet/in.h>

#include "capture/frame_layers.h"

enum {
    IPV6_EXTENSIONS_MAX = 10, /* RFC 8200, 4.1 recommends at most 7 */
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    EXTENSION_BYTES = 8, /* the shortest; longer ones in steps of 8, AH of 4 */
    TCP_BYTES = 20,
    TCP_READ_BYTES = 16, /* as far as the window, the last field that is used */
    UDP_BYTES = 8,
};

static inline void write_ip(const struct layers *l, uint8_t protocol, struct packet *packet)
{
    packet->time_ns = l->frame->time_ns;
    packet->source = l->is_v6 ? address_v6(l->from) : address_v4(l->from);
    packet->destination = l->is_v6 ? address_v6(l->to) : address_v4(l->to);
    packet->source_port = packet->destination_port = 0;
    packet->protocol = protocol;
    packet->tcp_flags = 0;
    packet->interface = l->frame->interface;
    packet->tenant = l->options->tenants ? tenant_with_vlan(l->network, l->vlan) : 0;
    packet->sequence = packet->acknowledged = packet->window = 0;
    packet->payload = bytes_of(l->bytes.at, (size_t)(l->bytes.end - l->bytes.at));
    packet->cut = (uint32_t)(l->length - packet->payload.len);
    packet->wire_bytes = l->frame->length;
    packet->copy = packet->unfollowed = false;
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

/* Leaves `l` as it is if the datagram is FRAME_MALFORMED as a tunnel. */
static enum frame_verdict read_overlay(struct layers *l, enum tunnel tunnel, struct packet *packet)
{
    struct layers outer = *l;
    if (!layers_enter(l, tunnel))
        return FRAME_MALFORMED;
    l->vlan = 0;
    enum frame_verdict verdict = layer_overlay(l, tunnel, packet);
    if (verdict == FRAME_MALFORMED)
        *l = outer;
    return verdict;
}

/* A datagram may be shorter than its IP packet, never longer (RFC 768). What proves to be a tunnel
 * is taken off. */
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
    enum tunnel tunnel = overlay_of(l->options, be16_at(udp + 2));
    if (tunnel != TUNNELS) {
        enum frame_verdict verdict = read_overlay(l, tunnel, packet);
        if (verdict != FRAME_MALFORMED)
            return verdict;
    }
    write_ip(l, IPPROTO_UDP, packet);
    write_ports(udp, packet);
    return FRAME_PACKET;
}

static enum frame_verdict read_carried_ip(struct layers *l, int version, struct packet *packet)
{
    if (!layers_enter(l, TUNNEL_IPIP))
        return FRAME_MALFORMED;
    return version == 4 ? layer_ipv4(l, packet) : layer_ipv6(l, packet);
}

/* What else may carry packets. FRAME_MALFORMED if this does not. */
static enum frame_verdict read_tunnel(struct layers *l, uint8_t protocol, struct packet *packet)
{
    switch (protocol) {
    case IPPROTO_IPIP:
        return read_carried_ip(l, 4, packet);
    case IPPROTO_IPV6:
        return read_carried_ip(l, 6, packet);
    case IPPROTO_GRE:
        return layer_gre(l, packet);
    case IPPROTO_MPLS: /* RFC 4023 */
        if (layers_enter(l, TUNNEL_MPLS)) {
            enum frame_verdict verdict = layer_mpls(l, packet);
            return verdict == FRAME_NOT_IP ? FRAME_MALFORMED : verdict;
        }
        return FRAME_MALFORMED;
    default:
        return FRAME_MALFORMED;
    }
}

/* What is neither TCP nor UDP. */
static enum frame_verdict read_other(struct layers *l, uint8_t protocol, struct packet *packet)
{
    struct layers outer = *l;
    l->vlan = 0;
    enum frame_verdict verdict = read_tunnel(l, protocol, packet);
    if (verdict != FRAME_MALFORMED)
        return verdict;
    write_ip(&outer, protocol, packet);
    return FRAME_OTHER_IP;
}

static enum frame_verdict read_transport(struct layers *l, uint8_t protocol, struct packet *packet)
{
    if (protocol == IPPROTO_TCP)
        return read_tcp(l, packet);
    if (protocol == IPPROTO_UDP)
        return read_udp(l, packet);
    return read_other(l, protocol, packet);
}

/* A mirror's numbers are told as frames come, in order, and not when a packet is complete: so the
 * first fragment is read as if the rest of its packet had been cut off. */
static void note_numbers(const struct layers *l, uint8_t protocol)
{
    struct layers beginning = *l;
    struct packet unused;
    if (!l->options->mirror)
        return;
    beginning.length = UINT16_MAX;
    read_transport(&beginning, protocol, &unused);
}

enum frame_verdict layer_ipv4(struct layers *l, struct packet *packet)
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
        if (!(be16_at(ip + 6) & 0x1fff))
            note_numbers(l, ip[9]);
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
        if (be16_at(extension + 2) & 0xfff9) { /* an offset or "more fragments" */
            if (!(be16_at(extension + 2) & 0xfff8))
                note_numbers(l, extension[0]);
            return FRAME_FRAGMENT;
        }
        more = 0;
    }
    if (*protocol == IPPROTO_AH) /* RFC 4302, 2.2: in words of 4 bytes, less 2 */
        more = (size_t)extension[1] * 4;
    if (more && !take(l, more))
        return lacks(l, more);
    *protocol = extension[0];
    return FRAME_PACKET;
}

enum frame_verdict layer_ipv6(struct layers *l, struct packet *packet)
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

enum frame_verdict layer_ip(struct layers *l, struct packet *packet)
{
    if (!cursor_left(&l->bytes))
        return lacks(l, 1);
    switch (l->bytes.at[0] >> 4) {
    case 4:
        return layer_ipv4(l, packet);
    case 6:
        return layer_ipv6(l, packet);
    default:
        return FRAME_MALFORMED;
    }
}
