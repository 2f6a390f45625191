/* packets.c - see packets.h. */
#include "tests/capture/packets.h"

#include <netinet/in.h>
#include <pcap/dlt.h>

static size_t put16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return 2;
}

static size_t put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
    return 4;
}

static size_t put_ipv4(uint8_t *ip, size_t length, uint16_t id, uint8_t protocol)
{
    static const uint8_t ends[8] = {10, 0, 0, 1, 10, 0, 0, 2};
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, length);
    put16(ip + 4, id);
    ip[8] = 64;
    ip[9] = protocol;
    memcpy(ip + 12, ends, sizeof ends);
    return 20;
}

static size_t put_ipv6(uint8_t *ip, size_t length, uint8_t protocol)
{
    static const uint8_t host[16] = {0x20, 0x01, 0x0d, 0xb8};
    memset(ip, 0, 40);
    ip[0] = 0x60;
    put16(ip + 4, length - 40);
    ip[6] = protocol;
    ip[7] = 64;
    memcpy(ip + 8, host, 16);
    memcpy(ip + 24, host, 16);
    ip[23] = 1;
    ip[39] = 2;
    return 40;
}

size_t packets_ip(const struct made *m, uint8_t *ip)
{
    size_t header = m->udp ? 8 : 20, before = m->v6 ? 40 : 20;
    size_t length = before + header + m->payload_len;
    uint8_t protocol = m->udp ? IPPROTO_UDP : IPPROTO_TCP;
    uint8_t *at =
        ip + (m->v6 ? put_ipv6(ip, length, protocol) : put_ipv4(ip, length, m->id, protocol));
    memset(at, 0, header);
    put16(at, 4000);
    put16(at + 2, 80);
    if (m->udp) {
        put16(at + 4, header + m->payload_len);
    } else {
        put32(at + 4, m->sequence);
        at[12] = 5 << 4;
        at[13] = TCP_ACK | TCP_PSH;
        put16(at + 14, 1000);
    }
    if (m->payload_len)
        memcpy(at + header, m->payload, m->payload_len);
    return length;
}

size_t packets_fragment(const uint8_t *ip, size_t ip_len, size_t offset, size_t len, uint32_t id,
                        uint8_t *fragment)
{
    bool v6 = ip[0] >> 4 == 6;
    size_t header = v6 ? 40 : 20, rest = ip_len - header - offset;
    bool more = len < rest;
    len = more ? len : rest;
    memcpy(fragment, ip, header);
    uint8_t *at = fragment + header;
    if (v6) {
        put16(fragment + 4, 8 + len);
        fragment[6] = IPPROTO_FRAGMENT;
        at[0] = ip[6];
        at[1] = 0;
        put16(at + 2, offset | more);
        put32(at + 4, id);
        at += 8;
    } else {
        put16(fragment + 2, header + len);
        put16(fragment + 4, id);
        put16(fragment + 6, offset / 8 | (more ? 0x2000U : 0U));
    }
    memcpy(at, ip + header + offset, len);
    return (size_t)(at - fragment) + len;
}

static size_t put_ethernet(uint8_t *at, const struct place *where, uint16_t type)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    size_t len = sizeof macs;
    memcpy(at, macs, len);
    at[4] = at[10] = where->hops;
    if (where->vlan) {
        len += put16(at + len, 0x8100);
        len += put16(at + len, where->vlan);
    }
    return len + put16(at + len, type);
}

struct frame packets_frame(const uint8_t *ip, size_t ip_len, const struct place *at,
                           uint64_t time_ns, uint8_t *bytes)
{
    static uint16_t tunnel_id; /* of the outer packet: never the same twice */
    uint16_t type = ip[0] >> 4 == 6 ? 0x86dd : 0x0800;
    size_t len = 0;
    if (at->gre_key) {
        static const struct place outside;
        len += put_ethernet(bytes, &outside, 0x0800);
        len += put_ipv4(bytes + len, 20 + 8 + 14 + (at->vlan ? 4U : 0U) + ip_len, ++tunnel_id,
                        IPPROTO_GRE);
        len += put16(bytes + len, 0x2000);
        len += put16(bytes + len, 0x6558);
        len += put32(bytes + len, at->gre_key);
    }
    len += put_ethernet(bytes + len, at, type);
    uint8_t *inner = bytes + len;
    memcpy(inner, ip, ip_len);
    if (type == 0x0800) {
        inner[1] = at->tos;
        inner[8] = (uint8_t)(inner[8] - at->hops);
        put16(inner + 10, 1U + at->hops); /* the checksum, which nobody verifies, changes too */
    } else {
        inner[7] = (uint8_t)(inner[7] - at->hops);
    }
    return (struct frame){
        .time_ns = time_ns,
        .captured = (uint32_t)(len + ip_len),
        .length = (uint32_t)(len + ip_len),
        .data = bytes,
        .link_type = DLT_EN10MB,
        .interface = at->interface,
    };
}
