/* frame_link.c - link layers: Ethernet, Linux cooked, BSD loopback; VLAN tags and EtherTypes. */
#include <byteswap.h>

#include "capture/frame_layers.h"

enum {
    VLAN_TAGS_MAX = 8, /* provider, customer and a few that mirrors add */
    VLAN_TAG_BYTES = 4,
    ETHERNET_BYTES = 14,
    FAMILY_BYTES = 4,
};

static inline bool is_vlan_tag(uint16_t ethertype)
{
    return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 ||
           ethertype == 0x9200 || ethertype == 0x9300;
}

/* What is neither IP nor a tunnel over IP. */
static enum frame_verdict read_other(struct layers *l, uint16_t ethertype, struct packet *packet)
{
    l->ethertype = ethertype;
    switch (ethertype) {
    case 0x8847:
    case 0x8848:
        return layers_enter(l, TUNNEL_MPLS) ? layer_mpls(l, packet) : FRAME_NOT_IP;
    case 0x8864:
        return layers_enter(l, TUNNEL_PPPOE) ? layer_pppoe(l, packet) : FRAME_NOT_IP;
    case 0x894f:
        return layers_enter(l, TUNNEL_NSH) ? layer_nsh(l, packet) : FRAME_NOT_IP;
    default:
        return FRAME_NOT_IP;
    }
}

/* What an EtherType announces, after any VLAN tags (IEEE 802.1Q, 9.6). */
enum frame_verdict layer_ethertype(struct layers *l, uint16_t ethertype, struct packet *packet)
{
    for (int i = 0; i < VLAN_TAGS_MAX && is_vlan_tag(ethertype); i++) {
        const uint8_t *tag = take(l, VLAN_TAG_BYTES);
        if (!tag)
            return lacks(l, VLAN_TAG_BYTES);
        l->vlan = be16_at(tag) & 0xfff;
        ethertype = be16_at(tag + 2);
    }
    if (ethertype == 0x0800)
        return layer_ipv4(l, packet);
    if (ethertype == 0x86dd)
        return layer_ipv6(l, packet);
    return read_other(l, ethertype, packet);
}

enum frame_verdict layer_carried(struct layers *l, uint16_t ethertype, struct packet *packet)
{
    if (ethertype == 0x6558) /* transparent Ethernet bridging */
        return layer_ethernet(l, packet);
    enum frame_verdict verdict = layer_ethertype(l, ethertype, packet);
    return verdict == FRAME_NOT_IP ? FRAME_MALFORMED : verdict;
}

/* The two addresses of an Ethernet header, mixed to tell pairs apart. */
static inline uint64_t mix_addresses(const uint8_t *ethernet)
{
    uint64_t first, rest = 0;
    memcpy(&first, ethernet, sizeof first);
    memcpy(&rest, ethernet + sizeof first, 12 - sizeof first);
    return (first ^ rest << 32) * 0x9e3779b97f4a7c15U ^ rest;
}

enum frame_verdict layer_ethernet(struct layers *l, struct packet *packet)
{
    const uint8_t *link = take(l, ETHERNET_BYTES);
    if (!link)
        return lacks(l, ETHERNET_BYTES);
    l->link = mix_addresses(link);
    return layer_ethertype(l, be16_at(link + 12), packet);
}

/* A link layer of `header` bytes with an EtherType at `type_at`. */
enum frame_verdict layer_typed_link(struct layers *l, size_t header, size_t type_at,
                                    struct packet *packet)
{
    const uint8_t *link = take(l, header);
    if (!link)
        return lacks(l, header);
    return layer_ethertype(l, be16_at(link + type_at), packet);
}

/* Four bytes of the capturing system's AF_INET or AF_INET6. DLT_NULL has them in the byte order
 * of that system, DLT_LOOP in network order; no family is that large, so the order shows. */
enum frame_verdict layer_family(struct layers *l, struct packet *packet)
{
    const uint8_t *link = take(l, FAMILY_BYTES);
    if (!link)
        return lacks(l, FAMILY_BYTES);
    uint32_t family = be32_at(link);
    if (family > UINT16_MAX)
        family = bswap_32(family);
    switch (family) {
    case 2: /* all systems */
        return layer_ipv4(l, packet);
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        return layer_ipv6(l, packet);
    default:
        return FRAME_NOT_IP;
    }
}
